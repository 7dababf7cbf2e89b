"""The judge of the torture scripts does what their figures rest on."""
import asyncio
import base64
from types import SimpleNamespace

import pytest

from tests.smtp import free_port
from tests.torture import sink

LETTER = (b"MAIL FROM:<anna@shop.example>\r\nRCPT TO:<oleg@example.com>\r\nDATA\r\n"
          b"From: =?utf-8?q?=D0=90?=\r\n <anna@shop.example>\r\nMessage-ID: <1@x>\r\n\r\n.\r\n")


def talk(tmp_path, said, mode="normal", repair=False, **account):
    """Return (what a server of this mode answers to the octets `said`, its log)."""
    log = open(tmp_path / "log", "ab", buffering=0)
    notes = open(tmp_path / "notes", "ab", buffering=0)
    options = SimpleNamespace(delay=0, lose_accepted=0, lose_refused=0)
    server = sink.Server(free_port(), options, log.fileno(), notes.fileno())

    async def dialogue():
        await server.become(mode, **account)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(said)
        heard = await heard_in(reader, 0.01)
        if repair:
            await server.become("normal")
            heard += await heard_in(reader, 0.01)
        server.note_sessions()
        writer.close()
        await server.go_away()
        await asyncio.sleep(0)
        return heard

    with log, notes:
        heard = asyncio.run(dialogue())
    return heard, (tmp_path / "log").read_text()


async def heard_in(reader, seconds):
    await asyncio.sleep(seconds)
    try:
        return await asyncio.wait_for(reader.read(9999), 0.01)
    except TimeoutError:
        return b""


def test_a_letter_is_written_down_with_its_way(tmp_path):
    heard, log = talk(tmp_path, LETTER)
    assert b"250 2.0.0 Ok: queued" in heard
    email, message_id, _port, envelope, name, _at = log.split("|")
    assert (email, message_id) == ("oleg@example.com", "<1@x>")
    assert (envelope, name) == ("anna@shop.example", "anna@shop.example")
    assert "most|1" in (tmp_path / "notes").read_text()


@pytest.mark.parametrize(("mode", "letters"), [("swallows", 1), ("loses", 0)])
def test_a_server_that_hangs_says_nothing_after_the_dot(tmp_path, mode, letters):
    heard, log = talk(tmp_path, LETTER, mode)
    assert heard.endswith(b"354 go on\r\n")
    assert log.count("\n") == letters


@pytest.mark.parametrize("mode", ["swallows", "loses", "mute"])
def test_a_repaired_server_answers_what_it_owes(tmp_path, mode):
    heard, log = talk(tmp_path, LETTER, mode, repair=True)
    assert b"220 sink" in heard
    assert heard.count(b"queued") == 1
    assert log.count("\n") == 1


def test_a_server_takes_no_letter_without_the_right_password(tmp_path):
    for password, answer in (("right", b"235 "), ("wrong", b"535 ")):
        credentials = base64.b64encode(b"\0anna\0" + password.encode())
        heard, log = talk(tmp_path, b"AUTH PLAIN " + credentials + b"\r\nMAIL FROM:<a@b>\r\n",
                          login="anna", passwords=["right"])
        assert answer in heard
        assert (b"530 " in heard) == (password == "wrong")
