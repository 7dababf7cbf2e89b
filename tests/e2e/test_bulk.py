"""Many recipients at once: ticks, the bar below them, a tag, a deletion and its undo."""
import re

import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in

TICKS = "[name=tick]"


def tick(page, *places):
    for place in places:
        page.locator(TICKS).nth(place).check()


def test_the_ticked_are_counted_tagged_deleted_and_come_back(open_page, site):
    page = open_page()
    log_in(page, site, "other@example.com")
    page.goto(f"{site}/recipients/")
    bar, count = page.locator("#bulk"), page.locator("[data-ticked]")
    expect(bar).to_be_hidden()
    page.check("[data-tick-page]")
    number = page.locator(TICKS).count()
    expect(count).to_have_text(str(number))
    page.uncheck("[data-tick-page]")
    expect(bar).to_be_hidden()
    tick(page, 0, 2)
    expect(count).to_have_text("2")
    bar.locator("[value=tag]").click()
    page.locator("#modal-content [name=names]").fill("Пекарни")
    page.keyboard.press("Enter")
    chips = page.locator("tbody .app-tag", has_text="Пекарни")
    expect(chips).to_have_count(2)
    expect(count).to_have_text("2")  # they stay ticked
    expect(page.locator(".app-pills a", has_text="Пекарни")).to_contain_text("2")
    bar.locator("[value=delete]").click()
    page.locator("#modal-content .btn-danger").click()
    expect(chips).to_have_count(0)
    expect(bar).to_be_hidden()
    page.locator("#toasts [data-undo] button").click()
    expect(chips).to_have_count(2)


@pytest.mark.parametrize("script", [True, False])
def test_all_that_a_filter_finds_get_a_tag(open_page, site, script):
    page = open_page(java_script_enabled=script)
    log_in(page, site, "owner@example.com")
    page.goto(f"{site}/recipients/?q=васильев")
    name = f"Васильевы {script}"
    tick(page, 0)
    expect(page.locator("#bulk")).to_be_visible()
    if page.locator("[name=all]").count():
        page.check("[name=all]")
    else:
        tick(page, *range(page.locator(TICKS).count()))
    page.click("#bulk [value=tag]")
    page.fill("[name=names]", name)
    page.click(".btn-primary:visible >> nth=-1")
    expect(page.locator("tbody .app-tag", has_text=name).first).to_be_visible()
    assert re.search(r"q=", page.url)
    page.goto(f"{site}/recipients/?q=васильев&tag=none")
    expect(page.locator(".app-empty")).to_be_visible()
