"""What a new person does first, from sign-up to the mail server's own answers."""
import re

import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in

from .steps import open_letter

PASSWORD = "correct-horse-7"
CLIENTS = (("anna", "Анна Ли"), ("boris", "Борис Ким"), ("nobody.vera", "Вера Ум"))


def sign_up(page, site, email):
    page.goto(f"{site}/accounts/signup/")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.click("main form button")
    open_letter(page, site, email)
    page.click(".app-letter a")
    page.click("main form button")
    if "/login/" in page.url:
        page.fill("[name=login]", email)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
    page.goto(f"{site}/")


@pytest.mark.parametrize("script, width", [(True, 1280), (False, 1280), (True, 360)])
def test_a_newcomer_signs_up_and_sends_a_mailing_whose_every_fate_is_seen(
        open_page, site, script, width):
    page = open_page(java_script_enabled=script, viewport={"width": width, "height": 800},
                     locale="ru-RU")
    email = f"new{int(script)}{width}@example.com"
    sign_up(page, site, email)
    expect(page.locator(".app-steps")).to_be_visible()
    for local, name in CLIENTS:
        page.goto(f"{site}/recipients/")
        page.locator("main a[href='/recipients/create/'] >> visible=true").first.click()
        page.fill("[name=email]", f"{local}@example.com")
        page.fill("[name=full_name]", name)
        page.click(".app-form .btn-primary")
        if script:
            expect(page.locator("#recipient-table")).to_contain_text(name)
    page.goto(f"{site}/messages/create/")
    page.fill("[name=subject]", "Весенние новости")
    page.fill("[name=body]", "Здравствуйте, {full_name|друг}!")
    if script:
        expect(page.locator(".app-preview")).to_contain_text("Здравствуйте, Анна Ли!")
    page.click(".app-form .btn-primary")
    page.goto(f"{site}/mailings/create/")
    page.select_option("[name=message]", label="Весенние новости")
    page.check("[name=who][value=everyone]")
    page.fill("[name=starts_at]", "2026-01-01T10:00")
    page.fill("[name=ends_at]", "2099-01-01T10:00")
    # In the past so that pressing «Отправить» asks nothing; the clock may be quicker by a moment.
    page.click(".app-form .btn-primary")
    page.wait_for_url(re.compile(r"/mailings/\d+/$"))
    mailing = page.url
    page.click("#mailing-run a.btn-primary")
    expect(page.locator("#check")).to_contain_text("3 получателя")
    page.get_by_role("button", name="Отправить 3 получателям").click()
    page.wait_for_url(mailing)
    for _ in range(15):
        if script:
            break
        page.wait_for_timeout(1000)
        page.goto(mailing)
        if page.locator("text=Отправлена").count():
            break
    expect(page.locator("#mailing-status")).to_contain_text("Отправлена", timeout=15000)
    expect(page.locator("#mailing-run")).to_contain_text("2 из 3 получили")
    expect(page.locator("#mailing-run")).to_contain_text("1 не дошло: такого ящика нет")
    expect(page.locator(".app-tally dd").nth(0)).to_have_text("2")
    expect(page.locator(".app-tally dd").nth(1)).to_have_text("1")
    if script:
        assert page.locator("#mailing-run[hx-trigger]").count() == 0
    page.goto(f"{site}/attempts/")
    expect(page.locator("#attempt-table tbody tr")).to_have_count(3)
    expect(page.locator("#attempt-table")).to_contain_text("250 2.0.0 Ok: queued as")
    expect(page.locator("#attempt-table")).to_contain_text("550 5.1.1")
    page.goto(f"{site}/outbox/?q=anna@example.com")
    page.click("#outbox-table td a >> text=Весенние новости")
    expect(page.locator(".app-letter")).to_contain_text("Здравствуйте, Анна Ли!")


def test_a_form_with_a_mistake_stays_open_and_keeps_what_was_typed(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/")
    page.click("[data-new]")
    page.fill("[name=email]", "nonsense")
    page.fill("[name=full_name]", "Кто-то")
    page.click("#modal .btn-primary")
    expect(page.locator("#modal .invalid-feedback")).to_be_visible()
    expect(page.locator("#modal [name=full_name]")).to_have_value("Кто-то")
    expect(page.locator("#modal [name=email]")).to_be_focused()


def test_a_row_is_edited_in_place_and_escape_leaves_it_as_it_was(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/")
    row = page.locator("#recipient-table tbody tr").first
    name = row.locator(".app-strong").inner_text()
    row.locator("a[title='Изменить']").click()
    expect(page.locator("tr[data-inline] [name=email]")).to_be_focused()
    field = page.locator("tr[data-inline] [name=full_name]")
    field.fill("Совсем Другой")
    field.press("Escape")
    expect(row.locator(".app-strong")).to_have_text(name)
    row.locator("a[title='Изменить']").click()
    expect(page.locator("tr[data-inline] [name=email]")).to_be_focused()
    page.locator("tr[data-inline] [name=full_name]").fill("А Первый Клиент")
    page.locator("tr[data-inline] .btn-primary").click()
    expect(page.locator("#recipient-table")).to_contain_text("А Первый Клиент")


def test_recipients_are_found_and_ticked_in_the_mailings_form(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/mailings/create/")
    page.check("[name=who][value=hand]")
    page.locator("[data-candidate]").first.check()
    page.fill("[data-find]", "ольга")
    expect(page.locator("#candidates li").first).to_contain_text("Ольга")
    page.locator("[data-candidate]").first.check()
    expect(page.locator("[data-count]")).to_have_text("2")
    page.locator("[name=_add]").click()
    expect(page.locator("[data-count]")).not_to_have_text("2")


def test_somebody_in_a_mailing_is_found_in_its_form_and_unticked(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/mailings/8/edit/")
    count = page.locator("[data-count]")
    before = int(count.inner_text())
    page.fill("[data-find]", "соловьёва")
    expect(page.locator("#candidates li").first).to_contain_text("уже в рассылке")
    name = page.locator("#candidates li [name=found_kept]").last
    pk = name.get_attribute("value")
    name.uncheck()
    expect(count).to_have_text(str(before - 1))
    page.locator(f"[data-picked] [type=checkbox][value='{pk}']").check()
    expect(count).to_have_text(str(before))


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(open_page, site, width):
    page = log_in(open_page(viewport={"width": width, "height": 700}), site)
    for path in ("/", "/recipients/", "/messages/", "/mailings/", "/mailings/8/", "/attempts/",
                 "/reports/", "/reports/mailings/8/", "/profile/", "/profile/edit/",
                 "/mailings/create/", "/messages/create/", "/outbox/", "/accounts/email/"):
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_after_logout_back_shows_nothing(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/")
    page.click("form[action='/accounts/logout/'] button")
    page.wait_for_url(f"{site}/")
    page.go_back()
    expect(page.locator("#recipient-table")).to_have_count(0)


def test_a_lost_connection_is_said_in_a_toast(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/")
    page.route("**/recipients/create/", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.click("[data-new]")
    expect(page.locator(".app-toast-danger")).to_be_visible()
    page.wait_for_timeout(50)
