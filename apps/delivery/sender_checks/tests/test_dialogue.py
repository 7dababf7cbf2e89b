"""Wrong accounts at real servers are named for what they are, in time, and no letter is begun."""
import re
import time

import pytest

from tests.answering import DRIP, SILENCE
from tests.certificates import Authority
from tests.mail_accounts import CASES, Case, account_of, good, plain

from .. import dialogue
from ..diagnosis import diagnosed
from ..dialogue import Dialogue
from ..job import words_of


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def quick_and_trusted(authority, monkeypatch, settings):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setattr(dialogue, "FIRST", 0.1)
    monkeypatch.setattr(dialogue, "WHOLE", 0.25)
    monkeypatch.setattr(dialogue, "SECOND_LOOK", 0.1)
    monkeypatch.setattr(dialogue, "SHORTEST_LOOK", 0.02)
    settings.SMTP_ALLOW_PRIVATE = True


def hold(case, authority, bounces_to=""):
    """Return (what a check finds, the commands that the server has heard)."""
    with account_of(case, authority) as (account, server):
        found = Dialogue(account, case.address, bounces_to).hold()
    return found, server.commands if server else []


AT_FIRST_SILENT = ["silent", "not_smtp", "wants_tls"]
SLOW = [case for case in CASES if case.trouble == "slow"]


@pytest.mark.parametrize("case", [case for case in CASES if case not in SLOW],
                         ids=lambda case: case.name)
def test_a_wrong_account(case, authority, settings, monkeypatch):
    monkeypatch.setattr(dialogue, "WHOLE", 5)
    if case.trouble not in AT_FIRST_SILENT:
        monkeypatch.setattr(dialogue, "FIRST", 5)  # it answers, on a slow machine late
    settings.SMTP_ALLOW_PRIVATE = case.private
    with account_of(case, authority) as (account, _server):
        ended = Dialogue(account, case.address).hold().ended
        assert diagnosed(ended, account, case.address) == case.trouble
        assert case.password == "" or case.password not in words_of(ended, account)


def test_a_server_that_drips_is_left_in_time(authority, monkeypatch):
    monkeypatch.setattr("tests.answering.DRIP_PAUSE", 0.02)
    case = Case("", "slow", plain(banner=DRIP))
    with account_of(case, authority) as (account, _server):
        ended = Dialogue(account, case.address).hold().ended
        assert diagnosed(ended, account, case.address) == "slow"


def test_a_server_that_hesitates_after_wrong_passwords_is_waited_for(authority, monkeypatch):
    monkeypatch.setattr(dialogue, "WHOLE", 5)

    def hesitate(commands):
        time.sleep(0.15)  # longer than FIRST
        return "535 5.7.8 Error: authentication failed: (reason unavailable)"

    case = Case("", "login", good(AUTH=hesitate))
    with account_of(case, authority) as (account, _server):
        ended = Dialogue(account, case.address).hold().ended
        assert diagnosed(ended, account, case.address) == "login"


def test_a_server_that_keeps_its_answer_to_a_login_back_is_asked_later(authority):
    case = Case("", "later", good(AUTH=SILENCE))
    with account_of(case, authority) as (account, _server):
        ended = Dialogue(account, case.address).hold().ended
        assert diagnosed(ended, account, case.address) == "later"


def test_the_answer_to_a_goodbye_is_not_waited_for(authority, monkeypatch):
    monkeypatch.setattr(dialogue, "WHOLE", 5)
    monkeypatch.setattr(dialogue, "PARTING", 0.01)
    started = time.monotonic()
    found, _commands = hold(Case("", "", good(QUIT=SILENCE)), authority)
    assert found.ended is None and time.monotonic() - started < 1


def test_a_right_account_is_fine_and_no_letter_is_begun(authority):
    found, commands = hold(Case("", "", good()), authority)
    assert found.ended is None and found.takes_return_path is True
    assert "MAIL FROM:<olga@lavka.example>" in commands and commands[-1] in ("QUIT", "quit")
    assert not any(command.upper().startswith("DATA") for command in commands)


def test_a_server_that_fixes_the_sender_takes_no_return_path(authority):
    def own_alone(commands):
        return "250 Ok" if "<olga@" in commands[-2] else "553 5.7.1 not owned by user olga"

    found, commands = hold(Case("", "", good(RCPT=own_alone)), authority)
    assert found.ended is None and found.takes_return_path is False


def test_what_is_tried_is_what_letters_will_have(authority):
    _found, commands = hold(Case("", "", good()), authority, "bounces@lavka.example")
    tagged = re.compile(r"<bounces\+[0-9a-f]{9}-[0-9a-f]{32}@lavka\.example>")
    tried = [command.partition(":")[0] for command in commands if tagged.search(command)]
    assert tried == ["MAIL FROM", "RCPT TO"]


def test_a_server_that_would_lose_what_comes_back_takes_no_return_path(authority):
    def knows_no_tags(commands):
        return "550 5.1.1 User unknown" if "+" in commands[-1] else "250 Ok"

    found, _commands = hold(Case("", "", good(RCPT=knows_no_tags)), authority)
    assert found.ended is None and found.takes_return_path is False


def test_an_own_part_without_room_for_a_tag_makes_no_return_path(authority):
    found, commands = hold(Case("", "", good()), authority, f"{'a' * 40}@lavka.example")
    assert found.takes_return_path is False and not any("+" in command for command in commands)


@pytest.mark.parametrize("answer", ["450 4.2.0 Greylisted", None])
def test_a_return_path_that_was_not_judged_is_not_known(authority, answer):
    def later(commands):
        return "250 Ok" if "<olga@" in commands[-2] else answer

    found, _commands = hold(Case("", "", good(RCPT=later)), authority)
    assert found.ended is None and found.takes_return_path is None


def test_a_password_that_the_server_repeats_is_not_kept(authority):
    def repeat(commands):
        answer = commands[-1].split()[-1]
        return f"535 5.7.8 {answer} is wrong: correct-horse, Y29ycmVjdC1ob3JzZQ=="

    case = Case("", "login", good(AUTH=repeat))
    with account_of(case, authority) as (account, _server):
        ended = Dialogue(account, case.address).hold().ended
        words = words_of(ended, account)
    assert "is wrong" in words
    assert "correct-horse" not in words and "Y29ycmVjdC1ob3JzZQ" not in words


def test_a_servers_words_are_a_line_of_sane_length(authority):
    case = Case("", "login", good(AUTH="535-a\tb\x07\r\n535 " + "c" * 900))
    with account_of(case, authority) as (account, _server):
        words = words_of(Dialogue(account, case.address).hold().ended, account)
    assert words.startswith("535 a b␇ ccc") and len(words) == 500
