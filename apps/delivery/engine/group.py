"""A group of letters that one connection has claimed together, and what became of them."""
from dataclasses import dataclass, field

from apps.mailings.models import Run

from .admission import Admission
from .provider_turns import ANY, Turn
from .results import Claimed, Result


@dataclass(slots=True, eq=False)
class Group:
    """Letters of one run; of none, without a key, where nothing is claimed."""

    door: Admission  # of the server that they go to
    run: Run = field(default_factory=Run)
    claimed: list[Claimed] = field(default_factory=list)
    turn: Turn = ANY  # whose mailboxes they are for
    left: int = 0  # letters of the run without an outcome, when they were claimed
    results: list[Result] = field(default_factory=list)
    # Each letter asks for these, and a model takes long to say.
    run_id: int = 0
    sender_id: int | None = None

    def __post_init__(self) -> None:
        self.run_id = self.run.pk or 0
        self.sender_id = self.run.sender_id

    def may_join(self, other: "Group") -> bool:
        """Whether the results of both can be stored as those of one group."""
        return (self.run_id, self.door, self.turn) == (other.run_id, other.door, other.turn)
