"""The reports as a person leafs through them."""
import contextlib
import re

from playwright.sync_api import Error, expect

from tests.demo_site import log_in


def test_another_period_keeps_the_table_unfolded_and_the_focus_and_back_returns(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/reports/")
    page.focus("#chart-summary")
    page.keyboard.press("Enter")
    page.click("#period-365")
    expect(page).to_have_url(re.compile("period=365"))
    expect(page.locator("#period-365")).to_have_attribute("aria-current", "true")
    expect(page.locator("#chart-table")).to_have_attribute("open", "")
    expect(page.locator("#period-365")).to_be_focused()
    page.click("#sort-failed")
    expect(page.locator("th", has=page.locator("#sort-failed"))).not_to_have_attribute(
        "aria-sort", "none")
    expect(page).to_have_url(re.compile("sort=failed"))
    page.go_back()
    page.go_back()
    expect(page.locator("#period-30")).to_have_attribute("aria-current", "true")


def test_a_page_passed_by_back_twice_does_not_come_last_and_stay(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/reports/")
    page.click("#period-365")
    expect(page).to_have_url(re.compile("period=365"))
    page.click("#sort-failed")
    expect(page).to_have_url(re.compile("sort=failed"))
    late = []

    def dawdle(route):
        if "hx-history-restore-request" in route.request.headers:
            late.append(route)
        else:
            route.continue_()

    page.route(re.compile("period=365$"), dawdle)
    page.go_back()
    page.go_back()
    expect(page.locator("#period-30")).to_have_attribute("aria-current", "true")
    with contextlib.suppress(Error):  # what was given up can not go on
        late[0].continue_()
    page.wait_for_timeout(500)
    expect(page.locator("#period-30")).to_have_attribute("aria-current", "true")


def test_a_refusal_is_told_in_words_and_word_for_word_behind_a_click(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/reports/?period=all")
    page.locator("#report tbody a", has_text="Весна, все гости").first.click()
    row = page.locator("tr", has_text="Такого ящика нет")
    expect(row.locator("pre").first).to_be_hidden()
    row.locator("summary").click()
    expect(row.locator("pre").first).to_contain_text("550 5.1.1")


def test_both_exports_are_downloaded(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/reports/?period=all")
    with page.expect_download() as report:
        page.click("#export")
    assert "Весна, все гости" in report.value.path().read_text(encoding="utf-8-sig")
    page.locator("#report tbody a", has_text="Весна, все гости").first.click()
    with page.expect_download() as fates:
        page.click("a[href$='/export/']")
    assert "@example." in fates.value.path().read_text(encoding="utf-8-sig")
