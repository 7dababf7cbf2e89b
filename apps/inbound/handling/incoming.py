"""A letter on its way through the handling, and what came of it."""
from dataclasses import dataclass, field
from datetime import datetime

from apps.mailings.models import Bounce, BounceMailbox, Delivery
from apps.users.models import User

from ..models import InboundLetter
from ..reports.report import Report


@dataclass(frozen=True)
class Incoming:
    """A report, where it was read, and what it is proven to be about."""

    report: Report
    mailbox: BounceMailbox | None  # None: read from a file
    owner: User | None  # whose mailbox it is
    received_at: datetime
    uid: int | None = None  # in the mailbox
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def ours(self) -> list[Delivery]:
        """The deliveries of mailings: what comes back of a test is nobody's news."""
        return [one for one in self.deliveries if not one.run.test]


@dataclass(frozen=True)
class Applied:
    """What came of a report."""

    # Whether nothing is left to do with it in its mailbox: it may go to the folder. What people
    # write, and what is not about letters of ours, stays where its reader looks for it.
    understood: bool = True
    deliveries: tuple[Delivery, ...] = ()  # that it was about
    bounces: tuple[Bounce, ...] = ()  # new ones
    left: tuple[str, ...] = ()  # addresses that are written to no more since
    letter: InboundLetter | None = None  # that a person should see
