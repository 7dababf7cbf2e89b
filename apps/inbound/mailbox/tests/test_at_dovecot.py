"""Mailboxes at a real server: what is read, what is moved, and what is left as it was."""
import pytest
from django.utils import timezone

from apps.inbound.handling.services import report_apply
from apps.inbound.models import InboundLetter
from tests import dovecot

from .. import reading
from ..dialogue import Dialogue
from ..reading import Reading
from .conftest import change, fresh, letter_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("applied")]

LONG = pytest.mark.torture


def read(mailbox, **how):
    found = Reading(fresh(mailbox), **how).hold()
    assert found.was_read or found.trouble
    return found


def names(letters):
    return [subject for subject, _flags in letters]


def test_what_was_understood_is_moved_and_the_rest_stays_unseen(there, server, applied):
    server.put(there.login, *map(letter_of, ("bounce 1", "hello", "bounce 2")))
    found = read(there)
    assert found.trouble is None and (found.sums.letters, found.sums.understood) == (3, 2)
    assert applied == ["bounce 1", "hello", "bounce 2"]
    assert names(server.subjects(there.login, "Vestnik")) == ["bounce 1", "bounce 2"]
    [(subject, flags)] = server.subjects(there.login)
    assert subject == "hello" and b"\\Seen" not in flags


def test_a_letter_is_read_once(there, server, applied):
    server.put(there.login, letter_of("hello"))
    read(there)
    assert fresh(there).last_uid == 1 and read(there).sums.letters == 0
    server.put(there.login, letter_of("hello again"))
    read(there)
    assert applied == ["hello", "hello again"]


@LONG
def test_letters_whose_numbers_are_given_anew_are_read_anew(there, server, applied):
    server.put(there.login, letter_of("hello"), letter_of("and you"))
    read(there)
    InboundLetter.objects.create(
        owner=there.sender.owner, mailbox=there, key="k", kind="reply", uid=1)
    server.new_validity(there.login)
    read(there)
    assert applied == ["hello", "and you"] * 2 and fresh(there).last_uid == 2
    assert InboundLetter.objects.get().uid is None


@LONG
@pytest.mark.parametrize("folder", ["Возвраты & Co", 'a "b" \\c', "Archive/Vestnik"])
def test_a_folder_may_be_called_as_one_likes(there, server, folder):
    change(there, folder=folder.replace("/", "."))
    server.put(there.login, letter_of("bounce 1"))
    assert read(there).trouble is None and server.subjects(there.login) == []


@LONG
def test_a_folder_that_can_not_be_made_is_told_and_moved_to_once_it_can(there, server):
    change(there, folder=".")
    server.put(there.login, letter_of("bounce 1"), letter_of("hello"))
    found = read(there)
    assert found.was_read and found.trouble == "folder" and found.words
    assert len(server.subjects(there.login)) == 2 and fresh(there).last_uid == 2
    change(there, folder="Vestnik", trouble="folder", read_at=timezone.now())
    assert read(there).trouble is None
    assert names(server.subjects(there.login)) == ["hello"]
    assert names(server.subjects(there.login, "Vestnik")) == ["bounce 1"]


@LONG
def test_without_move_no_other_deleted_letter_is_lost(there, server, monkeypatch):
    server.put(there.login, *map(letter_of, ("bounce 1", "deleted by hand", "hello")))
    with server.client(there.login) as client:
        client.select()
        client.uid("STORE", "2", "+FLAGS.SILENT", r"(\Deleted)")
    without(monkeypatch, "MOVE")
    assert read(there).trouble is None
    assert names(server.subjects(there.login)) == ["deleted by hand", "hello"]
    assert names(server.subjects(there.login, "Vestnik")) == ["bounce 1"]


@LONG
def test_without_move_and_uidplus_what_was_understood_stays_with_a_mark(
        there, server, monkeypatch):
    server.put(there.login, letter_of("bounce 1"), letter_of("hello"))
    without(monkeypatch, "MOVE", "UIDPLUS")
    found = read(there)
    assert found.was_read and found.trouble == "folder"
    (_bounce, marked), (_hello, plain) = server.subjects(there.login)
    assert b"VestnikRead" in marked and b"VestnikRead" not in plain
    assert not {b"\\Deleted", b"\\Seen"} & {*marked, *plain}


def without(monkeypatch, *words):
    original = reading.Dialogue.move

    def move(self, uids, folder):
        self.at.capabilities = tuple(set(self.at.capabilities) - set(words))
        original(self, uids, folder)

    monkeypatch.setattr(reading.Dialogue, "move", move)


@LONG
def test_a_kill_between_acting_and_moving_costs_nothing(there, server, applied, monkeypatch):
    server.put(there.login, letter_of("bounce 1"))

    class Killed(BaseException):
        pass

    def die(self, uids, folder):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Dialogue, "put_away", die)
        read(there)
    assert names(server.subjects(there.login)) == ["bounce 1"] and fresh(there).last_uid == 0
    read(there)
    assert applied == ["bounce 1"] * 2
    assert names(server.subjects(there.login, "Vestnik")) == ["bounce 1"]


@LONG
def test_a_letter_that_breaks_is_tried_thrice_then_set_aside_and_the_others_are_read(
        there, server, applied):
    server.put(there.login, *map(letter_of, ("hello", "bad", "bounce 1", "bye")))
    for number in range(1, 4):
        assert read(there).sums.broken == 1
        assert InboundLetter.objects.get().tries == number
    assert fresh(there).last_uid == 4 and read(there).sums.letters == 0
    assert applied.count("bad") == 3 and applied.count("hello") == 1
    assert names(server.subjects(there.login)) == ["hello", "bad", "bye"]


@LONG
def test_a_letter_that_broke_and_is_read_after_all_is_no_more_shown_as_broken(
        there, server, applied, monkeypatch):
    server.put(there.login, letter_of("bad"))
    read(there)
    monkeypatch.setattr(reading, "report_apply", report_apply)
    read(there)
    assert InboundLetter.objects.get().kind == "reply" and fresh(there).last_uid == 1


@LONG
def test_old_letters_are_let_be(there, server):
    with server.client(there.login) as client:
        client.append("INBOX", None, '"01-Jan-2020 10:00:00 +0000"', letter_of("bounce 1"))
    assert read(there).sums.letters == 0


@LONG
def test_of_a_giant_letter_the_beginning_is_read(there, server, applied):
    server.put(there.login, letter_of("bounce 1", "x" * 70 + "\r\n" + "y" * 2_000_000))
    assert read(there).trouble is None and applied == ["bounce 1"]
    assert names(server.subjects(there.login, "Vestnik")) == ["bounce 1"]


@LONG
def test_a_long_reading_goes_on_where_it_was(there, server, applied, monkeypatch):
    monkeypatch.setattr(reading, "GROUP", 2)
    monkeypatch.setattr(reading, "WORK", -1)
    server.put(there.login, *(letter_of(f"bounce {n}") for n in range(3)))
    found = read(there)
    assert found.has_more and applied == ["bounce 0", "bounce 1"]
    assert not read(there).has_more and applied == ["bounce 0", "bounce 1", "bounce 2"]


@LONG
def test_after_a_death_letters_are_taken_one_by_one_and_each_is_told_before(there, server):
    server.put(there.login, letter_of("hello"), letter_of("bounce 1"))
    begun = []
    read(there, careful=True, begun=begun.append)
    assert begun == [1, 2]


@LONG
@pytest.mark.parametrize("login", ["ольга", 'o"l\\ga', "olga@lavka.example"])
def test_a_login_may_have_any_signs(there, server, login):
    change(there, login=login)
    assert read(there).trouble is None


def test_a_wrong_password_is_named(there, server):
    there.set_password("wrong")
    there.save()
    found = read(there)
    assert not found.was_read and found.trouble == "login" and "wrong" not in found.words


@LONG
def test_the_senders_own_password_will_do(there, server):
    there.sender.set_password(dovecot.PASSWORD)
    there.sender.host = "127.0.0.1"
    there.sender.save()
    change(there, password="")
    assert read(there).trouble is None
