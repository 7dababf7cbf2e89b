"""What is counted each time, and what is kept for a while: for whom, and how long."""
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Mailing, Recipient
from apps.mailings.services import mailing_disable, owned_delete, owned_restore
from apps.reports import homepage
from tests.conftest import client_of
from tests.factories import MailingFactory, RecipientFactory, UserFactory

FIGURES = ("mailings_total", "mailings_active", "recipients_unique")


def home(client):
    context = client.get("/").context
    return tuple(context[name] for name in FIGURES)


def after_a_moment(monkeypatch, seconds):
    """Let the memory cache's clock go on."""
    monkeypatch.setattr("time.time", lambda now=timezone.now().timestamp(): now + seconds)


def recipient(client, **fields):
    return client.post(reverse("mailings:recipient_create"), {
        "email": "a@example.com", "full_name": "A", **fields})


@pytest.mark.django_db
def test_a_change_is_seen_at_once_by_its_owner(as_owner, owner):
    assert home(as_owner) == (0, 0, 0)
    recipient(as_owner)
    assert home(as_owner) == (0, 0, 1)
    owned_delete(owned=Recipient.objects.get())
    assert home(as_owner) == (0, 0, 0)


@pytest.mark.django_db
def test_a_status_that_time_changes_is_counted_anew(as_owner, as_other, owner):
    mailing = MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    assert home(as_owner) == (1, 1, 0)
    past = timezone.now() - timedelta(minutes=1)
    Mailing.objects.filter(pk=mailing.pk).update(ends_at=past)
    home(as_other)  # somebody else's page settles it first
    assert home(as_owner) == (1, 0, 0)


@pytest.mark.django_db
def test_a_switch_and_the_admin_are_seen_by_the_owner_at_once(as_owner, owner, manager):
    mailing = MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    client = RecipientFactory(owner=owner)
    assert home(as_owner) == (1, 1, 1)
    mailing_disable(mailing=mailing, by=manager, disabled=True)
    assert home(as_owner) == (1, 0, 1)
    admin = client_of(UserFactory(is_staff=True, is_superuser=True))
    url = reverse("admin:mailings_recipient_delete", args=[client.pk])
    assert admin.post(url, {"post": "yes"}).status_code == 302
    assert home(as_owner) == (1, 0, 0)
    fields = {"email": "b@example.com", "full_name": "B"}
    admin.post(reverse("admin:mailings_recipient_add"), fields)
    assert home(admin) == (1, 0, 1) and home(as_owner) == (1, 0, 0)


@pytest.mark.django_db
def test_what_is_deleted_in_bulk_in_the_admin_is_gone_from_the_owners_figures(as_owner, owner):
    people = RecipientFactory.create_batch(2, owner=owner)
    admin = client_of(UserFactory(is_staff=True, is_superuser=True))
    assert home(as_owner) == (0, 0, 2)
    admin.post(reverse("admin:mailings_recipient_changelist"), {
        "action": "delete_selected", "post": "yes", "_selected_action": [p.pk for p in people]})
    assert home(as_owner) == (0, 0, 0)


@pytest.mark.django_db
def test_managers_totals_are_counted_once_in_a_while_for_all_of_them(
        as_manager, as_owner, owner, django_assert_num_queries):
    assert home(as_manager) == (0, 0, 0)
    recipient(as_owner)
    second = client_of(UserFactory(is_superuser=True))
    assert home(as_manager) == home(second) == (0, 0, 0)
    with django_assert_num_queries(0):
        homepage.home_figures(UserFactory.build(is_superuser=True))


@pytest.mark.django_db
def test_a_manager_sees_a_change_within_a_minute_and_a_visitor_within_the_hour(
        as_manager, client, owner, monkeypatch):
    assert home(as_manager) == home(client) == (0, 0, 0)
    RecipientFactory(owner=owner)
    after_a_moment(monkeypatch, 60)
    assert home(as_manager) == (0, 0, 1) and home(client) == (0, 0, 0)
    after_a_moment(monkeypatch, 3600)
    assert home(client) == (0, 0, 1)


@pytest.mark.django_db
def test_nothing_of_one_user_reaches_another_and_a_new_role_counts_anew(
        as_owner, as_other, other):
    recipient(as_owner)
    assert home(as_owner) == (0, 0, 1) and home(as_other) == (0, 0, 0)
    other.user_permissions.set(Permission.objects.filter(codename="view_all_recipients"))
    assert home(as_other) == (0, 0, 1)
    other.user_permissions.clear()
    assert home(as_other) == (0, 0, 0)


@pytest.mark.django_db
def test_a_right_to_see_everyones_recipients_shows_no_more_than_that(
        as_owner, as_other, as_manager, other, owner):
    MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    recipient(as_owner)
    assert home(as_manager) == (1, 1, 1)
    other.user_permissions.set(Permission.objects.filter(codename="view_all_recipients"))
    assert home(as_other) == (0, 0, 1)
    other.user_permissions.set(Permission.objects.filter(codename="view_all_mailings"))
    assert home(as_other) == (1, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("first, second", [
    (0, 1), (1, 0), (1, 2), (2, 1), (0, 2), (2, 0), (1, 3), (3, 1), (2, 3), (3, 2)])
def test_whoever_asks_first_leaves_nothing_of_theirs_for_the_next(
        as_owner, as_other, as_manager, owner, other, first, second):
    people = [Client(), as_owner, as_manager, as_other]
    right = [(3, 2, 4), (2, 1, 3), (3, 2, 4), (1, 1, 1)]
    MailingFactory.create_batch(1, owner=owner)
    for person in (owner, other):
        MailingFactory(owner=person, status=Mailing.Status.RUNNING)
        RecipientFactory(owner=person, email="same@example.com")
    RecipientFactory.create_batch(2, owner=owner)
    for who in (first, second, first):
        assert home(people[who]) == right[who]


@pytest.mark.django_db
def test_figures_of_ones_own_book_are_in_no_cache_while_it_is_not_big(
        as_owner, owner, monkeypatch):
    monkeypatch.setattr(homepage, "cache", None)
    assert homepage.home_figures(owner)["recipients_unique"] == 0


@pytest.mark.django_db
def test_what_is_added_to_a_big_book_or_deleted_is_seen_at_once(as_owner, owner, monkeypatch):
    monkeypatch.setattr(homepage, "MANY", 2)
    people = RecipientFactory.create_batch(4, owner=owner)
    assert home(as_owner) == (0, 0, 4)
    recipient(as_owner)
    assert home(as_owner) == (0, 0, 5)
    owned_delete(owned=people[0])
    owned_delete(owned=people[1])
    assert home(as_owner) == (0, 0, 3)
    owned_restore(owned=people[1])
    assert home(as_owner) == (0, 0, 4)


@pytest.mark.django_db
def test_a_big_book_is_not_counted_again_while_nothing_changes(as_owner, owner, monkeypatch):
    monkeypatch.setattr(homepage, "MANY", 2)
    RecipientFactory.create_batch(4, owner=owner)
    assert home(as_owner) == (0, 0, 4)
    with CaptureQueriesContext(connection) as queries:
        assert homepage.book_size(owner) == 4
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_what_another_process_changes_is_seen_with_the_next_request(as_owner, owner):
    """A thread has a database connection of its own, as another process has."""
    assert home(as_owner) == (0, 0, 0)

    def elsewhere():
        recipient(client_of(owner))
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert home(as_owner) == (0, 0, 1)


@pytest.mark.django_db
def test_a_lost_cache_only_costs_a_count(as_manager, as_owner):
    recipient(as_owner)
    home(as_manager)
    cache.clear()
    assert home(as_manager) == (0, 0, 1)
