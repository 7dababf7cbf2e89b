"""Letters that a person should see: kept once, and never acting by themselves."""
import pytest
from django.utils import timezone

from apps.inbound.reports.report import Event, Kind, Outcome, Report
from apps.mailings.models import Bounce, Suppression
from tests.factories import BounceMailboxFactory, RecipientFactory

from .. import keeping
from ..models import MOST_TRIES, InboundLetter
from ..services import broken_letter
from .conftest import id_of, path_of, sent


def wrote(text="Спасибо!", **fields):
    return Report(Kind.PERSON, **{
        "from_address": "Anna@Example.com", "from_name": "Анна", "subject": "Re: Новости",
        "text": text, "message_id": "1@example.com", **fields})


def test_what_a_person_wrote_is_kept_with_who_it_is(come, anna, mailbox):
    at = timezone.now()
    applied = come(wrote(), received_at=at, uid=7)
    letter = InboundLetter.objects.get()
    assert (letter.kind, letter.recipient, letter.mailbox, letter.uid) == (
        "reply", anna, mailbox, 7)
    assert (letter.from_name, letter.from_address, letter.subject, letter.text) == (
        "Анна", "Anna@Example.com", "Re: Новости", "Спасибо!")
    assert (letter.received_at, letter.done_at, applied.letter) == (at, None, letter)


def test_a_letter_of_a_person_stays_in_its_mailbox(come, anna):
    assert come(wrote()).understood is False


@pytest.mark.parametrize("said", [
    lambda one: {"message_ids": (id_of(one),)}, lambda one: {"return_paths": (path_of(one),)}])
def test_who_writes_from_elsewhere_is_known_by_the_letter_answered(come, delivery, anna, said):
    applied = come(wrote(from_address="a@else.example", **said(delivery)))
    assert (applied.letter.recipient, applied.letter.delivery) == (anna, delivery)


def test_who_is_in_nobodys_book_is_shown_too(come, theirs):
    letter = come(wrote(message_ids=(id_of(theirs),))).letter
    assert (letter.recipient, letter.delivery) == (None, None)


def test_the_same_letter_a_thousand_times_is_one(come, mailbox, owner):
    for _time in range(20):
        come(wrote())
    come(wrote(), mailbox=BounceMailboxFactory(sender__owner=owner))
    assert InboundLetter.objects.count() == 1


def test_another_letter_with_the_same_message_id_is_kept_too(come):
    come(wrote())
    come(wrote("И ещё"))
    assert InboundLetter.objects.count() == 2


def test_a_letter_is_never_a_bounce_whatever_it_says(come, delivery):
    gone = Event(Outcome.GONE, "anna@example.com")
    come(wrote(return_paths=(path_of(delivery),), events=(gone,)))
    assert not Bounce.objects.exists()


def test_who_asks_to_leave_is_shown_and_does_not_leave_by_itself(come, delivery):
    applied = come(wrote("Отпишите меня", asks_to_leave=True, message_ids=(id_of(delivery),)))
    assert applied.letter.kind == "asks" and not Suppression.objects.exists()


def test_an_automatic_reply_is_counted_and_nothing_follows(come, delivery):
    event = Event(Outcome.AUTO, "anna@example.com")
    applied = come(Report(Kind.AUTO, (event,), return_paths=(path_of(delivery),),
                          subject="В отпуске", text="до понедельника"))
    letter = InboundLetter.objects.get()
    assert (letter.kind, letter.text, applied.understood) == ("auto", "", True)
    assert letter.done_at and not Bounce.objects.exists()


def test_an_automatic_reply_to_something_else_is_left_alone(come, anna):
    applied = come(Report(Kind.AUTO, from_address="anna@example.com"))
    assert not applied.understood and not InboundLetter.objects.exists()


def test_what_is_not_understood_is_shown_and_stays(come):
    applied = come(Report(Kind.UNKNOWN, subject="?", from_address="x@example.com"), uid=3)
    assert (applied.understood, applied.letter.kind, applied.letter.uid) == (False, "unknown", 3)


def test_who_sends_very_many_that_nobody_understands_fills_no_disk(come, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_TO_DO", 3)
    for number in range(5):
        come(Report(Kind.UNKNOWN, message_id=str(number)))
    assert InboundLetter.objects.count() == 3
    come(wrote())
    assert InboundLetter.objects.of_people().count() == 1


def test_texts_that_no_database_keeps_are_mended_and_cut(come):
    bad = "a\x00\r\nBcc: x\u2028\ud800" + "я" * 20_000
    letter = come(wrote(bad, subject=bad, from_name=bad, from_address=bad, message_id=bad)).letter
    letter.refresh_from_db()
    for text in letter.subject, letter.from_name, letter.from_address:
        assert "\n" not in text and "\x00" not in text and len(text) <= 255
    assert len(letter.text) <= 8000 and letter.text.startswith("a\r\nBcc")


def test_what_could_not_be_read_is_shown_after_three_tries(mailbox, owner):
    for tries in range(1, MOST_TRIES + 1):
        assert not InboundLetter.objects.owned_by(owner).not_understood().exists()
        assert broken_letter(mailbox=mailbox, uid=5).tries == tries
    assert InboundLetter.objects.owned_by(owner).not_understood().get().uid == 5
    assert broken_letter(mailbox=mailbox, uid=6).tries == 1


def test_letters_outlive_their_mailbox_recipient_and_delivery(come, mailbox, delivery, anna):
    come(wrote(message_ids=(id_of(delivery),)))
    mailbox.delete()
    delivery.delete()
    anna.delete()
    letter = InboundLetter.objects.get()
    assert (letter.mailbox, letter.delivery, letter.recipient) == (None, None, None)
    assert letter.title == "Анна"


def test_the_book_of_another_owner_is_not_looked_at(come, other):
    RecipientFactory(owner=other, email="anna@example.com")
    assert come(wrote()).letter.recipient is None


def test_a_deleted_recipient_is_nobody(come, anna):
    sent(anna)
    anna.deleted_at = timezone.now()
    anna.save()
    assert come(wrote()).letter.recipient is None
