"""Senders in a browser: presets, the check as it is made, deletion; without a script, by keys."""
import re

import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in
from tests.screenshots import speak

from .test_axe import MODAL, violations_here


def fill_in(page, port):
    page.fill("[name=address]", "olga@lavka.example")
    page.fill("[name=name]", "Лавка чая")
    page.fill("[name=new_password]", "5ecret")
    page.fill("[name=host]", "127.0.0.1")
    page.fill("[name=port]", port)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_server_that_is_off_is_told_within_seconds(open_page, site, language):
    page = log_in(open_page(reduced_motion="reduce"), site, "other@example.com")
    speak(page, site, language)
    page.goto(f"{site}/senders/create/")
    page.check("[value=gmail]")
    expect(page.locator("[name=host]")).to_have_value("smtp.gmail.com")
    expect(page.locator("[name=per_day]")).to_have_value("500")
    expect(page.locator("[data-preset=gmail]")).to_be_visible()
    page.check("[value=own]")
    expect(page.locator("[name=host]")).to_have_value("")
    fill_in(page, "100000")
    found = violations_here(page, "form")
    page.click(".app-form-footer .btn-primary")
    expect(page.locator("[name=port].is-invalid")).to_be_visible()
    expect(page.locator("[name=new_password]")).to_have_value("")
    found += violations_here(page, "refused form")
    fill_in(page, "1")
    page.click(".app-form-footer .btn-primary")
    state = page.locator("#sender-state")
    expect(state.locator(".app-blue")).to_have_count(0, timeout=15_000)
    expect(state.locator(".app-badge-long")).to_be_visible()
    found += violations_here(page, "detail")
    page.goto(f"{site}/senders/")
    found += violations_here(page, "list")
    page.locator("[id$=-delete]").first.click()
    page.locator(MODAL).first.wait_for()
    found += violations_here(page, "deletion")
    page.locator("#modal-content .btn-danger").click()
    expect(page.locator("#toasts [data-undo]")).to_be_visible()
    assert found == []


def test_without_a_script_the_chosen_service_fills_in_its_server(open_page, site):
    page = open_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    log_in(page, site, "other@example.com")
    page.goto(f"{site}/senders/create/")
    page.check("[value=microsoft]")
    page.fill("[name=address]", "olga@lavka.example")
    page.click("[name=_preset]")
    expect(page.locator("[name=address]")).to_have_value("olga@lavka.example")
    expect(page.locator("[name=host]")).to_have_value("smtp.office365.com")
    page.check("[value=own]")
    page.click("[name=_preset]")
    fill_in(page, "1")
    page.click(".app-form-footer .btn-primary")
    expect(page).to_have_url(re.compile(r"/senders/\d+/$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click(".app-title [href$='/delete/']")
    page.click(".btn-danger")
    expect(page).to_have_url(f"{site}/senders/")


def test_by_keys_alone_a_sender_is_added_and_deleted(open_page, site):
    page = log_in(open_page(), site, "other@example.com")
    page.goto(f"{site}/senders/")
    page.keyboard.press("n")
    expect(page).to_have_url(f"{site}/senders/create/")
    page.locator("[name=preset]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=host]")).to_have_value("smtp.mail.ru")
    page.locator("[value=own]").focus()
    page.keyboard.press("Space")
    expect(page.locator("[name=host]")).to_have_value("")
    fill_in(page, "1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/senders/\d+/$"))
    page.wait_for_load_state()
    page.locator(".app-title [href$='/delete/']").focus()
    page.keyboard.press("Enter")
    page.locator(MODAL).first.wait_for()
    page.locator("#modal-content .btn-danger").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/senders/")
    page.locator("#toasts [data-undo] button").click()
    expect(page.locator("#sender-table tbody tr")).not_to_have_count(0)


def test_a_service_that_is_chosen_before_the_scripts_are_there_fills_in_its_server(
        open_page, site):
    page = log_in(open_page(), site, "other@example.com")
    held = []
    page.route("**/htmx-2*.js", lambda route: held.append(route))
    page.goto(f"{site}/senders/create/", wait_until="commit")
    page.check("[value=gmail]")
    expect(page.locator("[name=host]")).to_have_value("")
    held[0].continue_()
    expect(page.locator("[name=host]")).to_have_value("smtp.gmail.com")


def test_what_is_typed_while_the_server_is_filled_in_stays(open_page, site):
    page = log_in(open_page(), site, "other@example.com")
    page.goto(f"{site}/senders/create/")
    held = []
    page.route("**/senders/server/", lambda route: held.append(route))
    with page.expect_request("**/senders/server/"):
        page.check("[value=own]")
    page.fill("[name=host]", "mail.lavka.example")
    page.fill("[name=port]", "2525")
    with page.expect_response("**/senders/server/"):
        held[0].continue_()
    expect(page.locator("#sender-server")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("[name=host]")).to_have_value("mail.lavka.example")
    expect(page.locator("[name=port]")).to_have_value("2525")


def test_a_double_click_adds_one_sender(open_page, site):
    page = log_in(open_page(), site, "other@example.com")
    page.goto(f"{site}/senders/?q=olga")
    before = page.locator("#sender-table tbody tr").count()
    page.goto(f"{site}/senders/create/")
    page.check("[value=own]")
    expect(page.locator("[data-preset=own]")).to_be_visible()
    fill_in(page, "1")
    page.dblclick(".app-form-footer .btn-primary")
    expect(page).to_have_url(re.compile(r"/senders/\d+/$"))
    page.goto(f"{site}/senders/?q=olga")
    expect(page.locator("#sender-table tbody tr")).to_have_count(before + 1)
