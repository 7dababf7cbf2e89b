"""What Chromium itself keeps, asks about again, and forgets."""
from playwright.sync_api import expect

from tests.demo_site import log_in

PANEL = "/progress/"


def wire(page):
    """Return a list that fills with (status, was it asked with If-None-Match) of each poll."""
    polls, session = [], page.context.new_cdp_session(page)
    asked = {}
    session.send("Network.enable")
    session.on("Network.requestWillBeSentExtraInfo", lambda event: asked.update(
        {event["requestId"]: "If-None-Match" in event["headers"]}))
    session.on("Network.responseReceivedExtraInfo", lambda event: event["requestId"] in asked
               and polls.append((event["statusCode"], asked[event["requestId"]])))
    return polls


def test_a_paused_run_goes_on_polling_and_costs_304(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/mailings/?q=")
    address = page.evaluate("""async () => {
        for (const link of document.querySelectorAll('#mailing-table a.app-strong')) {
            const text = await (await fetch(link.href)).text();
            if (text.includes('/resume/')) return link.href;
        }
    }""")
    assert address, "the demo has a paused run"
    polls = wire(page)
    page.goto(address)
    for _ in range(4):
        with page.expect_response(lambda answer: PANEL in answer.url):
            pass
    page.wait_for_timeout(100)
    assert (304, True) in polls and polls[-1][0] == 304
    expect(page.locator("#mailing-run[hx-trigger]")).to_have_count(1)
