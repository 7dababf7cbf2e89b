"""A sender that dies at a named step, without a word, as if the power went.

    python -m tests.torture.crash STEP N

Steps, in the order of a letter's way: `claim` (claimed, not committed), `claimed` (committed),
`mark` (before the journal's mark), `marked` (after it), `answer` (answered, not in the journal),
`answered` (in the journal), `record` (written, not committed), `cleared` (committed, and cleared
from the journal, perhaps while the last letter's answer is on its way). Dies at the N-th time.
"""
import itertools
import os
import sys


def main():
    step, number = sys.argv[1], int(sys.argv[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django
    django.setup()
    from django.core.management import call_command

    from apps.delivery.engine import ledger
    from apps.delivery.engine.connection import Connection
    from apps.delivery.engine.journal import Journal
    from apps.statistics import counting
    places = {
        "claim": (ledger, "claim", "after"), "claimed": (Connection, "send_group", "before"),
        "mark": (Journal, "mark", "before"), "marked": (Journal, "mark", "after"),
        "answer": (Journal, "answer", "before"), "answered": (Journal, "answer", "after"),
        "record": (counting, "add", "after"), "cleared": (Journal, "clear", "after"),
    }
    die_at(*places[step], number)
    call_command("sender", "--no-jobs", "--processes", "1", "--connections", "4")


def die_at(owner, name, when, number):
    """Wrap `owner.name` so that the process ends before or after its `number`-th call."""
    real, calls = getattr(owner, name), itertools.count(1)

    def wrapped(*args, **kwargs):
        last = next(calls) >= number
        if last and when == "before":
            os._exit(137)
        result = real(*args, **kwargs)
        if last:
            os._exit(137)
        return result

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    main()
