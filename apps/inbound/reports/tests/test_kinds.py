"""Complaints, automatic replies, people, and letters that ask to be let go."""
import pytest

from ..reading import understood
from ..report import Kind, Outcome
from .samples import FROM, LEAVING, MAC, ORIGINAL, TO, feedback, letter, person


@pytest.mark.parametrize("kind", ["abuse", "fraud", "virus", "other", "Abuse", "x-new"])
def test_a_feedback_report_is_a_complaint(kind):
    found = understood(feedback(kind, f"Original-Rcpt-To: <{TO}>\n"))
    assert found.kind is Kind.COMPLAINT
    assert [(event.outcome, event.address) for event in found.events] == [
        (Outcome.COMPLAINT, TO)]


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_not_spam_and_auth_failure_complain_of_nothing(kind):
    found = understood(feedback(kind))
    assert found.kind is Kind.NEWS
    assert not found.events


def test_a_feedback_report_without_a_type_is_unknown():
    octets = feedback("abuse").replace(b"Feedback-Type: abuse\n", b"")
    assert understood(octets).kind is Kind.UNKNOWN


def test_a_complaint_without_the_machine_part_is_seen():
    body = ("--b\nContent-Type: text/plain\n\nThis is an email abuse report for an email message"
            f" received from 192.0.2.1\n\n--b\nContent-Type: message/rfc822\n\n{ORIGINAL}\n--b--\n")
    found = understood(letter(
        body, sender="abuse@mx.example", subject="complaint about message from 192.0.2.1",
        headers="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"))
    assert found.kind is Kind.COMPLAINT


@pytest.mark.parametrize("headers, subject", [
    ("Auto-Submitted: auto-replied\n", "Re: News"), ("X-Autoreply: yes\n", "Re: News"),
    ("Precedence: auto_reply\n", "Re: News"), ("", "Автоответ: News"), ("", "В отпуске"),
    ("", "Out of Office: News"), ("", "Automatische Antwort: News"),
    ("", "Réponse automatique : News"), ("", "Automatic reply: News"),
])
def test_an_automatic_reply_is_none_of_a_person(headers, subject):
    octets = person("Я в отпуске, не присылайте ничего", subject=subject, headers=headers)
    found = understood(octets)
    assert found.kind is Kind.AUTO
    assert not found.asks_to_leave


@pytest.mark.parametrize("subject", ["Auto: Ваш заказ не доставлен", "Re: News"])
@pytest.mark.parametrize("quoted", [
    "We could not deliver your parcel: the address does not exist",
    "Ваш заказ не был доставлен: адрес не существует", "550 5.1.1 User unknown",
])
def test_an_absence_that_quotes_our_letter_is_no_bounce(subject, quoted):
    octets = person(f"I am away until Monday.\n\n> {quoted}", subject=subject,
                    headers="Auto-Submitted: auto-replied\n")
    octets = octets.replace(f"Return-Path: <{TO}>".encode(), b"Return-Path: <>")
    assert understood(octets).kind is Kind.AUTO


def test_auto_submitted_no_is_of_a_person():
    assert understood(person("hi", headers="Auto-Submitted: no\n")).kind is Kind.PERSON


@pytest.mark.parametrize("text", [
    "Отпишите меня", "Пожалуйста, удалите мой адрес из рассылки!", "Больше не присылайте мне писем",
    "не надо мне больше слать это", "Хватит спамить", "уберите меня из базы",
    "Please unsubscribe me", "UNSUBSCRIBE", "Remove me from your list", "stop sending me this",
    "Don't email me again", "Please take me off this list", "Отказываюсь от рассылки",
])
def test_who_asks_to_leave_is_heard(text):
    found = understood(person(text))
    assert (found.kind, found.asks_to_leave) == (Kind.PERSON, True)


@pytest.mark.parametrize("text", [
    "Спасибо, очень интересно!", "Не отписывайте меня, пожалуйста", "Please don't unsubscribe me",
    "Почему меня отписали?", "Когда будет скидка? Пишите мне сюда", "Can you send me the price?",
    "> Отписаться: https://sender.example/u/", "",
])
def test_who_does_not_ask_is_let_be(text):
    found = understood(person(text))
    assert (found.kind, found.asks_to_leave) == (Kind.PERSON, False)


@pytest.mark.parametrize("above", [
    "On Mon, 2 Nov 2026 at 10:00, Sender <news@sender.example> wrote:",
    "On Mon, 2 Nov 2026 at 10:00, Sender\n<news@sender.example> wrote:",
    "Понедельник, 2 ноября 2026, 10:00 +03:00 от Sender <news@sender.example>:",
    '02.11.2026, 10:00, "Sender" <news@sender.example>:',
    "пн, 2 нояб. 2026 г. в 10:00, Sender <news@sender.example>:",
    "02.11.2026 10:00, Sender пишет:",
    "-----Original Message-----\nFrom: Sender", "-------- Исходное сообщение --------",
    "________________________________\nFrom: Sender <news@sender.example>",
    "От: Sender <news@sender.example>\nОтправлено: 2 ноября 2026 г.",
])
def test_quoted_words_are_nobodys_wish(above):
    text = f"Спасибо!\n\n{above}\n\nЧтобы отписаться, нажмите: unsubscribe"
    found = understood(person(text))
    assert not found.asks_to_leave
    assert found.text == "Спасибо!"


@pytest.mark.parametrize("quotation", [
    '<div class="gmail_quote">{}</div>', "<blockquote>{}</blockquote>",
    '<div id="appendonsend"></div>{}', '<div id="divRplyFwdMsg">{}</div>',
])
def test_quotations_in_html_are_nobodys_wish(quotation):
    text = "<html><body><div>Спасибо!</div>" + quotation.format("Unsubscribe me") + "</body></html>"
    assert not understood(person(text, kind="text/html")).asks_to_leave
    text = "<div>Отпишите меня</div>" + quotation.format("News")
    assert understood(person(text, kind="text/html")).asks_to_leave


@pytest.mark.parametrize("subject", [
    f"unsubscribe-{LEAVING}", f"Re: unsubscribe-{LEAVING}", f"UNSUBSCRIBE-{LEAVING.upper()}",
    f"unsubscribe-1a-2b-\n {MAC}", f" Fwd: unsubscribe-{LEAVING} ",
    f"=?utf-8?q?unsubscribe-{LEAVING}?=",
])
def test_the_letter_that_our_mailto_asks_for_is_known(subject):
    octets = f"From: {TO}\nTo: {FROM}\nSubject: {subject}\n\n".encode()
    found = understood(octets)
    assert found.kind is Kind.LEAVING
    assert found.leaving_tokens == (LEAVING,)


def test_a_letter_called_unsubscribe_asks_the_same():
    assert understood(person("", subject="Unsubscribe")).kind is Kind.LEAVING


def test_what_is_known_of_the_letter_itself_is_told():
    found = understood(person("Спасибо!", subject="=?utf-8?b?0J/RgNC40LLQtdGC?="))
    assert (found.from_address, found.from_name, found.subject) == (TO, "Anna", "Привет")
