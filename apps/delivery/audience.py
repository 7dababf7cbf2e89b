"""Whom a run of a mailing takes: the rest, or everybody again, and who is left out.

Pages and `run_start` ask the same statements, so that a button's number is the number that goes.
"""
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists

from apps.mailings.models import Delivery, Mailing, Recipient, Run
from apps.mailings.picks.choice import has_over
from apps.mailings.suppression.models import suppressions_of_rows

# A claimed letter may have been sent already. A pending letter of a stopped run may still be
# claimed by a worker that read the run before it was stopped.
HAS = """(
    d.state IN ('sent', 'unknown', 'claimed') OR n.state = 'stopped' AND d.state = 'pending')"""
# One suppression at most meets a recipient. Where a statement does not ask for it, PostgreSQL does
# not look; where it asks for those without one, it hashes the owner's list.
EVERYBODY = """
    FROM mailings_recipient r
    JOIN mailings_mailing_recipients m ON m.recipient_id = r.id AND m.mailing_id = %(mailing)s
    LEFT JOIN mailings_suppression s ON s.owner_id = %(owner)s AND s.email = LOWER(r.email)
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
GOES = "r.bounced_at IS NULL AND s.email IS NULL"
# Who has bounced, or is suppressed, is in one run at most, which skips them and says why.
THE_REST = f"""{WITHOUT_IT}
    AND ({GOES} OR NOT EXISTS (
        SELECT 1 FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
        WHERE n.mailing_id = %(mailing)s AND d.recipient_id = r.id))
"""  # nosec B608 of constants
WHO = {True: EVERYBODY, False: THE_REST}  # by `again`
WISHED = {True: EVERYBODY, False: WITHOUT_IT}  # the same, with all who do not go
DEAR = 5000  # to count more members than these takes a page too long


@dataclass(frozen=True)
class Audience:
    """How many recipients of a mailing get a letter, and how many do not, by reason."""

    going: int
    bounced: int = 0  # and not suppressed
    deleted: int = 0
    has_it: int = 0
    suppressed: int = 0

    @property
    def left_out(self) -> int:
        return self.bounced + self.deleted + self.has_it + self.suppressed


def audience_of(mailing: Mailing, *, again: bool = False) -> Audience:
    """Return whom a run that starts now would write to: the rest, or with `again` everybody."""
    about = recipients_of(mailing)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FILTER (WHERE {GOES}), COUNT(s.email), COUNT(*) {WISHED[again]}",
            about)
        going, suppressed, wished = cursor.fetchone()
        cursor.execute(f"SELECT COUNT(*) {EVERYBODY}", about)
        [everybody] = cursor.fetchone()
    deleted = Recipient.all_objects.filter(mailings=mailing).exclude(deleted_at=None).count()
    bounced = wished - going - suppressed
    return Audience(going, bounced, deleted, everybody - wished, suppressed)


def audience_count(mailing: Mailing, *, again: bool = False) -> int:
    """Return how many letters a run that starts now would send."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) {WHO[again]} AND {GOES}", recipients_of(mailing))
        return int(cursor.fetchone()[0])


def going_in(run: Run) -> int:
    """Return how many letters of a new run are to be sent; the others are skipped."""
    suppressed = Exists(suppressions_of_rows("run__owner"))
    return run.deliveries.filter(~suppressed, recipient__bounced_at=None).count()


def first_recipient(mailing: Mailing, *, again: bool = False) -> Recipient | None:
    """Return who would get the first letter of a run that starts now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id {WHO[again]} AND {GOES} ORDER BY m.recipient_id LIMIT 1",
            recipients_of(mailing))
        found = cursor.fetchone()
    return Recipient.objects.filter(pk=found[0]).first() if found else None


def is_dear(mailing: Mailing) -> bool:
    """Return whether to count the audience takes so long that a page does it afterwards."""
    return has_over(mailing.pk, DEAR)


def reached_count(mailing: Mailing) -> int:
    """Return to how many addresses a letter of this mailing went, or may have gone."""
    runs = list(mailing.runs.values_list("pk", flat=True))  # their size is known to the planner
    return Delivery.objects.filter(
        run__in=runs, state__in=[Delivery.State.SENT, Delivery.State.UNKNOWN],
    ).values("email").distinct().count()


def recipients_of(mailing: Mailing) -> dict[str, int]:
    """Return the parameters of EVERYBODY and THE_REST."""
    return {"mailing": mailing.pk, "owner": mailing.owner_id}
