"""What befalls Celery's workers and their broker in the middle of a run.

Each takes the Round. It returns from when (monotonic) the run can go on; None where that can not be
told.
"""
import os
import signal
import time

from .machine import all_show_themselves, children_of

AWAY = 3  # seconds that a broker is away


def worker(round):
    """Kill all processes of the worker; start it again."""
    round.machine.kill_worker()
    round.machine.start_worker()
    return None


def children(round):
    """Kill the processes of the worker that send; it starts others by itself."""
    for pid in children_of(round.machine.worker):
        os.kill(pid, signal.SIGKILL)
    return time.monotonic()


def stop(round):
    """Ask the worker to end, which leaves nothing in hand; start it again."""
    round.machine.stop_worker()
    round.machine.start_worker()


def broker(round):
    """Kill the broker and the worker, so that somebody must be woken; start both again."""
    round.broker.kill()
    round.machine.kill_worker()
    round.machine.start_worker()
    time.sleep(AWAY)
    all_show_themselves(1)
    round.broker.start()
    return time.monotonic()


def flush(round):
    """Have Redis forget everything, with the worker killed; start it again."""
    round.machine.kill_worker()
    round.broker.flush()
    round.machine.start_worker()
    all_show_themselves(1)
    round.broker.flush()
    return time.monotonic()


def upkeep(round):
    """Kill the upkeep and the worker: nobody wakes anybody until there is another upkeep."""
    round.machine.kill_upkeep()
    round.machine.kill_worker()
    round.machine.start_worker()
    time.sleep(AWAY)
    all_show_themselves(1)
    round.machine.start_upkeep()
    return time.monotonic()


def machine(round):
    """Cut another machine off, for longer than its leases last; this one goes on."""
    round.far.cut()
    return time.monotonic()


ALL = (worker, children, stop, broker, flush, upkeep, machine)
FAULTS = {fault.__name__: fault for fault in ALL}
