"""The service's own letters: careful MIME, never 8bit."""
import email
import email.policy
import re
from email.header import decode_header, make_header

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from hypothesis import example, given
from hypothesis import strategies as st

from apps.delivery.mail import rendered

from .test_letter import BODY, LINE

SUBJECT = "Подтвердите, пожалуйста, ваш адрес электронной почты в Вестнике"


def read(octets):
    """What a mail program reads once the server has taken the doubled dots away."""
    lines = [line[1:] if line.startswith(b".") else line for line in octets.split(b"\r\n")]
    return email.message_from_bytes(b"\r\n".join(lines), policy=email.policy.default)


def keeps_the_rules_of_the_wire(octets):
    assert octets.isascii() and octets.endswith(b"\r\n") and b"8bit" not in octets.lower()
    assert b"\r\n.\r\n" not in octets and not octets.startswith(b".")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", octets)
    for line in octets.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        assert line.strip() and len(line) <= (76 if b"=?" in line else 998)
    return max(map(len, octets.split(b"\r\n"))) <= 998


def full_letter():
    letter = EmailMultiAlternatives(
        SUBJECT, "Привет\n.\n..точка\n", "Shop, Inc. <info@магазин.рф>",
        ["Ли, Анна <anna@example.com>", "boris@example.com"], cc=["c@пример.рф"],
        bcc=["hidden@example.com"], reply_to=["Ответ <r@example.com>"],
        headers={"List-Unsubscribe": f"<https://example.com/{'a' * 90}>, <mailto:u@example.com>",
                 "X-Note": "Заметка", "Bcc": "hidden@example.com"})
    letter.attach_alternative(f"<p>Hello {'x' * 1500} é</p>", "text/html")
    letter.attach("счёт.txt", "Итого", "text/plain")
    letter.attach("a.bin", bytes(range(256)), "application/octet-stream")
    letter.attach("fwd.eml", EmailMessage("Внутри", "Текст", "a@b.org", ["c@d.org"]),
                  "message/rfc822")
    return letter


def test_a_letter_of_all_parts_goes_in_ascii_and_reads_back():
    octets = rendered(full_letter())
    letter = read(octets)
    assert keeps_the_rules_of_the_wire(octets) and not letter.defects
    assert letter["From"].addresses[0].display_name == "Shop, Inc."
    assert letter["From"].addresses[0].addr_spec == "info@xn--80aairftm.xn--p1ai"
    assert [to.addr_spec for to in letter["To"].addresses] == [
        "anna@example.com", "boris@example.com"]
    assert letter["To"].addresses[0].display_name == "Ли, Анна"
    assert letter["Cc"] == "c@xn--e1afmkfd.xn--p1ai" and b"hidden" not in octets
    assert letter["Reply-To"] == "Ответ <r@example.com>" and letter["X-Note"] == "Заметка"
    assert letter["List-Unsubscribe"].endswith("a>, <mailto:u@example.com>")
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Date"].datetime
    assert letter.get_body(("plain",)).get_content().split() == ["Привет", ".", "..точка"]
    assert "x" * 1500 + " é" in letter.get_body(("html",)).get_content()
    text, binary, forwarded = letter.iter_attachments()
    assert text.get_filename() == "счёт.txt" and text.get_content() == "Итого"
    assert binary.get_content() == bytes(range(256))
    assert forwarded.get_content().get_content().strip() == "Текст"


@given(subject=LINE, body=BODY, name=LINE)
def test_any_letter_keeps_the_rules_and_reads_back(subject, body, name):
    message = EmailMessage(subject, body, "shop@example.com", [f"{name} <anna@example.com>"])
    octets = rendered(message)
    assert keeps_the_rules_of_the_wire(octets)
    letter = email.message_from_bytes(octets)
    assert str(make_header(decode_header(letter["Subject"]))) == subject
    content = read(octets).get_payload(decode=True).decode().replace("\r\n", "\n")
    assert content.removesuffix("\n") == body.removesuffix("\n")


@given(st.text(max_size=300), st.binary(max_size=300), LINE.map(str.strip))
@example("", b"", "ы" * 255)
def test_any_attachment_reads_back(text, octets, name):
    message = EmailMessage("s", "b", "shop@example.com", ["anna@example.com"])
    message.attach("a.txt", text.encode("utf-8", "replace").decode(), "text/plain")
    message.attach(f"{name}.bin", octets, "application/octet-stream")
    written = rendered(message)
    assert keeps_the_rules_of_the_wire(written)
    binary = list(read(written).iter_attachments())[1]
    assert binary.get_content() == octets and binary.get_filename() == f"{name}.bin"


def test_each_letter_has_an_id_of_its_own_with_the_senders_domain():
    message = EmailMessage("s", "b", "info@магазин.рф", ["anna@example.com"])
    first, second = read(rendered(message))["Message-ID"], read(rendered(message))["Message-ID"]
    assert first != second
    assert re.fullmatch(r"<[0-9a-f]{32}@xn--80aairftm\.xn--p1ai>", first)


def test_a_letters_own_headers_go_before_the_usual():
    message = EmailMessage("s", "b", "shop@example.com", ["anna@example.com"], headers={
        "from": '"Shop, Inc." <other@example.com>', "message-id": "<1@example.com>",
        "Auto-submitted": "auto-replied", "To": "everybody@example.com"})
    letter = read(rendered(message))
    assert letter["From"] == '"Shop, Inc." <other@example.com>'
    assert [letter[name] for name in ("Message-ID", "Auto-Submitted", "To")] == [
        "<1@example.com>", "auto-replied", "everybody@example.com"]


@pytest.mark.parametrize("fault", [
    {"subject": "a\nBcc: b@c.org"}, {"to": ["anna@example.com\r\nRCPT TO:<b@c.org>"]},
    {"to": ["почта@example.com"]}, {"from_email": "nobody"}, {"headers": {"X": "a\r\nBcc: b"}},
    {"headers": {"X: y\r\nBcc": "b@c.org"}},
])
def test_a_letter_that_would_break_is_refused(fault):
    with pytest.raises(ValueError):
        rendered(EmailMessage(**{"from_email": "a@b.org", "to": ["c@d.org"], **fault}))
