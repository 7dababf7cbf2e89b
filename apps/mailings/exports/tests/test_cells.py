"""Inert cells: no cell runs in a spreadsheet, and the text can be had back."""
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..cells import inert, original

SIGNS = tuple("=+-@＝＋－＠")
texts = st.text(alphabet="ab1'\" ,;|\t\r\n=+-@＝\xa0", max_size=12)


@pytest.mark.parametrize("text, shown", [
    ("=1+1", "'=1+1"), ("'=1+1", "''=1+1"), ("x,=1+2", "x,'=1+2"), ("x; =1", "x; '=1"),
    ("a\t@SUM(1)", "a\t'@SUM(1)"), ('x,"=1"', 'x,"\'=1"'), ("two\n-1", "two\n'-1"),
    ("O'Neil", "O'Neil"), ("'so'", "'so'"), ("1-2, a+b", "1-2, a+b"), ("＝1", "'＝1"),
    ("+7 900", "'+7 900"), ("", ""), ("x|=1", "x|'=1"), ("\tx", "'\tx"), ("'\rx", "''\rx"),
    ("Анна - постоянная", "Анна - постоянная"),
])
def test_an_apostrophe_stands_where_a_cell_could_run(text, shown):
    assert inert(text) == shown
    assert original(shown) == text


@given(texts)
def test_the_text_can_be_had_back(text):
    assert original(inert(text)) == text


@given(texts)
def test_no_cell_runs_with_any_separator(text):
    for cell in re.split(r"[,;|\t\r\n]", inert(text)):
        assert not cell.strip(' \xa0"').startswith(SIGNS)
    assert not inert(text).startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["О'Генри", "'кавычки'", "'", "''x", "a 'b", "a '-b", 'a "\'=b'])
def test_a_text_that_was_never_marked_stays(text):
    assert original(text) == text


def test_a_text_of_signs_alone_takes_no_time():
    started = time.monotonic()
    for sign in ("'", "\n", "\n'", '"', " ,", "=", ",="):
        original(inert(sign * 50_000))
    assert time.monotonic() - started < 1
