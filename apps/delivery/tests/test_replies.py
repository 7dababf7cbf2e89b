"""Every reply at every step, from a server that follows a script byte by byte."""
import contextlib
import socket
import threading

import pytest

from apps.delivery.answers import Phase
from apps.delivery.letter import Letter
from apps.delivery.transport import Envelope, Transport

STEPS = ("banner", "EHLO", "MAIL", "RCPT", "DATA", "dot")
PHASES = {"banner": Phase.CONNECT, "EHLO": Phase.CONNECT, "MAIL": Phase.MAIL, "RCPT": Phase.RCPT,
          "DATA": Phase.DATA, "dot": Phase.DOT}
GOOD = {"banner": b"220 hi\r\n", "EHLO": b"250-hi\r\n250 SIZE\r\n", "MAIL": b"250 Ok\r\n",
        "RCPT": b"250 Ok\r\n", "DATA": b"354 go on\r\n", "dot": b"250 2.0.0 Ok: queued as 1\r\n",
        "RSET": b"250 Ok\r\n", "QUIT": b"221 bye\r\n", "HELO": b"250 hi\r\n"}
DROP = None


class Script(threading.Thread):
    """A server whose answers are given: octets, a function of the command, None for closing.

    It serves one client after the other and counts `connections`, `letters` and, of the envelope
    at hand, `recipients`.
    """

    def __init__(self, **answers):
        super().__init__(daemon=True)
        self.answers = {**GOOD, **answers}
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
            with client, client.makefile("rb") as lines, contextlib.suppress(ConnectionError):
                self.talk(client, lines)

    def talk(self, client, lines):
        step, line = "banner", b""
        while step:
            answer = self.answers.get(step, b"500 what\r\n")
            answer = answer(line) if callable(answer) else answer
            if answer is DROP:
                return
            if step in ("MAIL", "RCPT"):
                self.recipients = int(step == "RCPT" and answer.startswith(b"250"))
            client.sendall(answer)
            if step == "DATA" and answer.startswith(b"354"):
                step = "dot"
                while (line := lines.readline()) not in (b".\r\n", b""):
                    pass
                self.letters += line == b".\r\n"
                continue
            line = lines.readline()
            step = line.split()[0].decode().upper() if line else ""

    def settled(self):
        """Wait until earlier clients are done with; return how many letters came whole."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as client:
            client.recv(100)
        return self.letters

    def close(self):
        self.server.close()


@pytest.fixture
def send(settings):
    scripts = []

    def send_one(**answers):
        script = Script(**answers)
        scripts.append(script)
        marks = []
        transport = Transport(host="127.0.0.1", port=script.port, username="", password="",
                              use_tls=False, use_ssl=False, timeout=2,
                              before_dot=lambda: marks.append(1))
        letter = Letter(run_id=1, subject="s", body="b", from_email="shop@example.com")
        transport.envelope = Envelope(letter, 1, "anna@example.com", "Анна")
        message = type("Message", (), {"subject": "s", "body": "b"})
        transport.send_messages([message])
        transport.close()
        return transport.outcome, marks, script

    yield send_one
    for script in scripts:
        script.close()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("code", [b"451", b"550", b"421"])
def test_a_refusal_at_any_step_is_kept_with_its_step_and_words(send, step, code):
    outcome, marks, _ = send(**{step: code + b" 4.5.6 not now\r\n", "HELO": code + b" no\r\n"})
    assert outcome.phase == PHASES[step] and outcome.code == int(code)
    assert "no" in outcome.text and not outcome.accepted and not outcome.unknown
    assert bool(marks) == (step == "dot")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("answer", [DROP, b"garbage\r\n", b"\xff\xfe\r\n", b"25\r\n"])
def test_no_reply_or_garbage_is_unknown_only_after_the_dot(send, step, answer):
    outcome, marks, _ = send(**{step: answer, "HELO": answer})
    assert not outcome.accepted
    assert outcome.unknown == bool(marks) == (step == "dot")


@pytest.mark.parametrize("answer, text", [
    (b"252 perhaps\r\n", "perhaps"), (b"250-one\r\n250 two\r\n", "one\ntwo"),
    (b"250 \xd0\xaf \xff\r\n", "Я \ufffd"), (b"250 a\x00b\r\n", "ab"), (b"250\r\n", ""),
])
def test_any_2yz_to_the_dot_is_a_success_word_for_word(send, answer, text):
    outcome, _, script = send(dot=answer)
    assert outcome.accepted and outcome.text == text and script.letters == 1


def test_a_reply_of_9_kb_is_read_and_a_reply_without_an_end_is_none(send):
    outcome, _, _ = send(dot=b"250 " + b"x" * 9000 + b"\r\n")
    assert outcome.accepted and len(outcome.text) == 2000
    outcome, _, _ = send(dot=b"250-" + b"x" * 70_000 + b"\r\n")
    assert outcome.unknown


def test_an_error_at_quit_changes_nothing(send):
    outcome, _, _ = send(QUIT=b"500 never\r\n")
    assert outcome.accepted
    outcome, _, _ = send(QUIT=DROP)
    assert outcome.accepted


def test_tls_that_the_server_does_not_offer_is_never_replaced_by_plain_text(settings):
    script = Script()
    transport = Transport(host="127.0.0.1", port=script.port, username="", password="",
                          use_tls=True, use_ssl=False, timeout=2)
    transport.send_messages([None])
    assert (transport.outcome.phase, transport.outcome.code) == (Phase.LOGIN, 530)
    assert "STARTTLS" in transport.outcome.text and script.letters == 0
    script.close()


def test_a_letter_that_may_not_be_marked_never_leaves(send, settings):
    script = Script()

    def full():
        raise OSError("No space left on device")

    transport = Transport(host="127.0.0.1", port=script.port, username="", password="",
                          use_tls=False, use_ssl=False, timeout=2, before_dot=full)
    letter = Letter(run_id=1, subject="s", body="b", from_email="shop@example.com")
    transport.envelope = Envelope(letter, 1, "anna@example.com", "")
    with pytest.raises(OSError):
        transport.send_messages([type("Message", (), {"subject": "s", "body": "b"})])
    assert script.letters == 0 and transport.connection is None
    script.close()
