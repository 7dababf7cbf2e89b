"""Everything by keyboard alone: keys, focus that survives swaps, and undo."""
import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in


@pytest.fixture
def recipients(open_page, site):
    page = log_in(open_page(reduced_motion="reduce"), site)
    page.goto(f"{site}/recipients/")
    return page


def row(page, number):
    return page.locator("#recipient-table tbody tr").nth(number)


def test_a_deleted_row_comes_back_from_the_toast_and_the_focus_stays_in_the_list(recipients):
    name = row(recipients, 1).locator(".app-strong").inner_text()
    row(recipients, 1).locator("[id$=-delete]").press("Enter")
    expect(recipients.locator("#modal .modal-footer a")).to_be_focused()
    recipients.keyboard.press("Tab")
    recipients.keyboard.press("Enter")
    expect(recipients.locator("#recipient-table")).not_to_contain_text(name)
    expect(row(recipients, 1).locator("[id$=-edit]")).to_be_focused()
    recipients.locator("[data-undo] button").press("Enter")
    expect(row(recipients, 1)).to_contain_text(name)
    expect(recipients.locator("[data-undo]")).to_have_count(0)


def test_without_a_script_the_page_after_deleting_offers_the_same(open_page, site):
    page = log_in(open_page(java_script_enabled=False), site)
    page.goto(f"{site}/recipients/")
    name = row(page, 2).locator(".app-strong").inner_text()
    row(page, 2).locator("[id$=-delete]").click()
    page.click(".app-form .btn-danger")
    expect(page.locator("#recipient-table")).not_to_contain_text(name)
    page.click("[data-undo] button")
    expect(page.locator("h1")).to_have_text(name)


@pytest.mark.parametrize("slash, new, sheet", [
    ("/", "n", "?"),
    # The same places on a Russian keyboard: what the browser tells of them.
    *[({"key": ".", "code": "Slash"}, {"key": "т", "code": "KeyN"},
       {"key": ",", "code": "Slash", "shiftKey": True})],
])
def test_keys_lead_to_search_to_a_new_one_and_to_the_sheet_in_both_layouts(
        recipients, slash, new, sheet):
    def press(key):
        if isinstance(key, str):
            return recipients.keyboard.press(key)
        return recipients.evaluate(
            "init => document.activeElement.dispatchEvent(new KeyboardEvent("
            "'keydown', {bubbles: true, cancelable: true, ...init}))", key)

    press(sheet)
    expect(recipients.locator("#modal [data-keys-on]")).to_be_focused()
    recipients.keyboard.press("Escape")
    expect(recipients.locator("#modal")).to_be_hidden()
    press(new)
    expect(recipients.locator("#modal [name=email]")).to_be_focused()
    recipients.keyboard.press("Escape")
    expect(recipients.locator("[data-new]").first).to_be_focused()
    press(slash)
    expect(recipients.locator("#id_q")).to_be_focused()
    press(new)  # typed now, not obeyed
    expect(recipients.locator("#modal")).to_be_hidden()


@pytest.mark.parametrize("key, way", [("Escape", "[name=email]"), ("", ".btn-close")])
def test_a_form_that_is_left_while_it_still_fades_in_closes(recipients, key, way):
    recipients.evaluate("""([key, way]) => document.getElementById("modal").addEventListener(
        "focusin", () => {
          const element = document.querySelector(`#modal ${way}`);
          if (key) element.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
          else element.click();
          document.body.dataset.left = "";
        }, {once: true})""", [key, way])
    recipients.locator("[data-new]").first.press("Enter")
    recipients.wait_for_selector("body[data-left]")  # the form may be gone again by now
    expect(recipients.locator("#modal")).to_be_hidden()
    expect(recipients.locator("[data-new]").first).to_be_focused()


def test_keys_can_be_switched_off(recipients):
    recipients.click("[data-keys]")
    expect(recipients.locator("[data-keys-on]")).to_be_focused()
    recipients.uncheck("[data-keys-on]")
    recipients.keyboard.press("Escape")
    expect(recipients.locator("#modal")).to_be_hidden()
    recipients.keyboard.press("/")
    expect(recipients.locator("#id_q")).not_to_be_focused()
    recipients.reload()
    recipients.keyboard.press("n")
    expect(recipients.locator("#modal")).to_be_hidden()


def test_the_focus_is_kept_through_an_edit_a_sort_and_a_page(recipients):
    edit = row(recipients, 3).locator("[id$=-edit]")
    edit.press("Enter")
    expect(recipients.locator("[data-inline] [name=email]")).to_be_focused()
    recipients.keyboard.press("Escape")
    expect(edit).to_be_focused()
    edit.press("Enter")
    expect(recipients.locator("[data-inline] [name=email]")).to_be_focused()
    recipients.keyboard.press("Enter")
    expect(edit).to_be_focused()
    recipients.locator("#sort-email").press("Enter")
    recipients.wait_for_url("**sort=email**")
    expect(recipients.locator("#sort-email")).to_be_focused()
    recipients.locator("a[rel=next]").press("Enter")
    expect(recipients.locator("#recipient-table")).to_be_focused()


def test_a_link_that_a_swap_brought_works_at_once(recipients):
    recipients.evaluate("""() => addEventListener("htmx:afterSwap", () => setTimeout(
        () => document.querySelector("a[rel=next]").click()), {once: true})""")
    with recipients.expect_request("**after=**") as asked:
        recipients.locator("#sort-email").press("Enter")
    assert "hx-request" in asked.value.headers  # not a whole page that loses the focus


def test_the_first_tab_offers_to_skip_to_the_content(recipients):
    recipients.keyboard.press("Tab")
    expect(recipients.locator(".app-skip")).to_be_focused()
    recipients.keyboard.press("Enter")
    expect(recipients.locator("#main")).to_be_focused()


def test_the_progress_of_a_run_moves_without_taking_the_focus(open_page, site):
    page = log_in(open_page(), site)
    page.clock.install()
    page.goto(f"{site}/mailings/9/")
    button = page.locator("#run-stop-fill")
    button.focus()
    for _ in range(2):  # a paused run is asked for each 15 seconds
        with page.expect_response("**/progress/"):
            page.clock.fast_forward(16_000)
        expect(button).to_be_focused()
