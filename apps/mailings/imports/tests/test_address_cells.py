"""Addresses in cells as people and programs write them."""
from time import process_time

import pytest

from ..address_cells import addresses_of, is_plain


@pytest.mark.parametrize("cell, found", [
    ("mailto:a@x.org", [("a@x.org", "")]),
    ("MAILTO:a@x.org?subject=Заказ", [("a@x.org", "")]),
    ("a@x.org.", [("a@x.org", "")]),
    ("a@x.org,", [("a@x.org", "")]),
    ("\u200ba@x.org\xa0", [("a@x.org", "")]),
    ("'a@x.org'", [("a@x.org", "")]),
    ("«a@x.org»", [("a@x.org", "")]),
    ("a@x.org / b@x.org", [("a@x.org", ""), ("b@x.org", "")]),
    ("a@x.org и b@x.org", [("a@x.org", ""), ("b@x.org", "")]),
    ("a@x.org ::: b@x.org ::: c@x.org", [("a@x.org", ""), ("b@x.org", ""), ("c@x.org", "")]),
    ("Анна <mailto:a@x.org>", [("a@x.org", "Анна")]),
    ("Анна и Пётр <a@x.org>", [("a@x.org", "Анна и Пётр")]),
    ("Анна Белая (a@x.org)", [("a@x.org", "Анна Белая")]),
    ('"Лис, Ия" <i@x.org>; b@x.org', [("i@x.org", "Лис, Ия"), ("b@x.org", "")]),
    ("'a@x.org", [("'a@x.org", "")]),
    ('"a b"@x.org', [('"a b"@x.org', "")]),
    ("a @x.org", [("a @x.org", "")]),
    ("Анна Белая a@x.org", [("a@x.org", "Анна Белая")]),
    ("Анна — a@x.org\n• b@x.org\n3) c@x.org",
     [("a@x.org", "Анна"), ("b@x.org", ""), ("c@x.org", "")]),
    ("Почта: a@x.org", [("a@x.org", "")]),
    ("старый a@x.org", [("a@x.org", "")]),
    ("anna white@x.org", [("anna white@x.org", "")]),
    ("пишите нам обо всём и всегда на a@x.org", [("пишите нам обо всём и всегда на a@x.org", "")]),
    (" , ", []),
    (".", []),
])
def test_what_stands_around_addresses_is_left_out(cell, found):
    assert not is_plain(cell)
    assert list(addresses_of(cell)) == found


@pytest.mark.parametrize("cell", ["a@x.org", "a+b-c_d.e@x-y.org", "нет", "a@x@y.org"])
def test_an_address_by_itself_is_plain(cell):
    assert is_plain(cell)


@pytest.mark.parametrize("cell", [
    "@" * 200_000, "a@" * 100_000, "@a / " * 40_000, "(a@" * 60_000, "a@x.org / " * 20_000,
    "a@x.org" + " " * 200_000 + "/", "1. " * 60_000 + "a@x.org"])
def test_long_cells_take_no_time(cell):
    before = process_time()
    list(addresses_of(cell))
    assert process_time() - before < 2
