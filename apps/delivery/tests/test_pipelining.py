"""The next letter's envelope leaves with a letter's dot (RFC 2920): what each answer then means."""
import pytest

from ..wire.outcome import Phase
from ..wire.transport import Transport
from .test_replies import DROP, LETTER, Script, at

PIPELINING = b"250-hi\r\n250-PIPELINING\r\n250 SIZE\r\n"


@pytest.fixture
def connect():
    """Return a (transport, server, marks) whose server follows a script of answers."""
    made = []

    def open_one(**answers):
        script, marks = Script(EHLO=PIPELINING, **answers), []
        transport = Transport(
            at(script), timeout=2, before_dot=lambda: marks.append(transport.at))
        made.append((transport, script))
        return transport, script, marks

    yield open_one
    for transport, script in made:
        transport.close()
        script.close()


def send(transport, *addresses, then=None):
    """Send to each address, the next one always announced; return the outcomes."""
    outcomes = []
    for address, following in zip(addresses, [*addresses[1:], then]):
        transport.at = address
        envelope = ("shop@example.com", following) if following else None
        outcomes.append(transport.send(LETTER, "shop@example.com", address, envelope))
    return outcomes


def test_a_row_of_letters_goes_over_one_connection_each_marked_before_its_dot(connect):
    transport, script, marks = connect()
    outcomes = send(transport, "a@x.org", "b@x.org", "c@x.org")
    assert all(outcome.accepted for outcome in outcomes)
    assert script.letters == 3 and script.connections == 1
    assert marks == ["a@x.org", "b@x.org", "c@x.org"]


def test_a_refusal_of_the_announced_recipient_is_theirs_alone(connect):
    transport, script, marks = connect(
        RCPT=lambda line: b"550 5.1.1 no\r\n" if b"<b@" in line else b"250 Ok\r\n",
        DATA=lambda line: b"354 go on\r\n" if script.recipients else b"554 nobody\r\n")
    outcomes = send(transport, "a@x.org", "b@x.org", "c@x.org")
    assert [outcome.code for outcome in outcomes] == [250, 550, 250]
    assert outcomes[1].phase is Phase.RCPT and marks == ["a@x.org", "c@x.org"]
    assert script.letters == 2 and script.connections == 1


def test_a_server_that_leaves_after_a_letter_leaves_the_next_untouched(connect):
    transport, script, marks = connect(dot=b"421 4.3.2 going down\r\n")
    first = send(transport, "a@x.org", then="b@x.org")[0]
    assert (first.phase, first.code) == (Phase.DOT, 421) and transport.announced is None
    script.answers["dot"] = b"250 Ok\r\n"
    assert send(transport, "b@x.org")[0].accepted and script.connections == 2
    assert marks == ["a@x.org", "b@x.org"]


def test_silence_after_the_dot_is_unknown_for_that_letter_and_no_other(connect):
    transport, script, marks = connect(dot=DROP)
    assert send(transport, "a@x.org", then="b@x.org")[0].unknown
    script.answers["dot"] = b"250 Ok\r\n"
    assert send(transport, "b@x.org")[0].accepted
    assert marks == ["a@x.org", "b@x.org"]


@pytest.mark.parametrize("end", ["close", "another"])
def test_an_announced_letter_that_does_not_come_is_no_letter(connect, end):
    transport, script, marks = connect()
    assert send(transport, "a@x.org", then="b@x.org")[0].accepted
    if end == "close":
        transport.close()
    else:
        assert send(transport, "c@x.org")[0].accepted
        assert script.connections == 2
    transport.close()
    assert "b@x.org" not in marks and script.settled() == len(marks)


def test_a_letter_too_late_for_its_lease_takes_the_announced_one_with_it(connect):
    transport, script, marks = connect()
    send(transport, "a@x.org", then="b@x.org")

    def late():
        raise TimeoutError

    transport.before_dot = late
    with pytest.raises(TimeoutError):
        send(transport, "b@x.org", then="c@x.org")
    assert transport.announced is None and transport.connection is None
    assert script.settled() == 1
