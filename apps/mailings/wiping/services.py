"""Forget a person, as they asked. What the ledger counts stays; what names them goes.

Each row of theirs stays where it is, with the address's keyed hash in place of the address, so
every sum of a run and a report is what it was. All is done in one transaction.
"""
import logging

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.services import Action, entries_forget, record

from ..models import Attempt, Bounce, Delivery, Preparation, Recipient
from ..suppression.hashing import DOMAIN, hashed_address
from ..suppression.services import address_forget
from .leftovers import forget_ground, forget_leftovers
from .wiped import Wiped, person_wiped

log = logging.getLogger("vestnik.mailings")
State = Delivery.State
# Their answers are words of ours: why no letter went.
OWN_WORDS = (State.PENDING, State.SKIPPED, State.CANCELLED)


class WipeRefused(Exception):
    """The person can not be wiped just now. `str()` is for the person who asked."""


@transaction.atomic
def recipient_wipe(*, recipient: Recipient) -> None:
    """Wipe a person from their owner's book for good. Raises WipeRefused, to be tried again.

    Their letters that wait stay in the queue under the hash, which is suppressed: whoever claims
    one skips it. None is in hand here, so nobody's address changes under who is sending to it.
    """
    people = everybody_at(recipient)
    letters = Delivery.objects.filter(recipient__in=people)
    # Locked before the recipients, as by who stores results.
    rows = list(letters.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list(
        "run_id", "email", "state"))
    refuse_in_hand(recipient, {state for _run, _email, state in rows})
    persons = list(Recipient.all_objects.select_for_update(no_key=True, of=("self",)).filter(
        pk__in=people, wiped_at=None).select_related("owner", "ground").order_by("pk"))
    if not persons:
        return
    wiped = Wiped(
        owner=recipient.owner, people=people, name=recipient.full_name,
        runs=sorted({run for run, _email, _state in rows}), hashes=hashes_of(persons, letters))
    email = recipient.email.lower()
    forget_in_ledger(wiped, letters)
    entries_forget(
        on=persons, by=recipient.owner, hidden=wiped.hashes, label=wiped.hashes[email])
    forget_leftovers(wiped)
    address_forget(owner=recipient.owner, email=email, hashes=wiped.hashes)
    person_wiped.send(Recipient, wiped=wiped)
    for person in persons:
        forget_person(person)
    recipient.refresh_from_db()
    record(Action.WIPE, on=recipient)
    log.info("user %s: recipient %s is wiped", recipient.owner_id, recipient.pk)


def everybody_at(recipient: Recipient) -> list[int]:
    """Return the ids of the recipient, and of those who had the address before in this book."""
    rows = Recipient.all_objects.alias(address=Lower("email")).filter(
        owner=recipient.owner_id, address=recipient.email.lower())
    return sorted({recipient.pk, *rows.order_by().values_list("pk", flat=True)})


def refuse_in_hand(recipient: Recipient, states: set[str]) -> None:
    if State.CLAIMED in states:
        raise WipeRefused(_("A letter to them is being sent right now. Try again in a minute."))
    # Its ledger is made of addresses that were read before.
    if Preparation.objects.filter(run__owner=recipient.owner_id).exists():
        raise WipeRefused(
            _("A mailing of yours is being prepared for sending. Try again in a minute."))


def hashes_of(persons: list[Recipient], letters: QuerySet[Delivery]) -> dict[str, str]:
    """Return what is kept in place of each address that the person has had."""
    people = [person.pk for person in persons]
    owner = persons[0].owner
    addresses = {person.email.lower() for person in persons}
    kept: list[QuerySet] = [
        letters, Attempt.objects.filter(recipient__in=people),
        Bounce.objects.filter(recipient__in=people)]
    for rows in kept:
        addresses.update(
            email.lower() for email in rows.order_by().values_list("email", flat=True).distinct())
    return {email: hashed_address(owner, email) for email in sorted(addresses)
            if not email.endswith(f"@{DOMAIN}")}


def forget_in_ledger(wiped: Wiped, letters: QuerySet[Delivery]) -> None:
    """Hide the addresses of a person in what was sent to them, and what servers said of them.

    A worker that was taken for dead can not write to their letters any more.
    """
    letters.exclude(state__in=OWN_WORDS).update(answer="")
    letters.update(full_name="", values=None, lease_token="")  # nosec B106: no password
    hide(letters, wiped)
    attempts = Attempt.objects.filter(recipient__in=wiped.people)
    attempts.update(server_response="")
    hide(attempts, wiped)
    bounces = Bounce.objects.filter(recipient__in=wiped.people)
    bounces.update(words="")
    hide(bounces, wiped)
    if wiped.name:  # in tests of letters that were filled in as for them
        tests = Delivery.objects.filter(
            ~Q(state=State.CLAIMED), run__test=True, run__owner=wiped.owner,
            full_name=wiped.name)
        Delivery.objects.filter(pk__in=list(tests.values_list("pk", flat=True))).update(
            full_name="", values=None)


def hide(rows: QuerySet, wiped: Wiped) -> None:
    for email, hashed in wiped.hashes.items():
        rows.alias(address=Lower("email")).filter(address=email).update(email=hashed)


def forget_person(person: Recipient) -> None:
    """Keep of a recipient that there was one, and when they were wiped."""
    now = timezone.now()
    ground = person.ground
    changes = {
        "email": hashed_address(person.owner, person.email), "full_name": "", "comment": "",
        "fields": {}, "ground": None, "resting_until": None, **Recipient.UNMARKED,
        "deleted_at": now, "wiped_at": now}
    for name, value in changes.items():
        setattr(person, name, value)
    person.save(update_fields=[*changes, "updated_at"])
    if ground:
        forget_ground(ground)
