"""Every reply at every step, from a server that follows a script byte by byte."""
import contextlib
import socket
import ssl
import threading
import time

import pytest

from ..engine.failures import effect_of
from ..engine.results import state_after
from ..wire import transport
from ..wire.account import Account
from ..wire.outcome import Phase
from ..wire.transport import Transport

STEPS = ("banner", "EHLO", "MAIL", "RCPT", "DATA", "dot", "QUIT")
PHASES = {"banner": Phase.CONNECT, "EHLO": Phase.CONNECT, "MAIL": Phase.MAIL, "RCPT": Phase.RCPT,
          "DATA": Phase.DATA, "dot": Phase.DOT}
GOOD = {"banner": b"220 hi\r\n", "EHLO": b"250-hi\r\n250 SIZE\r\n", "MAIL": b"250 Ok\r\n",
        "RCPT": b"250 Ok\r\n", "DATA": b"354 go on\r\n", "dot": b"250 2.0.0 Ok: queued as 1\r\n",
        "RSET": b"250 Ok\r\n", "QUIT": b"221 bye\r\n", "HELO": b"250 hi\r\n"}
DROP, HANG = None, "hang"
LETTER = b"Subject: s\r\n\r\nb\r\n"


class Script(threading.Thread):
    """A server whose answers are given: octets, a function of the command, DROP or HANG.

    It serves one client after the other, with a `tls` context from the first octet on, and counts
    `connections`, `letters` and, of the envelope at hand, `recipients`.
    """

    def __init__(self, tls=None, **answers):
        super().__init__(daemon=True)
        self.answers, self.tls = {**GOOD, **answers}, tls
        self.connections = self.letters = self.recipients = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client = self.server.accept()[0]
            except OSError:
                return
            self.connections += 1
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                client = self.tls.wrap_socket(client, server_side=True) if self.tls else client
                with client, client.makefile("rb") as lines:
                    self.talk(client, lines)

    def talk(self, client, lines):
        step, line = "banner", b""
        while step:
            answer = self.answers.get(step, b"500 what\r\n")
            answer = answer(line) if callable(answer) else answer
            if answer is DROP or answer is HANG and lines.read() is not None:
                return
            if step in ("MAIL", "RCPT"):
                self.recipients = int(step == "RCPT" and answer.startswith(b"250"))
            self.say(client, answer)
            if step == "DATA" and answer.startswith(b"354"):
                step = "dot"
                while (line := lines.readline()) not in (b".\r\n", b""):
                    pass
                self.letters += line == b".\r\n"
                continue
            line = lines.readline()
            step = line.split()[0].decode("latin-1").upper() if line.strip() else ""

    def say(self, client, answer):
        client.sendall(answer)

    def settled(self):
        """Wait until earlier clients are done with; return how many letters came whole."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as client:
            client.recv(100)
        return self.letters

    def close(self):
        self.server.close()


def at(script, security="none", login="", password=""):
    """Return the operator's account at the server of a script."""
    return Account("127.0.0.1", script.port, security, login, password, named=False)


@pytest.fixture
def send(settings):
    scripts = []

    def send_one(timeout=2, **answers):
        script = Script(**answers)
        scripts.append(script)
        marks = []
        client = Transport(at(script), timeout=timeout, before_dot=lambda: marks.append(1))
        outcome = client.send(LETTER, "shop@example.com", "anna@example.com")
        client.close()
        return outcome, marks, script

    yield send_one
    for script in scripts:
        script.close()


GRID = {  # what an answer comes to at the banner, EHLO, MAIL, RCPT, DATA, the dot and QUIT
    b"451 4.3.0 not now\r\n": "busy busy busy retry retry retry sent",
    b"550 5.6.0 not ever\r\n": "refused refused refused policy policy policy sent",
    b"421 4.3.2 going down\r\n": "busy busy busy busy busy busy sent",
    b"252 perhaps\r\n": "connection sent sent sent connection sent sent",
    **dict.fromkeys(
        (b"garbage\r\n", b"\xff\xfe\r\n", b"25\r\n", DROP, HANG),
        "connection connection connection connection connection unknown sent"),
    b"%s \xff\xfe\r\n": "sent sent sent sent sent sent sent",
    b"%s-one\r\n%s two\r\n": "sent sent sent sent sent sent sent",
    b"%s " + b"x" * 9000 + b"\r\n": "refused refused sent sent sent sent sent",
}


@pytest.mark.parametrize("answer, step, meaning", [
    (answer, step, meaning) for answer, row in GRID.items()
    for step, meaning in zip(STEPS, row.split(), strict=True)])
def test_each_answer_at_each_step_has_its_meaning(send, monkeypatch, answer, step, meaning):
    monkeypatch.setattr(transport, "AFTER_DOT_TIMEOUT", 0.2)
    if answer is not DROP and answer is not HANG:
        answer = answer.replace(b"%s", GOOD[step][:3])
    outcome, marks, script = send(
        timeout=0.2 if answer is HANG else 2, **{"HELO": answer, step: answer})
    verdict = outcome.verdict("anna@example.com")
    reached = step in ("dot", "QUIT") or meaning == "sent"
    assert (effect_of(verdict) or state_after(verdict)) == meaning
    if outcome.code:
        assert outcome.phase == (Phase.DOT if reached else PHASES[step])
    assert len(marks) == script.letters == reached
    if (outcome.code or 0) >= 400 and len(answer) < 1000:
        assert outcome.reply == answer.decode().strip()


@pytest.mark.parametrize("answer, text", [
    (b"252 perhaps\r\n", "perhaps"), (b"250-one\r\n250 two\r\n", "one\ntwo"),
    (b"250 \xd0\xaf\xd0\xaf\xff\r\n", "ЯЯ\\xff"), (b"250 a\x00b\r\n", "a\u2400b"), (b"250\r\n", ""),
])
def test_any_2yz_to_the_dot_is_a_success_word_for_word(send, answer, text):
    outcome, _, script = send(dot=answer)
    assert outcome.accepted and outcome.text == text and script.letters == 1


def test_a_reply_of_9_kb_is_read_and_a_reply_without_an_end_is_none(send):
    outcome, _, _ = send(dot=b"250 " + b"x" * 9000 + b"\r\n")
    assert outcome.accepted and outcome.text.endswith("x [… 839 more characters]")
    outcome, _, _ = send(dot=b"250-" + b"x" * 70_000 + b"\r\n")
    assert outcome.unknown


def test_tls_that_the_server_does_not_offer_is_never_replaced_by_plain_text(settings):
    script = Script()
    transport = Transport(at(script, "starttls"), timeout=2)
    outcome = transport.send(LETTER, "shop@example.com", "anna@example.com")
    assert (outcome.phase, outcome.code) == (Phase.LOGIN, 530)
    assert "STARTTLS" in outcome.text and script.letters == 0
    script.close()


def test_a_server_that_is_silent_at_quit_holds_up_nobody(send, monkeypatch):
    monkeypatch.setattr(transport, "QUIT_TIMEOUT", 0.05)
    started = time.monotonic()
    outcome, _, _ = send(timeout=10, QUIT=HANG)
    assert outcome.accepted and time.monotonic() - started < 1


def test_a_letter_that_may_not_be_marked_never_leaves(send, settings):
    script = Script()

    def full():
        raise OSError("No space left on device")

    transport = Transport(at(script), timeout=2, before_dot=full)
    with pytest.raises(OSError):
        transport.send(LETTER, "shop@example.com", "anna@example.com")
    assert script.letters == 0 and transport.connection is None
    script.close()
