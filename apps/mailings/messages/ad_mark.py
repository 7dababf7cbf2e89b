"""The mark «Реклама» of a letter, by the law 38-ФЗ, art. 18.1: who advertises, ИНН and erid.

Whether a letter needs one is for its sender to say: a mark that looks wrong is told of, and stops
nothing. Only letters that are sent, and what shows them, have it: a message's source stays.
"""
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _

from ..models import Message
from .ad_links import html_with_erid, text_with_erid
from .merge_fields import Written
from .way_out import with_paragraph

PARTS = ("advertiser", "inn", "erid")
STYLE = ("margin:24px 0 0;padding:0 16px;font:12px/18px Arial,sans-serif;text-align:center;"
         "color:#757575")
ERID = re.compile(r"[0-9A-Za-z_-]{8,64}")
# By what the digits of an ИНН are multiplied; the sum, modulo 11 and 10, is the digit that follows.
OF_COMPANIES = (2, 4, 10, 3, 5, 9, 4, 6, 8)
OF_PEOPLE = ((7, *OF_COMPANIES), (3, 7, *OF_COMPANIES))


@dataclass
class AsSent:
    """The subject and the texts of a message as its letters have them, mark and all."""

    subject: str
    body: str
    html: str


def as_sent(message: Message) -> AsSent:
    """Return what letters of `message` say, before anything is put in for the one who gets it."""
    mark = message.ad_mark
    html = html_with_erid(message.html, mark.get("erid", ""))
    return AsSent(message.subject, marked_text(message.body, mark),
                  html_with(mark_line(mark), html))


def marked_text(text: str, mark: Mapping[str, str]) -> str:
    """Return a letter's text with its mark: in the links, and at the end."""
    return text_with(mark_line(mark), text_with_erid(text, mark.get("erid", "")))


def as_shown(written: Written) -> Written:
    """Return what is to be shown: a message as it is sent; a run's copy of one has its mark."""
    return as_sent(written) if isinstance(written, Message) else written


def mark_line(mark: Mapping[str, str]) -> str:
    """Return the mark as people read it, "" of a letter without. The law's words are Russian."""
    advertiser, inn, erid = [mark.get(part, "") for part in PARTS]
    said = [advertiser, inn and f"ИНН {inn}", erid and f"erid: {erid}"]
    said = list(filter(None, said))
    return "Реклама. " + ", ".join(said) if said else ""


def text_with(line: str, text: str) -> str:
    if not line:
        return text
    text = text.rstrip()
    between = "\n\n" if text else ""
    return f"{text}{between}{line}\n"


def html_with(line: str, html: str) -> str:
    if not line or not html:
        return html
    return with_paragraph(html, f'<p style="{STYLE}">{escape(line)}</p>')


def mark_of(advertiser: str, inn: str, erid: str) -> dict[str, str]:
    """Return a message's `ad_mark`; {} where nothing is said."""
    said = zip(PARTS, (advertiser, inn.replace(" ", ""), erid))
    return {part: value for part, value in said if value}


def mark_warnings(mark: Mapping[str, str]) -> list[str]:
    """Return what looks wrong in a mark, in the reader's language."""
    warnings = []
    if mark and not mark.get("advertiser"):
        warnings.append(_("The mark names no advertiser."))
    if (inn := mark.get("inn")) and not is_inn(inn):
        warnings.append(_("There is no ИНН %(inn)s: 10 or 12 digits, of which the last are made "
                          "of the others. Is a digit wrong?") % {"inn": inn})
    if (erid := mark.get("erid")) and not ERID.fullmatch(erid):
        warnings.append(_("%(erid)s does not look like an erid: those are 8 letters and digits or "
                          "more, without blanks.") % {"erid": erid})
    return warnings


def is_inn(text: str) -> bool:
    """Return whether the check digits of an ИНН, of a company or of a person, are right."""
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", text):
        return False
    digits = [int(digit) for digit in text]
    rows = [OF_COMPANIES] if len(digits) == 10 else OF_PEOPLE
    return all(check_digit(digits, row) == digits[len(row)] for row in rows)


def check_digit(digits: list[int], row: tuple[int, ...]) -> int:
    return sum(digit * by for digit, by in zip(digits, row)) % 11 % 10
