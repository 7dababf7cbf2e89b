"""How long a dialogue may take as a whole, however slowly the other side speaks."""
import io
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Answer = TypeVar("Answer")
LEAST = 0.001  # a socket takes 0 for "do not wait"
MOST_OCTETS = 256 * 1024  # of a dialogue: more than all replies to an opening


class Deadline:
    """A whole of `seconds`, of which one wait takes `each` at the most."""

    def __init__(self, seconds: float, each: float | None = None) -> None:
        self.at = time.monotonic() + seconds
        self.each = seconds if each is None else each

    def left(self, shares: int = 1) -> float:
        """Return for how long to wait now, where `shares` such waits may follow one another.

        Raises TimeoutError when the time is up.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return max(LEAST, min(self.each, left / shares))

    def call(self, work: Callable[[], Answer]) -> Answer:
        """Return what `work` returns. When it takes too long, its thread is left to itself.

        Raises what `work` does, and TimeoutError.
        """
        future: Future[Answer] = Future()
        threading.Thread(target=settle, args=(future, work), daemon=True).start()
        try:
            return future.result(self.left())
        except TimeoutError:
            raise TimeoutError("timed out") from None


def settle(future: "Future[Any]", work: Callable[[], Any]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)


class TimedReader(io.RawIOBase):
    """Reads a socket until the deadline, for io.BufferedReader; no endless reply either.

    It reads `most` octets in all.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int = MOST_OCTETS) -> None:
        super().__init__()
        self.sock = sock
        self.deadline = deadline
        self.most = most
        self.octets = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(self.deadline.left())
        octets = self.sock.recv_into(buffer)
        self.octets += octets
        if self.octets > self.most:
            raise OSError("the server's reply has no end")
        return octets
