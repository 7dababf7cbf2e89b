"""The form of a mailing in a browser: the button says what it does."""
import re

import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in

BUTTON = "main .app-form-footer .btn-primary"


def open_form(page, site):
    log_in(page, site, "other@example.com")
    page.goto(f"{site}/mailings/create/")
    page.select_option("[name=message]", index=1)
    page.check("[name=who][value=everyone]")
    return page


@pytest.mark.parametrize("script, planned", [
    (True, "Запланировать на 28 ноября 2098, 10:00"), (False, "Запланировать")])
def test_the_button_follows_the_choice(open_page, site, script, planned):
    page = open_form(open_page(java_script_enabled=script), site)
    button = page.locator(BUTTON)
    expect(button).to_have_text(re.compile("Сохранить черновик"), use_inner_text=True)
    page.check("[name=when][value=now]")
    assert button.inner_text().strip() == "Проверить и отправить"
    page.check("[name=when][value=planned]")
    page.fill("[name=starts_at]", "2098-11-28T10:00")
    assert button.inner_text().strip() == planned
    if script:
        assert page.input_value("[name=ends_at]") == "2098-12-05T10:00"
    page.fill("[name=ends_at]", "2099-01-01T10:00")
    button.click()
    expect(page.locator(".app-title")).to_contain_text("Начнётся сама 28 ноября 2098")


@pytest.mark.parametrize("script", [True, False])
def test_a_time_that_has_passed_is_asked_about(open_page, site, script):
    page = open_form(open_page(java_script_enabled=script), site)
    page.check("[name=when][value=planned]")
    page.fill("[name=starts_at]", "2026-01-01T10:00")
    page.click(BUTTON)
    expect(page.locator("main")).to_contain_text("Это время уже прошло")
    page.check("[name=at_once]")
    assert page.inner_text(BUTTON).strip() == "Начать сразу"
    page.uncheck("[name=at_once]")
    page.check("[name=when][value=draft]")
    page.click(BUTTON)
    expect(page.locator(".app-title")).to_contain_text("Черновик, сама не начнётся")
    expect(page.locator(".app-title")).to_contain_text("1 января 2026, 10:00")
