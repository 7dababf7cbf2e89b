"""Conditions keep exactly whom a person would say that they fit."""
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.sieve import Sifted
from apps.mailings.models import Recipient
from apps.mailings.segments.conditions import check, in_words, sieve_of

from .judge import fits
from .world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(owner, other):
    return World(owner, other)


def kept(world, conditions, now=NOW):
    sieve = sieve_of(conditions, owner_id=world.owner.pk, now=now)
    rows = Recipient.objects.filter(owner=world.owner)
    whole = set(rows.filter(sieve.keeps).values_list("pk", flat=True))
    narrowed = set(rows.filter(sieve.indexed).filter(sieve.keeps).values_list("pk", flat=True))
    assert whole == narrowed, "the indexed condition does not hold for all that are kept"
    if sieve:
        ordered = rows.order_by("sort_name", "pk")
        assert set(Sifted(rows, sieve).first(ordered, 100).values_list("pk", flat=True)) == whole
    return whole


def every(conditions, world):
    return {person.pk for person in world.people if fits(conditions, person, world)}


def test_random_conditions_keep_whom_they_fit(world):
    in_turn = settings(max_examples=150, deadline=None, derandomize=True, database=None,
                       suppress_health_check=list(HealthCheck))

    @in_turn
    @given(world.groups())
    def holds(conditions):
        check(conditions, world.owner)
        assert kept(world, conditions) == every(conditions, world), conditions
        assert in_words(conditions, world.owner)

    holds()
