"""The whole product as `make run` starts it, with data of its own, for browsers to walk."""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.smtp import free_port

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "vestnik-demo"  # of the demo's people
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@contextlib.contextmanager
def demo_site(data_dir, production=False, **more):
    """Run the demo over an empty `data_dir`, or with its data as in production; yield its address.

    `more` adds to its environment.
    """
    port = free_port()
    keys = {"DEBUG": "1", "SECRET_KEY": "e2e", "PORT": str(port), "CATCHER_PORT": str(free_port()),
            "DATA_DIR": str(data_dir), "LOG_LEVEL": "WARNING", **more}
    drop = ("DATABASE_URL", "CACHE_URL", "EMAIL_URL", "BASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in drop} | keys
    environment["DATABASE_URL"] = f"sqlite:///{keys['DATA_DIR']}/vestnik.sqlite3"
    for command in ("migrate", "demo"):
        subprocess.run([sys.executable, "manage.py", command, "-v0"], cwd=ROOT, env=environment,
                       check=True, stdout=subprocess.DEVNULL)
    if production:
        environment["DEBUG"] = "0"
        environment.pop("PYTEST_VERSION", None)  # static files are hashed but in tests
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


KEPT = {}  # (site, e-mail): the cookies of a session that is open already


def log_in(page, site, email="owner@example.com"):
    """Open the home page as `email`, in the session that an earlier page opened if it still is.

    Where the service has had its 30 log-ins a minute from this address, wait.
    """
    if (site, email) in KEPT:
        page.context.add_cookies(KEPT[site, email])
        page.goto(f"{site}/")
        if page.locator("a[href='/profile/']").count():
            return page
        page.context.clear_cookies()
    for _ in range(7):
        page.goto(f"{site}/accounts/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", PASSWORD)
        with page.expect_navigation():
            page.click("main form button")
        if page.url == f"{site}/":
            KEPT[site, email] = [cookie for cookie in page.context.cookies()
                                 if cookie["name"] == "sessionid"]
            return page
        page.wait_for_timeout(10_000)
    raise AssertionError(f"{email} can not log in")
