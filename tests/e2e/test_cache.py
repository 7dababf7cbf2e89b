"""What Chromium asks about again and again, and what it keeps of the answers: nothing."""
from playwright.sync_api import expect

from tests.demo_site import log_in

PANEL = "/progress/"
QUIET = 15_000  # milliseconds between two looks at what can not move by itself


def test_a_paused_run_goes_on_polling_and_each_answer_is_whole(open_page, site):
    page = log_in(open_page(), site)
    page.clock.install()
    page.goto(f"{site}/mailings/?q=")
    address = page.evaluate("""async () => {
        for (const link of document.querySelectorAll('#mailing-table a.app-strong')) {
            const text = await (await fetch(link.href)).text();
            if (text.includes('/resume/')) return link.href;
        }
    }""")
    assert address, "the demo has a paused run"
    page.goto(address)
    for _ in range(2):
        with page.expect_response(lambda answer: PANEL in answer.url) as asked:
            page.clock.fast_forward(QUIET)
        assert asked.value.status == 200 and 'id="mailing-run"' in asked.value.text()
        assert "if-none-match" not in asked.value.request.all_headers()
    expect(page.locator("#mailing-run[hx-trigger]")).to_have_count(1)
