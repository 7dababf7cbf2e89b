"""Figures that are kept until their data changes, whoever changes it."""
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from apps.core.caching import cached
from apps.mailings.models import Mailing, Recipient
from apps.mailings.services import mailing_disable, owned_delete, user_data_changed
from apps.users.models import User
from tests.conftest import client_of
from tests.factories import MailingFactory, RecipientFactory, UserFactory

FIGURES = ("mailings_total", "mailings_active", "recipients_unique")


def home(client):
    context = client.get("/").context
    return tuple(context[name] for name in FIGURES)


def recipient(client, **fields):
    return client.post(reverse("mailings:recipient_create"), {
        "email": "a@example.com", "full_name": "A", **fields})


@pytest.mark.django_db
def test_figures_are_counted_once_until_something_changes(owner):
    made = []
    for _ in range(3):
        assert cached(owner, "x", lambda: made.append(1) or 7) == 7
    assert len(made) == 1
    user_data_changed(owner_id=owner.pk)
    cached(owner, "x", lambda: made.append(1) or 7)
    assert len(made) == 2


@pytest.mark.django_db
def test_a_change_is_seen_at_once_by_its_owner_and_by_managers(as_owner, as_manager, owner):
    assert home(as_owner) == home(as_manager) == (0, 0, 0)
    recipient(as_owner)
    assert home(as_owner) == home(as_manager) == (0, 0, 1)
    owned_delete(owned=Recipient.objects.get())
    assert home(as_owner) == home(as_manager) == (0, 0, 0)


@pytest.mark.django_db
def test_a_status_that_time_changes_is_counted_anew(as_owner, as_manager, as_other, owner):
    mailing = MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    assert home(as_owner) == home(as_manager) == (1, 1, 0)
    past = timezone.now() - timedelta(minutes=1)
    Mailing.objects.filter(pk=mailing.pk).update(ends_at=past)
    home(as_other)  # somebody else's page settles it first
    assert home(as_owner) == home(as_manager) == (1, 0, 0)


@pytest.mark.django_db
def test_a_switch_and_the_admin_are_seen_too(as_owner, as_manager, owner, manager):
    mailing = MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    client = RecipientFactory(owner=owner)
    assert home(as_owner) == (1, 1, 1)
    mailing_disable(mailing=mailing, by=manager, disabled=True)
    assert home(as_owner) == home(as_manager) == (1, 0, 1)
    admin = client_of(UserFactory(is_staff=True, is_superuser=True))
    url = reverse("admin:mailings_recipient_delete", args=[client.pk])
    assert admin.post(url, {"post": "yes"}).status_code == 302
    assert home(as_owner) == home(as_manager) == (1, 0, 0)
    fields = {"email": "b@example.com", "full_name": "B"}
    admin.post(reverse("admin:mailings_recipient_add"), fields)
    assert home(as_manager) == home(admin) == (1, 0, 1) and home(as_owner) == (1, 0, 0)


@pytest.mark.django_db
def test_nothing_of_one_user_reaches_another_and_a_new_role_counts_anew(as_owner, as_other, other):
    recipient(as_owner)
    assert home(as_owner) == (0, 0, 1) and home(as_other) == (0, 0, 0)
    other.user_permissions.set(Permission.objects.filter(codename="view_all_recipients"))
    assert home(as_other) == (0, 0, 1)
    other.user_permissions.clear()
    assert home(as_other) == (0, 0, 0)


@pytest.mark.django_db
def test_a_user_who_goes_does_not_bring_old_figures_back(as_manager, owner):
    User.objects.filter(pk=owner.pk).update(version=3)
    gone = UserFactory(version=5)
    before = home(as_manager)
    gone.delete()
    RecipientFactory(owner=owner)
    User.objects.filter(pk=owner.pk).update(version=8)
    assert home(as_manager) == (0, 0, before[2] + 1)


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
def test_a_lost_cache_only_costs_a_count(as_owner):
    recipient(as_owner)
    home(as_owner)
    cache.clear()
    assert home(as_owner) == (0, 0, 1)
