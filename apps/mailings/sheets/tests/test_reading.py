"""A sheet gives its rows by number, and is read as it is told."""
import pytest

from apps.mailings.sheets.reading import Reading, Unreadable

TEXT = "Отчёт\n\nИмя;Почта\n\"Анна\nМария\";a@example.com\n;;\n\nПётр;b@example.com;лишнее\nОлег\n"


def test_rows_count_as_a_spreadsheet_counts_them(sheet_of):
    sheet = sheet_of(TEXT)
    assert (sheet.reading.skip, sheet.reading.header, sheet.header) == (2, True, ["Имя", "Почта"])
    assert list(sheet.rows()) == [
        (4, ["Анна\nМария", "a@example.com"]), (7, ["Пётр", "b@example.com", "лишнее"]),
        (8, ["Олег"])]


@pytest.mark.parametrize("after, numbers", [
    (0, [4, 7, 8]), (3, [4, 7, 8]), (4, [7, 8]), (6, [7, 8]), (8, []), (99, [])])
def test_rows_go_on_after_any_number(sheet_of, after, numbers):
    assert [number for number, _ in sheet_of(TEXT).rows(after)] == numbers


def test_the_top_of_a_file_shows_what_is_above_the_table(sheet_of):
    assert sheet_of(TEXT).top(3) == [(1, ["Отчёт"]), (2, []), (3, ["Имя", "Почта"])]


def test_a_reading_comes_back_from_json(sheet_of):
    reading = sheet_of(TEXT).reading
    assert Reading.of_json(reading.as_json()) == reading
    assert Reading.of_json({}) == Reading()
    assert Reading.of_json({"delimiter": ";", "of a later version": 1}).delimiter == ";"


def test_a_reading_by_hand_is_obeyed(sheet_of):
    by_hand = Reading(encoding="utf-8", delimiter=",", quote="", skip=3)
    sheet = sheet_of("а;б\nа;б\nа;б\n1,\"2\n3,4\n", by_hand)
    assert sheet.first(9) == [(4, ["1", '"2']), (5, ["3", "4"])]


def test_spaces_may_be_delimiters_by_hand(sheet_of):
    sheet = sheet_of("a@example.com Анна\n", Reading(delimiter=" ", quote='"'))
    assert sheet.first(1) == [(1, ["a@example.com", "Анна"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp866", "cp1252"])
def test_a_wrong_encoding_by_hand_shows_wrong_letters_and_fails_never(sheet_of, encoding):
    octets = "Имя;Почта\nАнна;a@example.com\n".encode("cp1251")
    sheet = sheet_of(octets, Reading(encoding=encoding, delimiter=";", quote='"'))
    assert list(sheet.rows())


@pytest.mark.parametrize("reading, reason", [
    (Reading(encoding="zlib"), "encoding"), (Reading(encoding="no such"), "encoding"),
    (Reading(delimiter="||"), "dialect"), (Reading(delimiter="\n"), "dialect"),
    (Reading(delimiter=";", quote=";"), "dialect"), (Reading(quote='""'), "dialect"),
    (Reading(delimiter="\0"), "dialect"), (Reading(quote=" "), "dialect"),
    (Reading(delimiter=";", skip=99), "no_rows")])
def test_what_can_not_be_read_so_is_refused(sheet_of, reading, reason):
    with pytest.raises(Unreadable) as refusal:
        sheet_of(TEXT, reading)
    assert refusal.value.reason == reason


def test_a_header_below_the_end_is_none(sheet_of):
    with pytest.raises(Unreadable):
        sheet_of("a@example.com\n", Reading(skip=5, header=True))


def test_a_file_is_read_as_text_whatever_kind_is_said(sheet_of):
    assert sheet_of("a@example.com\n", Reading(kind="xlsx")).reading.kind == "text"
