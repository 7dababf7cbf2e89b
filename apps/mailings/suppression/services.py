"""Every write of suppressed addresses, with all that follows from it.

The claim of letters and the audience of runs read the same rows, so nothing else is to be told.
"""
import json
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from apps.audit.services import Action, record
from apps.core.addresses import shown
from apps.users.models import User

from ..ground.models import Ground
from ..models import Mailing, Recipient
from ..deliveries import Delivery
from . import here
from .hashing import hashed_address
from .machines import Machine
from .models import Suppression
from .recognising import recognise

Reason = Suppression.Reason
Scope = Suppression.Scope

log = logging.getLogger("vestnik.mailings")
LIST = {
    "sqlite": "SELECT value FROM json_each(%s) WHERE TRUE",
    "postgresql": "SELECT value FROM json_array_elements_text(%s::json)",
}
ADD = """
INSERT INTO mailings_suppression (owner_id, email, scope, reason, note, why, created_at)
SELECT %s, value, %s, %s, %s, '', %s FROM ({}) AS addresses WHERE TRUE
ON CONFLICT (owner_id, email) DO UPDATE SET scope = excluded.scope
WHERE mailings_suppression.scope <> excluded.scope AND excluded.scope = 'all'
RETURNING email, scope, reason
"""


def scope_for(*, owner: User, kind: str) -> Suppression.Scope:
    """Return what somebody leaves by the link in a letter of this `kind` (`Mailing.kind`).

    Advertising alone, where the owner sends information too; else all letters.
    """
    kinds = set(Mailing.objects.filter(owner=owner).order_by().values_list("kind", flat=True))
    if kind == Ground.Purpose.ADVERTISING and kinds == set(Ground.Purpose.values):
        return Scope.ADVERTISING
    return Scope.ALL


@transaction.atomic
def address_leave(*, owner: User, email: str, scope: Suppression.Scope, reason: Suppression.Reason,
                  delivery: Delivery | None = None, why: str = "", by: User | None = None) -> bool:
    """Write to this address no more, as its person wants: by a link, a letter or a complaint.

    Who has left advertising and now leaves all letters has left all. `why` can be told later, in
    another call. With `by`, a person of ours who did it, it goes into the audit trail. Returns
    whether anything changed.
    """
    email = email.lower()
    machine = here.locked()
    recognise(owner=owner, emails=[email])
    suppression, changed = Suppression.objects.select_for_update(of=("self",)).get_or_create(
        owner=owner, email=email,
        defaults={"scope": scope, "reason": reason, "delivery": delivery, "why": why})
    if not changed:
        changed = is_more(suppression, scope, reason)
        grow(suppression, scope, reason, delivery, why)
    if changed:
        here.write_down(machine, [here.line(owner, "+", suppression, timezone.now())])
        if by:
            record(Action.SUPPRESS, by=by, label=shown(email))
        log.info("user %s: suppression %s (%s, %s)", owner.pk, suppression.pk, reason, scope)
    return changed


def is_more(suppression: Suppression, scope: str, reason: str) -> bool:
    """Whether these say more than the `suppression` that is there."""
    wider = suppression.scope != Scope.ALL and scope == Scope.ALL
    complained = suppression.reason == Reason.UNSUBSCRIBED and reason == Reason.COMPLAINED
    return wider or complained


def grow(suppression: Suppression, scope: str, reason: str, delivery: Delivery | None,
         why: str) -> None:
    """Make a suppression that is there say what its person has said on top of it."""
    if is_more(suppression, scope, reason):
        suppression.created_at = timezone.now()
        suppression.reason = Reason(reason)
        suppression.delivery = delivery or suppression.delivery
        if scope == Scope.ALL:
            suppression.scope = Scope.ALL
    # By hand it stays by hand, but it is known that the person has left too.
    suppression.delivery = suppression.delivery or delivery
    suppression.why = why or suppression.why
    suppression.save()


@transaction.atomic
def address_back(*, owner: User, email: str) -> bool:
    """Write to an address again, as the person wants who had left. Returns whether they had.

    Who is suppressed by hand, has complained or was wiped stays so.
    """
    machine = here.locked()
    recognise(owner=owner, emails=[email])
    left = Suppression.objects.filter(
        owner=owner, email=email.lower(), reason=Reason.UNSUBSCRIBED).first()
    if left is None or not lift(left, machine):
        return False
    log.info("user %s: suppression %s lifted by its person", owner.pk, left.pk)
    return True


def lift(suppression: Suppression, machine: Machine | None) -> bool:
    """Take an address off the list. Returns False where somebody was quicker."""
    owner = suppression.owner
    line = here.line(owner, "-", suppression, timezone.now())
    # It may stand there by its hash too, since a restore.
    lifted, _by_model = Suppression.objects.filter(
        owner=owner, email__in=[suppression.email, hashed_address(owner, suppression.email)],
    ).delete()
    if lifted:
        here.write_down(machine, [line])
    return bool(lifted)


@transaction.atomic
def addresses_suppress(*, owner: User, emails: Iterable[str], note: str = "",
                       reason: Suppression.Reason = Reason.BY_HAND,
                       scope: Suppression.Scope = Scope.ALL) -> int:
    """Write to these `emails` no more, as `addresses_add`, and tell the audit trail of it."""
    addresses = list(emails)
    added = addresses_add(
        owner=owner, emails=addresses, note=note, reason=reason, scope=scope)
    if added and len({email.lower() for email in addresses}) == 1:
        record(Action.SUPPRESS, label=shown(addresses[0].lower()))
    elif added:
        record(Action.SUPPRESS, details=added)
    return added


@transaction.atomic
def addresses_add(*, owner: User, emails: Iterable[str], note: str = "",
                  reason: Suppression.Reason = Reason.BY_HAND,
                  scope: Suppression.Scope = Scope.ALL) -> int:
    """Suppress these `emails`: no letter that is claimed from now on goes to them.

    They are as `normalized` returns them, in any case. Who is suppressed already stays so, as
    they are; who has left advertising alone gets no letter at all now. It is one statement: give it
    some thousands at a time. Returns how many are new.
    """
    # In order, so that two that write the same addresses at once wait for each other one way.
    addresses = sorted({email.lower() for email in emails})
    now = timezone.now()
    moment = connection.ops.adapt_datetimefield_value(now)
    machine = here.locked()
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(LIST[connection.vendor]), [
            owner.pk, scope.value, reason.value, note, moment, json.dumps(addresses)])
        added = [Suppression(email=email, scope=scope, reason=reason)
                 for email, scope, reason in cursor.fetchall()]
    if added:
        here.write_down(machine, [here.line(owner, "+", one, now) for one in added])
        log.info("user %s: %s addresses suppressed (%s)", owner.pk, len(added), reason)
    return len(added)


@transaction.atomic
def address_forget(*, owner: User, email: str, hashes: Mapping[str, str]) -> None:
    """Write to a wiped person's `email` no more, and know it by its hash alone.

    `hashes` has those of every address that they have had: who was suppressed stays so.
    """
    machine = here.locked()
    others = [old for old in hashes if old != email]
    book = Recipient.objects.alias(address=Lower("email")).filter(
        owner=owner, address__in=others)
    taken = {person.email.lower() for person in book}  # somebody else has it by now
    for old in others:
        known = Suppression.objects.filter(owner=owner, email=hashes[old])
        if old not in taken and not known.exists():
            Suppression.objects.filter(owner=owner, email=old).update(
                email=hashes[old], note="")
    hashed = hashed_address(owner, email)
    Suppression.objects.filter(owner=owner, email__in=[email, hashed]).delete()
    wiped = Suppression.objects.create(owner=owner, email=hashed, reason=Reason.WIPED)
    here.write_down(machine, [here.line(owner, "+", wiped, timezone.now())])


@transaction.atomic
def suppression_lift(*, suppression: Suppression) -> bool:
    """Write to an address again. Returns False where somebody was quicker."""
    if not lift(suppression, here.locked()):
        return False
    record(Action.UNSUPPRESS, label=shown(suppression.email))
    log.info("user %s: suppression %s lifted", suppression.owner_id, suppression.pk)
    return True


@transaction.atomic
def suppression_restore(*, owner: User, email: str, note: str, reason: Suppression.Reason,
                        since: datetime, scope: Suppression.Scope = Scope.ALL, why: str = "",
                        delivery: int | None = None) -> None:
    """Suppress an address again as it was, `since` then, after that was lifted by mistake."""
    if addresses_suppress(owner=owner, emails=[email], note=note, reason=reason, scope=scope):
        known = Delivery.objects.filter(pk=delivery or 0).values_list("pk", flat=True).first()
        Suppression.objects.filter(owner=owner, email=email).update(
            created_at=since, why=why, delivery=known)
