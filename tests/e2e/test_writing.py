"""Writing: the first key, personal fields, drafts that outlive a session and a lost network."""
import pytest
from playwright.sync_api import expect

from tests.demo_site import KEPT, PASSWORD, log_in

SAVE = ".app-form-footer .btn-primary"
KEPT_AT = "Черновик сохранён в"


def drafts_here(page):
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('draft:'))")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_is_typed_right_after_n_is_in_the_first_field(open_page, site, motion):
    page = log_in(open_page(reduced_motion=motion), site)
    page.goto(f"{site}/recipients/")
    page.keyboard.press("n")
    page.keyboard.type("Анна")
    expect(page.locator("#modal [name=email]")).to_have_value("Анна")
    expect(page.locator("#modal [name=email]")).to_be_focused()
    page.keyboard.type(" Ли")
    expect(page.locator("#modal [name=email]")).to_have_value("Анна Ли")


def test_a_personal_field_is_put_at_the_cursor_and_a_wrong_one_is_told_while_typing(
        open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/messages/create/")
    page.fill("[name=subject]", "Для вас")
    page.locator("[name=subject]").evaluate("field => field.setSelectionRange(4, 7)")
    page.click("[data-inserts=id_subject] summary")
    page.click("[data-inserts=id_subject] [data-insert='{имя}']")
    expect(page.locator("[name=subject]")).to_have_value("Для {имя}")
    page.fill("[name=body]", "Здравствуйте, {имья}!")
    expect(page.locator("#unknown-body")).to_contain_text("Возможно, нужно {имя}?")
    page.fill("[name=body]", "Здравствуйте, {имя}!")
    expect(page.locator("#unknown-body p")).to_have_count(0)


def test_a_draft_is_kept_offered_and_gone_once_it_is_saved(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/messages/create/")
    page.fill("[name=subject]", "Черновик письма")
    expect(page.locator("[data-draft-status]")).to_contain_text(KEPT_AT)
    page.goto(f"{site}/messages/create/")
    page.locator("#drafts a").first.click()
    expect(page.locator("[name=subject]")).to_have_value("Черновик письма")
    page.fill("[name=body]", "Текст")
    page.click(SAVE)
    expect(page.locator("h1")).to_have_text("Черновик письма")
    page.goto(f"{site}/messages/create/")
    expect(page.locator("#drafts")).not_to_contain_text("Черновик письма")
    assert drafts_here(page) == []


def test_a_lost_network_keeps_the_text_in_the_browser_until_it_is_back(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/messages/create/")
    page.context.set_offline(True)
    page.fill("[name=subject]", "В поезде")
    expect(page.locator("[data-draft-status]")).to_contain_text("Текст хранится в этом браузере")
    assert len(drafts_here(page)) == 1
    page.context.set_offline(False)
    expect(page.locator("[data-draft-status]")).to_contain_text(KEPT_AT)
    assert drafts_here(page) == []


def log_in_here(page, email):
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form button")


def test_a_text_sent_after_the_session_is_over_comes_back_to_its_writer_alone(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/messages/create/")
    page.fill("[name=subject]", "После выхода")
    page.context.clear_cookies(name="sessionid")
    page.fill("[name=body]", "Длинный текст")
    page.click(SAVE)
    log_in_here(page, "other@example.com")
    assert page.url == f"{site}/messages/create/"
    expect(page.locator("#drafts > *")).to_have_count(0)
    page.context.clear_cookies(name="sessionid")
    page.goto(f"{site}/accounts/login/?next=/messages/create/")
    log_in_here(page, "owner@example.com")
    page.click("[data-restore]")
    expect(page.locator("[name=body]")).to_have_value("Длинный текст")


def test_leaving_with_what_is_in_no_draft_yet_asks_and_logging_out_leaves_nothing(open_page, site):
    page = log_in(open_page(), site)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{site}/messages/create/")
    page.locator("[name=subject]").press_sequentially("Ещё не")
    page.click("a[href='/recipients/'] >> nth=0")
    page.wait_for_url("**/recipients/")
    assert asked == ["beforeunload"] and len(drafts_here(page)) == 1
    page.click("form[action$='/logout/'] button")
    page.wait_for_url(f"{site}/")
    assert drafts_here(page) == []
    KEPT.clear()
