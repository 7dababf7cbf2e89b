"""The judge: an SMTP server that writes `recipient|message-id` down before it answers.

    python -m tests.torture.sink PORT LOG [--delay SECONDS] [--lose-accepted P] [--lose-refused P]

A line is one `write` to a file opened for appending: it survives whatever is killed. With
`--lose-…` that share of letters gets no answer to its dot but a closed connection, after the
letter was accepted or without it having been.
"""
import argparse
import asyncio
import os
import random
import re

MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]+>)", re.I | re.M)
GREETING = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n"


class Session(asyncio.Protocol):
    """One connection; commands may come pipelined (RFC 2920)."""

    def __init__(self, options, log):
        self.options, self.log = options, log
        self.buffer, self.recipient, self.reading = b"", b"", False
        self.answering = False  # replies leave in order: what was pipelined waits for this one

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 sink\r\n")

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
        if verb == b"RCPT":
            self.recipient = line.partition(b"<")[2].partition(b">")[0]
        self.reading = verb == b"DATA"
        answers = {b"EHLO": GREETING, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
        self.transport.write(answers.get(verb, b"250 2.0.0 Ok\r\n"))
        if verb == b"QUIT":
            self.transport.close()
        return verb != b"QUIT"

    def letter(self):
        content, end, rest = self.buffer.partition(b"\r\n.\r\n")
        if not end:
            return False
        self.buffer, self.reading = rest, False
        luck = random.random()
        if luck < self.options.lose_refused:
            self.transport.abort()
            return False
        found = MESSAGE_ID.search(content)
        os.write(self.log, self.recipient + b"|" + (found[1] if found else b"-") + b"\n")
        if luck < self.options.lose_refused + self.options.lose_accepted:
            self.transport.abort()
            return False
        answer = b"250 2.0.0 Ok: queued as %X\r\n" % random.getrandbits(40)
        if self.options.delay:
            self.answering = True
            asyncio.get_running_loop().call_later(self.options.delay, self.late, answer)
        else:
            self.transport.write(answer)
        return True

    def late(self, answer):
        self.answering = False
        self.transport.write(answer)
        self.go_on()


async def serve(options):
    log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Session(options, log), "127.0.0.1", options.port, backlog=200)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("log")
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--lose-accepted", type=float, default=0)
    parser.add_argument("--lose-refused", type=float, default=0)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
