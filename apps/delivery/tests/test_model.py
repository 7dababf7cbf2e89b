"""Whatever people, servers, clocks and crashes do, and in any order: the promises hold.

A stateful model (Hypothesis). The worker's own code runs on a simulated world; after each step
the judge compares the ledger with what the server accepted.
"""
import contextlib
import itertools
import logging
from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from apps.mailings.models import Attempt, Delivery, Message, Run
from apps.statistics import counting
from apps.statistics.models import Increment
from tests.factories import MailingFactory, RecipientFactory, UserFactory

from ..engine import journal, recovery
from .people import DEEDS, People
from .simulated import DROP, LOST, Died, Worker, World

State = Delivery.State
FATES = [
    {}, {"dot": b"252 perhaps"}, {"MAIL": b"451 later"}, {"MAIL": b"550 not you"},
    {"RCPT": b"450 later"}, {"RCPT": b"550 5.1.1 nobody"}, {"RCPT": b"421 busy"}, {"RCPT": DROP},
    {"DATA": b"451 later"}, {"DATA": b"554 no"}, {"DATA": DROP}, {"dot": b"451 later"},
    {"dot": b"554 5.7.1 spam"}, {"dot": b"421 busy"}, {"dot": b"what"}, {"dot": b"354 more"},
    {"dot": DROP}, {"dot": LOST}, {"dot": LOST},
]
DIES, LOSES_DATABASE = "dies", "loses the database"
FAULTS = st.one_of(
    st.tuples(st.sampled_from(["claim", "mark", "marked", "rcpt", "dot", "answer", "answered",
                               "record", "committed"]), st.integers(1, 4), st.just(DIES)),
    st.tuples(st.sampled_from(["claim", "record", "committed"]), st.integers(1, 3),
              st.just(LOSES_DATABASE)),
    st.tuples(st.sampled_from(["rcpt", "dot", "answered", "committed"]), st.integers(1, 4),
              st.lists(st.sampled_from([*DEEDS, "other_works"]), min_size=1, max_size=4)),
)
WHO = st.integers(0, 1)


class Sending(People, RuleBasedStateMachine):
    """One mailing, its people, two workers, and the world around them."""

    group = 10  # letters that are claimed together

    def __init__(self):
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.world = self.stack.enter_context(World(self.strike, group=self.group).running())
        self.owner, self.manager = UserFactory(), UserFactory()
        self.mailing = MailingFactory(
            owner=self.owner, ends_at=self.world.began + timedelta(days=9),
            recipients=[RecipientFactory(owner=self.owner) for _ in range(4)])
        self.workers = [Worker(self.world), Worker(self.world)]
        self.subjects, self.emails, self.attempts = {}, {}, 0
        self.errors = itertools.cycle([1, -1, 48, -48, 0])  # of clocks, in hours
        self.released = Counter()  # what people sent again, knowing that it may have arrived
        Message.objects.update(subject="First")
        self.start()

    # What happens.

    @rule(who=WHO, fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=6),
          fault=st.none() | FAULTS, clear=st.sampled_from([True, True, False]))
    def work(self, who, fates, fault, clear):
        """A worker's turn; with `clear` there is something to send."""
        if clear:
            self.clear_the_way()
        self.world.fates, self.world.fault = list(fates), fault
        try:
            self.workers[who].work()
        except Died:
            self.lose(who)
        self.world.fates, self.world.fault = [], None

    @rule(who=WHO, fault=FAULTS)
    def work_with_a_fault(self, who, fault):
        self.work(who, [], fault, True)

    @rule(deed=st.sampled_from(DEEDS))
    def person(self, deed):
        getattr(self, deed)()

    @rule(who=WHO, event=st.sampled_from([
        "beats", "ends", "lose", "is_gone_with_its_disk", "power_cut", "clock_goes_wrong",
        "server_is_down", "server_is_up"]))
    def event(self, who, event):
        getattr(self, event)(who)

    def beats(self, who):
        self.workers[who].beat()

    def ends(self, who):
        self.workers[who].end()
        self.workers[who] = Worker(self.world)

    def lose(self, who):
        self.workers[who].gone()
        self.workers[who] = Worker(self.world)

    def is_gone_with_its_disk(self, who):
        self.workers[who].connection.journal.path.unlink()
        self.lose(who)

    def power_cut(self, who):
        """Both workers die; of the first's journal the disk had kept only the half."""
        self.world.boot += 1
        held = Delivery.objects.filter(state=State.CLAIMED)
        self.world.expired.update(held.values_list("pk", flat=True))
        for number, worker in enumerate(self.workers):
            self.world.expired |= worker.held
            path = worker.connection.journal.path
            if number == who:
                lines = path.read_bytes().rstrip(b"\0")
                path.write_bytes(lines[:len(lines) // 2])
            self.lose(number)

    def clock_goes_wrong(self, who):
        self.workers[who].skew = timedelta(hours=next(self.errors))

    def server_is_down(self, who):
        self.world.down = True

    def server_is_up(self, who):
        self.world.down = False

    def strike(self, what):
        """A fault strikes the worker that is at work."""
        if what == DIES:
            raise Died
        if what == LOSES_DATABASE:
            raise OperationalError("server closed the connection unexpectedly")
        busy = self.world.worker
        with self.world.sending(None):
            for deed in what:
                if deed == "other_works":
                    next(worker for worker in self.workers if worker is not busy).work()
                else:
                    getattr(self, deed)()

    # What must hold.

    def fresh(self):
        """How many letters of each delivery arrived since a person sent it again."""
        return Counter({pk: number - self.released[pk]
                        for pk, number in self.world.accepted.items()})

    @invariant()
    def judge(self):
        rows, runs = list(Delivery.objects.all()), list(Run.objects.defer("body"))
        self.each_letter_came_once_as_it_was_on_the_screen({row.pk: row.run_id for row in rows})
        self.the_ledger_tells_the_truth(rows)
        self.the_counters_add_up(runs, rows)
        self.attempts_stay_and_successes_are_real()

    def each_letter_came_once_as_it_was_on_the_screen(self, run_of):
        assert all(number <= 1 for number in self.fresh().values())
        for pk, address, subject in self.world.letters:
            assert address == self.emails[pk] and subject == self.subjects[run_of[pk]]

    def the_ledger_tells_the_truth(self, rows):
        fresh = self.fresh()
        for row in rows:
            if row.state == State.SENT and not row.settled_at:
                assert fresh[row.pk] == 1 and (row.pk, row.answer) in self.world.replies
            elif row.state == State.UNKNOWN:
                assert row.pk in self.world.marked | self.world.expired
            elif row.state not in (State.SENT, State.CLAIMED):
                assert not fresh[row.pk], row.state

    def the_counters_add_up(self, runs, rows):
        states = Counter((row.run_id, row.state) for row in rows)
        for run in runs:
            sent, failed, unknown, skipped, cancelled, *left = (
                states[run.pk, state] for state in (
                    State.SENT, State.FAILED, State.UNKNOWN, State.SKIPPED, State.CANCELLED,
                    *Delivery.OPEN))
            added = Increment.objects.filter(run=run).aggregate(
                **{name: Sum(name, default=0) for name in counting.COUNTERS})
            for name, number in added.items():  # what is not folded into the figures yet
                setattr(run, name, getattr(run, name) + number)
            assert (run.sent, run.failed, run.unknown, run.skipped, run.left) == (
                sent, failed, unknown, skipped + cancelled, sum(left))

    def attempts_stay_and_successes_are_real(self):
        attempts = list(Attempt.objects.values_list("status", flat=True))
        assert len(attempts) >= self.attempts
        self.attempts = len(attempts)
        assert attempts.count(Attempt.Status.SUCCESS) <= len(self.world.letters)

    def teardown(self):
        """Time heals: with a server that answers and all doors open, every run comes to its end."""
        try:
            self.world.down, self.world.fault = False, None
            for who in (0, 1):
                self.lose(who)
            for _ in range(60):
                for deed in ("enable", "unblock", "resume", "hour", "upkeep"):
                    getattr(self, deed)()
                self.workers[0].work()
                open_runs = [run for run in Run.objects.all() if run.is_active or run.left]
                if not open_runs and not self.workers[0].held:
                    break
            self.workers[0].end()
            recovery.recover()
            assert not [run for run in Run.objects.all() if run.is_active or run.left]
            self.judge()
        finally:
            self.workers[1].gone(forget=True)
            self.stack.close()
            for path in journal.folder().iterdir():
                path.unlink()


class SendingInPairs(Sending):
    """While the answer to each second letter is awaited, the next pair is claimed."""

    group = 2


def play(machine, **profile):
    run_state_machine_as_test(machine, settings=settings(
        deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck),
        **profile))


@pytest.fixture(autouse=True)
def quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Sending, SendingInPairs])
def test_the_promises_hold_in_any_order_of_events(machine):
    play(machine, max_examples=40, stateful_step_count=15, derandomize=True)


@pytest.mark.torture
@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Sending, SendingInPairs])
def test_the_promises_hold_in_two_thousand_examples(machine):
    play(machine, max_examples=2000, stateful_step_count=25)
