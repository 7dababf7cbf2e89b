"""What a page weighs on the wire, whether swaps shift it, how soon lists answer.

    python -m tests.weigh

Starts the demo as in production (hashed, compressed static files), walks it in Chromium, and
prints kilobytes for the first view and with a warm cache, layout shifts, milliseconds.
"""
import sys
import tempfile

from playwright.sync_api import sync_playwright

from tests.demo_site import CHROMIUM, QUIET, demo_site, log_in

VISITOR = ("/", "/accounts/login/", "/accounts/signup/")
OWNER = ("/", "/recipients/", "/recipients/create/", "/messages/", "/messages/create/",
         "/mailings/", "/mailings/create/", "/mailings/9/", "/attempts/", "/reports/",
         "/reports/mailings/9/", "/profile/")
WATCH = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


class Scales:
    """Counts the bytes that come over the wire to `page`; from the cache they are none."""

    def __init__(self, page):
        self.bytes = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self.add)

    def add(self, event):
        self.bytes += event["encodedDataLength"]

    def weigh(self, page, address):
        """Return the bytes that `address` costs now."""
        self.bytes = 0
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return self.bytes


def weights(browser, site):
    """Yield (path, bytes of the first view, bytes with a warm cache) of each page."""
    cookies = log_in(browser.new_page(), site).context.cookies()
    for path, known in [(path, []) for path in VISITOR] + [(path, cookies) for path in OWNER]:
        context = browser.new_context()
        context.add_cookies(known)
        page = context.new_page()
        scales = Scales(page)
        yield path, scales.weigh(page, site + path), scales.weigh(page, site + path)
        context.close()


def swap(page, part, act):
    """Do `act` and wait until the answer whose address has `part` is on the page.

    Returns the milliseconds that the server took.
    """
    with page.expect_response(lambda answer: part in answer.url) as caught:
        act()
    answer = caught.value
    answer.finished()
    page.wait_for_timeout(700)  # what comes within 500 ms of a key press counts as asked for
    timing = answer.request.timing
    return timing["responseStart"] - timing["requestStart"]


def swaps(browser, site):
    """Yield (what was done, how much the page shifted, milliseconds) of each kind of swap."""
    for email, steps in (("owner@example.com", OWNER_SWAPS), ("manager@example.com", SWITCHES)):
        page = browser.new_page()
        page.add_init_script(WATCH)
        log_in(page, site, email)
        for name, path, part, act in steps:
            page.goto(site + path)
            page.wait_for_load_state("networkidle")
            page.evaluate("window.shifts = 0")
            took = swap(page, part, lambda act=act: act(page))
            yield name, page.evaluate("window.shifts"), took


OWNER_SWAPS = (
    ("search", "/recipients/", "?q=", lambda page: page.type("#id_q", "во")),
    ("page", "/recipients/", "after=", lambda page: page.click("a[rel=next]")),
    ("sort", "/recipients/", "sort=", lambda page: page.click("#sort-email")),
    ("filter", "/mailings/", "status=", lambda page: page.press("[name=status]", "ArrowDown")),
    ("attempts, older", "/attempts/", "after=", lambda page: page.click("a[rel=next]")),
    ("inline edit", "/recipients/", "edit=1", lambda page: page.click("tbody [id$=-edit]")),
    ("modal", "/recipients/", "/create/", lambda page: page.click("[data-new]")),
    ("tab", "/mailings/9/", "tab=runs", lambda page: page.click(".app-tabs a:nth-child(2)")),
    ("progress poll", "/mailings/9/", "/progress/", lambda page: None),
    ("row poll", "/mailings/", "/progress/", lambda page: None),
)
SWITCHES = (
    ("switch a mailing off", "/mailings/", "/toggle/",
     lambda page: page.click("#mailing-table tr:nth-child(2) .app-switch")),
    ("switch a user off", "/users/", "/toggle/",
     lambda page: page.click("#user-table .app-switch")),
)


def main():
    with tempfile.TemporaryDirectory() as data, demo_site(data, production=True) as site, \
            sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        print("page, first view kB, with a warm cache kB")
        for path, first, again in weights(browser, site):
            print(f"{path:<24}{first / 1000:8.1f}{again / 1000:8.1f}")
        print("swap, layout shift, server ms")
        for name, shift, took in swaps(browser, site):
            print(f"{name:<24}{shift:8.4f}{took:8.1f}")


if __name__ == "__main__":
    sys.exit(main())
