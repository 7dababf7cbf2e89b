"""The managers' switches, in the browsers of both sides."""
from playwright.sync_api import expect

from tests.demo_site import log_in

from .steps import give_reason


def test_a_blocked_person_is_out_at_the_next_step_and_comes_in_again(open_page, site):
    theirs = log_in(open_page(), site, "other@example.com")
    page = log_in(open_page(), site, "manager@example.com")
    page.goto(f"{site}/users/")
    row = page.locator("#user-table tr", has_text="other@example.com")
    row.locator("[role=switch]").click()
    give_reason(page)
    expect(row).to_contain_text("Заблокирован")
    expect(row.locator("[role=switch]")).to_have_attribute("aria-checked", "false")
    theirs.goto(f"{site}/recipients/")
    assert "/accounts/login/" in theirs.url
    row.locator("[role=switch]").click()
    expect(row.locator("[role=switch]")).to_have_attribute("aria-checked", "true")
    theirs.context.clear_cookies()
    log_in(theirs, site, "other@example.com")


def test_a_refused_switch_stays_as_it_was_and_says_so(open_page, site):
    page = log_in(open_page(), site, "manager@example.com")
    page.goto(f"{site}/users/")
    page.route("**/toggle/*", lambda route: route.fulfill(status=403))
    switch = page.locator("#user-table tr", has_text="owner@example.com").locator("[role=switch]")
    switch.click()
    expect(page.locator(".app-toast-danger")).to_contain_text("недоступно")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_enabled()


def test_a_disabled_mailing_cannot_be_sent_by_its_owner(open_page, site):
    page = log_in(open_page(), site, "manager@example.com")
    page.goto(f"{site}/mailings/?q=Подписка")
    row = page.locator("#mailing-table tbody tr").first
    row.locator("[role=switch]").click()
    give_reason(page)
    expect(row).to_contain_text("Отключена менеджером")
    owner = log_in(open_page(), site, "other@example.com")
    owner.goto(site + row.locator(".app-strong").get_attribute("href"))
    expect(owner.locator("#mailing-run")).to_contain_text("Отключена менеджером")
    expect(owner.locator("#mailing-run")).to_contain_text("Опечатка в цене")
    expect(owner.locator("#mailing-run")).to_contain_text("manager@example.com")
    expect(owner.locator("#mailing-run .btn-primary")).to_be_disabled()
    row.locator("[role=switch]").click()
    expect(row).not_to_contain_text("Отключена менеджером")
    owner.reload()
    expect(owner.locator("#mailing-run a.btn-primary")).to_be_visible()


def test_without_a_script_the_switches_are_buttons(open_page, site):
    page = log_in(open_page(java_script_enabled=False), site, "manager@example.com")
    page.goto(f"{site}/users/")
    for state in ("false", "true"):
        page.locator("#user-table tr", has_text="other@example.com").locator(
            "[role=switch]").click()
        if state == "false":
            give_reason(page, "main")
        expect(page.locator("#user-table tr", has_text="other@example.com").locator(
            "[role=switch]")).to_have_attribute("aria-checked", state)


def test_a_block_is_undone_from_its_toast(open_page, site):
    page = log_in(open_page(), site, "manager@example.com")
    page.goto(f"{site}/users/")
    row = page.locator("#user-table tr", has_text="other@example.com")
    row.locator("[role=switch]").click()
    give_reason(page)
    expect(row).to_contain_text("Заблокирован")
    page.click(".app-toast [data-undo] button")
    expect(row).not_to_contain_text("Заблокирован")


def test_the_menu_under_the_avatar_works_by_keys_and_without_a_script(open_page, site):
    page = log_in(open_page(), site, "manager@example.com")
    menu = page.locator(".app-own-menu")
    page.focus(".app-own-menu summary")
    page.keyboard.press("Enter")
    expect(menu.locator("a[href='/users/']")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.locator("a[href='/users/']")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.mouse.click(600, 500)
    expect(menu.locator("a[href='/users/']")).to_be_hidden()
    plain = log_in(open_page(java_script_enabled=False), site, "manager@example.com")
    plain.click(".app-own-menu summary")
    plain.click(".app-own-menu a[href='/trail/']")
    expect(plain).to_have_url(f"{site}/trail/")
