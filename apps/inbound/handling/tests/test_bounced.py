"""What follows from reports about letters that came back."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.inbound.handling.models import InboundLetter
from apps.inbound.reports.report import Event, Kind, Outcome, Report
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Bounce, Recipient, Run, Suppression
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

from .conftest import GONE, bounce, id_of, link_of, path_of, sent


def outcomes():
    return list(Bounce.objects.order_by("pk").values_list("delivery", "outcome"))


@pytest.mark.parametrize("outcome", ["gone", "now", "letter", "us"])
def test_a_letter_that_came_back_is_written_down_with_its_words(come, delivery, owner, outcome):
    at = timezone.now() - timedelta(minutes=4)
    event = Event(Outcome(outcome), "Anna@example.com", Meaning.OTHER, "5.0.0", "550 Нет")
    applied = come(bounce(event, return_paths=(path_of(delivery),)), received_at=at)
    [found] = applied.bounces
    assert (found.delivery, found.outcome, found.words, found.meaning, found.happened_at) == (
        delivery, outcome, "550 Нет", "other", at)
    assert (found.owner, applied.understood, applied.letter) == (owner, True, None)


def test_the_same_a_thousand_times_is_one(come, delivery, django_assert_max_num_queries):
    report = bounce(return_paths=(path_of(delivery),))
    come(report)
    for _time in range(20):
        assert come(report).bounces == ()
    with django_assert_max_num_queries(6):
        assert come(report).understood
    assert outcomes() == [(delivery.pk, "gone")]


@pytest.mark.parametrize("outcome", ["delivered", "delayed", "auto", "complaint"])
def test_what_is_no_return_is_not_written_down(come, delivery, outcome):
    event = Event(Outcome(outcome), "anna@example.com")
    assert come(bounce(event, return_paths=(path_of(delivery),))).understood
    assert outcomes() == []


def test_what_is_said_of_another_address_says_nothing_of_ours(come, delivery):
    forwarded = Event(Outcome.GONE, "anna@else.example", Meaning.NO_MAILBOX, "5.1.1", "550 Gone")
    [found] = come(bounce(forwarded, return_paths=(path_of(delivery),))).bounces
    assert (found.outcome, found.meaning, found.words) == ("now", "route", "550 Gone")
    assert found.email == "anna@example.com"


def test_words_about_another_address_say_nothing_of_ours(come, delivery):
    """A report may name whom we wrote to, and quote what was said of whom it went on to."""
    event = Event(Outcome.GONE, "anna@example.com", Meaning.NO_MAILBOX, "5.1.1",
                  "550 5.1.1 <anna@else.example>: no such user here")
    [found] = come(bounce(event, return_paths=(path_of(delivery),))).bounces
    assert (found.outcome, found.meaning) == ("now", "route")


@pytest.mark.parametrize("went_to, outcome", [
    ("anna@else.example", "now"), ("boris@example.com", "now"), ("anna@notexample.com", "now"),
    ("anna@mx.example.com", "gone"), ("Anna@Example.com", "gone")])
def test_a_letter_that_went_on_says_nothing_of_ours(come, delivery, went_to, outcome):
    """Gmail's words quote nobody: «The email account that you tried to reach does not exist»."""
    event = Event(Outcome.GONE, "anna@example.com", Meaning.NO_MAILBOX, went_to=(went_to,))
    [found] = come(bounce(event, return_paths=(path_of(delivery),))).bounces
    assert found.outcome == outcome


def test_of_many_addresses_ours_counts(come, delivery):
    other = Event(Outcome.GONE, "boris@else.example")
    ours = Event(Outcome.DELIVERED, "ANNA@example.com")
    assert come(bounce(other, ours, return_paths=(path_of(delivery),))).bounces == ()


def test_an_address_with_letters_of_its_own_is_known_in_both_forms(come, owner):
    anna = RecipientFactory(owner=owner, email="anna@xn--e1afmkfd.xn--p1ai")
    report = bounce(Event(Outcome.GONE, "anna@пример.рф"), return_paths=(path_of(sent(anna)),))
    assert [one.outcome for one in come(report).bounces] == ["gone"]


def test_a_report_that_names_nobody_is_about_the_letter_it_has(come, delivery):
    report = bounce(Event(Outcome.GONE, "", Meaning.NO_MAILBOX), return_paths=(path_of(delivery),))
    assert [one.outcome for one in come(report).bounces] == ["gone"]


def test_a_report_of_two_letters_tells_of_each(come, delivery, owner):
    boris = sent(RecipientFactory(owner=owner, email="boris@example.com"))
    report = bounce(GONE, Event(Outcome.NOW, "boris@example.com"),
                    message_ids=(id_of(boris), id_of(delivery)))
    come(report)
    assert sorted(outcomes()) == sorted([(delivery.pk, "gone"), (boris.pk, "now")])


def test_of_two_letters_to_one_address_the_first_came_back(come, anna, delivery):
    later = sent(anna)
    come(bounce(message_ids=(id_of(later), id_of(delivery))))
    assert outcomes() == [(later.pk, "gone")]


def test_a_forged_report_marks_nobody_and_is_shown(come, delivery, anna):
    applied = come(bounce(original_to=("anna@example.com",), subject="Undelivered", message_id="1"))
    assert outcomes() == [] and not applied.understood
    letter = applied.letter
    assert (letter.kind, letter.subject, letter.recipient) == ("stray", "Undelivered", anna)


def test_a_report_of_anothers_letter_hits_neither(come, delivery, theirs):
    come(bounce(return_paths=(path_of(theirs),), message_ids=(id_of(theirs),),
                leaving_tokens=(link_of(theirs),)))
    assert outcomes() == []


def test_what_comes_back_of_a_test_letter_is_nobodys_news(come, anna):
    message = MessageFactory(owner=anna.owner)
    test = sent(anna, mailing=None, message=message, test=True)
    assert come(bounce(return_paths=(path_of(test),))).understood
    complaint = Report(Kind.COMPLAINT, message_ids=(id_of(test),))
    leaving = Report(Kind.LEAVING, asking_tokens=(link_of(test),))
    assert come(complaint).understood and come(leaving).understood
    assert outcomes() == [] and not Suppression.objects.exists()


def test_a_report_without_events_is_not_understood(come, delivery):
    applied = come(Report(Kind.BOUNCE, return_paths=(path_of(delivery),)))
    assert applied.letter.kind == "unknown" and applied.letter.delivery == delivery


def test_news_of_our_letters_are_put_away_and_of_others_left(come, delivery):
    delayed = Event(Outcome.DELAYED, "anna@example.com")
    assert come(Report(Kind.NEWS, (delayed,), return_paths=(path_of(delivery),))).understood
    assert not come(Report(Kind.NEWS, (delayed,))).understood
    assert not InboundLetter.objects.exists() and outcomes() == []


def test_words_that_no_database_keeps_are_mended(come, delivery):
    event = Event(Outcome.NOW, "anna@example.com", words="a\x00b\ud800c" + "d" * 9000)
    [found] = come(bounce(event, return_paths=(path_of(delivery),))).bounces
    assert found.words.startswith("ab?cd") and len(found.words) < 2001


def test_a_file_is_for_whom_its_tokens_name(come, theirs):
    applied = come(bounce(return_paths=(path_of(theirs),)), mailbox=None, owner=None)
    assert outcomes() == [(theirs.pk, "gone")] and applied.understood


def test_a_file_of_nobodys_reports_changes_nothing(come, delivery):
    for kind in Kind:
        assert come(Report(kind, (GONE,)), mailbox=None, owner=None).understood is False
    assert outcomes() == [] and not InboundLetter.objects.exists()


def test_a_blocked_owners_list_does_not_rot(come, delivery, owner):
    owner.is_active = False
    owner.save()
    come(bounce(return_paths=(path_of(delivery),)))
    assert outcomes() == [(delivery.pk, "gone")]


def test_a_letter_whose_delivery_is_gone_is_shown(come, delivery):
    report = bounce(return_paths=(path_of(delivery),), message_ids=(id_of(delivery),))
    delivery.delete()
    assert come(report).letter.kind == "stray"


def test_a_letter_whose_recipient_was_deleted_is_written_down(come, delivery, anna):
    anna.delete()
    [found] = come(bounce(return_paths=(path_of(delivery),))).bounces
    assert (found.recipient, found.email) == (None, "anna@example.com")


class TestComplaint:

    def test_who_complains_is_written_to_no_more(self, come, delivery, owner):
        report = Report(Kind.COMPLAINT, (Event(Outcome.COMPLAINT, words="abuse"),),
                        message_ids=(id_of(delivery),))
        applied = come(report)
        suppression = Suppression.objects.get(owner=owner)
        assert (suppression.email, suppression.reason) == ("anna@example.com", "complained")
        assert (suppression.scope, suppression.delivery) == ("all", delivery)
        assert outcomes() == [(delivery.pk, "complaint")]
        assert applied.left == ("anna@example.com",)
        again = come(report)
        assert (again.left, again.bounces, again.understood) == ((), (), True)

    def test_without_a_token_nobody_is_hit(self, come, delivery):
        event = Event(Outcome.COMPLAINT, "anna@example.com")
        applied = come(Report(Kind.COMPLAINT, (event,), original_to=("anna@example.com",)))
        assert applied.letter.kind == "stray" and not Suppression.objects.exists()

    def test_of_anothers_letter_nobody_is_hit(self, come, delivery, theirs):
        come(Report(Kind.COMPLAINT, message_ids=(id_of(theirs),)))
        assert not Suppression.objects.exists() and outcomes() == []


class TestLeaving:
    """The letter that the mailto of List-Unsubscribe asks for."""

    @pytest.fixture
    def leaving(self, delivery):
        return Report(Kind.LEAVING, asking_tokens=(link_of(delivery),),
                      from_address="somebody@else.example")

    def test_who_writes_to_the_address_of_the_header_leaves(self, come, leaving, delivery, owner):
        applied = come(leaving)
        suppression = Suppression.objects.get(owner=owner)
        assert (suppression.email, suppression.reason) == ("anna@example.com", "unsubscribed")
        assert suppression.delivery == delivery
        assert applied.left == ("anna@example.com",) and applied.understood
        assert come(leaving).left == ()

    def test_when_the_delivery_is_gone_the_recipient_leaves(self, come, leaving, delivery):
        delivery.delete()
        assert come(leaving).left == ("anna@example.com",)

    def test_when_the_number_is_anothers_now_nobody_leaves(self, come, leaving, delivery):
        delivery.delete()
        Recipient.objects.update(email="boris@example.com")
        applied = come(leaving)
        assert not Suppression.objects.exists() and applied.letter.kind == "asks"

    def test_by_a_token_of_anothers_letter_nobody_leaves(self, come, theirs):
        applied = come(Report(Kind.LEAVING, asking_tokens=(link_of(theirs),)))
        assert not Suppression.objects.exists() and applied.letter.kind == "asks"

    def test_who_gets_information_too_leaves_advertising_alone(self, come, leaving, owner):
        MailingFactory(owner=owner, kind="information")
        come(leaving)
        assert Suppression.objects.get().scope == "advertising"

    @pytest.mark.parametrize("spoil", [
        lambda token: token[:-1], lambda token: token * 2, lambda token: f"0-0-{token[-32:]}",
        lambda token: ""])
    def test_by_a_spoilt_token_nobody_leaves(self, come, delivery, spoil):
        applied = come(Report(Kind.LEAVING, asking_tokens=(spoil(link_of(delivery)),)))
        assert not Suppression.objects.exists() and applied.letter.kind == "asks"

    def test_capitals_do_no_harm(self, come, delivery):
        come(Report(Kind.LEAVING, asking_tokens=(link_of(delivery).upper(),)))
        assert Suppression.objects.exists()

    def test_without_a_token_a_person_decides(self, come, anna):
        applied = come(Report(Kind.LEAVING, from_address="anna@example.com"))
        assert (applied.letter.kind, applied.letter.recipient) == ("asks", anna)
        assert not applied.understood and not Suppression.objects.exists()


def test_a_mailbox_of_another_owner_takes_no_report_of_ours(come, delivery, other):
    come(bounce(return_paths=(path_of(delivery),)), owner=other)
    assert outcomes() == [] and Run.objects.count() == 1
