"""What follows from a letter that came back. Nothing in it is trusted but its checked tokens."""
import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.core.addresses import stored
from apps.mailings.bounces.services import bounce_record
from apps.mailings.models import Bounce, BounceMailbox, Suppression
from apps.mailings.suppression.services import address_leave
from apps.users.models import User

from ..models import InboundLetter
from ..reports.report import Kind, Report
from ..unsubscribing.acting import standing_of
from ..unsubscribing.links import Leaver, leaver_of
from .attribution import MOST, deliveries_of
from .bounced import LONGEST_WORDS, bounces_record
from .incoming import Applied, Incoming
from .keeping import clean, letter_keep

log = logging.getLogger("vestnik.inbound")


@transaction.atomic
def report_apply(*, report: Report, mailbox: BounceMailbox | None, owner: User | None,
                 received_at: datetime, uid: int | None = None) -> Applied:
    """Do what follows from `report`, once however often it comes.

    `mailbox` is where it was read, with the number `uid` there; None: a file. `owner` is whose
    mailbox it is; None: whoever owns the delivery that a checked token names.
    """
    deliveries = deliveries_of(report, owner)
    if owner is None and deliveries:
        owner = deliveries[0].run.owner
    incoming = Incoming(report, mailbox, owner, received_at, uid, deliveries)
    applied = HANDLERS[report.kind](incoming)
    log.info("user %s: a letter that is %s: %s deliveries, %s bounces, %s left",
             owner.pk if owner else None, report.kind, len(applied.deliveries),
             len(applied.bounces), len(applied.left))
    return applied


def bounce_apply(incoming: Incoming) -> Applied:
    """Write down which letters came back."""
    if not incoming.deliveries:
        return stray(incoming)
    if not incoming.report.events:
        return unknown_apply(incoming)
    bounces = bounces_record(incoming.ours, incoming.report.events, incoming.received_at)
    return Applied(deliveries=tuple(incoming.ours), bounces=tuple(bounces))


def complaint_apply(incoming: Incoming) -> Applied:
    """Write no more to who called a letter spam: the one whose letter it was."""
    if not incoming.deliveries:
        return stray(incoming)
    if not incoming.ours:
        return Applied()
    delivery = incoming.ours[0]
    words = incoming.report.events[0].words if incoming.report.events else ""
    bounce = bounce_record(
        delivery=delivery, outcome=Bounce.Outcome.COMPLAINT, words=clean(words, LONGEST_WORDS),
        happened_at=incoming.received_at)
    left = address_leave(
        owner=delivery.run.owner, email=delivery.email, scope=Suppression.Scope.ALL,
        reason=Suppression.Reason.COMPLAINED, delivery=delivery)
    return Applied(deliveries=(delivery,), bounces=(bounce,) if bounce else (),
                   left=(delivery.email,) if left else ())


def leaving_apply(incoming: Incoming) -> Applied:
    """Write no more to who sent the letter that our mailto asks for (RFC 2369).

    Where nothing proves who that is, a person decides.
    """
    for leaver in leavers_of(incoming):
        if incoming.owner not in (None, leaver.owner):
            continue
        if leaver.delivery and leaver.delivery.run.test:
            return Applied()
        return leave(leaver)
    return person_apply(incoming)


def leavers_of(incoming: Incoming) -> Iterator[Leaver]:
    """Yield who asks to be let go, the surest first.

    Whoever wrote the token of a link has that link. By what is quoted, or by where the letter was
    sent to, only the person leaves who got it: others forward letters too.
    """
    for token in incoming.report.asking_tokens[:MOST]:
        leaver = leaver_of(token)
        if isinstance(leaver, Leaver):
            yield leaver
    writer = stored(incoming.report.from_address)
    for delivery in incoming.deliveries:
        if delivery.email.lower() == writer:
            yield Leaver(delivery.run.owner, delivery.email, delivery)


def leave(leaver: Leaver) -> Applied:
    left = address_leave(
        owner=leaver.owner, email=leaver.email, scope=standing_of(leaver).takes,
        reason=Suppression.Reason.UNSUBSCRIBED, delivery=leaver.delivery)
    deliveries = (leaver.delivery,) if leaver.delivery else ()
    return Applied(deliveries=deliveries, left=(leaver.email,) if left else ())


def person_apply(incoming: Incoming) -> Applied:
    """Keep what a person wrote. Who asks to leave is shown with a button: it may be a joke."""
    kind = InboundLetter.Kind.REPLY
    if incoming.report.asks_to_leave or incoming.report.kind is Kind.LEAVING:
        kind = InboundLetter.Kind.ASKS_TO_LEAVE
    return Applied(False, tuple(incoming.deliveries), letter=letter_keep(incoming, kind))


def auto_apply(incoming: Incoming) -> Applied:
    """Count an automatic reply to a letter of ours."""
    if not incoming.deliveries:
        return Applied(understood=False)
    letter = letter_keep(incoming, InboundLetter.Kind.AUTO)
    return Applied(True, tuple(incoming.deliveries), letter=letter)


def news_apply(incoming: Incoming) -> Applied:
    return Applied(bool(incoming.deliveries), tuple(incoming.deliveries))


def stray(incoming: Incoming) -> Applied:
    return Applied(False, letter=letter_keep(incoming, InboundLetter.Kind.STRAY))


def unknown_apply(incoming: Incoming) -> Applied:
    return Applied(False, letter=letter_keep(incoming, InboundLetter.Kind.UNKNOWN))


HANDLERS: dict[Kind, Callable[[Incoming], Applied]] = {
    Kind.BOUNCE: bounce_apply,
    Kind.COMPLAINT: complaint_apply,
    Kind.LEAVING: leaving_apply,
    Kind.PERSON: person_apply,
    Kind.AUTO: auto_apply,
    Kind.NEWS: news_apply,
    Kind.UNKNOWN: unknown_apply,
}


def letter_put_away(*, letter: InboundLetter) -> None:
    """Show a letter no more among those to be read."""
    InboundLetter.objects.filter(pk=letter.pk, done_at=None).update(done_at=timezone.now())


def letter_bring_back(*, letter: InboundLetter) -> None:
    InboundLetter.objects.filter(pk=letter.pk).update(done_at=None)


@transaction.atomic
def letter_leave(*, letter: InboundLetter, email: str, by: User) -> int | None:
    """Write no more to `email`, as the person asked in this `letter`.

    Returns the id of the suppression where it is new, so that it may be lifted.
    """
    known = Suppression.objects.filter(owner=letter.owner_id, email=email).exists()
    leaver = Leaver(letter.owner, email, letter.delivery)
    address_leave(
        owner=letter.owner, email=email, scope=standing_of(leaver).takes,
        reason=Suppression.Reason.UNSUBSCRIBED, delivery=letter.delivery, by=by)
    if known:
        return None
    return Suppression.objects.get(owner=letter.owner_id, email=email).pk


@transaction.atomic
def broken_letter(*, mailbox: BounceMailbox, uid: int) -> InboundLetter:
    """Count one more try at a letter that could not be read; its `tries` tell how many there were.

    `uid` is its number in the mailbox. It is shown once it is set aside, after MOST_TRIES.
    """
    letter, _new = InboundLetter.objects.select_for_update().get_or_create(
        owner=mailbox.sender.owner, key=f"uid-{mailbox.pk}-{mailbox.uid_validity or 0}-{uid}",
        defaults={"mailbox": mailbox, "uid": uid, "kind": InboundLetter.Kind.BROKEN})
    letter.tries += 1
    letter.save(update_fields=["tries"])
    return letter
