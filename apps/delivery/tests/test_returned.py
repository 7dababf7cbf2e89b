"""Whom the rest of a mailing takes when letters of it have come back, and who rests."""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from apps.mailings.bounces.services import bounce_record
from apps.mailings.models import Bounce, Delivery, Recipient
from tests.sending import send

from ..audience import Audience, audience_count, audience_of, first_recipient, going_in
from ..before_start import check_context
from ..services import RunRefused, run_start

pytestmark = pytest.mark.django_db(transaction=True)
Outcome = Bounce.Outcome
MONTH = timedelta(days=30)


def comes_back(mailing, name, outcome, meaning="full"):
    letter = Delivery.objects.filter(
        run__mailing=mailing, email__startswith=name).select_related("run").latest("pk")
    return bounce_record(delivery=letter, outcome=outcome, meaning=meaning, words="552 full",
                         happened_at=timezone.now())


def rests(name, until=MONTH):
    Recipient.objects.filter(email__startswith=name).update(resting_until=timezone.now() + until)


@pytest.mark.parametrize("outcome", [Outcome.NOW, Outcome.LETTER, Outcome.US])
def test_a_letter_that_came_back_may_be_sent_again_and_only_that_one(mailing, sink, outcome):
    send(mailing)
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger="page")
    comes_back(mailing, "boris", outcome)
    assert audience_of(mailing) == Audience(going=1, has_it=2)
    assert audience_count(mailing) == 1
    assert first_recipient(mailing).email == "boris@example.com"
    sink.letters.clear()
    send(mailing)
    assert sink.addresses == ["boris@example.com"]
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger="page")


def test_who_complained_has_the_letter(mailing, sink):
    send(mailing)
    comes_back(mailing, "boris", Outcome.COMPLAINT)
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger="page")


def test_who_is_gone_is_named_and_not_written_to(mailing, sink):
    send(mailing)
    comes_back(mailing, "boris", Outcome.GONE, "no_mailbox")
    told = audience_of(mailing)
    assert (told.going, told.bounced, told.has_it) == (0, 1, 2)


def test_who_rests_is_left_out_until_the_day_has_come(mailing, sink):
    rests("boris")
    told = audience_of(mailing)
    assert (told.going, told.resting, told.bounced, told.left_out) == (2, 1, 0, 1)
    assert told.resting_until == Recipient.objects.get(email="boris@example.com").resting_until
    rests("boris", -timedelta(seconds=1))
    assert audience_of(mailing) == Audience(going=3)
    run = run_start(mailing=mailing, trigger="page")
    assert going_in(run) == 3
    rests("boris")
    assert going_in(run) == 2


def test_each_counts_for_one_reason(mailing, sink):
    rests("boris")
    Recipient.objects.update(bounced_at=timezone.now())
    told = audience_of(mailing)
    assert (told.going, told.bounced, told.resting) == (0, 3, 0)


def test_the_check_page_says_who_rests_and_until_when(mailing, sink, as_owner):
    rests("boris")
    context = check_context(mailing, again=False, counted=True)
    assert [one.email for one in context["resting"]] == ["boris@example.com"]
    with translation.override("en"):
        page = as_owner.get(reverse("delivery:start", args=[mailing.pk]))
    assert page.context["audience"].resting == 1
    assert "boris@example.com" in page.text
