"""What follows when a letter that a server had taken comes back."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Bounce, Delivery, Recipient, Run
from apps.statistics import counting
from tests.factories import MailingFactory, RecipientFactory

from ..services import bounce_record, recipient_rest_end

pytestmark = pytest.mark.django_db
Outcome = Bounce.Outcome
DAY = timedelta(days=1)
SENT = Delivery.State.SENT


def letter(person, ago=DAY, state=SENT, answer="250 Ok"):
    """A letter to `person` of a mailing of its own, that left so long `ago`."""
    mailing = MailingFactory(owner=person.owner, recipients=[person])
    run = Run.objects.create(mailing=mailing, owner=person.owner, total=1, state="finished")
    row = Delivery.objects.create(
        run=run, recipient=person, email=person.email, state=state, answer=answer)
    counting.add(run.pk, {state: 1}, {})
    counting.fold()
    Delivery.objects.filter(pk=row.pk).update(updated_at=timezone.now() - ago)
    return Delivery.objects.select_related("run").get(pk=row.pk)


def comes_back(row, outcome=Outcome.GONE, meaning="no_mailbox", words="550 5.1.1 User unknown"):
    bounce = bounce_record(delivery=row, outcome=outcome, meaning=meaning, words=words,
                           happened_at=timezone.now())
    counting.fold()
    return bounce


def full(row):
    return comes_back(row, Outcome.NOW, "full", "552 5.2.2 Mailbox full")


@pytest.fixture
def person():
    return RecipientFactory(email="anna@example.com")


def test_the_same_report_a_thousand_times_is_one_letter_that_came_back(person):
    row = letter(person)
    assert comes_back(row).email == "anna@example.com"
    assert all(comes_back(row) is None for _ in range(3))
    run = Run.objects.get()
    assert (run.sent, run.returned, run.left) == (1, 1, 0)


def test_two_outcomes_of_one_letter_count_once_and_a_complaint_does_not_at_all(person):
    row = letter(person)
    full(row)
    comes_back(row)
    comes_back(row, Outcome.COMPLAINT, "")
    assert Bounce.objects.count() == 3 and Run.objects.get().returned == 1
    other = letter(person)
    comes_back(other, Outcome.COMPLAINT, "")
    assert Run.objects.get(pk=other.run_id).returned == 0


def test_the_ledger_and_its_runs_time_stay_as_they_were(person):
    row = letter(person)
    before = Run.objects.get().updated_at
    comes_back(row)
    assert Run.objects.get().updated_at == before
    row.refresh_from_db()
    assert (row.state, row.answer) == (SENT, "250 Ok")


def test_a_report_that_is_read_before_the_outcome_is_written_counts_once_it_is(person):
    row = letter(person, state=Delivery.State.CLAIMED)
    comes_back(row)
    assert Run.objects.get().returned == 0
    Delivery.objects.update(state=SENT)
    counting.add(row.run_id, {"sent": 1}, {})
    counting.fold()
    assert Run.objects.get().returned == 1


@pytest.mark.parametrize("meaning", ["no_mailbox", "no_domain", "no_mail", "moved"])
def test_an_address_that_is_not_there_is_marked_as_by_a_refusal(person, meaning):
    comes_back(letter(person), meaning=meaning)
    person.refresh_from_db()
    assert person.bounced_at and person.bounced_reply == "550 5.1.1 User unknown"
    assert person.bounced_key


@pytest.mark.parametrize("outcome, meaning", [
    (Outcome.GONE, "full"), (Outcome.GONE, ""), (Outcome.LETTER, "spam"), (Outcome.US, "blocked"),
    (Outcome.NOW, "full"), (Outcome.COMPLAINT, "no_mailbox")])
def test_nothing_else_marks_an_address(person, outcome, meaning):
    comes_back(letter(person), outcome, meaning)
    person.refresh_from_db()
    assert person.bounced_at is None and person.resting_until is None


def test_a_corrected_address_is_not_marked_for_the_old_one(person):
    row = letter(person)
    Recipient.objects.update(email="anna@right.example")
    comes_back(row)
    assert Recipient.objects.get().bounced_at is None


def test_an_address_that_took_a_later_letter_lives(person):
    row = letter(person, ago=3 * DAY)
    later = letter(person, ago=DAY)
    comes_back(row)
    assert Recipient.objects.get().bounced_at is None
    comes_back(later)
    assert Recipient.objects.get().bounced_at


def test_an_earlier_letter_and_one_that_came_back_prove_no_life(person):
    letter(person, ago=3 * DAY)
    row = letter(person, ago=2 * DAY)
    comes_back(letter(person, ago=DAY), Outcome.LETTER, "spam")
    comes_back(row)
    assert Recipient.objects.get().bounced_at


def test_five_letters_in_a_row_for_now_let_the_recipient_rest_for_thirty_days(person):
    for number in range(5):
        assert Recipient.objects.get().resting_until is None
        full(letter(person, ago=(10 - number) * DAY))
    until = Recipient.objects.get().resting_until
    assert timedelta(days=29) < until - timezone.now() <= timedelta(days=30)


def test_a_letter_that_arrived_between_begins_the_count_anew(person):
    for ago in (9, 8, 7):
        full(letter(person, ago=ago * DAY))
    letter(person, ago=6 * DAY)
    for ago in (5, 4, 3, 2):
        full(letter(person, ago=ago * DAY))
    assert Recipient.objects.get().resting_until is None
    full(letter(person, ago=DAY))
    assert Recipient.objects.get().resting_until


def test_what_came_back_long_ago_or_from_another_address_does_not_count(person):
    for ago in (40, 35, 31):
        full(letter(person, ago=ago * DAY))
    Recipient.objects.update(email="new@example.com")
    person.refresh_from_db()
    for ago in (4, 3, 2, 1):
        full(letter(person, ago=ago * DAY))
    assert Recipient.objects.get().resting_until is None


def test_refusals_for_now_at_sending_count_too_and_others_do_not(person):
    for ago in (9, 8, 7, 6):
        letter(person, ago * DAY, Delivery.State.FAILED, "552 5.2.2 Mailbox full")
    letter(person, 5 * DAY, Delivery.State.FAILED, "554 5.7.1 Spam message rejected")
    full(letter(person))
    assert Recipient.objects.get().resting_until


def test_one_letter_with_many_reports_is_no_five(person):
    row = letter(person)
    full(row)
    comes_back(row, Outcome.LETTER, "spam")
    comes_back(row, Outcome.US, "blocked")
    assert Recipient.objects.get().resting_until is None


def test_a_rest_that_was_ended_counts_from_anew(person):
    for ago in (9, 8, 7, 6, 5):
        full(letter(person, ago=ago * DAY))
    assert recipient_rest_end(recipient=person) and not recipient_rest_end(recipient=person)
    assert Recipient.objects.get().resting_until <= timezone.now()
    full(letter(person, ago=timedelta(seconds=-1)))
    assert Recipient.objects.get().resting_until <= timezone.now()


def test_a_letter_whose_recipient_is_gone_from_the_book_still_came_back(person):
    row = letter(person)
    Delivery.objects.update(recipient=None)
    row.refresh_from_db()
    assert comes_back(row) and Run.objects.get().returned == 1


def test_a_guess_marks_nobody_until_another_letter_comes_back_alike(person):
    unsure = {"outcome": Outcome.GONE, "meaning": "no_mailbox", "words": "550 Mailbox unavailable",
              "happened_at": timezone.now(), "sure": False}
    first = letter(person, ago=3 * DAY)
    for _ in range(2):
        bounce_record(delivery=first, **unsure)
    assert Recipient.objects.get().bounced_at is None
    assert Bounce.objects.get().outcome == Outcome.GONE
    bounce_record(delivery=letter(person), **unsure)
    assert Recipient.objects.get().bounced_at
