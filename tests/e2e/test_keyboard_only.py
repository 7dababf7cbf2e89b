"""From an empty form to a finished run, and a manager's switch, without a mouse."""
import re

from playwright.sync_api import expect

from tests.demo_site import log_in

from .steps import figures


def tab_to(page, selector):
    """Press Tab until the focus is on `selector`."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector}")


def follow(page, selector):
    tab_to(page, selector)
    page.keyboard.press("Enter")


def type_moment(page, name, year):
    """Type the 1st of January of `year`, 10:00, into a field of date and time, part by part."""
    tab_to(page, f"[name={name}]")
    page.keyboard.type(f"0101{year}")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("1000A")  # the A for who has AM and PM
    expect(page.locator(f"[name={name}]")).to_have_value(f"{year}-01-01T10:00")


def test_a_message_is_written_and_sent_by_keyboard_alone(open_page, site):
    page = log_in(open_page(reduced_motion="reduce"), site, "other@example.com")
    follow(page, "a[href='/messages/']")
    page.wait_for_url("**/messages/")
    page.keyboard.press("n")
    expect(page.locator("[name=subject]")).to_be_focused()
    page.keyboard.type("Без мыши")
    tab_to(page, "[name=body]")
    page.keyboard.type("Здравствуйте!")
    follow(page, ".app-form-footer .btn-primary")
    expect(page.locator("h1")).to_have_text("Без мыши")
    follow(page, ".app-actions .btn-primary")
    expect(page.locator("[name=message] option:checked")).to_have_text("Без мыши")
    type_moment(page, "starts_at", 2026)
    type_moment(page, "ends_at", 2099)
    tab_to(page, "[name=who][value=everyone]")
    page.keyboard.press("Space")
    follow(page, ".app-form-footer .btn-primary")
    page.wait_for_url(re.compile(r"/mailings/\d+/$"))
    expect(page.locator("h1")).to_contain_text("Без мыши")
    follow(page, "#mailing-run .btn-primary")
    page.wait_for_url("**/start/")
    follow(page, "#check .btn-primary")
    expect(page.locator("#mailing-status")).to_contain_text("Отправлена", timeout=20_000)
    assert sum(figures(page)) == 25 and figures(page)[4] == 0


def test_a_manager_switches_a_mailing_off_and_on_by_keyboard_alone(open_page, site):
    page = log_in(open_page(reduced_motion="reduce"), site, "manager@example.com")
    page.goto(f"{site}/mailings/")
    tab_to(page, "#mailing-table .app-switch")
    switch = page.locator("#mailing-table .app-switch").first
    expect(switch).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#modal [name=reason]")).to_be_focused()
    page.keyboard.type("Опечатка в цене")
    follow(page, "#modal .btn-danger")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(switch).to_be_focused()
    page.wait_for_timeout(300)  # nobody presses sooner
    page.keyboard.press("Enter")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
