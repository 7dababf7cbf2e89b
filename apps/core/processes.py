"""Processes and signals: how one is asked to stop, and how `serve` keeps its children.

Children are started together, restarted when one dies, stopped politely. No library does all of it:
honcho restarts nothing, circus leaves the children of a killed parent behind, and cotyledon forks
its own classes instead of running commands.
"""
import contextlib
import ctypes
import logging
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence

log = logging.getLogger("vestnik.serve")
PR_SET_PDEATHSIG = 1
SHORTEST_PAUSE = 1  # seconds before the process starts again
LONGEST_PAUSE = 30
POLL = 0.2  # seconds between two looks of a thread
STEADY = 60  # seconds of work after which the pause is the shortest again
LIBC = ctypes.CDLL(None)  # loaded here: nothing may be loaded between fork and exec


def end_with_parent() -> None:
    """In the child: have the kernel end it when the parent dies. Linux alone can do it."""
    if hasattr(LIBC, "prctl"):
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Stop:
    """An event that a signal's handler sets and the main thread waits for.

    A threading.Event will not do: where the signal interrupts the thread within the Event's own
    `wait`, its `set` waits for that thread for ever. A handler may safely put into a SimpleQueue.
    """

    def __init__(self, *signals: int) -> None:
        self.asked = False
        self.calls: queue.SimpleQueue[None] = queue.SimpleQueue()
        for number in signals:
            signal.signal(number, lambda *_: self.set())

    def set(self) -> None:
        self.asked = True
        self.calls.put(None)

    def is_set(self) -> bool:
        return self.asked

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is set, but no longer than `seconds`. Returns whether it is set."""
        if threading.current_thread() is not threading.main_thread():
            return self.poll(seconds)
        if not self.asked:
            with contextlib.suppress(queue.Empty):
                self.calls.get(timeout=seconds)
        return self.asked

    def poll(self, seconds: float | None) -> bool:
        """Do the same in another thread: of two that wait for one queue, one may wait for ever."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self.asked:
            left = POLL if end is None else end - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(POLL, left))
        return self.asked


class Child:
    """A process that is kept running; it may have children of its own.

    One that is `nice` leaves the processor to others of the machine, as nice(1) counts.
    """

    def __init__(self, name: str, command: Sequence[str], nice: int = 0) -> None:
        self.name = name
        self.command = command
        self.nice = nice
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 0
        self.restart_at: float | None = None

    def start(self) -> None:
        self.restart_at = None
        self.started = time.monotonic()
        # Ctrl+C is for the parent alone, which stops its children in order: they have a group of
        # their own.
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, process_group=0, preexec_fn=self.begin)

    def begin(self) -> None:
        """In the child, before it becomes the command."""
        end_with_parent()
        os.nice(self.nice)

    def look_after(self) -> None:
        """Restart the process when it has ended, after a pause that grows each time."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if self.restart_at is None:
            if now - self.started >= STEADY:
                self.pause = 0
            self.pause = min(max(self.pause * 2, SHORTEST_PAUSE), LONGEST_PAUSE)
            self.restart_at = now + self.pause
            log.error("%s ended with status %s; it starts again in %s s",
                      self.name, self.process.returncode, self.pause)
        elif now >= self.restart_at:
            self.start()

    def signal(self, number: int) -> None:
        """Send a signal to the process; SIGKILL to all of its group."""
        if self.process is None or self.process.poll() is not None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def end(self, seconds: float) -> None:
        """Wait up to `seconds` for the process, which was asked to stop, then kill it."""
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.error("%s did not stop in time and is killed", self.name)
            self.signal(signal.SIGKILL)
            self.process.wait()


def stop_all(children: Iterable[Child], grace: float) -> None:
    """Ask all to stop, wait up to `grace` seconds, then kill those that are left."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    for child in children:
        child.end(max(0.1, deadline - time.monotonic()))
