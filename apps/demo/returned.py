"""What came of some letters later: a few came back, somebody complained, and two left."""
from datetime import timedelta

from apps.mailings.bounces.services import bounce_record
from apps.mailings.models import Bounce, Delivery, Run, Suppression
from apps.statistics import counting

Outcome = Bounce.Outcome
CAME_BACK = (  # after so many minutes
    (Outcome.GONE, "no_mailbox", 4,
     "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"),
    (Outcome.NOW, "full", 6, "552 5.2.2 <{}>: Mailbox is full"),
    (Outcome.NOW, "full", 190, "452 4.2.2 <{}>: Over quota, gave up after 3 hours"),
    (Outcome.LETTER, "spam", 2, "550 5.7.1 <{}>: Message content rejected as spam"),
    (Outcome.GONE, "no_domain", 9, "550 5.4.4 <{}>: Host or domain name not found"),
    (Outcome.COMPLAINT, "", 300, ""),
)
LEFT = 2


def make(owner):
    """Have letters of the owner's latest whole run come back."""
    whole = Run.objects.filter(owner=owner, state=Run.State.FINISHED, sent__gt=20)
    run = whole.latest("started_at")
    letters = run.deliveries.filter(state=Delivery.State.SENT).exclude(
        recipient=None).select_related("run").order_by("pk")
    chosen = list(letters[3:len(CAME_BACK) + LEFT + 3])
    for letter, (outcome, meaning, minutes, words) in zip(chosen, CAME_BACK, strict=False):
        bounce_record(
            delivery=letter, outcome=outcome, meaning=meaning, words=words.format(letter.email),
            happened_at=letter.updated_at + timedelta(minutes=minutes))
    leave(owner, chosen[len(CAME_BACK) - 1], Suppression.Reason.COMPLAINED)
    for letter in chosen[len(CAME_BACK):]:
        leave(owner, letter, Suppression.Reason.UNSUBSCRIBED)
    counting.fold()


def leave(owner, letter, reason):
    """Have the reader of a letter be written to no more."""
    Suppression.objects.get_or_create(
        owner=owner, email=letter.email.lower(), defaults={"reason": reason, "delivery": letter})
