"""What each torture plays on: a database of its own, a mailing, and a judge's log."""
import collections
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.send import html_of, make_mailing, set_up, throwaway_database
from tests.smtp import free_port

from .cluster import own_cluster
from .faults import ROOT

CONNECTIONS = 4


class Sink:
    """The judge's process and its log."""

    def __init__(self, folder, *options):
        self.log, self.port = Path(folder) / "accepted.log", free_port()
        self.log.touch()
        self.slowest = 0.0  # seconds that senders took to stop
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.sink", str(self.port), str(self.log),
             *map(str, options)], cwd=ROOT)

    def accepted(self, of=None):
        """Return a Counter of the addresses whose letters were accepted in this round.

        With the ids `of` some deliveries, only theirs.
        """
        letters = [line.split("|") for line in self.log.read_text().splitlines()]
        if of is not None:
            letters = [letter for letter in letters if delivery_of(letter[1]) in of]
        return collections.Counter(letter[0] for letter in letters)

    def forget(self):
        os.truncate(self.log, 0)


def delivery_of(message_id):
    """Return the id of the delivery that a Message-ID names, as `wire/carried.py` makes it."""
    return int(message_id.strip("<>").partition("-")[0], 16)


@contextlib.contextmanager
def stage(options, *sink_options):
    """Yield (mailing to `options.recipients`, Sink) at `options.database`; all is gone after it.

    The fault `restart` gets a PostgreSQL of its own, `options.cluster`. The log is in the folder
    `options.logs` where there is one.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if getattr(options, "fault", "") == "restart":
            options.cluster = stack.enter_context(own_cluster())
            database = options.cluster.url
        else:
            database = stack.enter_context(throwaway_database(options.database, folder))
        sink = Sink(getattr(options, "logs", folder), *sink_options)
        stack.callback(sink.process.terminate)
        os.environ["SENDER_CONNECTIONS"] = str(CONNECTIONS)
        set_up(database, f"127.0.0.1:{sink.port}", folder)
        from django.db import connections
        stack.callback(connections.close_all)
        yield make_mailing(
            options.recipients, html=html_of(getattr(options, "html", 0)),
            attachment=getattr(options, "attachment", 0)), sink
