"""The whole product as `make run` starts it, and a real Chromium to walk it."""
import fcntl
import os
import shutil

import pytest

from tests.demo_site import CHROMIUM, QUIET, demo_site, make_demo


def pytest_collection_modifyitems(items):
    missing = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(missing)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory, worker_id):
    """The demo's data as they are at first, to be copied; made once for all processes."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "demo"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            make_demo(folder)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory, demo_data):
    """The address of a running demo with its own data; letters leave slowly enough to watch."""
    data = shutil.copytree(demo_data, tmp_path_factory.mktemp("site") / "var")
    with demo_site(data, SENDER_RATE="8") as address:
        yield address


@pytest.fixture(scope="session")
def production(tmp_path_factory, demo_data):
    """The address of the same as it runs in production: no debugging, static files hashed."""
    data = shutil.copytree(demo_data, tmp_path_factory.mktemp("production") / "var")
    with demo_site(data, production=True) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Open pages in contexts of their own; a console error fails the test at its end.

    What the content security policy refuses is such an error too.
    """
    contexts, complaints = [], []

    def open_one(**options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15000)
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    open_one.complaints = complaints
    yield open_one
    for context in contexts:
        context.close()
    # Refusals and lost connections are logged as errors too; the tests assert what is shown then.
    # So is a question that a newer one replaces: a count of people, on a slow machine.
    expected = ("status of 4", "Error Code 4", "ERR_FAILED", "ERR_INTERNET_DISCONNECTED",
                "htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
    assert [text for text in complaints if not any(words in text for words in expected)] == []
