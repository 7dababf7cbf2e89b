"""Whom a mailing goes to, against a judgement in plain Python over a varied book."""
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Bounce, Delivery, Mailing, Recipient, Run, Tagging
from apps.mailings.preparations import Preparation, RunAudience
from tests.factories import (
    MailingFactory, MessageFactory, RecipientFactory, SegmentFactory, TagFactory)

from ..audience import audience, audience_of as taken, member_sieve, members
from ..rules import NAMES, not_by_hand, whom_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()
FINAL = ["sent", "unknown", "failed", "skipped", "cancelled"]
COUNTS = ["sent", "unknown", *Delivery.OPEN]


def with_word(word):
    return {"match": "all", "of": [{"what": "words", "how": "has", "value": word}]}


class Book:
    """Forty recipients with tags, and letters of other mailings, by chance."""

    def __init__(self, owner, seed):
        self.owner = owner
        self.chance = random.Random(seed)
        self.people = RecipientFactory.create_batch(40, owner=owner)
        self.tags = TagFactory.create_batch(3, owner=owner)
        self.tagged = {tag.pk: self.some(12) for tag in self.tags}
        Tagging.objects.bulk_create(
            Tagging(tag_id=tag, recipient_id=pk) for tag, ids in self.tagged.items() for pk in ids)
        self.segments = [SegmentFactory(owner=owner, conditions=with_word(word))
                         for word in ("1", "client2")]
        self.message = MessageFactory(owner=owner)
        self.letters = []
        for days, message in ((1, self.message), (5, None), (30, self.message), (None, None)):
            self.send(days, message)

    def some(self, most):
        return {one.pk for one in self.chance.sample(self.people, self.chance.randint(0, most))}

    def send(self, days, message):
        """Have another mailing's run end so many days ago; None is one that goes on."""
        mailing = MailingFactory(owner=self.owner, message=message or MessageFactory(
            owner=self.owner))
        at = NOW - timedelta(days=days or 0)
        run = Run.objects.create(
            mailing=mailing, owner=self.owner, finished_at=days and at,
            state=Run.State.FINISHED if days else Run.State.RUNNING)
        for pk in self.some(12):
            state = self.chance.choice(FINAL if days else FINAL + list(Delivery.OPEN))
            letter = Delivery.objects.create(
                run=run, recipient_id=pk, email=f"old{pk}@example.com", state=state)
            Delivery.objects.filter(pk=letter.pk).update(updated_at=at)
            outcome = self.chance.choice([None, None, *Bounce.Outcome.values])
            if outcome and state == "sent":
                bounced(letter, outcome)
            if outcome in (None, "complaint") or state != "sent":
                self.letters.append((pk, state, at, mailing.message_id))

    def mailing(self):
        chance = self.chance
        mailing = MailingFactory(
            owner=self.owner, message=self.message, everyone=chance.random() < .3,
            quiet_days=chance.choice([None, 3, 7, 60]), skip_same=chance.random() < .4)
        mailing.recipients.set(self.some(10))
        for name in NAMES:
            groups = self.tags if "tags" in name else self.segments
            if chance.random() < .6:
                getattr(mailing, name).set(chance.sample(groups, chance.randint(0, 2)))
        return mailing

    def in_group(self, group):
        if group in self.tags:
            return self.tagged[group.pk]
        word = group.conditions["of"][0]["value"]
        return {one.pk for one in self.people if word in one.search_text}

    def union(self, groups):
        return set().union(*map(self.in_group, groups))

    def members(self, mailing):
        everybody = {one.pk for one in self.people}
        picked = set(mailing.recipients.values_list("pk", flat=True))
        inside = picked | self.union([*mailing.tags.all(), *mailing.segments.all()])
        outside = self.union(
            [*mailing.excluded_tags.all(), *mailing.excluded_segments.all()])
        return (everybody if mailing.everyone else inside) - outside

    def rests(self, mailing):
        resting = set()
        for pk, state, at, message in self.letters:
            if state not in COUNTS:
                continue
            under_way = state in Delivery.OPEN
            if mailing.quiet_days and (
                    under_way or at >= NOW - timedelta(days=mailing.quiet_days)):
                resting.add(pk)
            if mailing.skip_same and message == mailing.message_id:
                resting.add(pk)
        return resting


def bounced(letter, outcome):
    """Have a letter come back, or its reader complain."""
    return Bounce.objects.create(
        owner=letter.run.owner, run=letter.run, delivery=letter, recipient_id=letter.recipient_id,
        email=letter.email, outcome=outcome)


def ids(rows):
    found = list(rows.values_list("pk", flat=True))
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_whom_a_person_would_name(owner, other, seed):
    RecipientFactory.create_batch(2, owner=other)
    book = Book(owner, seed)
    for _ in range(8):
        mailing = book.mailing()
        whom = whom_of(mailing)
        inside = book.members(mailing)
        assert ids(members(whom, now=NOW)) == inside
        assert ids(audience(mailing, now=NOW)) == inside - book.rests(mailing)
        sieve = member_sieve(whom, now=NOW)
        book_rows = Recipient.objects.filter(owner=owner)
        assert ids(book_rows.filter(sieve.keeps)) == inside
        assert ids(book_rows.filter(sieve.keeps).filter(sieve.indexed)) == inside


@pytest.fixture
def person(owner):
    return RecipientFactory(owner=owner, email="anna@example.com")


@pytest.fixture
def mailing(owner, person):
    return MailingFactory(owner=owner, everyone=True, quiet_days=7)


def letter_of(owner, person, state="sent", **run):
    other = MailingFactory(owner=owner)
    run = Run.objects.create(mailing=other, owner=owner, **run)
    return Delivery.objects.create(run=run, recipient=person, email=person.email, state=state)


def test_a_letter_to_the_address_counts_whoever_had_it(owner, person, mailing):
    before = RecipientFactory(owner=owner, email="before@example.com")
    letter_of(owner, before)
    Recipient.objects.filter(pk=before.pk).update(deleted_at=NOW)
    Recipient.objects.filter(pk=person.pk).update(email="BEFORE@example.com")
    assert not ids(audience(mailing, now=NOW))


def test_a_letter_that_came_back_bothered_nobody(owner, person, mailing):
    Mailing.objects.filter(pk=mailing.pk).update(skip_same=True)
    mailing.refresh_from_db()
    letter = letter_of(owner, person)
    Mailing.objects.filter(pk=letter.run.mailing_id).update(message=mailing.message)
    assert not ids(audience(mailing, now=NOW))
    complaint = bounced(letter, Bounce.Outcome.COMPLAINT)
    assert not ids(audience(mailing, now=NOW))
    complaint.delete()
    bounced(letter, Bounce.Outcome.NOW)
    assert ids(audience(mailing, now=NOW)) == {person.pk}


def test_another_letter_that_arrived_counts_beside_one_that_came_back(owner, person, mailing):
    bounced(letter_of(owner, person), Bounce.Outcome.NOW)
    letter_of(owner, person)
    assert not ids(audience(mailing, now=NOW))


def test_its_own_letters_and_other_owners_do_not_count(owner, other, person, mailing):
    run = Run.objects.create(mailing=mailing, owner=owner)
    Delivery.objects.create(run=run, recipient=person, email=person.email, state="sent")
    letter_of(other, RecipientFactory(owner=other, email=person.email))
    assert ids(audience(mailing, now=NOW)) == {person.pk}


def test_who_is_in_a_run_that_is_being_prepared_is_written_to_soon(owner, person, mailing):
    other = MailingFactory(owner=owner)
    run = Run.objects.create(mailing=other, owner=owner, prepared_at=None)
    Preparation.objects.create(run=run, again=False, moment=NOW)
    assert ids(audience(mailing, now=NOW)) == {person.pk}
    RunAudience.objects.create(run=run, recipient=person, email=person.email)
    assert not ids(audience(mailing, now=NOW))


def test_a_late_answer_counts_after_its_run_has_ended(owner, person, mailing):
    letter_of(owner, person, finished_at=NOW - timedelta(days=7, hours=3), state="unknown")
    assert not ids(audience(mailing, now=NOW))


def test_somebody_elses_groups_find_nobody(owner, other, person):
    theirs = TagFactory(owner=other)
    stranger = RecipientFactory(owner=other)
    Tagging.objects.create(tag=theirs, recipient=stranger)
    mailing = MailingFactory(owner=owner)
    mailing.tags.add(theirs)
    assert not ids(audience(mailing, now=NOW))


def test_a_broken_segment_that_excludes_lets_nobody_through(owner, person, mailing):
    mailing.quiet_days = None
    broken = {"match": "any", "of": [{"what": "tags", "how": "any", "value": [10 ** 9]}]}
    mailing.excluded_segments.add(SegmentFactory(owner=owner, conditions=broken))
    assert not ids(taken(whom_of(mailing), now=NOW))


def test_the_mailings_that_are_not_only_for_picks_are_told_apart(owner, person):
    rows = MailingFactory.create_batch(6, owner=owner, recipients=[person])
    Mailing.objects.filter(pk=rows[0].pk).update(everyone=True)
    tag = TagFactory(owner=owner)
    segment = SegmentFactory(owner=owner)
    rows[1].tags.add(tag)
    rows[2].segments.add(segment)
    rows[3].excluded_tags.add(tag)
    rows[4].excluded_segments.add(segment)
    assert not_by_hand(rows) == {row.pk for row in rows[:5]}
    assert [whom_of(row).is_stored_picks for row in Mailing.objects.order_by("pk")] == [
        False] * 5 + [True]
