"""The whole product as `make run` starts it, and a real Chromium to walk it."""
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.smtp import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


def pytest_collection_modifyitems(items):
    missing = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(missing)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a running demo with its own data."""
    port = free_port()
    keys = {"DEBUG": "1", "SECRET_KEY": "e2e", "PORT": str(port), "CATCHER_PORT": str(free_port()),
            "DATA_DIR": str(tmp_path_factory.mktemp("var")), "LOG_LEVEL": "WARNING"}
    drop = ("DATABASE_URL", "CACHE_URL", "EMAIL_URL", "BASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in drop} | keys
    environment["DATABASE_URL"] = f"sqlite:///{keys['DATA_DIR']}/vestnik.sqlite3"
    for command in ("migrate", "demo"):
        subprocess.run([sys.executable, "manage.py", command, "-v0"], cwd=ROOT, env=environment,
                       check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment,
                              stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def wait_for(address):
    for _ in range(150):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the service does not answer")


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Open pages in contexts of their own; a console error fails the test at its end."""
    contexts, complaints = [], []

    def open_one(**options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15000)
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    # Refusals and lost connections are logged as errors too; the tests assert what is shown then.
    expected = ("status of 4", "ERR_FAILED", "htmx:afterRequest", "htmx:sendError")
    assert [text for text in complaints if not any(words in text for words in expected)] == []


def log_in(page, site, email="owner@example.com"):
    page.goto(f"{site}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", "vestnik-demo")
    page.click("main form button")
    page.wait_for_url(f"{site}/")
    return page
