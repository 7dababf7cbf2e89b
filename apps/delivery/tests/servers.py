"""Servers that serve any number of clients at once."""
import threading

from .test_admission import Doorkeeper


class Open(Doorkeeper):
    """It serves any number of clients at once."""

    def __init__(self, most=99, refusal=None, **answers):
        super().__init__(most, refusal, **answers)

    def serve(self, client):
        self.connections += 1
        super().serve(client)


class Hanging(Open):
    """It takes a letter and never answers."""

    def __init__(self):
        self.over = threading.Event()
        super().__init__(dot=lambda line: self.over.wait(20) and b"250 2.0.0 Ok\r\n")

    def close(self):
        self.over.set()
        super().close()
