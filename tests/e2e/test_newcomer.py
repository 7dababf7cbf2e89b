"""From the visitor's home page to a mailing sent to three, by who has never seen it: each click."""
import re

from playwright.sync_api import expect

PASSWORD = "correct-horse-7"
EMAIL = "newcomer@example.com"
SUBJECT = "Мы открылись"
CLIENTS = {"lev@newcomer.example.com": "Лев Ли", "kim@newcomer.example.com": "Ким Ум",
           "ida@newcomer.example.com": "Ида Ор"}
MOST_CLICKS = 16


class Newcomer:
    """A person with a mouse, who reads the words of what they click."""

    def __init__(self, page, site):
        self.page = page
        self.site = site
        self.clicks = []

    def click(self, words, within="main", role="button"):
        """Click what says exactly `words`, once it is certain that no letter has left before."""
        assert self.letters_sent() == 0
        self.page.locator(within).get_by_role(role, name=words, exact=True).click()
        self.clicks.append(words)

    def letters_sent(self):
        found = self.page.request.get(f"{self.site}/outbox/", params={"q": SUBJECT}).text()
        return sum(email in found for email in CLIENTS)

    def type(self, **fields):
        for name, value in fields.items():
            self.page.fill(f".app-form [name={name}], main [name={name}]", value)

    def open_the_letter(self):
        """Turn to the mail program: to open it and the letter is not counted."""
        mail = self.page.context.new_page()
        mail.goto(f"{self.site}/outbox/?q={EMAIL}")
        mail.locator("#outbox-table td a").first.click()
        self.page = mail


def sign_up(person):
    person.click("Регистрация", within="main .app-hero", role="link")
    person.type(email=EMAIL, password1=PASSWORD, password2=PASSWORD)
    person.click("Зарегистрироваться")
    expect(person.page.locator("h1")).to_contain_text(EMAIL)
    person.open_the_letter()
    assert person.letters_sent() == 0
    person.page.locator(".app-letter a").first.click()
    person.clicks.append("the letter's link")
    person.click("Подтвердить")


def add_clients(person):
    person.click("Добавить получателя", role="link")
    for number, (email, name) in enumerate(CLIENTS.items()):
        person.type(email=email, full_name=name)
        person.click("Добавить" if number == len(CLIENTS) - 1 else "Добавить и ещё одного")


def test_a_newcomer_sends_a_mailing_in_few_clicks_and_nothing_leaves_before_the_last(
        open_page, site):
    person = Newcomer(open_page(locale="ru-RU"), site)
    person.page.goto(site)
    sign_up(person)
    person.click("Добавить получателя", role="link")
    print(person.page.url, person.page.locator("main").inner_text())
    person.type(email="lev@newcomer.example.com", full_name="Лев Ли")
    person.page.locator("main .app-form .btn-primary").click()
    print(person.page.url, person.page.locator("main").inner_text())
    person.page.goto(site + "/messages/create/")
    print(person.page.url, person.page.locator("main").inner_text())
    person.page.fill("[name=subject]", SUBJECT)
    person.page.fill("[name=body]", "Здравствуйте, {имя}!")
    person.page.locator("main .app-form .btn-primary").click()
    print(person.page.url, person.page.locator("main").inner_text())
    person.page.goto(site + "/mailings/create/")
    print(person.page.url, person.page.locator("main").inner_text())
    assert 0
