"""Who is in a mailing, and whom of them its next run may take: the one place that says it.

Members are whom a mailing is for: everyone, or groups and picks, less the excluded. The audience
are the members less those who rest from other mailings (`rests.py`). Who has bounced, is
suppressed, or has the letter of this very mailing is in it still: runs look at that themselves.
"""
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.core.sieve import Sieve

from ..models import Mailing, Recipient, Segment, Tagging
from ..picks.choice import is_member
from ..picks.choice import members as picked
from ..segments.conditions import sieve_of
from ..segments.finding import is_broken
from .rests import letters_of_late, same_letters
from .rules import Whom, whom_of


def audience(mailing: Mailing, *, now: datetime) -> QuerySet[Recipient]:
    """Return whom a run of `mailing` may take that starts `now`."""
    return audience_of(whom_of(mailing), now=now)


def audience_of(whom: Whom, *, now: datetime) -> QuerySet[Recipient]:
    rows = without(members(whom, now=now), same_letters(whom))
    return without(rows, letters_of_late(whom, now))


def members(whom: Whom, *, now: datetime) -> QuerySet[Recipient]:
    """Return who is in a mailing, in no order: found by what few they may be."""
    rows = without(book_of(whom), excluded(whom, now))
    if whom.everyone:
        return rows
    first, *others = parts_of(whom, now)
    if others:
        return rows.filter(pk__in=first.union(*others, all=True))
    return rows.filter(pk__in=first)


def without(rows: QuerySet[Recipient], signs: Iterable[Exists]) -> QuerySet[Recipient]:
    """Return `rows` less those who have one of the `signs`.

    Each is a condition of its own: PostgreSQL makes a join of it, and not of one of several.
    """
    for sign in signs:
        rows = rows.filter(~sign)
    return rows


def book_of(whom: Whom) -> QuerySet[Recipient]:
    return Recipient.objects.filter(owner=whom.owner).order_by()


def parts_of(whom: Whom, now: datetime) -> list[QuerySet]:
    """Return the ids of who has one of the tags, of each segment's, and of those picked by hand."""
    parts: list[QuerySet] = []
    if whom.tags:
        parts.append(Tagging.objects.filter(tag__in=whom.tags).values("recipient"))
    for segment in whom.segments:
        sieve = sieve_of_segment(segment, now)
        parts.append(book_of(whom).filter(sieve.keeps).filter(sieve.indexed).values("pk"))
    if whom.hand is not None:
        parts.append(book_of(whom).filter(whom.hand).values("pk"))
    elif whom.has_picks or not parts:
        parts.append(picked(whom.mailing).values("recipient"))
    return parts


def excluded(whom: Whom, now: datetime) -> list[Exists]:
    """Return what tells, each alone, that a recipient is in a group that is excluded.

    Not the conditions of a segment themselves: of who has no value they say neither yes nor no.
    Nobody can tell whom a broken segment was to exclude, so nobody is written to.
    """
    signs = []
    if whom.excluded_tags:
        signs.append(has_tag(whom.excluded_tags))
    for segment in whom.excluded_segments:
        inside = Recipient.objects.filter(pk=OuterRef("pk"))
        if not is_broken(segment):
            inside = inside.filter(sieve_of_segment(segment, now).keeps)
        signs.append(Exists(inside.order_by()))
    return signs


def has_tag(tags: tuple[int, ...]) -> Exists:
    return Exists(Tagging.objects.filter(recipient=OuterRef("pk"), tag__in=tags))


def sieve_of_segment(segment: Segment, now: datetime) -> Sieve:
    return sieve_of(segment.conditions, owner_id=segment.owner_id, now=now)


def member_sieve(whom: Whom, *, now: datetime) -> Sieve:
    """Return the sieve of an address book that keeps the members."""
    outside = Q()
    for sign in excluded(whom, now):
        outside |= Q(sign)
    if whom.everyone:
        return Sieve(~outside)
    keeps = Q(pk__in=[]) if whom.hand is None else whom.hand
    if whom.hand is None and whom.has_picks:
        keeps = Q(is_member(whom.mailing))
    if whom.tags:
        keeps |= Q(has_tag(whom.tags))
    for segment in whom.segments:
        keeps |= sieve_of_segment(segment, now).keeps or Q(deleted_at=None)
    return Sieve(keeps & ~outside, Q(pk__in=members(whom, now=now).values("pk")))
