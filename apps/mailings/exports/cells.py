"""Cells that no spreadsheet runs, and the texts that they had, without a change of a letter.

A spreadsheet runs a cell that begins with = + - or @. Whatever separator a file is opened with,
no cell may begin so: an apostrophe goes in before such a sign at the beginning of a text, or after
a comma, a semicolon, a bar, a tab or a line's end within it (spaces and quotation marks may stand
between). One goes in before a tab or a line's end at the beginning too. Apostrophes that are there
already stay, so that `original` knows its own: `original(inert(text)) == text` for every text, and
`original` leaves a text alone that has no apostrophe at such a place.

    inert("+7 900 123-45-67") == "'+7 900 123-45-67"
    original("'+7 900 123-45-67") == "+7 900 123-45-67"
    inert("'so'") == original("'so'") == "'so'"

Who reads a table that people may have got from here calls `original` for each cell.
"""
import re

# What may stand before a cell. The wide signs are East Asian; spreadsheets take them for the same.
RUN = r"""(?:^[,;|\s"]*+|(?<![,;|\s"])[,;|\s"]++)"""
SIGN = "[=+@＝＋－＠-]"
BEFORE_SIGN = re.compile(f"{RUN}(?='*{SIGN})")
MARKED_SIGN = re.compile(f"({RUN})'(?='*{SIGN})")
BLANK_START = re.compile(r"'*[\t\r\n]")
MARKED_BLANK_START = re.compile(r"'+[\t\r\n]")
BLANKS = set(' \xa0"')  # they part no cells


def inert(text: str) -> str:
    """Return `text` as it may stand in any cell."""
    text = BEFORE_SIGN.sub(marked, text)
    if BLANK_START.match(text):
        return f"'{text}"
    return text


def original(text: str) -> str:
    """Return the text of which `inert` made this one."""
    if MARKED_BLANK_START.match(text):
        text = text[1:]
    return MARKED_SIGN.sub(unmarked, text)


def plainly(text: str) -> str:
    """Return `text` as it may stand in a workbook's cell, which is a text and never runs.

    It is marked only where `original` would change it.
    """
    return text if original(text) == text else inert(text)


def marked(found: re.Match[str]) -> str:
    """Return what stands before a sign, with an apostrophe where a cell may begin there."""
    return found[0] if parts_nothing(found, found[0]) else f"{found[0]}'"


def unmarked(found: re.Match[str]) -> str:
    """Return what stands before a sign without the apostrophe of `marked`."""
    return found[0] if parts_nothing(found, found[1]) else found[1]


def parts_nothing(found: re.Match[str], run: str) -> bool:
    """Whether no cell may begin after this run, within a text."""
    return found.start() > 0 and BLANKS.issuperset(run)
