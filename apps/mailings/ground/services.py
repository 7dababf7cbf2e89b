"""Every write of grounds, and of who is written to on them."""
import logging
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.audit.services import Action, record
from apps.users.models import User

from .models import Ground

if TYPE_CHECKING:
    from ..models import Recipient

log = logging.getLogger("vestnik.mailings")
AGREED = ("text", "purpose", "version")  # what people agreed to: it stays as it was then
OF_PROOF = ("agreed_on", "proof")


class GroundGiven(Exception):
    """People are written to on the ground, so `changed`, names of AGREED, can not be written."""

    def __init__(self, changed: list[str]) -> None:
        super().__init__(", ".join(changed))
        self.changed = changed


class GroundRefused(Exception):
    """It can not be deleted now. `str()` is for the person who asked."""


@transaction.atomic
def ground_save(*, ground: Ground) -> Ground:
    """Add a ground, or correct one: of one that people have, when and where the proof lies alone.

    Raises GroundGiven for more, and Ground.DoesNotExist for one that was deleted meanwhile.
    """
    from .uses import is_given
    if ground.pk is None:
        ground.save()
        return ground
    stored = Ground.objects.select_for_update().get(pk=ground.pk)
    if not is_given(stored):
        ground.save()
        return ground
    if changed := changed_of(stored, ground):
        raise GroundGiven(changed)
    ground.save(update_fields=OF_PROOF)
    return ground


def changed_of(stored: Ground, ground: Ground) -> list[str]:
    """Return which of AGREED say another thing now; blanks and ends of lines say nothing."""
    return [name for name in AGREED
            if str(getattr(stored, name)).split() != str(getattr(ground, name)).split()]


def ground_version_add(*, ground: Ground) -> Ground:
    """Add what a changed `ground` says as a new one; who has the old one keeps it."""
    return ground_save(ground=Ground(
        owner=ground.owner, text=ground.text, purpose=ground.purpose, version=ground.version,
        agreed_on=ground.agreed_on, proof=ground.proof))


def ground_keep(*, ground: Ground) -> Ground:
    """Save a ground of an import; what people have by now stays, and a new one is made.

    Returns the one that says what was given.
    """
    try:
        return ground_save(ground=ground)
    except GroundGiven:
        return ground_version_add(ground=ground)


@transaction.atomic
def ground_write(*, ground: Ground, as_new: bool = False) -> Ground:
    """Save a ground of its own page, `as_new` as another version, and tell the audit trail.

    Raises as `ground_save` does.
    """
    before = Ground.objects.filter(pk=ground.pk).first()
    ground = ground_version_add(ground=ground) if as_new else ground_save(ground=ground)
    details = ""
    if before and not as_new and proof_of(before) != proof_of(ground):
        details = f"{proof_of(before)} → {proof_of(ground)}"
    record(Action.GROUND, on=ground, details=details)
    log.info("ground %s of user %s: written", ground.pk, ground.owner_id)
    return ground


def proof_of(ground: Ground) -> str:
    """Return when and where, for the trail; it is nobody's language."""
    day = ground.agreed_on.isoformat() if ground.agreed_on else ""
    return ", ".join(filter(None, [day, ground.proof])) or "–"


@transaction.atomic
def ground_delete(*, ground: Ground) -> None:
    """Delete a ground that nobody has. Raises GroundRefused."""
    from .uses import deletion_refusal
    Ground.objects.select_for_update().filter(pk=ground.pk).first()
    if reason := deletion_refusal(ground):
        raise GroundRefused(reason)
    record(Action.DELETE, on=ground)
    log.info("ground %s of user %s: deleted", ground.pk, ground.owner_id)
    Ground.objects.filter(pk=ground.pk).delete()


def said_of(ground: Ground) -> dict[str, Any]:
    """Return what `ground_restore` needs, as JSON has it."""
    day = ground.agreed_on.isoformat() if ground.agreed_on else None
    return {"text": ground.text, "purpose": ground.purpose, "version": ground.version,
            "proof": ground.proof, "agreed_on": day, "since": ground.created_at.isoformat()}


@transaction.atomic
def ground_restore(*, owner: User, pk: int, said: dict[str, Any]) -> Ground:
    """Write a ground down again as it was, by what `said_of` told of it before it was deleted."""
    day = date.fromisoformat(said["agreed_on"]) if said["agreed_on"] else None
    ground, is_new = Ground.objects.get_or_create(pk=pk, defaults={
        "owner": owner, "text": said["text"], "purpose": said["purpose"], "agreed_on": day,
        "version": said["version"], "proof": said["proof"]})
    if is_new:  # not by a second click
        Ground.objects.filter(pk=pk).update(created_at=datetime.fromisoformat(said["since"]))
        record(Action.RESTORE, on=ground)
        log.info("ground %s of user %s: brought back", pk, owner.pk)
    return ground


@transaction.atomic
def recipient_ground_set(*, recipient: "Recipient", ground: Ground) -> bool:
    """Write down on what ground a recipient is written to. Returns whether it was another."""
    from ..models import Recipient
    if ground.pk is None:
        ground_save(ground=ground)
    changed = recipients_ground_set(
        recipients=Recipient.objects.filter(pk=recipient.pk), ground=ground)
    if changed:
        record(Action.GROUND, on=recipient, details=str(ground))
    return bool(changed)


def recipients_ground_set(*, recipients: "QuerySet[Recipient]", ground: Ground) -> int:
    """Write the same of many. Returns how many had another ground, or none."""
    others = recipients.filter(~Q(ground=ground.pk) | Q(ground=None))
    return others.update(ground=ground, updated_at=timezone.now())
