"""Workbooks are read by a process of their own, which no file can hang or fill."""
import os
import subprocess
import sys
from datetime import date, datetime, time

import pytest
from openpyxl import load_workbook

from apps.mailings.sheets import limits, workbooks
from apps.mailings.sheets.convert import text_of
from apps.mailings.sheets.reading import Reading, Unreadable, open_sheet

from .books import FOLDER_OF_SHEETS, book, open_book, open_row, raw_book, zipped

CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
PEOPLE = [["Имя", "Почта"], ["Анна", "anna@example.com"], [], ["Пётр", "petr@example.com"]]


def refusal_of(path) -> str:
    with pytest.raises(Unreadable) as refusal:
        open_sheet(path)
    return refusal.value.reason


def test_rows_are_numbered_as_in_the_workbook(tmp_path):
    path = book(tmp_path / "a.xlsx", Лист=[[], ["Наши клиенты"], [], *PEOPLE])
    with open_sheet(path) as sheet:
        assert (sheet.reading.skip, sheet.header) == (3, ["Имя", "Почта"])
        assert list(sheet.rows()) == [
            (5, ["Анна", "anna@example.com"]), (7, ["Пётр", "petr@example.com"])]


@pytest.mark.parametrize("value, text", [
    (79001234567.0, "79001234567"), (1.5, "1.5"), (0.1, "0.1"), (1e20, "100000000000000000000"),
    (1e-7, "0.0000001"), (True, "TRUE"), (date(2024, 1, 2), "2024-01-02"),
    (datetime(2024, 1, 2), "2024-01-02"), (datetime(2024, 1, 2, 3, 4, 5), "2024-01-02 03:04:05"),
    (time(3, 4), "03:04:00"), (float("nan"), "NaN"), (float("inf"), "Infinity")])
def test_values_are_written_as_people_type_them(value, text):
    assert text_of(value) == text


def test_cells_with_line_breaks_and_quotes_stay_whole(tmp_path):
    path = book(tmp_path / "a.xlsx", Лист=[*PEOPLE, ['первая\nвторая; "третья"', "c@example.com"]])
    with open_sheet(path) as sheet:
        assert list(sheet.rows(after=4)) == [(5, ['первая\nвторая; "третья"', "c@example.com"])]


def test_the_first_sheet_with_rows_is_read_and_hidden_ones_come_last(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = load_workbook(book(path, Скрытый=PEOPLE, Пустой=[], Люди=PEOPLE, Ещё=[["б"]]))
    workbook["Скрытый"].sheet_state = "hidden"
    workbook.active = 1
    workbook.save(path)
    with open_sheet(path) as sheet:
        assert sheet.reading.sheet == "Люди"
        assert sheet.reading.sheets == ("Пустой", "Люди", "Ещё", "Скрытый")


def test_a_sheet_is_chosen_by_its_name(tmp_path):
    path = book(tmp_path / "a.xlsx", Люди=PEOPLE, Ещё=[["c@example.com", "Олег"]])
    with open_sheet(path, Reading(kind="xlsx", sheet="Ещё")) as sheet:
        assert sheet.first(5) == [(1, ["c@example.com", "Олег"])]
    for name in ("Нет такого", "\0", "Л" * 1_000_000, "--help"):
        with pytest.raises(Unreadable) as refusal:
            open_sheet(path, Reading(kind="xlsx", sheet=name))
        assert refusal.value.reason == "no_sheet"


def test_a_workbook_without_rows_is_refused(tmp_path):
    assert refusal_of(book(tmp_path / "a.xlsx", Лист=[])) == "no_sheets"


def test_an_open_document_is_read(tmp_path):
    path = open_book(tmp_path / "a.ods", open_row("Почта") + open_row("a@example.com"))
    with open_sheet(path) as sheet:
        assert (sheet.reading.kind, sheet.header) == ("ods", ["Почта"])
        assert sheet.first(2) == [(2, ["a@example.com"])]


def test_empty_rows_that_an_office_repeats_to_the_end_cost_nothing(tmp_path):
    rows = open_row("a@example.com") + '<table:table-row table:number-rows-repeated="1048575">' \
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    with open_sheet(open_book(tmp_path / "a.ods", rows)) as sheet:
        assert sheet.first(5) == [(1, ["a@example.com"])]


@pytest.mark.parametrize("columns, rows, reason", [
    (60, 1_048_576, "large_workbook"), (16_384, 1, "columns"),
    (16_384, 1_048_576, "large_workbook"), (-1, -5, "broken_workbook")])
def test_repeated_cells_fill_no_memory(tmp_path, columns, rows, reason):
    path = open_book(tmp_path / "a.ods", open_row("длинное слово", columns, rows))
    assert refusal_of(path) == reason


@pytest.mark.parametrize("rows, reason", [
    ('<row r="1"><c r="A1"><v>1</v></c></row>'
     '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "large_workbook"),
    ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', "columns"),
    ('<row r="99999999999"><c r="ZZZZZZZZ99999999999"><v>1</v></c></row>', "rows"),
    ('<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "broken_workbook")])
def test_cells_in_places_where_none_are_do_no_harm(tmp_path, rows, reason):
    assert refusal_of(raw_book(tmp_path / "a.xlsx", rows)) == reason


@pytest.mark.parametrize("entity", [
    '<!ENTITY own SYSTEM "file:///etc/passwd">',
    '<!ENTITY a "aaaaaaaaaa"><!ENTITY own "&a;&a;&a;&a;&a;&a;&a;&a;&a;">'])
def test_entities_are_not_expanded(tmp_path, entity):
    path = raw_book(tmp_path / "a.xlsx", CELL.format("x&own;y"), f"<!DOCTYPE x [{entity}]>")
    assert refusal_of(path) == "broken_workbook"


def test_what_unpacks_to_too_much_is_refused_at_once(tmp_path):
    path = zipped(tmp_path / "a.xlsx", {"xl/workbook.xml": "", FOLDER_OF_SHEETS: "0123456789"})
    octets = path.read_bytes()
    lie = octets.replace((10).to_bytes(4, "little"), (2 * 10**9).to_bytes(4, "little"))
    path.write_bytes(lie)
    assert refusal_of(path) == "bomb"


def test_what_unpacks_to_more_than_it_says_is_damaged(tmp_path):
    path = zipped(tmp_path / "a.xlsx", {"xl/workbook.xml": "", FOLDER_OF_SHEETS: " " * 1_000_003})
    octets = path.read_bytes()
    path.write_bytes(octets.replace((1_000_003).to_bytes(4, "little"), (9).to_bytes(4, "little")))
    assert refusal_of(path) == "broken_zip"


def test_a_protected_workbook_asks_for_no_password(tmp_path):
    entry = '<manifest:file-entry manifest:full-path="content.xml" manifest:size="5">' \
        '<manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    assert refusal_of(open_book(tmp_path / "a.ods", "", entry)) == "password"


def test_half_a_workbook_is_refused(tmp_path):
    path = book(tmp_path / "a.xlsx", Лист=PEOPLE)
    path.write_bytes(path.read_bytes()[:2_000])
    assert refusal_of(path) == "broken_zip"


def test_a_reader_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "WORKBOOK_SECONDS", 0.001)
    assert refusal_of(book(tmp_path / "a.xlsx", Лист=PEOPLE)) == "slow_workbook"


def test_a_full_disk_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "TemporaryDirectory", lambda **named: os.mkdir("/dev/null/a"))
    assert refusal_of(book(tmp_path / "a.xlsx", Лист=PEOPLE)) == "no_room"


def test_the_text_of_a_sheet_goes_when_the_sheet_is_closed(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "temporary").mkdir()
    path = book(tmp_path / "a.xlsx", Лист=PEOPLE)
    sheet = open_sheet(path)
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    sheet.close()
    refusal_of(book(tmp_path / "b.xlsx", Лист=[]))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_process_that_reads_workbooks_knows_no_django():
    code = "import apps.mailings.sheets.convert, sys; print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=workbooks.ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
    assert limits.WORKBOOK_MEMORY < 220_000_000
