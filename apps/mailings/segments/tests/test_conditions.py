"""Conditions keep exactly whom a person would say that they fit."""
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from apps.core.sieve import Sifted
from apps.mailings.models import Field, Recipient, Segment, Tag, Tagging
from apps.mailings.segments.conditions import check, sieve_of
from apps.mailings.segments.finding import (
    counted_members, is_broken, members, segments_naming)
from apps.mailings.segments.kinds import HOWS, LABELS, Takes, kind_of
from tests.factories import MailingFactory, RecipientFactory, SegmentFactory, TagFactory

from .judge import fits
from .world import NOW, World

pytestmark = pytest.mark.django_db
IN_TURN = settings(max_examples=120, deadline=None, derandomize=True, database=None,
                   suppress_health_check=list(HealthCheck))
FEW = settings(IN_TURN, max_examples=3)


@pytest.fixture
def world(owner, other):
    return World(owner, other)


def group(*conditions, match="all"):
    return {"match": match, "of": list(conditions)}


def about(what, how, value=None):
    return {"what": what, "how": how, "value": value}


def kept(owner, conditions, now=NOW):
    """Return whom the conditions keep, however the sieve is asked."""
    sieve = sieve_of(conditions, owner_id=owner.pk, now=now)
    rows = Recipient.objects.filter(owner=owner)
    whole = set(rows.filter(sieve.keeps).values_list("pk", flat=True))
    narrowed = set(rows.filter(sieve.indexed).filter(sieve.keeps).values_list("pk", flat=True))
    assert whole == narrowed, "the indexed condition does not hold for all that are kept"
    if sieve:
        ordered = rows.order_by("sort_name", "pk")
        assert set(Sifted(rows, sieve).first(ordered, 100).values_list("pk", flat=True)) == whole
    return whole


def test_random_conditions_keep_whom_they_fit(world):
    @IN_TURN
    @given(world.groups())
    def holds(conditions):
        check(conditions, world.owner)
        fitting = {person.pk for person in world.people if fits(conditions, person, world)}
        assert kept(world.owner, conditions) == fitting

    holds()


def test_each_condition_alone_keeps_whom_it_fits(world):
    for what in [*LABELS, *(f"field:{key}" for key in world.fields)]:
        for how in HOWS[kind_of(what, world.fields)].values():
            @FEW
            @given(world.values(what, how.takes))
            def holds(value):
                condition = about(what, how.key, value)
                fitting = {person.pk for person in world.people if fits(condition, person, world)}
                assert kept(world.owner, group(condition)) == fitting, condition

            holds()


def test_each_choice_alone_keeps_whom_it_fits(world):
    for what in [*LABELS, *(f"field:{key}" for key in world.fields)]:
        for how in HOWS[kind_of(what, world.fields)].values():
            for key in world.listed(what) if how.takes == Takes.SOME else []:
                condition = about(what, how.key, [key])
                fitting = {person.pk for person in world.people if fits(condition, person, world)}
                assert kept(world.owner, group(condition)) == fitting, condition


def test_a_group_of_all_without_conditions_is_everybody(owner):
    person = RecipientFactory(owner=owner)
    segment = SegmentFactory(owner=owner)
    assert list(members(segment, timezone.now())) == [person]
    assert str(counted_members(segment)) == "1"


@pytest.mark.parametrize("conditions", [
    {}, [], None, "all", {"match": "all"}, {"match": "some", "of": []}, {"match": "any", "of": []},
    about("tags", "any", [1]), group({}), group(None), group([1]), group(group()),
    group(about("__class__", "is", "x")), group(about("field:none", "is", "x")),
    group(about("tags", "any", [])), group(about("tags", "any", "1")),
    group(about("tags", "any", [[1]])), group(about("tags", "none", [2 ** 70])),
    group(about("tags", ["any"], [1])), group(about(["tags"], "any", [1])),
    group(about("words", "has", "\x00")), group(about("words", "has", "x" * 201)),
    group(about("written", "not_for", -1)), group(about("written", "not_for", True)),
    group(about("written", "not_for", 10 ** 9)), group(about("added", "on", "0001-01-01")),
    group(about("added", "on", "2027-02-29")), group(about("added", "on", 5)),
    group(about("mailing", "not_got", 1)), group(about("domain", "any_of", ["%"])),
    group(about("fate", "any_of", ["sent'; --"])), group(about("source", "any_of", [None])),
])
def test_nonsense_keeps_nobody_and_can_not_be_saved(conditions, owner):
    RecipientFactory(owner=owner)
    assert kept(owner, conditions) == set()
    with pytest.raises(ValidationError):
        check(conditions, owner)


def test_a_condition_that_names_what_is_gone_keeps_nobody_also_when_it_excludes(owner):
    RecipientFactory(owner=owner)
    tag = TagFactory(owner=owner)
    field = Field.objects.create(owner=owner, key="город", label="Город")
    mailing = MailingFactory(owner=owner)
    for condition in (about("tags", "none", [tag.pk]), about("field:город", "is_not", "Орёл"),
                      about("mailing", "not_got", mailing.pk)):
        assert len(kept(owner, group(condition))) == 1
    segment = SegmentFactory(owner=owner, conditions=group(about("tags", "none", [tag.pk])))
    assert not is_broken(segment)
    tag.delete()
    field.delete()
    assert is_broken(segment)
    mailing.deleted_at = timezone.now()
    mailing.save()
    for condition in (about("tags", "none", [tag.pk]), about("field:город", "is_not", "Орёл"),
                      about("mailing", "not_got", mailing.pk)):
        assert kept(owner, group(condition)) == set()


def test_what_is_somebody_elses_keeps_nobody(owner, other):
    person, tag = RecipientFactory(owner=owner), TagFactory(owner=other)
    Tagging.objects.create(tag=tag, recipient=person)
    mailing = MailingFactory(owner=other)
    for condition in (about("tags", "any", [tag.pk]), about("tags", "none", [tag.pk]),
                      about("mailing", "not_got", mailing.pk)):
        assert kept(owner, group(condition)) == set()
        with pytest.raises(ValidationError):
            check(group(condition), owner)


def test_a_problem_stands_at_its_condition(owner):
    right = about("bounced", "no")
    wrong = about("written", "not_for", "x")
    with pytest.raises(ValidationError) as refusal:
        check(group(right, wrong, group(right, wrong, match="any")), owner)
    assert sorted(refusal.value.message_dict) == ["1", "2.1"]


@pytest.mark.parametrize("conditions, path", [
    (group(*[about("bounced", "no")] * 21), ""),
    (group(*[group(about("bounced", "no"))] * 11), ""),
    (group(group(group(about("bounced", "no")))), "0"),
    (group(group(*[about("bounced", "no")] * 21)), "0"),
    (group(group()), "0"),
    (group(), ""),
])
def test_there_are_limits(conditions, path, owner):
    with pytest.raises(ValidationError) as refusal:
        check(conditions, owner)
    assert list(refusal.value.message_dict) == [path]


def test_the_owners_own_day_counts(owner):
    owner.time_zone = "Asia/Vladivostok"
    owner.save()
    Field.objects.create(owner=owner, key="d", label="D", kind="date")
    person = RecipientFactory(owner=owner, fields={"d": "2027-02-21"})
    evening = datetime(2027, 2, 20, 18, tzinfo=UTC)  # it is the 21st there already
    assert kept(owner, group(about("field:d", "last", 0)), evening) == {person.pk}
    assert kept(owner, group(about("field:d", "next", 0)), evening - timedelta(hours=12)) == set()


def test_who_was_born_on_29_february_has_a_birthday_every_year(owner):
    Field.objects.create(owner=owner, key="d", label="D", kind="date")
    person = RecipientFactory(owner=owner, fields={"d": "1988-02-29"})
    day = datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert kept(owner, group(about("field:d", "yearly", 0)), day) == {person.pk}


def test_a_value_of_another_kind_is_no_error(owner):
    """A field may have been deleted, and another made with its key."""
    Field.objects.create(owner=owner, key="n", label="N", kind="number")
    Field.objects.create(owner=owner, key="d", label="D", kind="date")
    RecipientFactory(owner=owner, fields={"n": "сто", "d": "вчера"})
    RecipientFactory(owner=owner, fields={"n": [1], "d": 5})
    for condition in (about("field:n", "gt", 1), about("field:n", "lt", 1),
                      about("field:d", "after", "2020-01-01"), about("field:d", "yearly", 3)):
        assert kept(owner, group(condition)) == set()


@pytest.mark.parametrize("sign", [
    "*", "?", "[", "]", "^", "-", "%", "_", "\\", "'", '"', "[a-z]", "ß"])
def test_signs_are_looked_for_as_they_are(sign, owner):
    Field.objects.create(owner=owner, key="t", label="T")
    same = RecipientFactory(owner=owner, fields={"t": sign})
    part = RecipientFactory(owner=owner, fields={"t": f"a{sign}b"})
    RecipientFactory(owner=owner, fields={"t": "xyz"})
    assert kept(owner, group(about("field:t", "is", sign))) == {same.pk}
    assert kept(owner, group(about("field:t", "contains", sign))) == {same.pk, part.pk}


def test_segments_that_name_a_thing_are_found(owner):
    tag = TagFactory(owner=owner)
    naming = SegmentFactory(owner=owner, conditions=group(
        about("bounced", "no"), group(about("tags", "none", [tag.pk]))))
    SegmentFactory(owner=owner, conditions=group(about("mailing", "got", tag.pk)))
    assert segments_naming(owner.pk, "tags", tag.pk) == [naming]
    assert segments_naming(owner.pk, "field:x") == []


def test_a_merged_tag_is_replaced_in_conditions(owner):
    from apps.mailings.segments.services import tag_replace
    old, new = (Tag.objects.create(owner=owner, name=name) for name in ("старая", "новая"))
    segment = SegmentFactory(owner=owner, conditions=group(
        group(about("tags", "any", [old.pk, new.pk]))))
    assert tag_replace(owner_id=owner.pk, old=old.pk, new=new.pk) == 1
    segment = Segment.objects.get(pk=segment.pk)
    assert segment.conditions == group(group(about("tags", "any", [new.pk])))
