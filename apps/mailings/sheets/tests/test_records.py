"""Delimited text is read as it goes, whatever is wrong with its quotes."""
import pytest

from apps.mailings.sheets import limits
from apps.mailings.sheets.reading import Reading, Unreadable
from apps.mailings.sheets.records import Dialect, records

SEMICOLON = Reading(delimiter=";", quote='"')


def read(text: str, dialect: Dialect = Dialect(";")) -> list[list[str]]:
    return list(records(text.splitlines(keepends=True), dialect))


def test_a_cell_keeps_its_line_breaks_and_quotes():
    text = '1;"первая\r\nвторая; ""третья"""\r\n2;б\r\n'
    assert read(text) == [["1", 'первая\r\nвторая; "третья"'], ["2", "б"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(cells_of, end):
    assert cells_of(end.join(["1;а", "2;б", ""]), SEMICOLON) == [["1", "а"], ["2", "б"]]


def test_a_quote_that_nothing_closes_is_a_letter():
    assert read('1;"а\n2;б\n3;в') == [["1", '"а'], ["2", "б"], ["3", "в"]]


def test_a_quote_that_closes_in_the_midst_of_the_next_line_is_a_letter():
    assert read('"Ромашка;1\n"Лютик";2\n3;в\n') == [['"Ромашка', "1"], ["Лютик", "2"], ["3", "в"]]


def test_an_open_quote_far_from_the_end_swallows_nothing():
    rows = [f"{number};б\n" for number in range(limits.MOST_LINES_QUOTED * 3)]
    cells = read('0;"а\n' + "".join(rows))
    assert cells[0] == ["0", '"а']
    assert len(cells) == len(rows) + 1


def test_an_open_quote_in_the_last_line_leaves_its_cells():
    assert read('1;а\n2;"б;в') == [["1", "а"], ["2", '"б', "в"]]


def test_many_open_quotes_take_no_more_time_than_few():
    count = limits.MOST_LINES_QUOTED * 10
    cells = read("".join(f'{number};"а;\n' for number in range(count)))
    assert len(cells) == count


def test_a_long_text_in_quotes_is_one_cell():
    long = "длинно\n" * (limits.MOST_LINES_QUOTED - 10)
    assert read(f'1;"{long}"\n2;б\n') == [["1", long], ["2", "б"]]


def test_a_cell_of_two_hundred_thousand_characters_is_read(cells_of):
    long = "я" * 200_000
    assert cells_of(f"a@example.com;{long}\nb@example.com;я\n")[0] == ["a@example.com", long]


def test_zeros_and_the_end_mark_of_dos_are_dropped(cells_of):
    assert cells_of("Имя;Почта\nАн\0на;a@example.com\n\x1a")[1:] == [["Анна", "a@example.com"]]


def test_more_columns_than_anybody_needs_are_refused(sheet_of):
    with pytest.raises(Unreadable) as refusal:
        sheet_of(";".join(map(str, range(100_000))) + "\n")
    assert refusal.value.reason == "columns"


def test_a_line_without_an_end_is_refused(sheet_of):
    with pytest.raises(Unreadable) as refusal:
        sheet_of("a" * (limits.LONGEST_LINE + 1))
    assert refusal.value.reason == "long_line"


@pytest.mark.parametrize("limit, reason", [("MOST_CELLS", "cells"), ("MOST_ROWS", "rows")])
def test_more_rows_or_cells_than_are_read_are_refused(sheet_of, monkeypatch, limit, reason):
    monkeypatch.setattr(f"apps.mailings.sheets.reading.{limit}", 50)
    sheet = sheet_of("a@example.com;б\n" * 60)
    with pytest.raises(Unreadable) as refusal:
        list(sheet.rows())
    assert refusal.value.reason == reason
