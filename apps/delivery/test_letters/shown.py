"""What pages show of a message's test letters: where they went, and what the server said."""
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.mailings.attempts.explanations import in_words
from apps.mailings.messages.ad_mark import as_sent
from apps.mailings.models import Delivery, Message, Run
from apps.mailings.polling import is_soon

from ..models import worker_alive
from ..waits import wait_words
from .services import subject_of

State = Delivery.State
NOT_YET = (State.PENDING, State.CLAIMED, State.RETRY)
POLL = 2  # seconds between looks at a test that is under way
SLOWLY = 15  # where nothing is to be expected soon


@dataclass
class LastTest:
    """The last test of a message."""

    run: Run
    letters: list[Delivery]
    is_same: bool  # the message says the same now

    @property
    def is_under_way(self) -> bool:
        return self.run.is_active

    @property
    def is_fine(self) -> bool:
        """Whether the server took each letter, or may yet."""
        return self.is_under_way or all(letter.state == State.SENT for letter in self.letters)

    @property
    def more(self) -> int:
        """How many letters there are beside the one that is told of."""
        return len(self.letters) - 1

    @property
    def words(self) -> str:
        """What the server said to it, or why it did not leave."""
        if self.run.state == Run.State.STOPPED:
            return in_words(self.run.server_words) or self.run.get_reason_display()
        return in_words(self.worst.answer) or self.worst.get_state_display()

    @property
    def worst(self) -> Delivery:
        """The letter that tells most: one that did not arrive, else the first."""
        bad = [letter for letter in self.letters if letter.state != State.SENT]
        return [*bad, *self.letters][0]


def last_test(message: Message) -> LastTest | None:
    run = Run.objects.filter(message=message, test=True).select_related("sender").first()
    if run is None:
        return None
    return LastTest(run, letters_of(run), says_same(run, message))


def letters_of(run: Run) -> list[Delivery]:
    return list(run.deliveries.order_by("pk"))


def says_same(run: Run, message: Message) -> bool:
    """Whether the letter of a test is the one that the message would send now."""
    if run.subject.partition("] ")[2] != subject_of(message).partition("] ")[2]:
        return False
    now = as_sent(message)
    if (run.body, run.html) != (now.body, now.html):
        return False
    attached = [each.snapshot for each in message.attachments.all()]
    return list(run.attachments) == attached


def progress_of(run: Run) -> dict[str, object]:
    """Return the context of `delivery/_test_progress.html`."""
    now = timezone.now()
    letters = letters_of(run)
    waiting = [letter for letter in letters if letter.state in NOT_YET]
    context: dict[str, object] = {
        "run": run, "letters": letters, "message": run.message, "sender": run.sender,
        "under_way": bool(waiting)}
    if waiting:
        context |= waiting_context(run, waiting, now)
    return context


def waiting_context(run: Run, waiting: list[Delivery], now: datetime) -> dict[str, object]:
    """Return for what the letters of a test wait, and how often to look."""
    limit = wait_words(run.sender, now)
    resting = run.hold_until is not None and run.hold_until > now
    retries = [letter.next_try_at for letter in waiting
               if letter.state == State.RETRY and letter.next_try_at]
    is_slow = bool(limit) or len(retries) == len(waiting) and not is_soon(min(retries), now)
    return {"every": SLOWLY if is_slow else POLL, "limit": limit, "resting": resting,
            "no_worker": not worker_alive()}
