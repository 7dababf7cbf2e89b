"""From the visitor's home page to a mailing sent to three, by who has never seen it: each click."""
from playwright.sync_api import expect

from tests.demo_site import get

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
        self.page.locator(within).get_by_role(role, name=words, exact=True).last.click()
        self.clicks.append(words)

    def letters_sent(self):
        """Return how many letters of the mailing the mail server has."""
        found = get(self.page, f"{self.site}/outbox/", params={"q": "@newcomer."})
        return found.text().count(SUBJECT)

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
    for email, name in CLIENTS.items():
        person.type(email=email, full_name=name)
        is_last = email == list(CLIENTS)[-1]
        person.click("Добавить получателя" if is_last else "Сохранить и добавить ещё")
        expect(person.page.locator(".toast", has_text=name)).to_be_visible()


def write_message(person):
    person.click("Написать сообщение", role="link")
    person.type(subject=SUBJECT, body="Здравствуйте, {имя}!")
    person.click("Сохранить сообщение", within=".app-form-footer")
    expect(person.page.locator("h1")).to_have_text(SUBJECT)


def make_mailing(person):
    person.click("Разослать", role="link")
    expect(person.page.locator("[name=message] option:checked")).to_have_text(SUBJECT)
    expect(person.page.get_by_role("radio", name="Все мои получатели: 3")).to_be_checked()
    person.click("Сейчас Сначала вы проверите, кому и что уйдёт.", role="radio")
    person.click("Проверить и отправить", within=".app-form-footer")


def test_a_newcomer_sends_a_mailing_in_few_clicks_and_nothing_leaves_before_the_last(
        open_page, site):
    person = Newcomer(open_page(locale="ru-RU"), site)
    person.page.goto(site)
    sign_up(person)
    add_clients(person)
    write_message(person)
    make_mailing(person)
    check = person.page.locator("#check")
    expect(check).to_contain_text("Мы открылись")
    expect(check).to_contain_text("Здравствуйте, Лев!")
    expect(check).to_contain_text("Сейчас")
    person.page.wait_for_timeout(1500)  # a sender would have begun
    person.click("Отправить 3 получателям", within="#check")
    expect(person.page.locator("#mailing-status")).to_contain_text("Отправлена", timeout=15_000)
    expect(person.page.locator("#mailing-run")).to_contain_text("3 из 3 получили")
    assert person.letters_sent() == 3
    assert len(person.clicks) <= MOST_CLICKS, person.clicks
