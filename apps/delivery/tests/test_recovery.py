import contextlib
import errno
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.delivery.engine.results import Result
from apps.delivery.services import run_start
from apps.mailings.models import Attempt, Delivery, Run
from apps.statistics import counting

from ..engine import journal, ledger, recovery, transitions
from ..engine.journal import Journal, JournalFull
from ..engine.prefetch import Prefetch
from ..wire.letter import Letter
from ..wire.outcome import Outcome, Phase

pytestmark = pytest.mark.django_db
State = Delivery.State
OK = Outcome(Phase.DOT, 250, "2.0.0 Ok: queued as 1")


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def claimed(run, journal):
    return ledger.claim(run.pk, 3, journal.token)


def states(run):
    return dict(run.deliveries.values_list("email", "state"))


def die(lost):
    """The process is gone: the kernel frees its lock, the file stays."""
    lost.close(forget=False)


def test_a_dead_workers_journal_tells_sent_from_unknown_from_not_tried(run):
    lost = Journal()
    anna, boris, vera = claimed(run, lost)
    lost.mark(anna.id)
    lost.answer(anna.id, OK)
    lost.mark(boris.id)
    die(lost)
    recovery.recover_journals()
    assert states(run) == {anna.email: State.SENT, boris.email: State.UNKNOWN,
                           vera.email: State.PENDING}
    run.refresh_from_db()
    assert (run.sent, run.unknown, run.left) == (1, 1, 1)
    assert Attempt.objects.get(email=anna.email).server_response == "250 2.0.0 Ok: queued as 1"
    assert not list(journal.folder().iterdir())


def test_an_unknown_outcome_of_a_lost_worker_is_an_attempt_of_its_own(run):
    lost = Journal()
    lost.mark(claimed(run, lost)[0].id)
    die(lost)
    recovery.recover_journals()
    attempt = Attempt.objects.get()
    assert attempt.outcome_unknown and attempt.status == Attempt.Status.FAILURE


def test_a_living_workers_journal_is_left_alone(run):
    living = Journal()
    claimed(run, living)
    recovery.recover_journals()
    assert set(states(run).values()) == {State.CLAIMED}
    living.close(forget=True)


def test_after_a_crash_of_the_machine_silence_proves_nothing(run, monkeypatch):
    lost = Journal()
    claimed(run, lost)
    die(lost)
    monkeypatch.setattr(journal, "boot_id", lambda: "another boot")
    recovery.recover_journals()
    assert set(states(run).values()) == {State.UNKNOWN}


def test_a_journal_that_is_taken_for_a_dead_ones_while_it_is_made_is_made_again(monkeypatch):
    lock, takers = journal.fcntl.flock, [journal.dead_journals]

    def too_late(fd, how):
        if takers:
            for dead in takers.pop()():
                dead.remove()
        lock(fd, how)

    monkeypatch.setattr(journal.fcntl, "flock", too_late)
    mine = Journal()
    assert mine.path.exists()
    mine.mark(1)
    mine.close(forget=True)


def test_a_torn_last_line_is_no_answer(run):
    lost = Journal()
    anna = claimed(run, lost)[0]
    lost.mark(anna.id)
    torn = b'R [%d, "dot", 250, "Ok"]' % anna.id  # whole but for its end
    lost.map[lost.end:lost.end + len(torn)] = torn
    die(lost)
    recovery.recover_journals()
    assert states(run)[anna.email] == State.UNKNOWN


def test_a_silent_machines_letters_are_unknown_after_the_lease_and_its_journal_still_tells(run):
    away = Journal()
    anna, boris, vera = claimed(run, away)
    away.mark(anna.id)
    away.answer(anna.id, OK)
    run.deliveries.update(lease_until=timezone.now() - timedelta(minutes=1))
    recovery.expire_leases()
    run.refresh_from_db()
    assert (run.unknown, run.left) == (3, 0)
    die(away)
    recovery.recover_journals()
    run.refresh_from_db()
    assert (run.sent, run.unknown, run.left) == (1, 0, 2)
    assert states(run)[boris.email] == State.PENDING


@pytest.fixture
def finished_with_a_worker_away(run):
    """A worker fell silent with all letters; the run ended; then the worker tells: not sent."""
    away = Journal()
    claimed(run, away)
    run.deliveries.update(lease_until=timezone.now() - timedelta(minutes=1))
    recovery.recover()
    run.refresh_from_db()
    assert (run.state, run.unknown) == (Run.State.FINISHED, 3)
    die(away)
    recovery.recover_journals()
    return run


def test_letters_that_come_back_after_the_end_reopen_the_run(finished_with_a_worker_away):
    run = finished_with_a_worker_away
    transitions.refresh_runs(timezone.now())
    run.refresh_from_db()
    assert (run.state, run.left, run.finished_at) == (Run.State.RUNNING, 3, None)


def test_letters_that_come_back_after_the_window_are_cancelled(finished_with_a_worker_away):
    run = finished_with_a_worker_away
    transitions.refresh_runs(run.mailing.ends_at)
    run.refresh_from_db()
    assert (run.state, run.skipped, run.left) == (Run.State.FINISHED, 3, 0)


def test_letters_that_come_back_while_another_run_is_active_are_left_to_it(
        finished_with_a_worker_away):
    run = finished_with_a_worker_away
    rest = run_start(mailing=run.mailing, trigger=Run.Trigger.PAGE)
    transitions.refresh_runs(timezone.now())
    run.refresh_from_db()
    assert rest.total == 3 and (run.state, run.skipped) == (Run.State.FINISHED, 3)


def test_what_a_person_has_decided_is_not_decided_anew(run):
    away = Journal()
    anna = claimed(run, away)[0]
    run.deliveries.update(lease_until=timezone.now() - timedelta(minutes=1))
    recovery.expire_leases()
    run.deliveries.update(state=State.SENT, settled_at=timezone.now(), lease_token="")
    die(away)
    recovery.recover_journals()
    assert states(run)[anna.email] == State.SENT


def test_a_record_with_a_lease_that_somebody_took_over_changes_nothing(run):
    mine = Journal()
    rows = claimed(run, mine)
    run.deliveries.update(lease_token="another")
    results = [Result(row, State.SENT, 0, OK, at=timezone.now()) for row in rows]
    counts, tries = ledger.store(run, results, mine.token)
    assert not any(counts.values()) and not tries
    assert not Attempt.objects.exists()
    mine.close(forget=True)


def test_recording_twice_counts_once(run):
    mine = Journal()
    results = [Result(row, State.SENT, 0, OK, at=timezone.now())
               for row in claimed(run, mine)]
    for _ in range(2):
        counting.add(run.pk, *ledger.store(run, results, mine.token))
    counting.fold()
    run.refresh_from_db()
    assert run.sent == Attempt.objects.count() == 3
    mine.close(forget=True)


def test_a_recorded_unknown_outcome_stays_unknown_when_its_worker_dies_later(run):
    lost = Journal()
    row = claimed(run, lost)[0]
    silence = Outcome(Phase.DOT, None, "The server closed the connection.")
    results = [Result(row, State.UNKNOWN, 0, silence, at=timezone.now())]
    counting.add(run.pk, *ledger.store(run, results, lost.token))
    counting.fold()
    lost.clear()
    die(lost)
    recovery.recover_journals()
    assert states(run)[row.email] == State.UNKNOWN
    run.refresh_from_db()
    assert run.unknown == 1


class Poison(BaseException):
    """What ends a process at once."""


class PoisonLetter(Letter):
    """The letter of a run; to make it for one address is the end."""

    def fill(self, email, *others):
        if email == self.deadly:
            raise Poison
        return super().fill(email, *others)


@pytest.mark.parametrize("deaths, left, skipped", [(2, 3, 0), (3, 2, 1), (4, 2, 1)])
def test_a_letter_over_whose_making_the_worker_dies_three_times_is_set_aside(
        run, deaths, left, skipped):
    letter = PoisonLetter(
        owner=run.owner_id, seed=run.seed, subject="s", body="b", from_name="",
        from_address="shop@example.com")
    letter.deadly = run.deliveries.order_by("pk")[1].email
    for _ in range(deaths):
        lost = Journal()
        with contextlib.suppress(Poison):
            list(Prefetch(letter, lost).ready(claimed(run, lost)))
        die(lost)
        recovery.recover_journals()
    run.refresh_from_db()
    assert (run.left, run.skipped) == (left, skipped)
    if skipped:
        assert states(run)[letter.deadly] == State.SKIPPED


def test_letters_that_were_only_in_hand_are_sent_however_often_workers_die(run):
    for _ in range(5):
        lost = Journal()
        claimed(run, lost)
        die(lost)
        recovery.recover_journals()
    run.refresh_from_db()
    assert (run.skipped, run.left) == (0, 3)


def test_a_mark_that_a_full_disk_refused_is_not_there_and_later_ones_are(monkeypatch):
    monkeypatch.setattr(journal, "STEP", 1)
    lines = Journal()
    lines.mark(1)

    def full(fd, start, length):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(journal, "reserve", full)
        with pytest.raises(JournalFull, match="No space left"):
            lines.mark(2)
    lines.mark(3)
    die(lines)
    [dead] = journal.dead_journals()
    assert dead.marked == {1, 3}
    dead.remove()


def test_a_journal_grows_beyond_its_first_room_and_shows_nothing_of_before_its_clearing():
    lines, long = Journal(), Outcome(Phase.DOT, 250, "x" * 2000)
    for number in range(100):
        lines.mark(number)
        lines.answer(number, long)
    lines.clear()
    lines.mark(100)
    lines.answer(100, long)
    die(lines)
    [dead] = journal.dead_journals()
    assert (dead.marked, dead.answers, dead.complete) == ({100}, {100: long}, True)
    dead.remove()


def test_retries_that_are_due_are_promoted_some_at_a_time(run, monkeypatch):
    monkeypatch.setattr(ledger, "AT_ONCE", 2)
    run.deliveries.update(state=State.RETRY, next_try_at=timezone.now() - timedelta(seconds=1))
    assert recovery.promote_some() == 2
    assert recovery.promote_retries() == 1
    assert set(states(run).values()) == {State.PENDING}
