"""A letter of blocks from a design to the recipients, by who has clients and no letter yet."""
import re

from playwright.sync_api import expect

from tests.demo_site import get, log_in

from .steps import open_letter

HEADING = "Привезли пионы"


def take_a_design(page, site):
    page.goto(f"{site}/messages/")
    page.get_by_role("link", name="Написать сообщение").first.click()
    page.get_by_role("link", name="Блоки и образцы").click()
    card = page.locator(".app-design", has_text="Скидки")
    card.get_by_role("button", name="Взять").click()
    page.wait_for_url(re.compile(r"/messages/\d+/edit/$"))


def change_the_heading(page):
    page.locator("main a", has_text="Заголовок").first.click()
    page.locator("main [name$=text]").first.fill(HEADING)
    page.get_by_role("button", name="Сохранить блок").click()
    expect(page.frame_locator("iframe").locator("h1")).to_have_text(HEADING)


def send_it(page):
    page.get_by_role("link", name="Готово").click()
    page.get_by_role("link", name="Разослать").click()
    page.locator("[name=when][value=now]").check()
    page.locator("main .app-form-footer").get_by_role("button").last.click()
    expect(page.locator("#check")).to_contain_text("Письмо")
    page.locator("#check").get_by_role("button", name="Отправить", exact=False).click()
    expect(page.locator("#mailing-status")).to_contain_text("Отправлена", timeout=30_000)


def test_a_letter_from_a_design_comes_with_its_picture_and_its_address(open_page, site):
    page = open_page(locale="ru-RU")
    log_in(page, site, "other@example.com")
    take_a_design(page, site)
    change_the_heading(page)
    send_it(page)
    open_letter(page, site, "", "Три дня скидок")
    letter = page.frame_locator("iframe")
    expect(letter.locator("h1")).to_have_text(HEADING)
    picture = letter.locator("img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    address = page.locator(".app-letter a", has_text="/w/").first.get_attribute("href")
    assert HEADING in get(page, address).text()
