"""CSV files: no cell runs in a spreadsheet, however it is opened, and the text can be had back."""
import csv
import io
import re
import time

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ..exports import cell, csv_response

SIGNS = "=+-@＝＋－＠"
texts = st.text(alphabet="ab1'\" ,;\t\r\n=+-@＝\xa0", max_size=12)
PLACE = re.compile(  # of our apostrophe
    f"""(^[\\s"]*|[,;\t\r\n][,;\\s"]*)'(?='*[{re.escape(SIGNS)}])""")


def file_of(rows, language="ru"):
    with translation.override(language):
        return b"".join(csv_response("x", ["one", "two"], rows)).decode("utf-8-sig")


def cells(text, separator):
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            for cell in row]


@pytest.mark.parametrize("text, shown", [
    ("=1+1", "'=1+1"), ("'=1+1", "''=1+1"), ("x,=1+2", "x,'=1+2"), ("x; =1", "x; '=1"),
    ("a\t@SUM(1)", "a\t'@SUM(1)"), ('x,"=1"', 'x,"\'=1"'), ("two\n-1", "two\n'-1"),
    ("O'Neil", "O'Neil"), ("'so'", "'so'"), ("1-2, a+b", "1-2, a+b"), ("＝1", "'＝1"),
    ("+7 900", "'+7 900"), ("", ""),
])
def test_an_apostrophe_stands_where_a_cell_could_run(text, shown):
    assert cell(text) == shown


@given(texts)
def test_the_text_can_be_had_back(text):
    assert PLACE.sub(r"\1", cell(text)) == text


@pytest.mark.parametrize("language", ["ru", "en"])
@given(rows=st.lists(st.tuples(texts, texts), max_size=3))
def test_no_cell_runs_with_any_separator(language, rows):
    written = file_of(rows, language)
    for separator in ",;\t":
        for found in cells(written, separator):
            assert not found.strip(' \xa0"\t\r\n').startswith(tuple(SIGNS)), (written, separator)


def test_numbers_stay_numbers():
    assert (cell(-5), cell(None), cell(98.5)) == (-5, None, 98.5)


def test_a_text_of_signs_alone_takes_no_time():
    started = time.monotonic()
    for sign in ("'", "\n", "\n'", '"', " ,"):
        cell(sign * 50_000)
    assert time.monotonic() - started < 1
