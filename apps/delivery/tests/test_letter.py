import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery.letter import Letter

# What the forms let through: no control characters but line feeds and tabs in the body.
LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300)
BODY = st.lists(st.one_of(LINE, st.just(".."), st.just("."), st.just("a" * 1500)),
                max_size=12).map("\n".join)


def made(subject="Новости", body="Текст", name="Анна", address="anna@example.com"):
    letter = Letter(run_id=7, subject=subject, body=body, from_email="Лавка <shop@example.com>")
    filled = letter.fill(address, name)
    return letter.render(*filled, delivery_id=42, email=address, full_name=name)


def read(octets):
    """What a mail program reads after the server has taken the doubled dots away."""
    lines = [line[1:] if line.startswith(b".") else line for line in octets.split(b"\r\n")]
    return email.message_from_bytes(b"\r\n".join(lines), policy=email.policy.SMTP)


@given(subject=LINE.filter(str.strip), body=BODY, name=LINE)
def test_a_letter_reads_back_as_it_was_written(subject, body, name):
    octets = made(subject.replace("{", "("), body.replace("{", "("), name)
    letter = read(octets)
    assert not letter.defects
    assert " ".join(letter["Subject"].split()) == " ".join(subject.replace("{", "(").split())
    assert letter["To"].addresses[0].addr_spec == "anna@example.com"
    content = letter.get_payload(decode=True).decode().replace("\r\n", "\n").removesuffix("\n")
    assert content == body.replace("{", "(").removesuffix("\n")


@given(subject=LINE, body=BODY, name=LINE)
def test_a_letter_keeps_the_rules_of_the_wire(subject, body, name):
    octets = made(subject, body, name)
    assert octets.endswith(b"\r\n") and b"\r\n.\r\n" not in octets
    assert b"\r" not in octets.replace(b"\r\n", b"") and b"\n" not in octets.replace(b"\r\n", b"")
    assert max(map(len, octets.split(b"\r\n"))) <= 998


def test_personal_fields_are_filled_and_empty_ones_take_the_fallback():
    text = "{full_name|друг}, пишем на {email}. {другое} {}"
    assert read(made(body=text)).get_content().startswith("Анна, пишем на anna@example.com. {друг")
    assert read(made(body=text, name=" ")).get_content().startswith("друг, пишем")


def test_what_one_recipient_is_called_is_never_read_as_a_field():
    letter = read(made(body="Здравствуйте, {full_name}", name="{email} {full_name}"))
    assert letter.get_content().strip() == "Здравствуйте, {email} {full_name}"


def test_the_message_id_is_the_same_for_each_try_and_its_own_for_each_delivery():
    letter = Letter(run_id=7, subject="s", body="b", from_email="shop@example.com")
    assert letter.message_id(1) == letter.message_id(1) != letter.message_id(2)
    assert letter.message_id(1).endswith("@example.com>")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x1c", "\x85", "\u2028", "\x00"])
def test_a_header_that_would_break_is_refused(end):
    with pytest.raises(ValueError):
        made(subject=f"Привет{end}Bcc: a@b.c")
    with pytest.raises(ValueError):
        made(name=f"Анна{end}Bcc: a@b.c")
    with pytest.raises(ValueError):
        made(address=f"anna@example.com{end}RCPT TO:<a@b.c>")
