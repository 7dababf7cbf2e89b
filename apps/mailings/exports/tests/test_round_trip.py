"""A file that was exported comes back as it was, whatever texts the book has."""
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.mailings.sheets.reading import open_sheet

from ..cells import original
from ..workbook import workbook_octets
from ..writing import csv_octets

TEXTS = st.one_of(
    st.text(alphabet="ab1'\" ,;|\t\r\n=+-@＝\xa0_x0D", max_size=12),
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from([
        "+7 900 123-45-67", "'+7", "=HYPERLINK(\"x\";\"y\")", "два\r\nряда", "два\nряда", "מזל טוב",
        "🎉 👩‍👩‍👧", "x" * 5000, 'кавычка "раз"', "a;b,c\td", "_x000D_", "0012", "1e5", "2026-03-08",
        "О'Генри", " пробелы ", "\ufeff", "NULL", "\u2028"]))
HEADER = ["E-mail", "Ф. И. О.", "Комментарий"]
BOOK_TEXTS = TEXTS.map(str.strip)  # blanks around them are in no book
TABLES = st.lists(
    st.tuples(st.emails(), BOOK_TEXTS, BOOK_TEXTS).map(list), min_size=1, max_size=20)


def read_back(path, octets):
    path.write_bytes(b"".join(octets))
    sheet = open_sheet(path)
    try:
        rows = [[original(cell) for cell in cells] for _number, cells in sheet.rows()]
        return sheet.header, [row + [""] * (len(HEADER) - len(row)) for row in rows]
    finally:
        sheet.close()


@settings(max_examples=20, deadline=None)
@given(rows=TABLES)
def test_a_csv_comes_back_as_it_was(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "book.csv"
    assert read_back(path, csv_octets(HEADER, [rows])) == (HEADER, rows)


@settings(max_examples=4, deadline=None)  # another process opens it
@given(rows=TABLES)
def test_a_workbook_comes_back_as_it_was(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "book.xlsx"
    assert read_back(path, workbook_octets("Book", HEADER, [rows])) == (HEADER, rows)
