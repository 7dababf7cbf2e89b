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
# The first has no window and none of what belongs to one: the same pages in two thirds of the time.
CHROMIUM = next(filter(None, map(shutil.which, (
    "chromium-headless-shell", "chromium", "chromium-browser"))), None)
PASSWORD = "vestnik-demo"  # of the demo's people
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


def environment_of(data_dir, **more):
    """Return the environment of a demo whose data are in `data_dir`; `more` adds to it."""
    drop = ("DATABASE_URL", "CACHE_URL", "EMAIL_URL", "BASE_URL", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in drop}
    return kept | {
        "DEBUG": "1", "SECRET_KEY": "e2e", "LOG_LEVEL": "WARNING", "DATA_DIR": str(data_dir),
        "DATABASE_URL": f"sqlite:///{data_dir}/vestnik.sqlite3", **more}


def make_demo(data_dir):
    """Make the demo's data in an empty `data_dir`."""
    for command in ("migrate", "demo"):
        manage(command, environment_of(data_dir))


def manage(command, environment):
    subprocess.run([sys.executable, "manage.py", command, "-v0"], cwd=ROOT, check=True,
                   env=environment, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def demo_site(data_dir, production=False, **more):
    """Run the demo over `data_dir`, or its data as in production; yield its address.

    An empty `data_dir` is filled first; `more` adds to the environment.
    """
    if not any(Path(data_dir).iterdir()):
        make_demo(data_dir)
    port = free_port()
    environment = environment_of(
        data_dir, PORT=str(port), CATCHER_PORT=str(free_port()), **more)
    if production:
        environment["DEBUG"] = "0"
        environment.pop("PYTEST_VERSION", None)  # static files are hashed but in tests
    else:
        manage("demo", environment)  # tells the demo's senders where the catcher is
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
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the service does not answer")


def get(page, address, **options):
    """Return the answer to a GET of `address` in the session of `page`.

    A connection that the server closes as idle just then is no answer: it is asked again.
    """
    return page.request.get(address, max_retries=2, **options)


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
