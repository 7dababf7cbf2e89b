"""Letters of every kind, read back by the library, and as a mail server took them."""
import email
import email.policy
import hashlib
import html as html_lib
import re
from base64 import b64encode

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from apps.mailings.media import content
from tests.smtp import free_port

from ..wire import parts
from ..wire.account import Account
from ..wire.attached import MISSING
from ..wire.letter import Letter
from ..wire.transport import Transport

pytestmark = pytest.mark.usefixtures("known_key")
SEED = "5eed" * 8
LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="{}&"),
               max_size=120)
SOME = st.one_of(LINE, st.sampled_from([
    "", ".", "..", ".\n", "\n.\n", "\n", "\n\n", "--", "a" * 1500, "я" * 700, "x" * 57, "x" * 200,
    "From here\n", "=\n", " \t\n"]))
FIELDS = st.sampled_from(["{полное имя}", "{почта}", "{город}", "{город|.}", "{город|нет}"])
TEXT = st.lists(SOME | FIELDS, max_size=12).map("".join)
TAGS = st.sampled_from([
    "<p>", "</p>", "<br>", "</a>", '<a title="{город}" href="https://x.org/?a={почта}&amp;b=1">',
    "<!--[if mso]><b>{город}</b><![endif]-->", "<style>a{b:c}</style>", "<img alt={город} src=x>"])
HTML = st.lists(SOME.map(html_lib.escape) | FIELDS | TAGS, max_size=14).map("".join)
VALUE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
FILE = st.tuples(VALUE, st.binary(max_size=200), st.sampled_from([
    "application/pdf", "text/plain", "image/png", "message/rfc822", "nonsense", "TEXT/CSV"]))
STORED = {}


@pytest.fixture(autouse=True)
def storage(monkeypatch):
    """Contents are kept in memory."""
    def read(folder, digest):
        try:
            return STORED[digest]
        except KeyError:
            raise FileNotFoundError(digest) from None

    monkeypatch.setattr(content, "read", read)


def snapshot(name, octets, content_type="application/pdf"):
    digest = hashlib.sha256(octets).hexdigest()
    STORED[digest] = octets
    return {"digest": digest, "name": name, "content_type": content_type, "size": len(octets)}


def letter_of(files=(), subject="Тема", body="Текст", html="<p>Текст</p>", sender="Лавка"):
    return Letter(owner=7, seed=SEED, subject=subject, body=body, html=html, own=["город"],
                  attachments=[snapshot(*file) for file in files],
                  from_name=sender, from_address="shop@example.com")


def written(letter, name="Анна", city="null", number=42):
    """The letter as it leaves, and what it is meant to say."""
    token = letter.carried.token(3, number, "anna@example.com")
    said = letter.fill("anna@example.com", name, f'{{"город": {city}}}', number, token)
    octets = letter.render(
        *said, delivery_id=number, email="anna@example.com", full_name=name, token=token)
    return octets + b"".join(letter.tail), said


def read(octets):
    lines = [line[1:] if line.startswith(b".") else line for line in octets.split(b"\r\n")]
    return email.message_from_bytes(b"\r\n".join(lines), policy=email.policy.default)


def lines(text):
    return str(text).replace("\r\n", "\n").replace("\r", "\n")


def content_in(part):
    return lines(part.get_payload(decode=True).decode("utf-8"))


def keeps_the_rules_of_the_wire(octets):
    assert octets.isascii() and octets.endswith(b"\r\n") and b"8bit" not in octets
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\r\n\.\r\n|\r\n\.[^.]", octets)
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    return True


def says(octets, said, files):
    message = read(octets)
    parts = [part for part in message.walk() if not part.is_multipart()]
    assert not any(part.defects for part in message.walk())
    texts = [part for part in parts if part.get_content_disposition() != "attachment"]
    assert [part.get_content_type() for part in texts] == [
        "text/plain", "text/html"][:1 + bool(said.html)]
    meant = [said.body, said.html] if said.html else [said.body]
    for part, text in zip(texts, meant):
        assert content_in(part).removesuffix("\n") == lines(text).removesuffix("\n")
    attached = [part for part in parts if part.get_content_disposition() == "attachment"]
    assert [part.get_payload(decode=True) for part in attached] == [file[1] for file in files]
    # An empty name is none, and blanks around one are nobody's.
    assert [part.get_filename() or "" for part in attached] == [file[0].strip() for file in files]
    return message


ANY_LETTER = given(
    subject=LINE, body=TEXT, html=st.just("") | HTML, files=st.lists(FILE, max_size=2), name=VALUE,
    city=st.sampled_from(["null", '"Казань"', '"Omsk"', '".x"', '"<b>\\"&--"', '"--"', '""']))


@ANY_LETTER
def test_a_letter_of_any_kind_reads_back_as_it_was_meant(subject, body, html, files, name, city):
    letter = letter_of(files, subject, body, html)
    octets, said = written(letter, name, city)
    assert keeps_the_rules_of_the_wire(octets)
    message = says(octets, said, files)
    assert " ".join(message["Subject"].split()) == " ".join(said.subject.split())
    again, _said = written(letter, "Bob", '"Omsk"')  # another letter of the run says its own
    assert keeps_the_rules_of_the_wire(again)
    says(again, _said, files)


class Mailbox:
    """A mail server that keeps what it takes last."""

    async def handle_DATA(self, server, session, envelope):
        self.content = envelope.content
        return "250 OK"


@pytest.fixture(scope="module")
def mailbox():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


@ANY_LETTER
@examples(max_examples=30)
def test_a_mail_server_takes_what_was_meant(mailbox, subject, body, html, files, name, city):
    letter = letter_of(files, subject, body, html)
    octets, said = written(letter, name, city)
    head = octets[:len(octets) - sum(map(len, letter.tail))]
    transport = Transport(Account("127.0.0.1", mailbox.port, "none", named=False))
    outcome = transport.send(head, letter.sender, "anna@example.com", tail=letter.tail)
    transport.abort()
    assert outcome.accepted
    # The server has taken the doubled dots away.
    says(mailbox.content.replace(b"\r\n.", b"\r\n.."), said, files)


def test_what_is_the_same_for_everybody_is_encoded_once(monkeypatch):
    html = "<p>{полное имя}</p>" + "Привет, мир. " * 2000
    letter = letter_of([("счёт.pdf", b"x" * 100_000)], body="Привет " * 2000, html=html)
    written(letter, "Анна"), written(letter, "Аня"), written(letter, "Яна!")
    encoded = []
    monkeypatch.setattr(
        parts, "b64encode", lambda octets: encoded.append(octets) or b64encode(octets))
    written(letter, "Марина"), written(letter, "Аня"), written(letter, "Ян")
    assert sum(map(len, encoded)) < 1000


def test_plain_ascii_stays_readable():
    letter = letter_of(subject="News", body="Hello {полное имя}", html="<p>Hello</p>")
    octets, _said = written(letter, "Bob")
    assert octets.count(b"7bit") == 2 and b"Hello Bob\r\n" in octets
    octets, _said = written(letter, "Боб")
    assert octets.count(b"7bit") == 1 and octets.count(b"base64") == 1


def test_a_part_never_has_the_boundary():
    octets, _said = written(letter_of(html="x"))
    [mark] = set(re.findall(rb"=_[0-9a-f]+", octets))
    line = f"\n--{mark.decode()}-a--\n"
    for letter in (letter_of(body=line, html="x"), letter_of(body="{полное имя}", html="x")):
        octets, said = written(letter, name=line.strip())
        says(octets, said, [])


def test_a_long_name_of_an_attachment_is_written_in_parts():
    name = "Очень длинное название прайс-листа, " * 6 + ".pdf"
    octets, said = written(letter_of([(name, b"x")]))
    says(octets, said, [(name, b"x")])
    assert max(map(len, octets.split(b"\r\n"))) <= 78
    assert b"=?" not in octets.partition(b"Content-Disposition")[2]


@pytest.mark.parametrize("name", ["a\r\nBcc: a@b.c", "a\x00", "a\u2028b", "a\udcffb"])
def test_an_attachment_whose_name_would_break_the_header_is_refused(name):
    with pytest.raises(ValueError):
        letter_of([(name, b"x")])


def test_no_letter_is_made_without_its_attachment():
    with pytest.raises(ValueError, match=MISSING):
        Letter(owner=7, seed=SEED, subject="s", body="b", from_name="",
               from_address="shop@example.com",
               attachments=[{"digest": "0" * 64, "name": "a", "content_type": "a/b", "size": 1}])
