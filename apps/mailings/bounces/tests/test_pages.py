"""What the pages tell of letters that came back."""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from apps.mailings.mailings.fates import RETURNED, fates_of, with_letters
from apps.mailings.models import Attempt, Bounce, Delivery, Recipient, Run, Suppression
from apps.reports.returned import returned_mailings
from apps.statistics import counting
from tests.factories import MailingFactory, RecipientFactory

from ..services import bounce_record

pytestmark = pytest.mark.django_db
Outcome = Bounce.Outcome
NAMES = ("anna", "boris", "vera", "gleb")


@pytest.fixture
def mailing(owner):
    """A mailing that a server took for four people, three days ago."""
    people = [RecipientFactory(owner=owner, email=f"{name}@example.com") for name in NAMES]
    mailing = MailingFactory(owner=owner, recipients=people)
    at = timezone.now() - timedelta(days=3)
    run = Run.objects.create(
        mailing=mailing, owner=owner, state="finished", total=4, subject="s", body="b")
    for one in people:
        about = {"run": run, "recipient": one, "email": one.email}
        Delivery.objects.create(**about, state="sent", answer="250 Ok")
        Attempt.objects.create(
            **about, mailing=mailing, owner=owner, attempted_at=at, code=250,
            status=Attempt.Status.SUCCESS, server_response="250 Ok")
    counting.add(run.pk, {"sent": 4}, {})
    counting.fold()
    Delivery.objects.update(updated_at=at)
    return mailing


def back(name, outcome, meaning, words="the server's own words"):
    letter = Delivery.objects.select_related("run").get(email__startswith=name)
    bounce_record(delivery=letter, outcome=outcome, meaning=meaning, words=words,
                  happened_at=letter.updated_at + timedelta(minutes=4))
    counting.fold()


@pytest.fixture
def returned(mailing):
    """Boris is gone, Vera's mailbox is full, Gleb complained; Anna has the letter."""
    back("boris", Outcome.GONE, "no_mailbox")
    back("vera", Outcome.NOW, "full")
    back("gleb", Outcome.COMPLAINT, "")
    return mailing


def found(as_owner, url, **asked):
    page = as_owner.get(url, asked).context["page"]
    return sorted(row.email.partition("@")[0] for row in page)


def test_who_has_not_got_it_has_a_fate_of_their_own(returned):
    fates = fates_of(returned)
    assert (fates.sent, fates.returned, fates.total) == (2, 2, 4)
    rows = {row.email[0]: row.fate for row in with_letters(returned)}
    assert rows == {"a": "sent", "b": RETURNED, "v": RETURNED, "g": "sent"}


@pytest.mark.parametrize("fate, who", [
    ("returned", ["boris", "vera"]), ("sent", ["anna", "gleb"])])
def test_the_tab_finds_them_and_tells_why(as_owner, returned, fate, who):
    url = returned.get_absolute_url()
    assert found(as_owner, url, tab="recipients", fate=fate) == who
    with translation.override("en"):
        page = as_owner.get(url, {"tab": "recipients"}, headers={"accept-language": "en"})
    stories = {row.email[0]: row.letter.story for row in page.context["page"]}
    assert [len(stories[one]) for one in "abvg"] == [0, 1, 1, 1]
    assert stories["g"][0].is_complaint and not stories["b"][0].is_complaint
    assert "the server&#x27;s own words" in page.text


def test_a_letter_that_is_sent_again_and_arrives_tells_the_fate(returned, owner):
    run = Run.objects.create(mailing=returned, owner=owner, state="finished", total=1, sent=1)
    vera = Recipient.objects.get(email__startswith="vera")
    Delivery.objects.create(run=run, recipient=vera, email=vera.email, state="sent")
    assert fates_of(returned).returned == 1


def test_the_tab_costs_as_many_queries_for_one_as_for_many(
        as_owner, returned, django_assert_max_num_queries):
    back("anna", Outcome.NOW, "full")
    with django_assert_max_num_queries(45):
        as_owner.get(returned.get_absolute_url(), {"tab": "recipients"})


def test_the_book_finds_whose_last_letter_came_back_and_who_rests(as_owner, returned):
    Recipient.objects.filter(email__startswith="anna").update(
        resting_until=timezone.now() + timedelta(days=3))
    url = reverse("mailings:recipient_list")
    assert found(as_owner, url, bounced="returned") == ["boris", "vera"]
    assert found(as_owner, url, bounced="resting") == ["anna"]
    assert found(as_owner, url, bounced="1") == ["boris"]


def test_others_letters_that_came_back_are_not_found(as_other, returned):
    url = reverse("mailings:recipient_list")
    assert found(as_other, url, bounced="returned") == []


def test_the_recipients_page_tells_it_below_the_try(as_owner, returned):
    boris = Recipient.objects.get(email__startswith="boris")
    page = as_owner.get(boris.get_absolute_url())
    attempt, = page.context["attempts"]
    assert attempt.status == Attempt.Status.SUCCESS and len(attempt.story) == 1
    assert "the server&#x27;s own words" in page.text


def test_a_button_ends_a_rest(as_owner, mailing):
    anna = Recipient.objects.get(email__startswith="anna")
    clear = reverse("mailings:recipient_clear", args=[anna.pk])
    Recipient.objects.update(resting_until=timezone.now() + timedelta(days=3))
    assert clear in as_owner.get(anna.get_absolute_url()).text
    as_owner.post(clear)
    anna.refresh_from_db()
    assert anna.resting_until <= timezone.now()
    assert clear not in as_owner.get(anna.get_absolute_url()).text


def test_reports_tell_what_arrived_less_what_came_back_and_lead_to_the_letters(
        as_owner, returned, owner):
    Suppression.objects.create(
        owner=owner, email="anna@example.com", reason=Suppression.Reason.UNSUBSCRIBED,
        delivery=Delivery.objects.get(email__startswith="anna"))
    page = as_owner.get(reverse("reports:mailing_report", args=[returned.pk]))
    assert page.context["fates"] == {
        "total": 4, "sent": 2, "returned": 2, "failed": 0, "unknown": 0, "skipped": 0, "left": 0}
    assert [(name, number) for name, _words, number in page.context["reactions"]] == [
        ("unsubscribed", 1), ("complained", 1)]
    url = reverse("reports:letter_list")
    for fate, who in (("sent", ["anna", "gleb"]), ("returned", ["boris", "vera"]),
                      ("unsubscribed", ["anna"]), ("complained", ["gleb"])):
        assert found(as_owner, url, fate=fate, period="all") == who
        assert found(as_owner, url, fate=fate, period="all", mailing=returned.pk) == who


def test_the_export_tells_when_and_what_came_back(as_owner, returned):
    response = as_owner.get(reverse("reports:mailing_export", args=[returned.pk]))
    text = b"".join(response.streaming_content).decode()
    assert text.count("the server's own words") == 3


def test_the_home_page_raises_a_hand(as_owner, owner, returned):
    mailing, = returned_mailings(owner, timezone.now())
    assert (mailing.returned, mailing.ours) == (2, 0)
    back("anna", Outcome.LETTER, "spam")
    mailing, = returned_mailings(owner, timezone.now())
    assert (mailing.returned, mailing.ours) == (3, 1) and mailing.why
    page = as_owner.get(reverse("home"))
    assert f"{returned.get_absolute_url()}?tab=recipients&amp;fate=returned" in page.text
