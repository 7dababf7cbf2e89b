"""Fates of a big mailing: shown as far as they are known, counted after the page, and kept."""
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Delivery, Mailing, Run
from tests.factories import MailingFactory, RecipientFactory

from ..mailings import known
from ..mailings.known import counted_fates, known_fates

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def big(monkeypatch):
    """Three recipients are too many to count in a page."""
    monkeypatch.setattr(known, "BIG", 2)
    cache.clear()


@pytest.fixture
def people(owner):
    return RecipientFactory.create_batch(4, owner=owner)


@pytest.fixture
def mailing(owner, people):
    return MailingFactory(owner=owner, recipients=people)


def run_of(mailing, people, *states):
    run = Run.objects.create(
        mailing=mailing, owner=mailing.owner, state=Run.State.FINISHED, total=len(states),
        sent=states.count("sent"), failed=states.count("failed"), skipped=states.count("skipped"),
        finished_at=timezone.now())
    Delivery.objects.bulk_create(
        Delivery(run=run, recipient=person, email=person.email, state=state)
        for person, state in zip(people, states, strict=False))
    return run


def fresh(mailing):
    return Mailing.objects.get(pk=mailing.pk)


def counts_of(queries):
    """Return the statements that look at all letters of a mailing."""
    return [one["sql"] for one in queries if "of_person" in one["sql"]]


def test_the_only_run_tells_all_at_once(as_owner, mailing, people):
    run_of(mailing, people, "sent", "sent", "failed", "skipped")
    with CaptureQueriesContext(connection) as queries:
        page = as_owner.get(mailing.get_absolute_url()).text
    assert "2 из 4 получили" in page and not counts_of(queries)


def test_after_a_second_run_the_page_shows_that_it_counts(as_owner, mailing, people):
    run_of(mailing, people, "sent", "sent", "failed", "failed")
    run_of(mailing, people[2:], "sent", "failed")
    with CaptureQueriesContext(connection) as queries:
        page = as_owner.get(mailing.get_absolute_url()).text
    assert "Считаем, кто получил письмо" in page and not counts_of(queries)
    assert "counted=1" in page


def test_what_was_counted_is_kept_until_a_run_or_the_mailing_changes(htmx, mailing, people):
    run_of(mailing, people, "sent", "sent", "failed", "failed")
    second = run_of(mailing, people[2:], "sent", "failed")
    panel = reverse("delivery:progress", args=[mailing.pk])
    assert "3 из 4 получили" in htmx.get(f"{panel}?counted=1").text
    with CaptureQueriesContext(connection) as queries:
        assert "3 из 4 получили" in htmx.get(panel).text
    assert not counts_of(queries)
    second.deliveries.update(state="sent")
    second.save()
    assert known_fates(fresh(mailing)) is None
    assert "4 из 4 получили" in htmx.get(f"{panel}?counted=1").text
    mailing.save()
    assert known_fates(fresh(mailing)) is None


def test_without_javascript_a_link_counts(as_owner, mailing, people):
    run_of(mailing, people, "sent", "sent", "failed", "failed")
    run_of(mailing, people[2:], "sent", "failed")
    page = as_owner.get(f"{mailing.get_absolute_url()}?counted=1").text
    assert "3 из 4 получили" in page and "Все <span>4</span>" in page


@pytest.mark.parametrize("deleted, total", [(False, 4), (True, 3)])
def test_the_only_run_is_taken_for_exact_where_all_whom_it_took_are_still_there(
        mailing, people, deleted, total):
    run_of(mailing, people, "sent", "cancelled", "failed", "skipped")
    if deleted:
        type(people[0]).objects.filter(pk=people[0].pk).update(deleted_at=timezone.now())
    fates = counted_fates(fresh(mailing))
    assert fates.total == total and fates.of("cancelled") == fates.of("skipped") == 1


def test_a_fate_that_nobody_has_is_an_empty_page_without_a_search(as_owner, mailing, people):
    run_of(mailing, people, "sent", "sent", "failed", "failed")
    page = as_owner.get(f"{mailing.get_absolute_url()}?fate=none")
    assert not page.context["page"].object_list and page.status_code == 200


@pytest.mark.parametrize("fate, number", [
    ("sent", 1), ("failed", 1), ("skipped", 1), ("cancelled", 1), ("none", 0), ("unknown", 0)])
def test_each_fate_is_found_before_anything_is_counted(
        as_owner, mailing, people, fate, number):
    run_of(mailing, people, "failed", "failed", "skipped", "cancelled")
    run_of(mailing, people, "sent", "cancelled")
    page = as_owner.get(f"{mailing.get_absolute_url()}?fate={fate}")
    assert len(page.context["page"].object_list) == number


def test_rare_fates_are_found_by_their_letters(as_owner, mailing, people, monkeypatch):
    monkeypatch.setattr("apps.core.sieve.WALKED", 1)
    run_of(mailing, people, "failed", "unknown", "skipped", "cancelled")
    run_of(mailing, people, "sent")
    for fate, who in [("unknown", people[1]), ("skipped", people[2]), ("cancelled", people[3])]:
        page = as_owner.get(f"{mailing.get_absolute_url()}?fate={fate}")
        assert list(page.context["page"]) == [who]


def test_who_was_added_after_the_run_is_found_as_not_sent_yet(
        as_owner, owner, mailing, people, monkeypatch):
    monkeypatch.setattr("apps.core.sieve.WALKED", 1)
    run_of(mailing, people, "sent", "sent", "sent", "sent")
    late = RecipientFactory(owner=owner)
    mailing.recipients.add(late)
    mailing.save()
    page = as_owner.get(f"{mailing.get_absolute_url()}?fate=none")
    assert list(page.context["page"]) == [late]


def test_the_list_shows_a_big_mailing_without_counting(as_owner, mailing, people):
    run_of(mailing, people, "sent", "sent", "failed", "failed")
    with CaptureQueriesContext(connection) as queries:
        page = as_owner.get("/mailings/").text
    assert "2 из 4" in page and "4 получателя" in page and not counts_of(queries)
    run_of(mailing, people[2:], "sent", "failed")
    page = as_owner.get("/mailings/").text
    assert "на странице рассылки" in page and "более 10" in page
    counted_fates(fresh(mailing))
    assert "3 из 4" in as_owner.get("/mailings/").text
