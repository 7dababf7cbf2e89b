from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.mailings.attempts import finding
from apps.mailings.models import Attempt, Delivery, Run
from apps.mailings.services import owned_delete
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner)


def attempt(mailing, email="anna@example.com", good=True, unknown=False, at=None):
    run = mailing.runs.first() or Run.objects.create(
        mailing=mailing, owner=mailing.owner, state=Run.State.FINISHED, subject="s", body="b",
        trigger=Run.Trigger.PAGE)
    return Attempt.objects.create(
        mailing=mailing, run=run, owner=mailing.owner, email=email, outcome_unknown=unknown,
        attempted_at=at or timezone.now(), server_response="250 Ok" if good else "550 <no>",
        status=Attempt.Status.SUCCESS if good else Attempt.Status.FAILURE)


def attempt_at(recipient, email="", **how):
    """An attempt at a recipient's address, or at the one that they had then."""
    mailing = MailingFactory(owner=recipient.owner)
    made = attempt(mailing, email or recipient.email, **how)
    Attempt.objects.filter(pk=made.pk).update(recipient=recipient)
    Delivery.objects.create(
        run=made.run, recipient=recipient, email=made.email, state=Delivery.State.SENT)


def shown(client, **query):
    return [row.email for row in client.get("/attempts/", query).context["page"]]


def test_attempts_are_filtered_by_mailing_status_address_and_day(as_owner, owner, mailing):
    attempt(mailing, "a@example.com")
    attempt(mailing, "b@example.com", good=False)
    attempt(mailing, "c@example.com", good=False, unknown=True)
    attempt(MailingFactory(owner=owner), "d@example.com", at=datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert shown(as_owner, status="failed") == ["b@example.com"]
    assert shown(as_owner, status="unknown") == ["c@example.com"]
    assert shown(as_owner, q="A@EX") == ["a@example.com"]
    assert len(shown(as_owner, mailing=mailing.pk)) == 3
    days = {"from": "2026-01-05", "to": "2026-01-05"}
    assert shown(as_owner, **days) == ["d@example.com"]


def test_a_search_finds_attempts_by_the_recipients_name_and_address(as_owner, as_manager, owner):
    attempt_at(RecipientFactory(owner=owner, full_name="Анна Рояль", email="anna@example.com"))
    attempt_at(RecipientFactory(owner=owner, email="boris@example.com"))
    attempt_at(RecipientFactory(email="anna.elsewhere@example.com"))
    assert shown(as_owner, q="рояль") == ["anna@example.com"]
    assert shown(as_owner, q="ANNA") == ["anna@example.com"]
    assert len(shown(as_manager, q="anna")) == 2
    assert shown(as_owner, q="никто") == []


def test_attempts_at_a_former_address_and_at_who_was_deleted_are_found(as_owner, owner):
    corrected = RecipientFactory(owner=owner, email="anna@example.com")
    attempt_at(corrected, "Ana@example.com")
    gone = RecipientFactory(owner=owner, email="boris@example.com")
    attempt_at(gone)
    owned_delete(owned=gone)
    assert shown(as_owner, q="ana@EXAMPLE.com") == ["Ana@example.com"]
    assert shown(as_owner, q="boris") == ["boris@example.com"]


def test_a_search_for_what_most_recipients_have_finds_the_same(as_owner, owner, monkeypatch):
    for name in ("Анна", "Борис", "Вера"):
        attempt_at(RecipientFactory(owner=owner, full_name=name))
    found = shown(as_owner, q="example")
    monkeypatch.setattr(finding, "MANY", 1)
    assert len(found) == 3 and shown(as_owner, q="example") == found
    assert shown(as_owner, q="\u200b") == found  # nothing that is seen


def test_an_unknown_outcome_is_told_apart_from_a_failure(as_owner, mailing):
    attempt(mailing, good=False, unknown=True)
    assert "Исход неизвестен</span>" in as_owner.get("/attempts/").content.decode()


def test_pages_show_each_attempt_once_even_at_one_moment(as_owner, mailing):
    now, seen, after = timezone.now(), [], {}
    for number in range(60):
        attempt(mailing, f"c{number}@example.com", at=now - timedelta(seconds=number // 30))
    for _ in range(3):
        page = as_owner.get("/attempts/", after).context["page"]
        seen += [row.pk for row in page]
        after = {"after": page.next}
    assert len(seen) == len(set(seen)) == 60 and not page.next


def test_an_address_with_an_old_cursor_goes_on_at_its_moment(as_owner, mailing):
    now = timezone.now()
    for number in range(3):
        attempt(mailing, f"c{number}@example.com", at=now - timedelta(hours=number))
    moment = (now - timedelta(minutes=30)).timestamp()
    assert shown(as_owner, cursor=f"{moment:.6f}_7") == ["c1@example.com", "c2@example.com"]


@pytest.mark.parametrize("query", [
    {"cursor": "x"}, {"cursor": "1.1_1"}, {"cursor": "9" * 400}, {"mailing": "9" * 20},
    {"mailing": "٣"}, {"from": "9999-12-31"}, {"to": "0001-01-01"}, {"from": "x"},
    {"status": "sent'--"}, {"q": "\x00"}, {"cursor": "99999999999.000000_1"},
])
def test_odd_addresses_are_harmless(as_owner, mailing, query):
    attempt(mailing)
    assert as_owner.get("/attempts/", query).status_code == 200


def test_a_person_sees_their_own_attempts_and_a_manager_everyones(
        as_owner, as_other, as_manager, mailing):
    attempt(mailing)
    assert len(shown(as_owner)) == len(shown(as_manager)) == 1
    assert shown(as_other) == [] and shown(as_other, mailing=mailing.pk) == []


def test_the_servers_words_are_shown_as_text(as_owner, mailing):
    attempt(mailing, good=False)
    assert "550 &lt;no&gt;" in as_owner.get("/attempts/").content.decode()


def test_the_page_costs_the_same_for_one_attempt_as_for_many(
        as_owner, mailing, django_assert_max_num_queries):
    for number in range(25):
        attempt(mailing, f"c{number}@example.com")
    with django_assert_max_num_queries(8):
        as_owner.get("/attempts/")
