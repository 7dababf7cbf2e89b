"""What a link to leave does, and how things stand afterwards."""
from dataclasses import dataclass

from apps.mailings.models import Suppression
from apps.mailings.suppression.hashing import hashed_address
from apps.mailings.suppression.services import address_back, address_leave, scope_for

from .asked import Asked
from .links import Leaver

Scope = Suppression.Scope
LEFT = Suppression.Reason.UNSUBSCRIBED


@dataclass(frozen=True)
class Standing:
    """How an address stands: what its link takes, and the suppression that there is."""

    takes: Scope
    suppression: Suppression | None

    @property
    def has_left(self) -> bool:
        """Whether no more letters come of those that the link takes."""
        return self.suppression is not None and self.suppression.scope in (self.takes, Scope.ALL)

    @property
    def may_go_back(self) -> bool:
        """Whether the person has left by themselves: what others have done, a link does not undo.
        """
        return self.suppression is not None and self.suppression.reason == LEFT


def standing_of(leaver: Leaver) -> Standing:
    """Return how an address stands now."""
    takes = Scope.ALL  # of a lost letter nobody knows the kind
    if leaver.delivery:
        takes = scope_for(owner=leaver.owner, kind=leaver.delivery.run.kind)
    return Standing(takes, suppression_of(leaver))


def suppression_of(leaver: Leaver) -> Suppression | None:
    """Return the suppression of an address; since a restore it may stand there by its hash."""
    names = [leaver.email.lower(), hashed_address(leaver.owner, leaver.email)]
    found = Suppression.objects.owned_by(leaver.owner).filter(email__in=names)
    first: Suppression | None = found.order_by("-scope").first()  # of all letters first
    return first


def act(leaver: Leaver, asked: Asked) -> None:
    """Do what is asked; to do it again changes nothing."""
    if asked == Asked():
        return
    standing = standing_of(leaver)
    if asked.one_click or asked.leave:
        leave(leaver, standing.takes)
    elif asked.leave_all:
        leave(leaver, Scope.ALL)
    elif asked.back and standing.may_go_back:
        address_back(owner=leaver.owner, email=leaver.email)
    elif asked.why and standing.suppression and standing.may_go_back:
        leave(leaver, Scope(standing.suppression.scope), asked.why)


def leave(leaver: Leaver, scope: Scope, why: str = "") -> None:
    address_leave(owner=leaver.owner, email=leaver.email, scope=scope, reason=LEFT,
                  delivery=leaver.delivery, why=why)
