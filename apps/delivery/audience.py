"""Whom a run of a mailing takes: the rest, or everybody again, and who is left out.

Pages and `run_start` ask the same statements, so that a button's number is the number that goes.
"""
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Exists
from django.utils import timezone

from apps.core.numbers import MANY, Number
from apps.core.sieve import Sifted
from apps.mailings.bounces.models import came_back
from apps.mailings.models import Delivery, Mailing, Recipient, Run
from apps.mailings.picks.choice import among
from apps.mailings.suppression.models import suppressions_of_rows
from apps.mailings.whom.audience import audience_of as taken_by
from apps.mailings.whom.audience import book_of, member_sieve, members, without
from apps.mailings.whom.rests import letters_of_late, same_letters
from apps.mailings.whom.rules import Whom, whom_of
from apps.mailings.whom.size import has_over
from apps.mailings.whom.tables import Table, table_of

from .engine.ledger import db_time

# A claimed letter may have been sent already. A pending letter of a stopped run may still be
# claimed by a worker that read the run before it was stopped. A letter that came back was not got.
HAS = """(
    d.state IN ('sent', 'unknown', 'claimed') OR n.state = 'stopped' AND d.state = 'pending')
    AND NOT EXISTS (SELECT 1 FROM mailings_bounce b
        WHERE b.delivery_id = d.id AND b.outcome <> 'complaint')"""
# Those who were picked by hand, where that is all; it leads from the mailing's rows.
PICKED = """mailings_recipient r
    JOIN mailings_mailing_recipients m ON m.recipient_id = r.id AND m.mailing_id = %(mailing)s"""
COLUMNS = ("id", "email", "owner_id", "deleted_at", "bounced_at", "resting_until")
# Who has left advertising alone gets letters of the other kind: a scope has the name of its kind.
# One suppression at most meets a recipient. Where a statement does not ask for it, PostgreSQL does
# not look; where it asks for those without one, it hashes the owner's list.
EVERYBODY = """
    FROM {people}
    LEFT JOIN mailings_suppression s ON s.owner_id = %(owner)s AND s.email = LOWER(r.email)
        AND s.scope IN ('all', %(kind)s)
    WHERE r.deleted_at IS NULL AND r.owner_id = %(owner)s
"""
# Nothing was sent, or is unknown or under way, to this person or address in any run of the mailing.
# Not by NOT IN: PostgreSQL goes through such a list for each recipient where it is a long one.
WITHOUT_IT = f"""{EVERYBODY}
    AND NOT EXISTS (
        SELECT 1 FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
        WHERE n.mailing_id = %(mailing)s AND {HAS} AND d.recipient_id = r.id)
    AND NOT EXISTS (
        SELECT 1 FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
        WHERE n.mailing_id = %(mailing)s AND {HAS} AND LOWER(d.email) = LOWER(r.email))
"""  # nosec B608 of constants
GOES = """r.bounced_at IS NULL AND s.email IS NULL
    AND (r.resting_until IS NULL OR r.resting_until <= %(now)s)"""
RESTS = "r.bounced_at IS NULL AND s.email IS NULL AND r.resting_until > %(now)s"
# Who has bounced, rests, or is suppressed, is in one run at most, which skips them and says why.
THE_REST = f"""{WITHOUT_IT}
    AND ({GOES} OR NOT EXISTS (
        SELECT 1 FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
        WHERE n.mailing_id = %(mailing)s AND d.recipient_id = r.id))
"""  # nosec B608 of constants
WHO = {True: EVERYBODY, False: THE_REST}  # by `again`
WISHED = {True: EVERYBODY, False: WITHOUT_IT}  # the same, with all who do not go
SHARE = 2 * MANY  # members
DEAR = 5000  # to count more members than these takes a page too long


@dataclass(frozen=True)
class Audience:
    """How many recipients of a mailing get a letter, and how many do not, by reason.

    Who is left out for several reasons counts for the first of them that stands here.
    """

    going: int
    bounced: int = 0  # and not suppressed
    deleted: int = 0
    has_it: int = 0
    suppressed: int = 0
    same: int = 0  # have the message from another mailing
    quiet: int = 0  # were written to lately
    resting: int = 0  # their letters came back "for now" too often
    resting_until: datetime | None = None  # the last of them

    @property
    def left_out(self) -> int:
        return (self.bounced + self.deleted + self.has_it + self.suppressed
                + self.same + self.quiet + self.resting)


@dataclass(frozen=True)
class Statement:
    """A question about whom a run takes, and the values of its parameters."""

    sql: str
    values: dict[str, object]

    def row(self) -> tuple:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return cursor.fetchone()


def about(whom: Whom, what: str, who: str, people: Table) -> Statement:
    """Return the statement that asks, or does, `what` about those of `people` who are `who`."""
    values = {"mailing": whom.mailing, "owner": whom.owner, "kind": whom.kind, **people.values}
    values["now"] = db_time(timezone.now())
    return Statement(f"{what} {who.format(people=people.sql)}", values)


def people_of(whom: Whom, now: datetime) -> Table:
    """Return whom a run may take, less nobody for what this mailing has sent them."""
    if whom.is_stored_picks and not whom.has_rests:
        return Table(PICKED, {})
    return table_of(taken_by(whom, now=now), *COLUMNS)


def members_of(whom: Whom, now: datetime) -> Table:
    """Return who is in the mailing."""
    if whom.is_stored_picks:
        return Table(PICKED, {})
    return table_of(members(whom, now=now), *COLUMNS)


def audience_of(mailing: Mailing, *, again: bool = False) -> Audience:
    """Return whom a run that starts now would write to: the rest, or with `again` everybody."""
    return audience_among(whom_of(mailing), again=again)


def audience_among(whom: Whom, *, again: bool = False) -> Audience:
    now = timezone.now()
    everyone = members_of(whom, now)
    everybody, = about(whom, "SELECT COUNT(*)", EVERYBODY, everyone).row()
    wished, suppressed, would, resting, until = about(
        whom, f"SELECT COUNT(*), COUNT(s.email), COUNT(*) FILTER (WHERE {GOES}), "
        f"COUNT(*) FILTER (WHERE {RESTS}), MAX(r.resting_until) FILTER (WHERE {RESTS})",
        WISHED[again], everyone).row()
    going = unlike = would
    if whom.skip_same:
        others = table_of(without(members(whom, now=now), same_letters(whom)), *COLUMNS)
        going = unlike = going_among(whom, others, again)
    if whom.quiet_days:
        going = going_among(whom, people_of(whom, now), again)
    return Audience(
        going, bounced=wished - would - suppressed - resting, resting=resting,
        resting_until=as_moment(until), deleted=deleted_count(whom),
        has_it=everybody - wished, suppressed=suppressed, same=would - unlike,
        quiet=unlike - going)


def going_among(whom: Whom, people: Table, again: bool) -> int:
    """Return how many of `people` get a letter."""
    number, = about(whom, "SELECT COUNT(*)", f"{WHO[again]} AND {GOES}", people).row()
    return int(number)


def as_moment(value: datetime | str | None) -> datetime | None:
    """Return a moment that an expression has; SQLite gives it as text."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def deleted_count(whom: Whom) -> int:
    """Return how many were picked by hand for a mailing, and deleted from the book."""
    if whom.everyone or whom.hand is not None:
        return 0
    gone = Recipient.all_objects.filter(mailings=whom.mailing).exclude(deleted_at=None)
    return gone.count()


def told_of(whom: Whom) -> Audience | Number:
    """Return what a form tells of whom it is for: of many no more than how many get a letter.

    Of very many a share is looked at first: most often enough of them get one.
    """
    now = timezone.now()
    book = book_of(whom)
    sifted = Sifted(book, member_sieve(whom, now=now))
    sifted.first(book.order_by("sort_name", "pk"), 1)  # how frequent they are says how to look
    share = list(sifted.kept.values_list("pk", flat=True)[:SHARE])
    if len(share) <= MANY:
        return audience_among(whom)
    rests = [*same_letters(whom), *letters_of_late(whom, now)]
    people = table_of(without(book.filter(pk__in=among(share)), rests), *COLUMNS)
    going = going_among(whom, people, again=False)
    if going <= MANY:
        going = about(whom, "SELECT COUNT(*) FROM (SELECT 1", f"{THE_REST} AND {GOES} "
                      f"LIMIT {MANY + 1}) AS going", people_of(whom, now)).row()[0]
    return Number(min(going, MANY + 1))


def audience_count(mailing: Mailing, *, again: bool = False) -> int:
    """Return how many letters a run that starts now would send."""
    whom = whom_of(mailing)
    return going_among(whom, people_of(whom, timezone.now()), again)


def going_in(run: Run) -> int:
    """Return how many letters of a new run are to be sent; the others are skipped."""
    suppressed = Exists(suppressions_of_rows(run.kind, "run__owner"))
    letters = run.deliveries.filter(~suppressed, recipient__bounced_at=None)
    return letters.exclude(recipient__resting_until__gt=timezone.now()).count()


def first_recipient(mailing: Mailing, *, again: bool = False) -> Recipient | None:
    """Return who would get the first letter of a run that starts now."""
    whom = whom_of(mailing)
    people = people_of(whom, timezone.now())
    place = "m.recipient_id" if people.sql == PICKED else "r.id"
    found = about(whom, "SELECT r.id", f"{WHO[again]} AND {GOES} ORDER BY {place} LIMIT 1",
                  people).row()
    return Recipient.objects.filter(pk=found[0]).first() if found else None


def is_dear(mailing: Mailing) -> bool:
    """Return whether to count the audience takes so long that a page does it afterwards."""
    return has_over(whom_of(mailing), DEAR)


def reached_count(mailing: Mailing) -> int:
    """Return to how many addresses a letter of this mailing went, or may have gone."""
    runs = list(mailing.runs.values_list("pk", flat=True))  # their size is known to the planner
    return Delivery.objects.filter(
        ~came_back(), run__in=runs, state__in=[Delivery.State.SENT, Delivery.State.UNKNOWN],
    ).values("email").distinct().count()
