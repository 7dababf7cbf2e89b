"""SQLite's planner takes the big tables for big ones, also where they are empty."""
import pytest
from django.db import connection

from apps.mailings.models import Attempt, Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL counts by itself")]


def plan_of(rows):
    return rows.explain().splitlines()[0]


def test_the_attempts_of_one_recipient_are_found_by_their_own_index(owner):
    rows = Attempt.objects.filter(owner=owner, recipient=7).order_by("-attempted_at", "-id")
    assert "recipient_id=?" in plan_of(rows)


def test_a_persons_letter_of_a_run_is_found_by_the_person():
    assert "recipient_id=?" in plan_of(Delivery.objects.filter(run=1, recipient=7))


def test_the_newest_attempts_of_an_owner_are_read_in_their_order(owner):
    rows = Attempt.objects.filter(owner=owner).order_by("-attempted_at", "-id")[:25]
    assert "attempt_owner_time" in plan_of(rows)
