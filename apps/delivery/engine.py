"""The sender's engine: connections that claim, send and record until nothing is left.

Each connection is a thread with a transport, a journal and a database connection of its own.
No transaction is open while the network is waited for. The engine asks the database between
groups whether a run may go on, so that a pause, a block, a disable or the window's end holds
within one group (about 0.25 s of work). It knows no request and no page.
"""
import contextlib
import itertools
import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from apps.core import logs
from apps.mailings.models import Delivery, Run

from . import admission, breaker, ledger, tallies, upkeep
from .journal import Journal, JournalFull
from .ledger import LEASE, Result
from .letter import Letter
from .outage import outage
from .pace import Pace
from .spool import Spool
from .transport import Transport
from .waiting import runs_with_letters

log = logging.getLogger("vestnik.delivery")
State = Delivery.State
GROUP_SECONDS = 0.25  # what one claim may hold of work
GROUP_LIMIT = 0.4  # seconds after which the rest of a group is given back: the server has slowed
FIRST_GROUP, FEW, LARGEST_GROUP, LAST_GROUPS = 100, 8, 700, 100
MARGIN = 5  # seconds of lease that must be left when a dot leaves
DATABASE_PAUSE = 1
IDLE = 1  # seconds after which a connection looks for itself, if nobody wakes it


class LeaseTooOld(Exception):
    """The lease may have run out: somebody else may already have the letter."""


class Connection(threading.Thread):
    """One SMTP connection and what it has in hand."""

    def __init__(self, engine, number):
        super().__init__(name=f"connection-{number}", daemon=True)
        self.engine = engine
        self.journal = Journal()
        self.transport = Transport(before_dot=self.before_dot)
        self.pace = Pace()
        self.rate = 0.0  # letters a second, as the last group went
        self.lease_until = 0.0  # monotonic
        self.run_now, self.claimed, self.results = None, [], []
        self.away = False  # the server turned this connection away while it takes others
        self.began = 0  # how often runs had been stopped when this group was claimed
        self.reached = {}  # run's id: the highest delivery that was claimed of it
        self.current = None

    def run(self):
        try:
            self.rehearse()
            while self.turn():
                self.send_group()
        except Exception:
            log.exception("a connection of the sender ended")
            self.engine.failed.set()
        finally:
            self.transport.close()
            self.engine.admission.left(self)
            self.journal.close(forget=not self.claimed)
            connection.close()

    def rehearse(self):
        """Have the database read its catalogs now, not when somebody waits for letters."""
        with contextlib.suppress(DatabaseError, InterfaceError), self.engine.database_turn:
            ledger.rehearse(self.journal.token)

    def turn(self):
        """Record the last group and claim the next. Returns False when the engine is done."""
        while True:
            try:
                with self.engine.database_turn, transaction.atomic():
                    run, claimed = self.exchange()
            except (DatabaseError, InterfaceError) as error:
                if not self.database_failed(error):
                    return False
                continue
            self.run_now, self.claimed, self.results = run, claimed, []
            logs.note(run=run.pk if run else "-")
            self.journal.clear()
            if claimed:
                return True
            if self.engine.done_or_wait():
                return False

    def database_failed(self, error):
        """Wait for the database; results stay in hand, and in the journal."""
        outage.begin(error)
        connection.close()
        if self.engine.stopping.is_set() and not self.results:
            return False
        time.sleep(DATABASE_PAUSE)
        try:
            ledger.abandon(self.journal.token, [row.id for row in self.claimed])
        except (DatabaseError, InterfaceError):
            connection.close()
        return True

    def exchange(self):
        """In one transaction: what came of the last group, and the next one.

        The counters and tallies come last: they lock rows that the other connections need too.
        """
        done = self.run_now if self.results else None
        counts = tries = {}
        if done:
            counts, tries = ledger.record(done, self.results, self.journal.token)
            breaker.apply(done, self.results, self.engine.failures)  # before more is claimed of it
        run, claimed = self.claim()
        if done:
            ledger.count(done.pk, counts)
            if run is None or run.pk != done.pk:
                upkeep.finish_runs(Run.objects.filter(pk=done.pk))
            tallies.add(done, tries)
        return run, claimed

    def claim(self):
        """Return a run and what is claimed of it, as one group; (None, []) when nothing waits."""
        if self.engine.stopping.is_set() or not self.engine.admission.may_send(self):
            return None, []
        self.began = self.engine.failures.number
        self.lease_until = time.monotonic() + LEASE.total_seconds()
        size = self.pace.limit(self.group_size())
        for run in self.engine.runnable() if size else ():
            share = self.engine.share(run, LAST_GROUPS if self.rate else 1)
            claimed = ledger.claim(
                run.pk, min(size, share), self.journal.token, self.reached.get(run.pk, 0))
            if claimed:
                self.reached = {run.pk: claimed[-1].id}
                self.pace.book(len(claimed))
                return run, claimed
        return None, []

    def group_size(self):
        """Return how many letters to claim: more of them where each transaction would be felt."""
        if not self.rate:
            return FIRST_GROUP
        some = max(self.rate * GROUP_SECONDS, min(FEW, self.rate * GROUP_LIMIT))
        return max(1, min(LARGEST_GROUP, int(some)))

    def send_group(self):
        """Send what is claimed; what is not reached is given back."""
        self.away = False
        self.engine.failures.begin(self.run_now.pk, self.began)
        letter, started, tries = self.engine.letter(self.run_now), time.monotonic(), []
        ready = itertools.chain(Spool(letter, self.journal).ready(self.claimed), [None])
        for this, following in itertools.pairwise(ready):
            spent = time.monotonic() - started
            if tries and not self.pace.rate and spent > GROUP_LIMIT:
                break
            at_once = following and following.octets and self.will_follow(spent, len(tries))
            tries.append(
                self.send_one(letter.sender, this, following.row.email if at_once else None))
        started = max(started, self.transport.connected_at)  # connecting is no measure of letters
        self.rate = len(tries) / max(time.monotonic() - started, 1e-6)
        self.results = [this if isinstance(this, Result) else
                        upkeep.result_of(*this, self.run_now.ends_at) for this in tries]
        self.results += [Result(row, State.PENDING, row.tries) for row in self.claimed[len(tries):]]
        self.engine.failures.spare(self.run_now.pk, self.results)
        self.engine.admission.tell_news(self, self.engine.database_turn)

    def will_follow(self, spent, sent):
        """Whether one more letter after this one will be within GROUP_LIMIT, and leave at once."""
        if self.pace.rate:
            return False
        return spent + spent / sent < GROUP_LIMIT if sent else self.rate * GROUP_LIMIT > 1

    def send_one(self, sender, ready, following):
        """Send one letter, if it may still be sent; `following` is whom the next one is for.

        Returns what `result_of` makes the Result of, when there is time; else the Result.
        """
        row = ready.row
        if not ready.octets:
            return Result(row, State.SKIPPED, row.tries, reason=ready.reason)
        if self.away or self.engine.stopping.is_set() or (
                self.engine.failures.enough(self.run_now.pk, self.began)):
            return Result(row, State.PENDING, row.tries)
        self.pace.wait(self.engine.stopping)
        self.current = row.id
        try:
            outcome = self.transport.send(ready.octets, sender, row.email, following)
        except LeaseTooOld:
            return Result(row, State.PENDING, row.tries)
        except JournalFull as error:
            log.error("the journal takes no more: %s", error)
            self.engine.failures.trouble(self.run_now.pk, str(error))
            return Result(row, State.PENDING, row.tries, reason=str(error))
        self.away = self.engine.admission.turned_away(self, outcome, row.email)
        if self.away:
            return Result(row, State.PENDING, row.tries)
        try:
            self.journal.answer(row.id, outcome)
        except JournalFull as error:
            log.error("an answer is in hand, but not in the journal: %s", error)
        self.engine.failures.note(self.run_now.pk, outcome, row.email)
        return row, outcome, timezone.now()

    def before_dot(self):
        """What the transport calls when the server is ready for the letter."""
        if time.monotonic() > self.lease_until - MARGIN:
            raise LeaseTooOld
        self.journal.mark(self.current)

    def renew(self):
        """Keep the lease while a slow server is waited for; from the heartbeat's thread."""
        until = time.monotonic() + LEASE.total_seconds()
        if ledger.renew(self.journal.token):
            self.lease_until = until


class Engine:
    """Sends what may be sent; with `run_ids`, only those runs.

    It ends when it is stopped or, unless it is `patient`, when none of its own `run_ids` has a
    letter to send now.
    """

    def __init__(self, *, connections=None, run_ids=None, patient=False):
        self.patient = patient or run_ids is None
        self.size = connections or settings.SENDER_CONNECTIONS
        self.all = max(self.size, settings.SENDER_CONNECTIONS)  # those of other processes too
        self.run_ids = run_ids
        self.stopping, self.failed, self.wake = (
            threading.Event(), threading.Event(), threading.Event())
        self.database_turn = threading.Lock() if connection.vendor == "sqlite" else NoLock()
        self.failures = breaker.Failures()
        self.admission = admission.Admission(self.size)
        self.letters, self.connections = {}, []

    def start(self):
        """Open the connections' threads; call once, and `upkeep` each second from now on."""
        upkeep.upkeep()
        self.connections = [Connection(self, number) for number in range(self.size)]
        for worker in self.connections:
            worker.start()

    def stop(self):
        """Claim nothing more; letters in hand get their answers."""
        self.stopping.set()
        self.wake.set()

    def join(self, timeout=None):
        """Wait for the connections. Returns whether all have ended."""
        deadline = timeout and time.monotonic() + timeout
        for worker in self.connections:
            worker.join(timeout and max(0, deadline - time.monotonic()))
        return not any(worker.is_alive() for worker in self.connections)

    def heartbeat(self):
        """Renew leases, and do the upkeep. Call each second."""
        for worker in self.connections:
            if worker.claimed and worker.lease_until - time.monotonic() < LEASE.total_seconds() / 2:
                worker.renew()
        with self.database_turn:
            upkeep.upkeep()

    def look(self):
        """Wake the connections when there is something to send. Costs one query."""
        if not self.wake.is_set() and self.runnable():
            self.wake.set()

    def runnable(self):
        """The runs that this engine may send letters of now."""
        return runs_with_letters(self.run_ids)

    def share(self, run, least):
        """Return how many letters one connection may claim, so that all end at the same time."""
        in_hand = sum(len(worker.claimed) for worker in self.connections) * self.all // self.size
        return max(least, (run.left - in_hand) // self.all)

    def letter(self, run):
        """The run's letter, made ready once."""
        if run.pk not in self.letters:
            if len(self.letters) > 50:
                self.letters.clear()
            self.letters[run.pk] = Letter(
                run_id=run.pk, subject=run.subject, body=run.body,
                from_email=settings.DEFAULT_FROM_EMAIL)
        return self.letters[run.pk]

    def done_or_wait(self):
        """With nothing to claim: True when the engine is done, else False after a rest."""
        if self.stopping.is_set():
            return True
        if settings.SENDER_RATE and self.runnable():
            return self.stopping.wait(0.05)  # the time is booked by others for a moment
        if not self.patient and not self.busy():
            self.wake.set()
            return True
        self.wake.clear()
        self.wake.wait(IDLE)
        return self.stopping.is_set()

    def busy(self):
        """Whether one of this engine's own runs may still get letters from this pass."""
        return any(worker.claimed for worker in self.connections)


class NoLock:
    """PostgreSQL orders its writers itself."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False
