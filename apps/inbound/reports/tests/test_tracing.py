"""What is found that may tell whose letter came back."""
import base64

import pytest

from ..reading import understood
from .samples import (
    FROM,
    LEAVING,
    MAC,
    ORIGINAL,
    RETURN,
    TO,
    exim,
    letter,
    qmail,
    recipient,
    report,
)

OURS = f"2b-{MAC}@sender.example"


@pytest.mark.parametrize("octets", [
    report(recipient()), qmail("no such user"), exim("Unrouteable address"),
    report(recipient(), original=ORIGINAL.replace("\n", "\r\n")),
])
def test_the_returned_letter_is_found(octets):
    found = understood(octets)
    assert found.message_ids[0] == OURS
    assert found.leaving_tokens == (LEAVING,)
    assert found.original_to == (TO,)


@pytest.mark.parametrize("header", [
    "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Cc"])
def test_the_token_of_the_return_path_is_found(header):
    octets = report(recipient()).replace(
        b"To: news@", f"{header}: news+{RETURN.upper()}@sender.example\nTo: news@".encode(), 1)
    assert understood(octets).return_paths == (RETURN,)


def test_the_token_is_found_where_the_report_was_sent_to():
    found = understood(report(recipient(), to=f"<news+{RETURN}@sender.example>"))
    assert found.return_paths == (RETURN,)


def test_the_token_is_found_in_the_returned_return_path():
    original = ORIGINAL.replace(f"Return-Path: <{FROM}>", f"Return-Path: <news+{RETURN}@a.example>")
    assert understood(report(recipient(), original=original)).return_paths == (RETURN,)


def test_a_token_in_a_body_of_base64_is_found():
    body = base64.encodebytes(f"Leave: https://s.example/u/{LEAVING}/".encode()).decode()
    original = f"From: {FROM}\nTo: {TO}\nContent-Transfer-Encoding: base64\n\n{body}"
    assert understood(report(recipient(), original=original)).leaving_tokens == (LEAVING,)


def test_a_token_broken_by_quoted_printable_is_found():
    half = len(LEAVING) // 2
    body = f"https://s.example/u/{LEAVING[:half]}=\n{LEAVING[half:]}/"
    original = (f"From: {FROM}\nTo: {TO}\nContent-Transfer-Encoding: quoted-printable\n\n{body}")
    assert understood(report(recipient(), original=original)).leaving_tokens == (LEAVING,)


def test_a_message_id_in_the_words_is_found():
    found = understood(letter(f"{TO}: user unknown\n\nMessage-ID: <{OURS}>\n"))
    assert found.message_ids == (OURS,)


def test_a_reply_names_the_letter_that_it_answers():
    octets = f"From: {TO}\nTo: {FROM}\nSubject: Re: News\nReferences: <a@b> <{OURS}>\n\nhi".encode()
    assert understood(octets).message_ids[0] == OURS


def test_an_answer_to_a_customer_that_comes_back_is_no_letter_of_ours():
    ids = "Message-ID: <person@sender.example>\nReferences: "
    answer = ORIGINAL.replace("Message-ID: ", ids, 1)
    found = understood(report(recipient(), original=answer))
    assert (found.message_ids, found.leaving_tokens, found.return_paths) == ((), (), ())
