"""A server's words, in whichever encoding: readable, whole, and harmless where they are shown."""
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ..wire.reply_text import CODECS, KEPT_REPLY, decoded

RUSSIAN = """Пользователь не найден
Почтовый ящик переполнен, попробуйте позже
Ошибка: отправитель заблокирован
Ваш адрес в чёрном списке, обратитесь к администратору
ПОЧТОВЫЙ ЯЩИК НЕ СУЩЕСТВУЕТ
Ретрансляция запрещена
спам
Объём письма превышает допустимый""".splitlines()
WESTERN = [
    "Boîte aux lettres désactivée", "Postfach überfüllt", "Usuario no válido", "can’t – later"]
CODEC = re.compile(r" \[([a-z0-9-]+)\]\Z")


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("words", RUSSIAN)
def test_russian_words_are_read_in_whichever_encoding_they_come(words, codec):
    reply = f"5.1.1 <anna@example.com>: {words}"
    assert decoded(reply.encode(codec)) == f"{reply} [{codec}]"


@pytest.mark.parametrize("words", WESTERN)
def test_western_words_are_read(words):
    assert decoded(words.encode("cp1252")).startswith(words)


def test_utf_8_is_taken_as_it_is():
    assert decoded("Нет такого ящика – «анна» 👍".encode()) == "Нет такого ящика – «анна» 👍"


def test_only_the_lines_that_are_not_utf_8_are_guessed():
    reply = "Ящик не найден".encode() + b"\n" + "Пишите администратору".encode("cp1251")
    assert decoded(reply) == "Ящик не найден\nПишите администратору [cp1251]"


def test_utf_8_that_was_cut_within_a_character_stays_utf_8():
    assert decoded("Пользователь не найден".encode()[:-1]) == "Пользователь не найде\\xd0"


def octets_of(text):
    """The server's octets, from what is kept."""
    lines = []
    for line in text.split("\n"):
        found = CODEC.search(line)
        codec = found[1] if found else "utf-8"
        octets = b""
        for piece in re.split(r"(\\x[0-9a-f]{2}|[\u2400-\u2421])", CODEC.sub("", line)):
            if re.fullmatch(r"\\x[0-9a-f]{2}", piece):
                octets += bytes([int(piece[2:], 16)])
            elif re.fullmatch(r"[\u2400-\u2421]", piece):
                octets += bytes([0x7F if piece == "\u2421" else ord(piece) - 0x2400])
            else:
                octets += piece.encode(codec)
        lines.append(octets)
    return b"\n".join(lines)


@given(st.binary(max_size=300), st.sampled_from(["", *CODECS]))
@example(b"\x98\x81 \xff\x00", "")
def test_the_octets_of_a_guess_can_be_had_back(octets, codec):
    if codec:
        octets = RUSSIAN[0].encode(codec, "ignore") + octets
    octets = octets.replace(b"\r", b"").replace(b"\\", b"/").strip()
    for line, text in zip(octets.split(b"\n"), decoded(octets).split("\n"), strict=True):
        if CODEC.search(text):
            assert octets_of(text) == line


@given(st.one_of(st.binary(), st.text().map(str.encode), st.text()))
def test_nothing_that_is_kept_can_hurt_a_page_a_file_or_a_database(octets):
    for char in decoded(octets):
        assert char in "\t\n" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"


@pytest.mark.parametrize("octets", [b"x" * 60_000, b"\xff\n" * 30_000, "👍".encode() * 15_000])
def test_a_long_reply_is_cut_with_a_sign(octets):
    text = decoded(octets)
    assert KEPT_REPLY - 30 < len(text) <= KEPT_REPLY
    assert re.search(r" \[… \d+ more characters\]\Z", text)


def test_what_people_really_get_is_kept_whole():
    reply = "550 " + "я" * 2916
    assert decoded(reply.encode()) == reply
