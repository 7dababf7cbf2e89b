"""Forms, modals, history, sessions, tabs and languages, as a browser sees them."""
from playwright.sync_api import expect

from tests.demo_site import log_in


def test_a_message_is_written_changed_and_deleted(open_page, site):
    page = log_in(open_page(reduced_motion="reduce"), site)
    page.goto(f"{site}/messages/")
    page.locator(".app-actions [data-new]").click()
    page.fill("[name=subject]", "Ночная распродажа")
    page.fill("[name=body]", "Сегодня после девяти.")
    page.click(".app-form-footer .btn-primary")
    expect(page.locator("h1")).to_have_text("Ночная распродажа")
    page.goto(f"{site}/messages/")
    table = page.locator("#message-table")
    table.locator("tr", has_text="Ночная распродажа").locator("[id$=-edit]").click()
    page.fill("[name=subject]", "Утренняя распродажа")
    page.click(".app-form-footer .btn-primary")
    page.goto(f"{site}/messages/")
    row = table.locator("tr", has_text="Утренняя распродажа")
    row.locator("[id$=-delete]").click()
    expect(page.locator("#modal")).to_contain_text("Утренняя распродажа")
    page.click("#modal .btn-danger")
    expect(row).to_have_count(0)
    expect(page.locator("#modal")).to_be_hidden()


def test_back_returns_to_the_search_and_its_page_whole(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/")
    page.locator("#id_q").press_sequentially("анна")
    page.wait_for_url("**q=%D0%B0%D0%BD%D0%BD%D0%B0**")
    found = page.locator(".app-count").inner_text()
    page.locator("#recipient-table .app-strong").first.click()
    page.wait_for_url("**/recipients/*/")
    page.go_back()
    expect(page.locator(".app-header")).to_be_visible()
    expect(page.locator("#id_q")).to_have_value("анна")
    expect(page.locator(".app-count")).to_have_text(found)
    page.go_back()
    expect(page.locator(".app-header")).to_be_visible()
    expect(page.locator(".app-count")).not_to_have_text(found)
    page.locator("a[rel=next]").click()
    page.wait_for_url("**after=**")
    page.go_back()
    expect(page.locator(".app-pages a[rel=prev]")).to_have_count(0)
    expect(page.locator(".app-header")).to_be_visible()


def test_a_session_that_ends_leads_to_login_and_back_to_the_same_page(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/?sort=email&page=2")
    page.context.clear_cookies(name="sessionid")
    page.locator("#recipient-table a[rel=next]").click()
    page.wait_for_url("**/accounts/login/?next=**")
    page.fill("[name=login]", "owner@example.com")
    page.fill("[name=password]", "vestnik-demo")
    page.click("main form .btn-primary")
    page.wait_for_url("**/recipients/?sort=email&page=2")


def test_a_login_in_another_tab_breaks_no_form_that_is_open(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/")
    page.locator(".app-actions [data-new]").click()
    expect(page.locator("#modal [name=email]")).to_be_visible()
    other = page.context.new_page()
    other.goto(site)
    other.click("form[action='/accounts/logout/'] button")
    log_in(other, site)
    page.fill("#modal [name=email]", "second.tab@example.com")
    page.fill("#modal [name=full_name]", "Аа Из другой вкладки")
    page.click("#modal .btn-primary")
    expect(page.locator("#recipient-table")).to_contain_text("Аа Из другой вкладки")


def test_what_is_sent_into_a_lost_network_is_said_and_kept(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/recipients/")
    page.locator(".app-actions [data-new]").click()
    page.fill("#modal [name=full_name]", "В дороге")
    page.route("**/recipients/create/", lambda route: route.abort())
    page.click("#modal .btn-primary")
    expect(page.locator(".app-toast-danger")).to_contain_text("Нет связи")
    expect(page.locator("#modal [name=full_name]")).to_have_value("В дороге")
    expect(page.locator("#modal .btn-primary")).to_be_enabled()


def test_a_visitor_changes_the_language_and_stays_where_they_were(open_page, site):
    page = open_page()
    page.goto(f"{site}/help/unknown/?from=mailing")
    page.click("button[name=language][value=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == f"{site}/help/unknown/?from=mailing"
    expect(page.locator("h1")).to_have_text("Outcome unknown")


def test_the_language_is_changed_where_a_search_has_led(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/mailings/")
    page.locator("#id_q").press_sequentially("меню")
    page.wait_for_url("**q=**")
    page.click("button[name=language][value=en]")
    expect(page.locator("h1")).to_have_text("Mailings")
    expect(page.locator("#id_q")).to_have_value("меню")
    page.click("button[name=language][value=ru]")
    expect(page.locator("h1")).to_have_text("Рассылки")


def test_what_the_security_policy_refuses_is_heard_as_an_error(open_page, site):
    page = open_page()
    page.goto(site)
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("document.body.append(Object.assign("
                  "document.createElement('script'), {textContent: 'window.inline = 1'}))")
    page.wait_for_function("window.inline === undefined")
    assert len(open_page.complaints) == 2
    assert all("Content Security Policy" in text for text in open_page.complaints)
    open_page.complaints.clear()


def test_without_a_script_each_noun_is_made_changed_and_deleted(open_page, site):
    page = log_in(open_page(java_script_enabled=False), site)
    for noun, field, fields in (
            ("recipients", "full_name", {"email": "no.script@example.com", "full_name": "Первое"}),
            ("messages", "subject", {"subject": "Первое", "body": "Текст"}),
            ("mailings", "ends_at", {"starts_at": "2098-01-01T10:00",
                                     "ends_at": "2099-01-01T10:00"})):
        page.goto(f"{site}/{noun}/")
        page.locator("[data-new]").first.click()
        for name, value in fields.items():
            page.fill(f"[name={name}]", value)
        if noun == "mailings":
            page.select_option("[name=message]", index=1)
            page.check("[name=who][value=everyone]")
        page.click("main .app-form .btn-primary")
        if noun != "mailings":
            page.goto(f"{site}/{noun}/?q=Первое")
            page.locator("tbody a.app-strong").first.click()
        page.click("a[href$='/edit/']")
        page.fill(f"[name={field}]", "2099-02-01T10:00" if noun == "mailings" else "Второе")
        page.click("main .app-form .btn-primary")
        expect(page.locator("main")).to_contain_text("2099" if noun == "mailings" else "Второе")
        if noun != "mailings":
            page.goto(f"{site}/{noun}/?q=Второе")
            page.locator("tbody a.app-strong").first.click()
        page.click("a[href$='/delete/']")
        page.click("main .app-form .btn-danger")
        expect(page.locator("#toasts")).to_contain_text("Удалено")
