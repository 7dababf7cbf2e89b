"""Mail servers that something is wrong with: each is named for what it is, and in time."""
import contextlib
import socket

import pytest

from apps.inbound.mailbox.troubles import Trouble, words_for
from apps.inbound.models import InboundLetter
from tests.certificates import DAY, Authority
from tests.imap import CAPABLE, DRIP, SILENCE, ImapServer, letter
from tests.smtp import free_port

from .. import dialogue
from ..fetched import letters_in
from ..reading import Reading
from .conftest import change, fresh

pytestmark = pytest.mark.django_db
IN_TLS = f"{CAPABLE} STARTTLS"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def quick(monkeypatch, authority, applied):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setattr(dialogue, "OPENING", 0.4)
    monkeypatch.setattr(dialogue, "FIRST", 0.2)
    monkeypatch.setattr(dialogue, "READING", 0.4)
    monkeypatch.setattr(dialogue, "EACH", 0.2)


def read(mailbox, security="none", **server):
    """Read the mailbox at such a server. Returns (what was found, the commands it heard)."""
    with contextlib.closing(ImapServer(**server)) as running:
        change(mailbox, port=running.port, security=security)
        return Reading(fresh(mailbox)).hold(), running.commands


@pytest.mark.parametrize(("trouble", "answers"), [
    ("silent", {"banner": SILENCE}),
    ("slow", {"banner": DRIP}),
    ("closed", {"banner": None}),
    ("not_imap", {"banner": "220 mail.lavka.example ESMTP"}),
    ("not_imap", {"banner": "+OK POP3 ready"}),
    ("not_imap", {"banner": "HTTP/1.1 400 Bad Request"}),
    ("later", {"banner": "* BYE Too many connections from your address"}),
    ("login", {"AUTHENTICATE": "NO [AUTHENTICATIONFAILED] Authentication failed."}),
    ("access_off", {"AUTHENTICATE": "NO [AUTHENTICATIONFAILED] AUTHENTICATE Invalid credentials or "
                                    "IMAP is disabled sc=abc"}),
    ("app_password", {"AUTHENTICATE": "NO [ALERT] Application-specific password required: x"}),
    ("app_password", {"AUTHENTICATE": "NO NEOBHODIM parol prilozheniya / Application password is "
                                      "REQUIRED"}),
    ("later", {"AUTHENTICATE": "NO [UNAVAILABLE] Temporary authentication failure."}),
    ("closed", {"AUTHENTICATE": None}),
    ("other", {"SELECT": "NO [SERVERBUG] Internal error"}),
    ("closed", {"UID_SEARCH": None}),
    ("slow", {"UID_SEARCH": SILENCE}),
    ("closed", {"UID_FETCH": "* 1 FETCH (UID 1 BODY[]<0> {20}\r\nabc"}),
    ("other", {"UID_FETCH": "* 1 FETCH (UID 1 BODY[]<0> {4000000000}\r\nabc"}),
    ("other", {"UID_FETCH": "* 1 FETCH (UID 1 BODY[]<0> {" + "9" * 5000 + "}\r\nabc"}),
])
def test_what_is_wrong_is_named(mailbox, trouble, answers):
    found, _commands = read(mailbox, **answers)
    if answers.get("UID_FETCH", "").endswith("{20}\r\nabc"):
        trouble = "slow"  # the rest is waited for
    assert found.trouble == trouble and not found.was_read
    assert words_for(trouble, "imap.example.com").todo
    assert fresh(mailbox).last_uid == 0


def test_nobody_listens_and_no_such_name_are_told_apart(mailbox, monkeypatch):
    change(mailbox, port=free_port())
    assert Reading(fresh(mailbox)).hold().trouble == "refused"
    change(mailbox, host="imap.lavka.invalid")

    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert Reading(fresh(mailbox)).hold().trouble == "host"


def test_a_name_that_leads_into_a_private_network_is_not_followed(mailbox, settings, monkeypatch):
    settings.SMTP_ALLOW_PRIVATE = False
    change(mailbox, host="imap.lavka.example", port=993, security="tls")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 993))])
    assert Reading(fresh(mailbox)).hold().trouble == "private"
    change(mailbox, port=6379)
    assert Reading(fresh(mailbox)).hold().trouble == "port"


def test_no_password_crosses_the_network_in_clear(mailbox, settings):
    settings.SMTP_ALLOW_PRIVATE = False
    found, commands = read(mailbox)
    assert found.trouble == "no_tls" and not commands


def test_without_starttls_no_password_is_sent(mailbox):
    found, commands = read(mailbox, security="starttls")
    assert found.trouble == "no_tls" and not any("AUTH" in command for command in commands)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(("trouble", "certificate"), [
    (None, {}), ("cert_expired", {"valid": -DAY}), ("cert_name", {"name": "other.example"})])
def test_the_certificate_is_looked_at(mailbox, authority, security, trouble, certificate):
    context = authority.server(**certificate)
    found, commands = read(mailbox, security=security, CAPABILITY=IN_TLS, **{security: context})
    assert found.trouble == trouble
    assert trouble is None or not any("AUTH" in command for command in commands)


def test_tls_where_the_server_speaks_in_clear(mailbox):
    found, _commands = read(mailbox, security="tls")
    assert found.trouble == "wants_starttls"


def test_a_password_that_the_server_repeats_is_not_kept(mailbox):
    found, _commands = read(mailbox, AUTHENTICATE="NO correct-horse is wrong")
    assert found.trouble == "login" and "correct-horse" not in found.words


@pytest.mark.parametrize(("login", "password"), [
    ("", "x"), ("olga", ""), ("olga\r\nA LOGOUT", "x")])
def test_what_no_login_can_carry_is_not_said(mailbox, login, password):
    mailbox.set_password(password)
    mailbox.save()
    change(mailbox, login=login)
    found, commands = read(mailbox)
    assert found.trouble == "credentials" and not any("LOGOUT" in one for one in commands)


def test_a_password_that_can_not_be_read_any_more_is_named(mailbox):
    change(mailbox, password="not ours")
    assert Reading(fresh(mailbox)).hold().trouble == "password_lost"


def test_the_senders_password_goes_to_no_other_house(mailbox):
    mailbox.sender.set_password("correct-horse")
    mailbox.sender.save()
    change(mailbox, password="")
    found, commands = read(mailbox)
    assert found.trouble == "credentials" and not commands


def test_one_letter_that_the_server_can_not_give_holds_up_no_other(mailbox, applied):
    def fetch(commands):
        if commands[-1].split()[2] != "2":
            return "NO [SERVERBUG] one of them is broken"
        return letter(2, "hello")

    for tries in (1, 2, 3):
        found, _commands = read(mailbox, UID_SEARCH="* SEARCH 1 2", UID_FETCH=fetch)
        assert found.trouble is None and found.sums.broken == 1
        assert InboundLetter.objects.get().tries == tries
    assert "hello" in applied and fresh(mailbox).last_uid == 2


def test_a_server_that_gives_no_letter_at_all_is_no_fault_of_theirs(mailbox):
    found, _commands = read(mailbox, UID_SEARCH="* SEARCH 1 2", UID_FETCH="NO not now")
    assert found.trouble == "other" and not InboundLetter.objects.exists()


def test_a_letter_that_is_gone_by_now_is_passed_over(mailbox, applied):
    found, _commands = read(mailbox, UID_FETCH="")
    assert found.trouble is None and not applied and fresh(mailbox).last_uid == 1


def test_a_prefix_of_peoples_folders_is_kept_to(mailbox):
    _found, commands = read(
        mailbox, CAPABILITY=f"{CAPABLE} NAMESPACE", STATUS="NO no such",
        UID_FETCH=letter(1, "bounce"),
        NAMESPACE='* NAMESPACE (("INBOX." ".")) NIL NIL')
    assert 'CREATE "INBOX.Vestnik"' in commands and 'UID MOVE 1 "INBOX.Vestnik"' in commands


@pytest.mark.parametrize(("pieces", "letters"), [
    ([(b'1 (UID 5 INTERNALDATE "17-Jul-1996 02:44:25 -0700" BODY[]<0> {2}', b"ab"), b")"],
     [(5, b"ab", 1996)]),
    ([(b"1 (BODY[]<0> {2}", b"ab"), b" UID 5)", b"2 (UID 6 FLAGS (\\Seen))"],
     [(5, b"ab", None)]),
    ([b'1 (UID 5 BODY[]<0> "a\\"b")'], [(5, b'a"b', None)]),
    ([b"1 (UID 5 BODY[] NIL)"], [(5, b"", None)]),
    ([(b"2 (UID 6 BODY[]<0> {1}", b"b"), b")", (b"1 (UID 5 BODY[]<0> {1}", b"a"), b")"],
     [(5, b"a", None), (6, b"b", None)]),
    ([b"garbage", None, (b"no number {1}", b"a"), b")"], []),
    ([(b'1 (UID 5 INTERNALDATE "99-Foo-9999 99:99:99 +9999" BODY[]<0> {1}', b"a"), b")"],
     [(5, b"a", None)]),
])
def test_each_spelling_of_an_answer_is_understood(pieces, letters):
    found = [(one.uid, one.octets, one.received_at and one.received_at.year)
             for one in letters_in(pieces)]
    assert found == letters


def test_each_trouble_says_what_to_do():
    for trouble in Trouble:
        for host in ("imap.example.com", "imap.yandex.ru", "imap.mail.ru", "imap.gmail.com",
                     "outlook.office365.com"):
            words = words_for(trouble, host)
            assert words.what and words.todo.endswith(".")
