"""The encoding of a text is found out by its octets."""
import pytest

from apps.mailings.sheets.encodings import CYRILLIC, encoding_of, find_encoding

from .texts import OTHER_CYRILLIC, RUSSIAN, WESTERN


def is_read_rightly(octets: bytes, encoding: str) -> bool:
    """Compare texts, not names: lower case without «я» is the same octets in two encodings."""
    return octets.decode(encoding_of(octets), "replace") == octets.decode(encoding)


@pytest.mark.parametrize("encoding", [*CYRILLIC, "utf-8"])
def test_cyrillic_texts_are_read_rightly(encoding):
    octets = [text.encode(encoding, "ignore") for text in RUSSIAN]
    wrong = [text[:80] for text in octets if not is_read_rightly(text, encoding)]
    assert len(octets) >= 40
    assert wrong == []


@pytest.mark.parametrize("encoding", CYRILLIC)
def test_pieces_of_forty_characters_are_mostly_enough(encoding):
    pieces = [text[start:start + 40] for text in RUSSIAN for start in range(0, len(text) - 40, 31)]
    octets = [piece.encode(encoding, "ignore") for piece in pieces]
    wrong = [text for text in octets if not is_read_rightly(text, encoding)]
    assert len(wrong) <= len(octets) * 0.03


@pytest.mark.parametrize("text", OTHER_CYRILLIC)
@pytest.mark.parametrize("encoding", ["cp1251", "mac-cyrillic", "utf-8"])
def test_ukrainian_and_belarusian_are_read_too(text, encoding):
    assert is_read_rightly(text.encode(encoding, "ignore"), encoding)


@pytest.mark.parametrize("text", WESTERN)
def test_western_texts_are_not_taken_for_cyrillic(text):
    assert encoding_of(text.encode("cp1252")) == "cp1252"


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Имя;Почта\nАнна;anna@example.com\n", "ИМЯ\nАННА\n",
                                  "Name,Mail\nAnna,anna@example.com\n"])
def test_unicode_is_told_with_its_mark_and_without(cells_of, text, mark):
    separator = ";" if ";" in text else ","
    expected = [line.split(separator) for line in text.splitlines()]
    assert cells_of(text.encode(mark)) == expected


def test_an_octet_that_is_none_loses_no_row(cells_of):
    rows = b"".join(b"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0;a%d@example.com\n" % n for n in range(50))
    cells = cells_of(rows + b"\xff\xd0;bad@example.com\n" + rows)
    assert len(cells) == 101
    assert cells[50] == ["\ufffd\ufffd", "bad@example.com"]


def test_letters_far_from_the_head_are_found(tmp_path):
    path = tmp_path / "late"
    path.write_bytes(b"a@example.com;ok\n" * 200_000 + "b@example.com;Ёжик Юля\n".encode("koi8-r"))
    assert find_encoding(path) == "koi8-r"
