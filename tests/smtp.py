"""A real SMTP server on loopback that logs each letter before it answers: the tests' judge."""
import contextlib
import email
import email.policy
import itertools
import os
import socket
import threading

from aiosmtpd.controller import Controller

ACCEPTED = "250 2.0.0 Ok: queued as {:X}"
PORTS = 500  # for each worker
TAKEN = itertools.count(os.getpid())


class Sink:
    """aiosmtpd handler. `rcpt` and `data` map the local part of an address to a reply."""

    def __init__(self, *, pipelining=False, rcpt=None, data=None):
        self.pipelining = pipelining
        self.rcpt, self.data = rcpt or {}, data or {}
        self.letters = []
        self.lock = threading.Lock()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        if self.pipelining:  # aiosmtpd reads commands one after another from its buffer
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self.rcpt.get(address.partition("@")[0])
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        refusal = self.data.get(envelope.rcpt_tos[0].partition("@")[0])
        if refusal:
            return refusal
        with self.lock:
            self.letters.append((envelope.rcpt_tos[0], envelope.content))
            return ACCEPTED.format(len(self.letters))

    @property
    def addresses(self):
        return [address for address, _ in self.letters]

    def parsed(self, address):
        """Return the letter to `address` as the standard library's parser reads it."""
        content = next(content for to, content in self.letters if to == address)
        return email.message_from_bytes(content, policy=email.policy.default)


def free_port():
    """Return a port where nobody listens, of this worker's own; the kernel gives none of these."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for _ in range(PORTS):
        port = 20_000 + worker % 20 * PORTS + next(TAKEN) % PORTS
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextlib.contextmanager
def sink_server(settings, *, pipelining=False, tls=None, **replies):
    """Run a Sink that the settings point to; with an SSL context it takes letters by TLS only."""
    sink = Sink(pipelining=pipelining, **replies)
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), tls_context=tls,
                            require_starttls=bool(tls))
    controller.start()
    try:
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = controller.port
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = bool(tls), False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield sink
    finally:
        controller.stop()
