"""CSV files: no cell runs in a spreadsheet, however it is opened."""
import csv
import io

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ..exports import cell, csv_response

SIGNS = "=+-@＝＋－＠"
texts = st.text(alphabet="ab1'\" ,;\t\r\n=+-@＝\xa0", max_size=12)


def file_of(rows, language="ru"):
    with translation.override(language):
        return b"".join(csv_response("x", ["one", "two"], rows)).decode("utf-8-sig")


def cells(text, separator):
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            for cell in row]


@pytest.mark.parametrize("language", ["ru", "en"])
@given(rows=st.lists(st.tuples(texts, texts), max_size=3))
def test_no_cell_runs_with_any_separator(language, rows):
    written = file_of(rows, language)
    for separator in ",;\t":
        for found in cells(written, separator):
            assert not found.strip(' \xa0"\t\r\n').startswith(tuple(SIGNS)), (written, separator)


def test_numbers_stay_numbers():
    assert (cell(-5), cell(None), cell(98.5)) == (-5, None, 98.5)
