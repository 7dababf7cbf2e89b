"""Who is not written to gets no letter, whatever was started before, and the pages say so."""
import pytest
from django.db import connection
from django.urls import reverse

from apps.mailings.models import Attempt, Delivery, Recipient, Suppression
from apps.mailings.suppression.services import addresses_suppress
from tests.factories import MailingFactory, RecipientFactory, UserFactory
from tests.sending import send, work

from .. import audience
from ..services import run_start

pytestmark = pytest.mark.django_db(transaction=True)


def suppress(owner, *emails):
    addresses_suppress(owner=owner, emails=emails)


def test_a_suppressed_address_is_skipped_with_the_reason(mailing, sink, as_owner):
    Recipient.objects.filter(full_name="Анна Ли").update(email="Anna@Example.com")
    suppress(mailing.owner, "anna@example.com")
    run = send(mailing)
    assert (run.total, run.sent, run.skipped) == (3, 2, 1)
    assert sorted(sink.addresses) == ["boris@example.com", "vera@example.com"]
    assert not Attempt.objects.filter(email__iexact="anna@example.com").exists()
    page = as_owner.get(mailing.get_absolute_url())
    assert "Адрес в списке «Кому не пишем»" in page.text


def test_who_is_suppressed_after_the_run_began_is_skipped_too(mailing, sink):
    run = run_start(mailing=mailing, trigger="page")
    suppress(mailing.owner, "vera@example.com")
    work(run)
    assert (run.sent, run.skipped) == (2, 1) and "vera@example.com" not in sink.addresses


def test_a_letter_whose_recipient_is_gone_for_good_is_skipped_too(mailing, sink):
    run = run_start(mailing=mailing, trigger="page")
    run.deliveries.filter(email="vera@example.com").update(recipient=None)
    suppress(mailing.owner, "vera@example.com")
    work(run)
    assert (run.sent, run.skipped) == (2, 1) and "vera@example.com" not in sink.addresses


def test_what_somebody_else_does_not_write_to_is_written_to(mailing, sink):
    suppress(UserFactory(), "anna@example.com")
    assert send(mailing).sent == 3


def test_a_suppressed_address_is_in_one_run_and_goes_once_it_is_lifted(mailing, sink):
    suppress(mailing.owner, "anna@example.com")
    send(mailing)
    assert audience.audience_count(mailing) == 0
    assert audience.first_recipient(mailing) is None
    Suppression.objects.all().delete()
    assert audience.audience_count(mailing) == 1
    run = send(mailing)
    assert (run.total, run.sent) == (1, 1) and sink.addresses[-1] == "anna@example.com"


@pytest.mark.parametrize("again", [False, True])
def test_the_counts_are_what_goes(mailing, sink, again):
    suppress(mailing.owner, "anna@example.com", "boris@example.com", "nobody@example.com")
    Recipient.objects.filter(email__in=["boris@example.com", "vera@example.com"]).update(
        bounced_at="2026-01-01T10:00Z")
    mailing.recipients.add(RecipientFactory(owner=mailing.owner, email="glen@example.com"))
    told = audience.audience_of(mailing, again=again)
    assert told == audience.Audience(going=1, bounced=1, suppressed=2)
    assert audience.audience_count(mailing, again=again) == 1
    run = run_start(mailing=mailing, trigger="page", again=again, expected=1)
    assert audience.going_in(run) == 1
    work(run)
    assert (run.total, run.sent, run.skipped) == (4, 1, 3)
    assert sink.addresses == ["glen@example.com"]


def test_the_check_page_names_them(mailing, as_owner):
    suppress(mailing.owner, "anna@example.com", "vera@example.com")
    Recipient.objects.filter(email="vera@example.com").update(bounced_at="2026-01-01T10:00Z")
    text = " ".join(as_owner.get(reverse("delivery:start", args=[mailing.pk])).text.split())
    assert "Пропустим 2" in text and "2 в списке «Кому не пишем»" in text
    assert text.count("vera@example.com") == 1 and "такого ящика" not in text


def test_who_was_deleted_and_added_anew_stays_suppressed(mailing, sink):
    suppress(mailing.owner, "anna@example.com")
    Recipient.objects.filter(email="anna@example.com").update(deleted_at="2026-01-01T10:00Z")
    anew = RecipientFactory(owner=mailing.owner, email="ANNA@example.com")
    run = send(MailingFactory(owner=mailing.owner, recipients=[anew]))
    assert (run.sent, run.skipped) == (0, 1) and not sink.letters
    assert run.deliveries.get().state == Delivery.State.SKIPPED


def test_to_find_suppressed_addresses_is_no_query_of_its_own(mailing, django_assert_num_queries):
    from ..engine import ledger
    run = run_start(mailing=mailing, trigger="page")
    suppress(mailing.owner, "anna@example.com")
    with django_assert_num_queries(2 if connection.vendor == "sqlite" else 1):
        rows = ledger.claim(run.pk, 10, "token")
    assert [row.gone for row in rows] == ["suppressed", "", ""]
