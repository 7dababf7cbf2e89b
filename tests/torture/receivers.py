"""Eight providers behind one mail server: each takes letters at a pace of its own.

    python -m tests.torture.receivers PORT LOG POLICIES

POLICIES is a file: `{"mail.ru": {"per_minute": 3000, "greylists": 0.05, "per_connection": 20,
"stops": [30, 60]}}`, by the recipient's domain. A letter beyond `per_minute`, in any ten seconds or
any minute, with two hundredths of slack, is refused as too fast at RCPT. So is all while it
`stops`, from so many seconds after its first letter on, for so many; that share of addresses is
greylisted: refused once. A letter beyond `per_connection` is refused as well. LOG has a line
`recipient|message-id|monotonic time` for each letter, LOG.refused `domain|why` for each refusal.
"""
import asyncio
import json
import os
import sys
import time
import zlib
from collections import Counter, deque
from types import SimpleNamespace

from .sink import MESSAGE_ID, Server, Session

SLACK = 1.02
TOO_FAST = b"451 4.7.1 You send too fast, slow down\r\n"
AWAY = b"421 4.3.2 Service not available, try again later\r\n"
GREYLISTED = b"450 4.2.0 Greylisted, come again in a minute\r\n"
TOO_MANY = b"421 4.7.0 Too many messages on this connection\r\n"


class Receiver:
    """One provider."""

    def __init__(self, domain, policy, refused_log):
        self.domain = domain
        self.per_minute = policy.get("per_minute")
        self.per_connection = policy.get("per_connection")
        self.greylists = policy.get("greylists", 0)
        self.stops = policy.get("stops")
        self.refused_log = refused_log
        self.taken = deque()  # when, of the last minute
        self.began = None
        self.known = set()

    def answer(self, address, session):
        """Return the refusal of a letter for `address`, or None."""
        now = time.monotonic()
        self.began = self.began or now
        why, words = self.refusal(address, session, now)
        if why:
            os.write(self.refused_log, f"{self.domain}|{why}\n".encode())
            return words
        self.taken.append(now)
        session.carried[self.domain] += 1
        return None

    def refusal(self, address, session, now):
        if self.stops and self.stops[0] < now - self.began < sum(self.stops):
            return "away", AWAY
        if self.per_connection and session.carried[self.domain] >= self.per_connection:
            return "connection", TOO_MANY
        if self.is_too_fast(now):
            return "fast", TOO_FAST
        if address not in self.known and zlib.crc32(address) % 1000 < self.greylists * 1000:
            self.known.add(address)
            return "greylisted", GREYLISTED
        return "", b""

    def is_too_fast(self, now):
        if not self.per_minute:
            return False
        while self.taken and self.taken[0] <= now - 60:
            self.taken.popleft()
        lately = sum(1 for _ in iter_since(self.taken, now - 10))
        return any(number + 1 > max(allowed * SLACK, allowed + 1) for number, allowed in (
            (len(self.taken), self.per_minute), (lately, self.per_minute / 6)))


def iter_since(moments, since):
    """Yield those of the ordered `moments` that are later than `since`, the last first."""
    for moment in reversed(moments):
        if moment <= since:
            return
        yield moment


class Relay(Session):
    """A session of the mail server that passes letters on at once."""

    def __init__(self, server):
        super().__init__(server)
        self.carried = Counter()

    def command(self):
        line, end, rest = self.buffer.partition(b"\r\n")
        verb = line[:4].upper()
        if end and verb == b"MAIL":
            self.recipient = b""
        if end and verb == b"RCPT":
            address = line.partition(b"<")[2].partition(b">")[0]
            receiver = self.server.receivers.get(address.rpartition(b"@")[2].decode())
            refusal = receiver.answer(address, self) if receiver else None
            if refusal:
                self.buffer = rest
                self.say(refusal)
                return True
        if end and verb == b"DATA" and not self.recipient:
            self.buffer = rest
            self.say(b"503 5.5.1 No valid recipients\r\n")
            return True
        return super().command()

    def line(self, content):
        found = MESSAGE_ID.search(content)
        return b"%b|%b|%.6f\n" % (self.recipient, found[1] if found else b"-", time.monotonic())


async def serve(port, path, policies):
    how = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    log = os.open(path, how, 0o600)
    sessions_log = os.open(f"{path}.sessions", how, 0o600)
    refused = os.open(f"{path}.refused", how, 0o600)
    options = SimpleNamespace(delay=0, lose_accepted=0, lose_refused=0)
    server = Server(port, options, log, sessions_log)
    with open(policies) as file:
        server.receivers = {
            domain: Receiver(domain, policy, refused) for domain, policy in json.load(file).items()}
    listener = await asyncio.get_running_loop().create_server(
        lambda: Relay(server), "127.0.0.1", port, backlog=200)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
