"""A mail server, clocks and crashes in a test's own hands: no thread, no socket, no waiting.

The real transport, journal and ledger run on them. A `World` holds the time, what the server
has accepted and the fault that is to strike; `reach` is called at each step of a letter's way.
"""
import contextlib
import io
import math
import re
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

from django.db import connection, transaction
from django.utils import timezone

from apps.mailings.models import Delivery
from apps.statistics import counting

from ..engine import connection as connections
from ..engine import claiming, engine, exchange, journal, ledger, recovery
from ..wire import login
from ..wire.account import service_account
from ..wire.carried import Carried

DROP, LOST = b"-", b"+"  # the server hangs up without an answer; LOST: it had accepted
GOOD = {"EHLO": b"250-hi\r\n250 PIPELINING", "MAIL": b"250 Ok", "RCPT": b"250 Ok",
        "DATA": b"354 go on", "RSET": b"250 Ok", "QUIT": b"221 bye"}
MESSAGE_ID = re.compile(rb"^Message-ID: (<.+>)\r$", re.M)
SUBJECT = re.compile(rb"^Subject: (.*?)\r$", re.M)


class Died(BaseException):
    """The process ended here, without a word."""


class Wire(io.RawIOBase):
    """One connection to the server; looks like a socket to the transport."""

    def __init__(self, world):
        self.world, self.up = world, True
        self.inbox, self.outbox = b"", b"220 hi\r\n"
        self.fate, self.refused, self.reading = {}, False, False

    def sendall(self, octets):
        if not self.up:
            raise BrokenPipeError("Broken pipe")
        self.inbox += octets
        while self.up and (self.letter() if self.reading else self.command()):
            pass

    def command(self):
        line, end, rest = self.inbox.partition(b"\r\n")
        if not end:
            return False
        self.inbox, verb = rest, line[:4].decode().upper()
        if verb == "MAIL":
            self.fate, self.refused = self.world.next_fate(), False
        elif verb == "RCPT":
            self.recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            self.world.reach("rcpt")
        if verb in ("RCPT", "DATA") and self.refused:
            return self.reply(b"503 not now")
        answer = self.fate.get(verb, GOOD[verb])
        self.refused = answer[:1] in b"45"
        self.reading = answer[:3] == b"354"
        return self.reply(answer)

    def letter(self):
        content, end, rest = self.inbox.partition(b"\r\n.\r\n")
        if not end:
            return False
        self.inbox, self.reading = rest, False
        answer = self.fate.get("dot", b"250 2.0.0 Ok: queued as %d" % len(self.world.letters))
        if answer == LOST or answer[:1] == b"2":
            self.world.accept(self.recipient, content, answer)
        return self.reply(answer)

    def reply(self, answer):
        self.up = answer not in (DROP, LOST) and answer[:3] not in (b"221", b"421")
        if answer not in (DROP, LOST):
            self.outbox += answer + b"\r\n"
        return self.up

    def recv(self, size):
        self.world.network_waited_for()
        chunk, self.outbox = self.outbox[:size], self.outbox[size:]
        if not chunk and self.up:
            raise TimeoutError("timed out")
        return chunk

    def readinto(self, buffer):
        chunk = self.recv(len(buffer))
        buffer[:len(chunk)] = chunk
        return len(chunk)

    recv_into = readinto

    def readable(self):
        return True

    def makefile(self, mode):
        return io.BufferedReader(self)

    def setsockopt(self, *option):
        pass

    def getsockname(self):
        return "127.0.0.1", 2525

    settimeout = setsockopt

    def close(self):
        self.up = False


class Worker:
    """A sending process of one connection, whose wall clock may be wrong by `skew`."""

    def __init__(self, world):
        self.world, self.skew = world, timedelta(0)
        self.engine = engine.Engine(connections=1)
        self.connection = connections.Connection(self.engine, 0)
        # Letters a second, as if it had sent before: groups of ten.
        self.engine.doors.to(None, service_account()).rate = 100
        self.engine.pool.connections = [self.connection]

    @property
    def held(self):
        return self.connection.exchange.in_hand()

    def work(self):
        """Record the last group, claim and send the next."""
        with self.world.sending(self):
            if self.connection.exchange.turn():
                self.connection.send_group(self.connection.group)

    def beat(self):
        with self.world.sending(self):
            self.engine.renew_leases()
            recovery.recover()

    def end(self):
        """SIGTERM: record what is in hand, claim nothing more."""
        self.engine.stop()
        with self.world.sending(self):
            while self.connection.exchange.turn():  # what was claimed ahead goes back
                self.connection.send_group(self.connection.group)
        self.gone(forget=True)

    def gone(self, forget=False):
        """The process is no more: the kernel frees its lock; its journal stays, or not."""
        self.connection.transport.abort()
        self.connection.journal.close(forget=forget)


class World:
    """The server, the clocks, the fault; and the judge's own book, by delivery's id."""

    def __init__(self, strike, *, group=claiming.LARGEST_GROUP):
        self.group = group  # letters that are claimed together at the most
        self.began, self.elapsed, self.boot = timezone.now(), 0.0, 1
        self.strike, self.fault, self.worker = strike, None, None
        self.fates, self.down = [], False
        self.accepted, self.marked, self.expired = Counter(), set(), set()
        self.letters, self.replies = [], set()
        self.deliveries = {}  # ids by Message-ID
        self.depth = len(connection.savepoint_ids)

    def next_fate(self):
        return self.fates.pop(0) if self.fates else {}

    def accept(self, recipient, content, answer):
        pk = self.deliveries[MESSAGE_ID.search(content)[1].decode()]
        self.accepted[pk] += 1
        self.letters.append((pk, recipient, SUBJECT.search(content)[1].decode()))
        self.replies.add((pk, answer.decode()))
        self.reach("dot")

    def network_waited_for(self):
        assert len(connection.savepoint_ids) == self.depth, "a transaction waits for the network"

    def connect(self, *address):
        self.network_waited_for()
        if self.down:
            raise ConnectionRefusedError("Connection refused")
        return Wire(self)

    def reach(self, step):
        """Let the fault `(step, times, what)` strike when a worker reaches it so many times."""
        if self.fault and self.worker and self.fault[0] == step:
            self.fault = (step, self.fault[1] - 1, self.fault[2])
            if self.fault[1] <= 0:
                what, self.fault = self.fault[2], None
                self.strike(what)

    def passes(self, seconds):
        """Let time go by on every clock; leases are on the database's, which is a real one."""
        self.elapsed += seconds
        for row in Delivery.objects.exclude(lease_until=None).only("lease_until"):
            row.lease_until -= timedelta(seconds=seconds)
            row.save(update_fields=["lease_until"])
            if row.lease_until < self.real_now():
                self.expired.add(row.pk)

    def wall_clock(self):
        skew = self.worker.skew if self.worker else timedelta(0)
        return self.began + timedelta(seconds=self.elapsed) + skew

    @contextlib.contextmanager
    def sending(self, worker):
        before, self.worker = self.worker, worker
        try:
            yield
        finally:
            self.worker = before

    @contextlib.contextmanager
    def atomic(self):
        with transaction.atomic():
            yield
        self.reach("committed")

    def hooked(self, real, before="", after=""):
        """Return `real` with the steps `before` and `after` it."""
        def wrapper(*args, **kwargs):
            self.reach(before)
            result = real(*args, **kwargs)
            if after == "marked":
                self.marked.add(args[-1])
            self.reach(after)
            return result
        return wrapper

    def noting(self, real):
        """Return `Carried.message_id` such that the judge knows which delivery has which."""
        def message_id(carried, delivery_id):
            made = real(carried, delivery_id)
            return made if self.deliveries.setdefault(made, delivery_id) == delivery_id else "twice"
        return message_id

    @contextlib.contextmanager
    def running(self):
        """Replace what is real around the worker: clocks, network, steps."""
        self.real_now, lines = timezone.now, journal.Journal
        fakes = (
            (timezone, "now", self.wall_clock),
            (engine, "time", SimpleNamespace(monotonic=lambda: self.elapsed)),
            (connections, "time", SimpleNamespace(monotonic=lambda: self.elapsed)),
            (connections, "connection", SimpleNamespace(vendor=connection.vendor, close=int)),
            (exchange, "time", SimpleNamespace(monotonic=lambda: self.elapsed, sleep=self.passes)),
            (exchange, "database", SimpleNamespace(vendor=connection.vendor, close=int)),
            (exchange, "transaction", SimpleNamespace(atomic=self.atomic)),
            (claiming, "LARGEST_GROUP", self.group),
            (exchange, "SLOW", math.inf),  # in no time at all each server is quick
            (engine.Engine, "done_or_wait", lambda own, calls, connection: True),
            (login, "connect", self.connect),
            (Carried, "message_id", self.noting(Carried.message_id)),
            (journal, "boot_id", lambda: f"boot {self.boot}"),
            (lines, "mark", self.hooked(lines.mark, "mark", "marked")),
            (lines, "answer", self.hooked(lines.answer, "answer", "answered")),
            (ledger, "claim", self.hooked(ledger.claim, after="claim")),
            (counting, "add", self.hooked(counting.add, after="record")),
        )
        with contextlib.ExitStack() as stack:
            for owner, name, fake in fakes:
                stack.enter_context(mock.patch.object(owner, name, fake))
            yield self
