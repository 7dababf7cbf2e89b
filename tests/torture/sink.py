"""The judge: an SMTP server that writes each letter down before it answers.

    python -m tests.torture.sink PORT LOG [--delay SECONDS] [--lose-accepted P] [--lose-refused P]
        [--servers FILE]

A line `recipient|message-id|port|envelope sender|From's address|monotonic time` is one `write` to
a file opened for appending: it survives whatever is killed. That of a letter whose parts do not all
end begins with `torn `. With `--lose-…` that share of letters gets no answer to its dot but a
closed connection, after the letter was accepted or without it having been.

FILE names more servers, each at a port of its own: `{"2525": {"mode": "normal", "login": "anna",
"passwords": ["x"]}}`. They are read again at SIGHUP; one that becomes normal then answers what it
owes. LOG.sessions gets a line `port|most|N` when a server has more sessions at once than ever
before, and for each login `port|login|N`, the number of the password in its list, or
`port|login|no`.
"""
import argparse
import asyncio
import base64
import json
import os
import random
import re
import signal
import time

MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]+>)", re.I | re.M)
FROM = re.compile(rb"^from:[^<\n]*(?:\r\n[ \t][^<\n]*)*<([^>]+)>", re.I | re.M)
BOUNDARY = re.compile(rb'^content-type: multipart/\w+; boundary="([^"]+)"', re.I | re.M)
GREETING = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n%b250 SIZE\r\n"
LOGIN = b"250-AUTH PLAIN\r\n"
SETTLED = 0.05  # seconds after which those who hung up are gone
TRICKLE = 1  # seconds between two octets
MODES = {
    "normal": "takes letters",
    "swallows": "takes a letter and its dot, and never answers",
    "loses": "reads a letter and its dot, does not take it, and never answers",
    "mute": "never greets",
    "trickles": "says an octet a second",
    "hangs_up": "closes each connection at once",
    "refuses": "does not listen",
}


class Server:
    """What listens at one port: how it behaves, and who is connected."""

    def __init__(self, port, options, log, sessions_log):
        self.port = port
        self.options = options
        self.log = log
        self.sessions_log = sessions_log
        self.mode = "normal"
        self.login = ""
        self.passwords = []
        self.sessions = set()
        self.most = 0
        self.listener = None

    async def become(self, mode="normal", login="", passwords=()):
        self.mode = mode
        self.login = login
        self.passwords = list(passwords)
        if mode == "refuses":
            await self.go_away()
        elif self.listener is None:
            self.listener = await asyncio.get_running_loop().create_server(
                lambda: Session(self), "127.0.0.1", self.port, backlog=200)
        if mode == "normal":
            for session in list(self.sessions):
                session.make_good()

    async def go_away(self):
        if self.listener:
            self.listener.close()
            self.listener = None
        for session in list(self.sessions):
            session.transport.abort()

    def note_sessions(self):
        """Look at how many are connected, some time after the last one came."""
        if len(self.sessions) > self.most:
            self.most = len(self.sessions)
            self.note(f"most|{self.most}")

    def note(self, words):
        os.write(self.sessions_log, f"{self.port}|{words}\n".encode())


class Session(asyncio.Protocol):
    """One connection; commands may come pipelined (RFC 2920)."""

    def __init__(self, server):
        self.server, self.options = server, server.options
        self.buffer, self.sender, self.recipient, self.reading = b"", b"", b"", False
        self.answering = False  # replies leave in order: what was pipelined waits for this one
        self.greeted = False
        self.owed = b""  # the line of a letter whose dot has no answer yet
        self.slow = b""  # what is said an octet a second
        self.logged_in = not server.login

    def connection_made(self, transport):
        self.transport = transport
        if self.server.mode == "hangs_up":
            transport.abort()
            return
        self.server.sessions.add(self)
        asyncio.get_running_loop().call_later(SETTLED, self.server.note_sessions)
        if self.server.mode != "mute":
            self.greet()

    def connection_lost(self, error):
        self.server.sessions.discard(self)

    def greet(self):
        self.greeted = True
        self.say(b"220 sink\r\n")

    def say(self, octets):
        if self.server.mode != "trickles":
            self.transport.write(octets)
            return
        is_at_it = bool(self.slow)
        self.slow += octets
        if not is_at_it:
            self.trickle()

    def trickle(self):
        self.transport.write(self.slow[:1])
        self.slow = self.slow[1:]
        if self.slow:
            asyncio.get_running_loop().call_later(TRICKLE, self.trickle)

    def make_good(self):
        """Give the answers that are owed, and go on as other servers do."""
        if self.slow:
            self.transport.write(self.slow)
            self.slow = b""
        if not self.greeted:
            self.greet()
        if self.owed:
            line, self.owed = self.owed, b""
            if line != b"taken":
                os.write(self.server.log, line)
            self.late(accepted())

    def data_received(self, data):
        self.buffer += data
        self.go_on()

    def go_on(self):
        while not self.answering and (self.letter() if self.reading else self.command()):
            pass

    def command(self):
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer = rest
        verb = line[:4].upper()
        if not self.logged_in and verb in (b"AUTH", b"MAIL", b"RCPT", b"DATA"):
            self.say(self.log_in(line) if verb == b"AUTH" else b"530 5.7.0 Log in first\r\n")
            return True
        if verb == b"RCPT":
            self.recipient = line.partition(b"<")[2].partition(b">")[0]
        elif verb == b"MAIL":
            self.sender = line.partition(b"<")[2].partition(b">")[0]
        self.reading = verb == b"DATA"
        hello = GREETING % (LOGIN if self.server.login else b"")
        answers = {b"EHLO": hello, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
        self.say(answers.get(verb, b"250 2.0.0 Ok\r\n"))
        if verb == b"QUIT":
            self.server.sessions.discard(self)
            self.transport.close()
        return verb != b"QUIT"

    def log_in(self, line):
        """Return the answer to AUTH PLAIN with its initial response."""
        words = base64.b64decode(line.split()[-1]).decode().split("\0")
        passwords = self.server.passwords
        self.logged_in = words[-2] == self.server.login and words[-1] in passwords
        self.server.note(f"login|{passwords.index(words[-1]) if self.logged_in else 'no'}")
        return b"235 2.7.0 Ok\r\n" if self.logged_in else b"535 5.7.8 Wrong password\r\n"

    def letter(self):
        content, end, rest = self.buffer.partition(b"\r\n.\r\n")
        if not end:
            return False
        self.buffer, self.reading = rest, False
        luck = random.random()
        if luck < self.options.lose_refused:
            self.transport.abort()
            return False
        line = self.line(content)
        if self.server.mode == "loses":
            self.answering, self.owed = True, line
            return False
        os.write(self.server.log, line)
        if self.server.mode == "swallows":
            self.answering, self.owed = True, b"taken"
            return False
        if luck < self.options.lose_refused + self.options.lose_accepted:
            self.transport.abort()
            return False
        if self.options.delay:
            self.answering = True
            asyncio.get_running_loop().call_later(self.options.delay, self.late, accepted())
        else:
            self.say(accepted())
        return True

    def line(self, content):
        found = [pattern.search(content) for pattern in (MESSAGE_ID, FROM)]
        message_id, name = [match[1] if match else b"-" for match in found]
        whole = b"" if is_whole(content) else b"torn "
        recipient = whole + self.recipient
        return b"%b|%b|%d|%b|%b|%.6f\n" % (
            recipient, message_id, self.server.port, self.sender, name, time.monotonic())

    def late(self, answer):
        self.answering = False
        self.say(answer)
        self.go_on()


def is_whole(content):
    """Whether each part of a letter that was begun is ended in it."""
    boundaries = set(BOUNDARY.findall(content))
    return all(b"\r\n--%b--" % boundary in content for boundary in boundaries)


def accepted():
    return b"250 2.0.0 Ok: queued as %X\r\n" % random.getrandbits(40)


async def serve(options):
    how = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    log = os.open(options.log, how, 0o600)
    sessions_log = os.open(f"{options.log}.sessions", how, 0o600)
    servers = {}

    async def arrange():
        wanted = {options.port: {}}
        if options.servers:
            with open(options.servers) as file:
                wanted |= {int(port): how for port, how in json.load(file).items()}
        for port, how in wanted.items():
            if port not in servers:
                servers[port] = Server(port, options, log, sessions_log)
            await servers[port].become(**how)

    await arrange()
    tasks = set()
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGHUP, lambda: tasks.add(asyncio.ensure_future(arrange())))
    await asyncio.Event().wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("log")
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--lose-accepted", type=float, default=0)
    parser.add_argument("--lose-refused", type=float, default=0)
    parser.add_argument("--servers", default="", metavar="FILE")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
