"""A file is what is inside it, and what is no table is refused by what it is."""
from pathlib import Path

import pytest
from django.utils import translation

from apps.mailings.sheets.kinds import find_kind
from apps.mailings.sheets.reading import Unreadable, open_sheet
from apps.mailings.sheets.refusals import WORDS

from .books import book, open_book, open_row, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
NOT_TABLES = {
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
    "gif": (b"GIF89a\x01\x00", "picture"),
    "heic": (b"\0\0\0\x18ftypheic", "picture"),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "picture"),
    "bmp": (b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0", "picture"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
    "rar": (b"Rar!\x1a\x07\x00", "archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "archive"),
    "gzip": (b"\x1f\x8b\x08\x00", "archive"),
    "zip of nothing": (b"PK\x05\x06" + bytes(18), "archive"),
    "cut zip": (b"PK\x03\x04" + bytes(50), "broken_zip"),
    "rtf": (b"{\\rtf1\\ansi", "document"),
    "page": (b"<html><body><table><tr><td>1</table>", "web_page"),
    "page of Excel": ("<!DOCTYPE html>\n<table>".encode("utf-16"), "web_page"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', "markup"),
    "json": (b'[{"email": "a@example.com"}]', "json"),
    "contacts": (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "contacts"),
    "contacts with a mark": ("\ufeffBEGIN:VCARD\r\n".encode("utf-16-le"), "contacts"),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "markup"),
    "program": (b"\x7fELF\x02\x01\x01" + bytes(range(32)) * 9, "not_text"),
    "protected workbook": (OLE + "EncryptedPackage\0".encode("utf-16-le"), "password"),
    "old document": (OLE + "WordDocument\0".encode("utf-16-le"), "document"),
    "old Excel": (b"\x09\x04\x06\x00\x00\x00\x10\x00", "old_workbook"),
    "compound file": (OLE, "old_workbook"),
    "nothing": (b"", "empty"),
    "blank lines": (b"\r\n \r\n;;\r\n", "no_rows"),
}


@pytest.mark.parametrize("name", NOT_TABLES)
def test_what_is_no_table_is_refused_by_what_it_is(tmp_path, name):
    octets, reason = NOT_TABLES[name]
    path = tmp_path / "people.csv"
    path.write_bytes(octets)
    with pytest.raises(Unreadable) as refusal:
        open_sheet(path)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("part, reason", [
    ("word/document.xml", "document"), ("ppt/presentation.xml", "presentation"),
    ("Index/Document.iwa", "numbers"), ("xl/workbook.bin", "old_workbook"),
    ("people.csv", "archive")])
def test_archives_are_told_by_what_is_in_them(tmp_path, part, reason):
    path = zipped(tmp_path / "people.xlsx", {part: "a;b"})
    with pytest.raises(Unreadable) as refusal:
        find_kind(path)
    assert refusal.value.reason == reason


def test_an_open_text_document_is_no_spreadsheet(tmp_path):
    path = zipped(tmp_path / "a", {"mimetype": "application/vnd.oasis.opendocument.text"})
    with pytest.raises(Unreadable) as refusal:
        find_kind(path)
    assert refusal.value.reason == "document"


def test_the_name_of_a_file_says_nothing(tmp_path):
    book(tmp_path / "people.xlsx", Лист=[["a@example.com", 1]]).rename(tmp_path / "people.csv")
    open_book(tmp_path / "people.ods", open_row("a@example.com")).rename(tmp_path / "people.xls")
    text = tmp_path / "text.xlsx"
    text.write_text("a@example.com;1\n")
    kinds = [find_kind(tmp_path / name) for name in ("people.csv", "people.xls", "text.xlsx")]
    assert kinds == ["xlsx", "ods", "text"]


def test_a_file_that_went_away_is_said_so(tmp_path):
    with pytest.raises(Unreadable) as refusal:
        open_sheet(Path(tmp_path / "gone"))
    assert refusal.value.reason == "missing"


@pytest.mark.parametrize("reason", WORDS)
def test_each_reason_is_a_sentence_in_the_language_of_the_reader(reason):
    refusal = Unreadable(reason, most=20_000_000, number=3, sheet="А", encoding="б")
    with translation.override("en"):
        english = str(refusal)
    with translation.override("ru"):
        assert str(refusal) != english
        assert str(refusal).endswith(".") and "%" not in str(refusal)


def test_large_numbers_are_written_in_groups():
    with translation.override("ru"):
        assert "20\xa0000\xa0000" in str(Unreadable("cells", most=20_000_000))
