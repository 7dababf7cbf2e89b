"""From whom a mailing goes, in a browser."""
import re

import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in

SHOP = "Цветочная лавка «Пион» <other@example.com>"


@pytest.mark.parametrize("script", [True, False])
def test_a_mailing_goes_by_the_default_sender_unless_another_is_chosen(open_page, site, script):
    page = open_page(java_script_enabled=script)
    log_in(page, site, "other@example.com")
    page.goto(f"{site}/mailings/create/")
    chosen = page.locator("[name=sender] option:checked")
    expect(chosen).to_have_text(SHOP)
    page.select_option("[name=message]", index=1)
    page.check("[name=who][value=everyone]")
    page.click(".app-form .btn-primary")
    page.wait_for_url(re.compile(r"/mailings/\d+/$"))
    expect(page.locator(".app-title")).to_contain_text(f"от {SHOP}")
    page.click("#mailing-run a.btn-primary")
    expect(page.locator("#check")).to_contain_text(SHOP)
    page.locator("#check").get_by_role("link", name="Изменить От кого").click()
    page.select_option("[name=sender]", value="")
    page.click(".app-form .btn-primary")
    page.wait_for_url(re.compile(r"/mailings/\d+/$"))
    expect(page.locator(".app-title")).to_contain_text("Письма уйдут от имени «Вестник»")
