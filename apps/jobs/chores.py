"""What a jobs process does between jobs, for ever: it keeps up with what others write.

A chore is no job: it has no end, no owner and no page, and at rest it costs a look alone. Each
registers itself when Django starts, in its app's `ready`.
"""
from typing import Protocol


class Chore(Protocol):

    def step(self) -> bool:
        """Do a batch of what there is to do, in a transaction under a second.

        Returns whether it did one: then it is called again soon. Any number of processes call it.
        """


CHORES: list[Chore] = []


def register(chore: Chore) -> None:
    CHORES.append(chore)
