"""What became of the letter to each recipient of a mailing, over all of its runs.

The latest letter to a person tells it. One that was skipped or cancelled tells it only where there
is no other: who has the letter keeps it when a later run passes them by. A recipient who was
deleted and added anew has the fate of the address.
"""
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from ..attempts.explanations import OURS, in_words
from ..attempts.faults import Meaning
from ..attempts.replies import Reply
from ..attempts.verdicts import Phase, verdict
from ..bounces.stories import add_stories
from ..models import Bounce, Delivery, Mailing, Recipient, Run
from ..whom.audience import members
from ..whom.rules import not_by_hand, whom_of
from ..whom.shown import shown_in
from ..whom.tables import table_of

State = Delivery.State
NOT_SENT = "none"  # the fate of whom no run has reached
RETURNED = "returned"  # a server took the letter, and gave it back later
SET_ASIDE = Delivery.SET_ASIDE
REASONS = 50  # letters that are looked at for one reason of all
# The same choice as `with_letters` makes, for all recipients at once: by lists that are hashed,
# where a look for each recipient takes a second for 100,000 of them. It names the runs: by them the
# planner knows how few letters those of a small mailing are.
COUNT = """
WITH letters AS (
    SELECT d.id, n.mailing_id, d.recipient_id, d.email,
        CASE WHEN d.state IN ('skipped', 'cancelled') THEN 0 ELSE d.id END AS told
    FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
    WHERE d.run_id IN ({runs})
), of_person AS (
    SELECT mailing_id, recipient_id, COALESCE(NULLIF(MAX(told), 0), MAX(id)) AS id FROM letters
    WHERE recipient_id IS NOT NULL GROUP BY mailing_id, recipient_id
), people AS (
    SELECT m.mailing_id, LOWER(r.email) AS email, p.id FROM {members} m
    JOIN mailings_recipient r ON r.id = m.recipient_id AND r.deleted_at IS NULL
    LEFT JOIN of_person p ON p.mailing_id = m.mailing_id AND p.recipient_id = r.id
    WHERE m.mailing_id IN ({mailings})
), of_address AS (
    SELECT mailing_id, LOWER(email) AS email, COALESCE(NULLIF(MAX(told), 0), MAX(id)) AS id
    FROM letters WHERE LOWER(email) IN (SELECT email FROM people WHERE id IS NULL)
    GROUP BY mailing_id, LOWER(email)
), back AS (
    SELECT DISTINCT delivery_id FROM mailings_bounce
    WHERE run_id IN ({runs}) AND outcome <> 'complaint'
)
SELECT p.mailing_id, CASE WHEN d.state = 'sent' AND b.delivery_id IS NOT NULL THEN 'returned'
    ELSE COALESCE(d.state, 'none') END, COUNT(*) FROM people p
LEFT JOIN of_address a ON p.id IS NULL AND a.mailing_id = p.mailing_id AND a.email = p.email
LEFT JOIN mailings_delivery d ON d.id = COALESCE(p.id, a.id)
LEFT JOIN back b ON b.delivery_id = d.id GROUP BY p.mailing_id, 2
"""
PICKED = "mailings_mailing_recipients"
REACHED = "of_person"  # who has a letter, or had one coming
# Who is in one mailing now, and who was when it was sent.
INSIDE = """(
    SELECT %(mailing)s AS mailing_id, r.id AS recipient_id FROM {table}
    UNION SELECT mailing_id, recipient_id FROM of_person)"""


@dataclass
class Fates:
    """How many recipients have which fate; the numbers add up to `total`.

    Of `rough` ones, those left out or on their way are told by one state for several.
    """

    counts: dict[str, int] = field(default_factory=dict)
    rough: bool = False

    def of(self, *fates: str) -> int:
        return sum(self.counts.get(fate, 0) for fate in fates)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """How many got it: a server took it, and nobody gave it back."""
        return self.of(State.SENT)

    @property
    def returned(self) -> int:
        return self.of(RETURNED)

    @property
    def failed(self) -> int:
        return self.of(State.FAILED)

    @property
    def unknown(self) -> int:
        return self.of(State.UNKNOWN)

    @property
    def skipped(self) -> int:
        return self.of(*SET_ASIDE)

    @property
    def left(self) -> int:
        """How many are queued, in hand, to be tried again, or were not reached yet."""
        return self.of(*Delivery.OPEN, NOT_SENT)


def fates_of(mailing: Mailing) -> Fates:
    """Return how many of the mailing's recipients have which fate.

    They are who is in it now, and who has a letter of it.
    """
    whom = whom_of(mailing)
    inside, values = PICKED, {}
    if not whom.is_stored_picks:
        table = table_of(members(whom, now=timezone.now()), "id")
        inside = INSIDE.format(table=table.sql)
        values = {**table.values, "mailing": mailing.pk}
    return counts_by_fate([mailing.pk], inside, values).get(mailing.pk, Fates())


def fates_of_each(mailings: Iterable[Mailing]) -> dict[int, Fates]:
    """Return the fates of each of `mailings` that has recipients, by its id, in few queries.

    Of one that is not only for who was picked by hand it tells of those who have a letter: to find
    who is in many segments takes longer than a list may.
    """
    ids = {mailing.pk for mailing in mailings}
    if not ids:
        return {}
    addressed = not_by_hand(mailings)
    found: dict[int, Fates] = {}
    for part, inside in ((ids - addressed, PICKED), (addressed, REACHED)):
        if part:
            found |= counts_by_fate(sorted(part), inside, {})
    return found


def counts_by_fate(ids: list[int], inside: str, values: dict[str, Any]) -> dict[int, Fates]:
    """Return the fates of those who are `inside` each of these mailings."""
    runs = list(Run.objects.filter(mailing__in=ids).order_by().values_list("pk", flat=True)) or [0]
    asked = {"run": runs, "id": ids}
    named = {f"{name}{number}": value for name, numbers in asked.items()
             for number, value in enumerate(numbers)}
    count = COUNT.format(
        runs=places("run", runs), mailings=places("id", ids), members=inside)
    found: dict[int, Fates] = {}
    with connection.cursor() as cursor:
        cursor.execute(count, {**named, **values})
        for mailing_id, fate, number in cursor.fetchall():
            found.setdefault(mailing_id, Fates()).counts[fate] = number
    return found


def places(name: str, values: list[int]) -> str:
    """Return where so many parameters of one name stand."""
    return ", ".join(f"%({name}{number})s" for number in range(len(values)))


def failed_letters(mailings: Iterable[Mailing]) -> QuerySet[Delivery]:
    """Return the letters by which failed is the fate of recipients of `mailings`.

    It looks at failed letters alone, which are few.
    """
    later = Delivery.objects.filter(
        recipient=OuterRef("recipient"), run__mailing=OuterRef("run__mailing"),
        pk__gt=OuterRef("pk")).exclude(state__in=SET_ASIDE)
    # Their ids lead to the index of failed letters; by a join all of it may be read.
    runs = list(Run.objects.filter(mailing__in=mailings, failed__gt=0).values_list("pk", flat=True))
    failed = Delivery.objects.in_state(State.FAILED).filter(
        ~Exists(later), run__in=runs, recipient__deleted_at=None)
    addressed = not_by_hand(mailings)
    if not addressed:
        return failed.filter(recipient__mailings=F("run__mailing"))
    is_picked = Mailing.recipients.through.objects.filter(
        mailing=OuterRef("run__mailing"), recipient=OuterRef("recipient"))
    return failed.filter(Q(run__mailing__in=addressed) | Q(Exists(is_picked)))


def failed_counts(mailings: Iterable[Mailing]) -> dict[int, int]:
    """Return how many recipients of each of `mailings` have failed as their fate, by its id."""
    failed = failed_letters(mailings).order_by()
    return dict(failed.values_list("run__mailing").annotate(Count("pk")))


def with_letters(mailing: Mailing) -> QuerySet[Recipient]:
    """Return the mailing's recipients, each with its `fate` and the `letter_id` that tells it."""
    return book_with_letters(mailing).filter(shown_in(mailing).keeps)


def book_with_letters(mailing: Mailing) -> QuerySet[Recipient]:
    """Return all recipients of the mailing's owner, as `with_letters` does."""
    address = Lower("email")
    letters = Delivery.objects.filter(run__mailing=mailing).order_by(
        Case(When(state__in=SET_ASIDE, then=Value(1)), default=Value(0),
             output_field=IntegerField()), "-id").values("pk")
    of_person = letters.filter(recipient=OuterRef("pk"))
    of_address = letters.alias(address=address).filter(address=Lower(OuterRef("email")))
    told = Delivery.objects.filter(pk=OuterRef("letter_id")).values("state")
    book = Recipient.objects.filter(owner=mailing.owner_id)
    rows: QuerySet[Recipient] = book.annotate(
        letter_id=Coalesce(Subquery(of_person[:1]), Subquery(of_address[:1])))
    came_back = Bounce.objects.returned().filter(delivery=OuterRef("letter_id")).order_by()
    return rows.annotate(state=Coalesce(Subquery(told), Value(NOT_SENT))).annotate(fate=Case(
        When(Q(Exists(came_back), state=State.SENT), then=Value(RETURNED)), default=F("state")))


def add_letters(recipients: Iterable[Recipient]) -> None:
    """Give each of `recipients` of `with_letters` its `letter`; None where there is none.

    A letter has its `story` too (`bounces/stories.py`).
    """
    letters = Delivery.objects.in_bulk([recipient.letter_id for recipient in recipients])
    add_stories(letters.values())
    for recipient in recipients:
        recipient.letter = letters.get(recipient.letter_id)


def has_reply(letter: Delivery) -> bool:
    """Return whether a mail server's own words are stored with `letter`."""
    return Reply(letter.answer).code is not None


def reason_of(letter: Delivery) -> str:
    """Return why a letter did not arrive, or has not yet, in plain words; "" where it did."""
    if letter.state == State.SENT:
        return ""
    if not has_reply(letter):
        return reason_without_reply(letter)
    meaning = verdict(letter.answer, Phase.RCPT, letter.email).meaning
    if meaning is Meaning.OTHER:
        return _("The server refused the letter")
    return str(meaning.label)


def reason_without_reply(letter: Delivery) -> str:
    if letter.state == State.UNKNOWN and letter.answer not in OURS:
        return _("The server’s answer was lost")
    return in_words(letter.answer)


def is_corrected(recipient: Recipient) -> bool:
    """Return whether the letter did not arrive at an address that `recipient` has no more."""
    return recipient.fate in (State.FAILED, State.SKIPPED, RETURNED) and (
        recipient.letter.email.lower() != recipient.email.lower())


def is_to_correct(recipient: Recipient) -> bool:
    """Return whether another address may help `recipient` to the letter."""
    return recipient.fate == State.FAILED or (
        recipient.fate in (State.SKIPPED, RETURNED) and recipient.bounced_at is not None)


def common_reason(mailing: Mailing) -> str:
    """Return why letters of `mailing` failed, if it is the same for all of them; else "".

    It goes on a sentence, so it begins with a small letter.
    """
    reasons = {reason_of(letter) for letter in failed_letters([mailing])[:REASONS]}
    if len(reasons) != 1:
        return ""
    [reason] = reasons
    return reason[:1].lower() + reason[1:]
