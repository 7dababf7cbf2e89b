"""Octets that nobody meant: read in bounded time, without an exception."""
import base64
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.mailings.attempts.verdicts import verdict
from tests.corpora import CORPORA

from ..reading import read, understood
from ..report import Kind, Outcome
from .mutations import mutated
from .samples import SEEDS, TO, letter, recipient, report

HEAD = "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: "
MEGABYTE = 1024 * 1024


def nested(depth):
    inner = "Content-Type: message/delivery-status\n\nA: b\n\n" + recipient()
    for level in range(depth):
        inner = (f"Content-Type: multipart/mixed; boundary=b{level}x\n\n--b{level}x\n{inner}\n"
                 f"--b{level}x--\n")
    return (HEAD + inner.removeprefix("Content-Type: ")).encode()


LONG = {
    "20 MB": report(recipient()) + b"x" * 20 * MEGABYTE,
    "one line of signs": letter("-=" * MEGABYTE),
    "one line of letters": letter("a" * 2 * MEGABYTE),
    "one line of addresses": letter("a@b.c," * 200_000),
    "lines of an address": letter("a@b.example: 550 no\n" * 50_000),
    "blanks": letter(" " * 2 * MEGABYTE + "x"),
    "folds": b"From: a@b.c\nSubject: x" + b"\n " * MEGABYTE,
    "header without end": b"From: a@b.c\n" + b"X-A: b\n" * 300_000,
    "thousands of parts": (
        HEAD + "multipart/mixed; boundary=b\n\n" + "--b\n\na\n" * 100_000).encode(),
    "thousands of recipients": report(*[recipient()] * 5_000),
    "tags": letter("<" * MEGABYTE, headers="Content-Type: text/html\n"),
    "brackets": letter("(((<<<[[[" * 100_000),
    "encoded words": letter("x", subject="=?utf-8?q?a?= " * 50_000),
    "quotes": b"From: " + b'"' * MEGABYTE + b"\n\nx",
    "hexadecimal": letter("ab-" * 500_000),
    "half a token": letter("/u/" + "1a-" * 300_000),
    "codes": letter("550 5.1.1 " * 200_000),
    "colons": letter("a:\n" * 500_000),
    "JSON": letter('{"notificationType":' + "[" * 100_000),
}


@pytest.mark.parametrize("name", LONG)
def test_long_letters_take_bounded_time(name):
    began = time.process_time()
    understood(LONG[name])
    assert time.process_time() - began < 1.5


def test_a_report_nested_ten_deep_is_read():
    [event] = understood(nested(10)).events
    assert event.outcome is Outcome.GONE


def test_one_nested_without_end_is_not():
    understood(nested(200))


@pytest.mark.parametrize("octets", [
    b"", b"\n", b"\x00", b"\xff\xfe", b"From", b":", b"a: b", b"\r\r\r", b"--\n--",
    bytes(range(256)),
    report(recipient()).replace(b"; boundary=b", b""),
    report(recipient()).replace(b"boundary=b", b"boundary=other"),
    report(recipient()).replace(b"utf-8", b"no-such-charset"),
    report(recipient()).replace(b"utf-8", b"punycode"),
    report(recipient()).replace(b"charset=utf-8", b"charset=\xff"),
    report(recipient()).replace(b"delivery-status\n\n", b"delivery-status\n"
                                b"Content-Transfer-Encoding: base64\n\n=====%%"),
    letter("x", subject="=?x?b?===?= =?utf-8?b?w?="), letter("x", headers="Date: 99\nDate: -\n"),
    letter("x").replace(b"2026 10:05:00 +0300", b"99999 99:99:99 +9999"),
    letter("{\"notificationType\": \"Bounce\", \"bounce\": [1], \"mail\": null}"),
    letter("{\"notificationType\": {\"a\": 1}}"),
])
def test_broken_letters_raise_nothing(octets):
    assert understood(octets).kind in Kind


@pytest.mark.parametrize("how", [b"; boundary=b", b"MIME-Version: 1.0\n"])
def test_a_report_without_a_boundary_is_still_read(how):
    [event] = understood(report(recipient()).replace(how, b"")).events
    assert (event.address, event.outcome) == (TO, Outcome.GONE)


def test_what_this_program_does_wrong_leaves_the_letter_unknown(monkeypatch):
    monkeypatch.setattr("apps.inbound.reports.reading.understood", lambda octets: 1 / 0)
    assert read(b"x").kind is Kind.UNKNOWN


def test_base64_that_is_cut_is_read_as_far_as_it_goes():
    text = base64.b64encode(f"<{TO}>:\n550 5.1.1 User unknown\n".encode() * 3).decode()[:-7]
    octets = letter(text, headers="Content-Transfer-Encoding: base64\n")
    assert understood(octets).events[0].outcome is Outcome.GONE


@settings(max_examples=60, deadline=None, database=None)
@given(st.data())
def test_mutations_of_reports_raise_nothing_and_make_nobody_gone(data):
    seed = data.draw(st.sampled_from(SEEDS))
    check(seed, data.draw(mutated(seed)))


@pytest.mark.torture
@settings(max_examples=10_000, deadline=None, database=None,
          suppress_health_check=list(HealthCheck))
@given(st.data())
def test_ten_thousand_mutations_of_real_reports(data):
    seed = data.draw(st.sampled_from(real_reports() or SEEDS))
    check(seed, data.draw(mutated(seed)))


def check(seed, octets):
    found = understood(octets)
    if may_be_gone(seed):
        return
    told = " ".join(seed.decode("latin-1").split())
    for event in found.events:  # words that a mishap has made up may say anything
        is_told = " ".join(event.words.split()) in told
        assert not (event.outcome is Outcome.GONE and is_told), octets


GONE: dict[bytes, bool] = {}
REAL: list[bytes] = []


def may_be_gone(octets):
    """Whether somebody is gone, or a line would say so if what speaks against it were lost."""
    if octets not in GONE:
        GONE[octets] = any(
            event.outcome is Outcome.GONE for event in understood(octets).events) or any(
            verdict(f"550 {line.strip()}", "rcpt").outcome == "gone"
            for line in octets.decode("latin-1").splitlines())
    return GONE[octets]


def real_reports():
    folder = CORPORA / "bounces" / "mail"
    if not REAL and folder.exists():
        REAL.extend(path.read_bytes() for path in sorted(folder.iterdir()))
    return REAL
