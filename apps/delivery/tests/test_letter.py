import email
import email.policy
import re
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.mailings.runs import new_seed

from ..wire.letter import Letter

pytestmark = pytest.mark.usefixtures("known_key")
# What the forms let through: no control characters but line feeds and tabs in the body.
LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300)
SEED = "5eed" * 8
BODY = st.lists(st.one_of(LINE, st.just(".."), st.just("."), st.just("a" * 1500)),
                max_size=12).map("\n".join)


def made(subject="Новости", body="Текст", name="Анна", address="anna@example.com",
         sender="Лавка", reply_to=""):
    letter = Letter(owner=7, seed=SEED, subject=subject, body=body, from_name=sender,
                    from_address="shop@example.com", reply_to=reply_to)
    token = letter.carried.token(3, 42, address)
    filled = letter.fill(address, name, None, 42, token)
    return letter.render(*filled, delivery_id=42, email=address, full_name=name, token=token)


def read(octets):
    """What a mail program reads after the server has taken the doubled dots away."""
    lines = [line[1:] if line.startswith(b".") else line for line in octets.split(b"\r\n")]
    return email.message_from_bytes(b"\r\n".join(lines), policy=email.policy.SMTP)


@given(subject=LINE.filter(str.strip), written=BODY, name=LINE)
def test_a_letter_reads_back_as_it_was_written(subject, written, name):
    octets = made(subject.replace("{", "("), written.replace("{", "("), name)
    letter = read(octets)
    assert not letter.defects
    assert " ".join(letter["Subject"].split()) == " ".join(subject.replace("{", "(").split())
    assert letter["To"].addresses[0].addr_spec == "anna@example.com"
    content = letter.get_payload(decode=True).decode().replace("\r\n", "\n").removesuffix("\n")
    body, _, link = content.rpartition("\n")
    assert body.strip() == written.replace("{", "(").strip() and "/u/3-2a-" in link


def lines_of(octets):
    """The lines of a header."""
    return octets.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


@given(subject=LINE, name=LINE, sender=LINE)
@example(subject="Первое слово полно до краёв и дальше", name="я" * 40, sender="Shop, Inc.")
@example(subject="a" * 69, name='"', sender="=?utf-8?b?")
def test_header_lines_are_as_short_as_the_rules_want_and_read_back_whole(subject, name, sender):
    octets = made(subject, name=name, sender=sender)
    for line in lines_of(octets):
        if line.startswith("Message-ID:"):
            break
        assert len(line) <= (76 if "=?" in line else 78) and line.strip()
        assert all(len(word) <= 75 for word in line.split() if word.startswith("=?"))
    parsed = email.message_from_bytes(octets)  # the old way: the new one parts a long name
    assert text_of(parsed["Subject"]) == subject
    to = f"{name.strip()} <anna@example.com>" if name.strip() else "anna@example.com"
    assert text_of(parsed["To"]) == to
    from_whom = f"{sender.strip()} <shop@example.com>" if sender.strip() else "shop@example.com"
    assert text_of(parsed["From"]) == from_whom


def text_of(value):
    """A header's text, its quotes gone."""
    text = str(make_header(decode_header(value)))
    return re.sub(r'^"(.*)" <', r"\1 <", text)


@pytest.mark.parametrize("name", [
    "Shop, Inc.", "Лавка (Москва)", "A. B.", 'ООО "Лавка"', "a@b <c>", "Чай 🍵",
    "Лавка <boss@bank.example>", "x>, boss@bank.example", "back\\slash"])
def test_a_senders_name_with_any_sign_reads_back_in_any_program(name):
    letter = read(made(sender=name))
    assert letter["From"].addresses[0].display_name == name
    assert letter["From"].addresses[0].addr_spec == "shop@example.com"


def test_answers_go_where_the_sender_wants_them():
    assert read(made())["Reply-To"] is None
    letter = read(made(reply_to="olga@магазин.рф"))
    assert letter["Reply-To"] == "olga@xn--80aairftm.xn--p1ai"
    assert letter["From"].addresses[0].addr_spec == "shop@example.com"


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
    assert letter.get_content().startswith("Здравствуйте, {email} {full_name}")


def named(delivery_id, seed=SEED, sender="shop@example.com"):
    letter = Letter(
        owner=7, seed=seed, subject="s", body="b", from_name="", from_address=sender)
    return letter.carried.message_id(delivery_id)


def test_the_message_id_is_the_same_for_each_try_and_its_own_for_each_delivery():
    assert named(1) == named(1) != named(2)
    assert named(1, sender="a@магазин.рф").endswith("@xn--80aairftm.xn--p1ai>")


def test_a_message_id_never_comes_again_and_tells_no_number():
    assert named(1, seed=new_seed()) != named(1, seed=new_seed())  # a restore gives numbers again
    assert re.fullmatch("<7-[0-9a-f]{32}@example.com>", named(7))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x1c", "\x85", "\u2028", "\x00"])
def test_a_header_that_would_break_is_refused(end):
    with pytest.raises(ValueError):
        made(subject=f"Привет{end}Bcc: a@b.c")
    with pytest.raises(ValueError):
        made(name=f"Анна{end}Bcc: a@b.c")
    with pytest.raises(ValueError):
        made(address=f"anna@example.com{end}RCPT TO:<a@b.c>")
    with pytest.raises(ValueError):
        made(sender=f"Лавка{end}Bcc: a@b.c")
    with pytest.raises(ValueError):
        made(reply_to=f"a@b.c{end}Bcc: a@b.c")


@pytest.mark.parametrize(("written", "name"), [
    ("Hello\n.\nbye", "Anna"), (".Hello", "Anna"), ("{full_name}, hello", ".Anna"),
    ("Hello\n{full_name}", ".Anna"), ("Hello {full_name}", ".Anna")])
def test_no_line_of_a_letter_ends_it(written, name):
    octets = made("News", written, name)
    assert not re.search(rb"(^|\n)\.(?!\.)", octets)
    content = read(octets).get_payload().replace("\r\n", "\n")
    assert content.startswith(written.replace("{full_name}", name))
