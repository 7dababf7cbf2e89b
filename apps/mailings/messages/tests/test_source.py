"""What a browser gives back is what was stored, but for what a person changed."""
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..source import lines_of, plain, restored, source_of

ENDS = re.compile(r"\r\n|\r|\n")
TEXTS = st.lists(st.sampled_from([
    "a", "b", "", " ", "\t", "x\x0b", "\x0c", "\u2028", "\x85", "\ufeff", "\r", "\n", "\r\n"]),
    max_size=12).map("".join)


def through_a_browser(text):
    """Return a text as a browser's text field gives it back."""
    return ENDS.sub("\r\n", text)


@given(TEXTS)
@settings(max_examples=60)
def test_what_nobody_changed_comes_back(stored):
    assert restored(through_a_browser(stored), stored) == stored


@given(TEXTS, TEXTS)
@settings(max_examples=120)
def test_what_was_typed_is_there_whatever_was_stored(sent, stored):
    assert plain(restored(through_a_browser(sent), stored)) == plain(sent)


def test_lines_that_nobody_changed_keep_their_ends():
    stored = "\ufeff\n<p>\r\nold\r\r\n</p>\rend\n"
    sent = through_a_browser(stored).replace("old", "new\r\nmore")

    assert restored(sent, stored) == "\ufeff\n<p>\r\nnew\nmore\n\r\n</p>\rend\n"


def test_new_lines_end_as_most_do():
    assert restored("a\r\nb\r\nc\r\nd", "a\rb\rc\nd\r") == "a\rb\rc\nd"
    assert restored("x\r\na\r\nb", "a\rb") == "x\ra\rb"


def test_a_new_text_has_plain_line_ends():
    assert restored("a\r\nb\r\n", "") == "a\nb\n"


def test_two_ends_that_meet_stay_two():
    assert restored("a\r\n\r\nc", "a\rb\nc") in ("a\r\rc", "a\n\nc", "a\r\n\nc")


def edited(lines, chance):
    """Return lines of which each is at times changed, doubled or taken out, and which stayed."""
    new = []
    for number, (text, end) in enumerate(lines):
        if chance.random() > 0.02:
            new.append((text, end))
            continue
        deed = chance.choice(["out", "change", "more"])
        if deed == "change":
            new.append((f"{text} changed {number}", None))
        elif deed == "more":
            new += [(text, end), (f"new {number}", None)]
    return new


def test_many_edits_far_apart_leave_the_other_lines_as_they_are():
    chance = random.Random(7)
    lines = [(chance.choice(["</td>", "", f"<p>{number}</p>", f"  text {number}"]),
              chance.choice(["\r\n", "\n", "\r\n"])) for number in range(2000)]
    new = edited(lines, chance)
    stored = "".join(text + end for text, end in lines)
    sent = "\r\n".join(text for text, _end in new)

    got = lines_of(restored(sent, stored))

    assert [text for text, _end in got] == [text for text, _end in new]
    kept = [had for (_t, had), (_n, end) in zip(got, new[:-1]) if end == had]
    there = [end for _text, end in new[:-1] if end]
    assert len(kept) > len(there) * 0.97  # of equal lines beside an edit either is the same one


@pytest.mark.parametrize("line", ["<td>{}</td>", "</td>", ""])
def test_half_a_megabyte_takes_no_second(line):
    lines = [line.format(number) for number in range(500_000 // (len(line) + 4))]
    stored = "".join(text + ("\r\n" if at % 3 else "\n") for at, text in enumerate(lines))
    del lines[::1000]
    lines.insert(500, "new")
    began = time.process_time()

    restored("\r\n".join(lines), stored)

    assert time.process_time() - began < 2


@pytest.mark.parametrize("encoding", [
    "utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_a_file_is_read_in_its_encoding(encoding):
    text = "<p>Здравствуйте, мы открылись на новом месте\r\n и ждём вас</p>\n"

    assert source_of(text.encode(encoding)).removeprefix("\ufeff") == text


def test_a_file_is_read_as_it_says():
    text = '<meta charset="windows-1251"><p>Ёж</p>'

    assert source_of(text.encode("cp1251")) == text


@pytest.mark.parametrize("said", ["no-such", "utf-7\0", "hex", "rot13", "ascii"])
def test_a_file_that_says_what_it_is_not_is_read_all_the_same(said):
    text = f'<meta charset="{said}"><p>Здравствуйте, мы открылись на новом месте</p>'

    assert source_of(text.encode()) == text


def test_a_mark_of_order_stays():
    assert source_of(b"\xef\xbb\xbfa\r\n") == "\ufeffa\r\n"
