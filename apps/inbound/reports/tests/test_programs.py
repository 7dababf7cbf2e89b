"""Reports as the mail programs of the world write them, in words made up here."""
import pytest

from ..reading import understood
from ..report import Kind
from .samples import FROM, ORIGINAL, TO, exim, letter, qmail, recipient, report

OUTLOOK = f"{TO}<mailto:{TO}>\n"
DOMINO = f"Your message\n\n  Subject: News\n\nwas not delivered to:\n\n  {TO}\n\nbecause:\n\n  "


def told(octets):
    return [(event.address, str(event.outcome)) for event in understood(octets).events]


def in_charset(text, charset):
    """Return a report in another charset."""
    head = letter("", headers=f"Content-Type: text/plain; charset={charset}\n")
    return head + text.encode(charset)


@pytest.mark.parametrize("text, expected", [
    (f"   --- Transcript of session follows ---\n>>> RCPT To:<{TO}>\n<<< 550 <{TO}>, No user\n"
     f"550 <{TO}>... User unknown\n\n  --- Unsent message follows ---\n{ORIGINAL}", "gone"),
    (f"Each of these was rejected by a remote server.\n\n    Recipient: <{TO}>\n    >>> RCPT TO:"
     f"<{TO}>\n    <<< 550 <{TO}>: User unknown\n", "gone"),
    (f"Your mail could not be delivered to: <{TO}>\n    As their mailbox is full.\n", "now"),
    (f"Unable to deliver message to: <{TO}>\nServer mx.example[192.0.2.4] failed with: 550 <{TO}> "
     "No such user here\n", "gone"),
    (f"  * {TO}\n\nTechnical details:\n\nSMTP:RCPT host 192.0.2.8: 553 5.3.0 <{TO}>... No such "
     "user", "gone"),
    (f"Addressed To: {TO}\n\nFailed to connect to the host,\n{TO}: [192.0.2.4], connection timed "
     "out\n", "now"),
    (f"Error message below:\n550 - Action not taken: no such user here\n\nMessage details:\n"
     f"  MAIL FROM: {FROM}\n  RCPT TO: {TO}\n", "gone"),
    (f"Recipient address: anna@store-daemon\n  Original address: {TO}\n  Reason: No such user\n",
     "gone"),
    (f"{TO}: Network error on destination MXs\n", "now"),
    (f"{TO}: Local configuration error\n", "now"),
    (f"<{TO}>:\nNo MX or A records for shop.example\n", "gone"),
    (f"{OUTLOOK}Die E-Mail-Adresse konnte nicht gefunden werden.\n", "gone"),
    (f"{OUTLOOK}L'adresse de messagerie est introuvable.\n", "gone"),
    (f"{OUTLOOK}No se encontró la dirección de correo.\n", "gone"),
    (f"{OUTLOOK}O endereço de email não foi encontrado.\n", "gone"),
    (f"{OUTLOOK}Impossibile trovare l'indirizzo di posta.\n", "gone"),
    (f"{OUTLOOK}Не найден введенный адрес электронной почты.\n", "gone"),
    (f"{OUTLOOK}入力したアドレスが見つかりませんでした。\n", "gone"),
    (f"{DOMINO}User anna ({TO}) not listed in Domino Directory\n", "gone"),
    (f"{DOMINO}L'utilisateur anna ({TO}) n'est pas répertorié dans l'annuaire Domino\n", "gone"),
    (f"<{TO}>: La boîte du destinataire est pleine\n", "now"),
    (f"<{TO}>: почтовый ящик получателя переполнен\n", "now"),
    (f"<{TO}>: メールボックスがいっぱいです\n", "now"),
    (f"<{TO}>: Email was flagged as spam\n", "letter"),
])
def test_what_programs_write_for_people_is_understood(text, expected):
    octets = letter(f"Your message could not be delivered.\n\n{text}",
                    headers="Content-Type: text/plain; charset=utf-8\n")
    assert told(octets) == [(TO, expected)]


@pytest.mark.parametrize("text, charset", [
    ("Получатель: %s\nПричина: такой пользователь не найден\n", "windows-1251"),
    ("Ваше письмо не доставлено\n\n%s\n   нет такого пользователя\n", "koi8-r"),
    ("<%s>: 宛先のアドレスは存在しません。\n", "shift_jis"),
    ("ディレクトリのリストにありません\n%s\n", "iso-2022-jp"),
])
def test_a_report_is_read_in_its_charset(text, charset):
    assert told(in_charset(text % TO, charset)) == [(TO, "gone")]


@pytest.mark.parametrize("words", [
    "Backscatter protection found an invalid or expired address", "too many unknown users",
    "your mailbox does not exist", "the sending domain does not exist", "unknown mailer error 2",
    "mailbox unavailable or access denied", "invalid domain, see the manual",
    "unknown error for the user", "送信者のアドレスは存在しません",
])
def test_what_is_not_there_may_be_something_else(words):
    assert [outcome for _, outcome in told(report(recipient(f"smtp; 550 {words}", status="5.0.0")))
            ] != ["gone"]
    assert [outcome for _, outcome in told(qmail(words))] != ["gone"]


def test_the_code_behind_a_full_mailbox_does_not_outweigh_it():
    assert told(qmail("user over quota. (#5.1.1)")) == [(TO, "now")]


def test_a_delay_says_nothing_beside_the_end():
    octets = report(recipient("", action="delayed", status="4.4.1"), recipient())
    assert told(octets) == [(TO, "gone")]


def test_a_letter_that_waits_has_not_arrived():
    found = understood(letter(
        "A message that you sent has not yet been delivered to its\nrecipients after more than 24 "
        f"hours.\n\n  {TO}\n    Delay reason: Connection timed out\n",
        subject="Warning: message 1abCDe-000123-Ab delayed 24 hours"))
    assert found.kind is Kind.NEWS
    assert [str(event.outcome) for event in found.events] == ["delayed"]


def test_a_letter_that_went_on_says_where_to():
    [event] = understood(exim(
        f"(generated from {TO})\n    host mx.far.example: 550 5.1.1 User unknown",
        address="anna@far.example")).events
    assert (event.address, event.went_to) == (TO, ("anna@far.example",))


@pytest.mark.parametrize("diagnostic, status, sure", [
    ("smtp; 550 5.1.1 User unknown", "5.1.1", True),
    ("smtp; 550 Requested action not taken: mailbox unavailable", "5.0.0", False),
])
def test_a_guess_is_called_one(diagnostic, status, sure):
    [event] = understood(report(recipient(diagnostic, status=status))).events
    assert (str(event.outcome), event.sure) == ("gone", sure)
