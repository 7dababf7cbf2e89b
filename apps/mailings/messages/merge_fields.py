"""Merge fields in a message: `{имя}`, `{first_name}`, `{имя|дорогой клиент}`.

A fixed list of words, never template code; small and capital letters are alike, and ё is е.
Braces around up to 40 letters, digits, `_`, `-`, `.` and blanks are a field that somebody meant:
an unknown one, or one in doubled braces, is an error. All other braces are text.
"""
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple, Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from apps.core.addresses import shown

from .names import name_parts

# What a letter's writer may type, by what is put there; of each language the first word is shown.
WORDS = {
    "ru": {"first_name": ["имя"], "first_patronymic": ["имя отчество"], "last_name": ["фамилия"],
           "full_name": ["полное имя", "ф. и. о.", "ф.и.о.", "фио"], "email": ["почта"]},
    "en": {"first_name": ["first_name"], "first_patronymic": ["first_name patronymic"],
           "last_name": ["last_name"], "full_name": ["full_name"], "email": ["email", "e-mail"]},
}
MEANT = {"name": "first_name", "surname": "last_name", "имя клиента": "имя", "имя и отчество":
         "имя отчество", "отчество": "имя отчество", "фамилия имя": "полное имя",
         "имя фамилия": "полное имя", "мейл": "почта", "адрес": "почта", "mail": "email"}
LABELS = {"first_name": gettext_lazy("First name"),
          "first_patronymic": gettext_lazy("First name and patronymic"),
          "last_name": gettext_lazy("Last name"), "full_name": gettext_lazy("Full name"),
          "email": gettext_lazy("E-mail")}
NAME_PARTS = frozenset(["first_name", "first_patronymic", "last_name"])

FIELD = re.compile(r"\{([^{}|\r\n]{1,40})(?:\|([^{}\r\n]*))?\}")
MEANT_AS_FIELD = re.compile(
    r"\{+(?=[^{}|\r\n]*[^\W\d_])((?:[\w.-]|[^\S\r\n]){1,40})(?:\|[^{}\r\n]*)?\}+")


class Written(Protocol):
    """A message, or a run's copy of one."""

    subject: str
    body: str


class Field(NamedTuple):
    """A merge field in a text: what is put there, what instead, and how it was typed."""

    name: str
    fallback: str
    typed: str


def folded(word: str) -> str:
    return " ".join(word.lower().replace("ё", "е").split())


FIELDS = {word: name for words in WORDS.values() for name, typed in words.items() for word in typed}


# A field's word after a brace, where no well-formed field stands: `{имя!}`, `{имя, вот письмо`.
# With a colon or a quotation mark it is text, as of a program.
BEGUN = re.compile(
    r"\{+[^\w{}\"'«“:\r\n]{0,3}(?:" + "|".join(
        re.escape(word).replace(r"\ ", r"\s").replace("е", "[её]")
        for word in sorted(FIELDS, key=len, reverse=True))
    + r")(?!\w|\s*[\"':])[^{}\r\n]{0,40}\}*", re.IGNORECASE)


def field_of(word: str) -> str:
    """Return the name of the field that `word` stands for; "" for none."""
    if word != word.strip():
        return ""
    return FIELDS.get(folded(word), "")


def unknown_in(text: str) -> list[str]:
    """Return the fields in `text` that nobody can fill, as they were typed, each once."""
    unknown: dict[str, int] = {}
    rest = list(text)  # without what is well-formed, or told already
    for match in MEANT_AS_FIELD.finditer(text):
        whole = match[0]
        doubled = whole.startswith("{{") or whole.endswith("}}")
        if doubled or not field_of(match[1]):
            unknown.setdefault(whole, match.start())
        rest[match.start():match.end()] = "{" + " " * (len(whole) - 1)
    for match in BEGUN.finditer("".join(rest)):
        unknown.setdefault(match[0], match.start())
    return sorted(unknown, key=unknown.__getitem__)


def unknown_fields(message: Written) -> list[str]:
    """Return the fields of a message, or of a run, that would reach people as they were typed."""
    return list(dict.fromkeys(unknown_in(message.subject) + unknown_in(message.body)))


def nearest(typed: str) -> str:
    """Return the field, with its braces, that `typed` was most likely meant to be; or ""."""
    word = bare(typed.strip("{}").partition("|")[0])
    likely = {bare(field): field for field in FIELDS}
    likely |= {bare(field): meant for field, meant in MEANT.items()}
    found = get_close_matches(word, likely, n=1, cutoff=0.7)
    return f"{{{likely[found[0]]}}}" if found else ""


def bare(word: str) -> str:
    """Return the letters of a word, without what stands between them."""
    return re.sub(r"[\W_]", "", folded(word))


def complaints(text: str) -> list[str]:
    """Return, for a few of the unknown fields in `text`, what to write instead."""
    return [complaint(typed) for typed in unknown_in(text)[:3]]


def complaint(typed: str) -> str:
    if near := nearest(typed):
        return _("There is no field %(field)s. Did you mean %(nearest)s?") % {
            "field": typed, "nearest": near}
    words = ", ".join(word for _label, word in offered())
    return _("There is no field %(field)s. There are: %(fields)s.") % {
        "field": typed, "fields": words}


def offered() -> list[tuple[str, str]]:
    """Return (label, field with its braces) of each field, in the reader's language."""
    words = WORDS["ru" if get_language() == "ru" else "en"]
    return [(str(LABELS[name]), f"{{{typed[0]}}}") for name, typed in words.items()]


def check_fields(text: str) -> None:
    """Raise ValidationError when `text` has fields that nobody can fill."""
    if found := complaints(text):
        raise ValidationError(found)


def split(text: str) -> list[str | Field]:
    """Return `text` as a list of str (as it is) and fields, in order."""
    parts: list[str | Field] = []
    at = 0
    for match in FIELD.finditer(text):
        if name := field_of(match[1]):
            parts += [text[at:match.start()], Field(name, match[2] or "", match[0])]
            at = match.end()
    parts.append(text[at:])
    return list(filter(None, parts))


def has_name_parts(*texts: Iterable[str | Field]) -> bool:
    """Whether one of these texts (of `split`) needs a name in parts."""
    return any(not isinstance(part, str) and part.name in NAME_PARTS
               for parts in texts for part in parts)


def values_of(email: str, full_name: str, in_parts: bool = True) -> dict[str, str]:
    """Return what each field is for one recipient; "" where it can not be told."""
    full_name = full_name.strip()
    values = {"email": shown(email), "full_name": full_name}
    if in_parts:
        first, patronymic, last = name_parts(full_name)
        values["first_name"] = first
        values["first_patronymic"] = f"{first} {patronymic}".strip()
        values["last_name"] = last
    return values


def filled(parts: Sequence[str | Field], values: Mapping[str, str]) -> str:
    """Return the text of `parts` (of `split`).

    What is not known takes the field's fallback; a part of a name without one the full name.
    """
    texts = []
    for part in parts:
        if not isinstance(part, str):
            name, fallback, _typed = part
            part = values[name] or fallback or values["full_name"]
        texts.append(part)
    return "".join(texts)
