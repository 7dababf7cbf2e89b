"""Merge fields in a message: `{имя}`, `{first_name}`, `{имя|дорогой клиент}`.

A fixed list of words and the keys of the owner's own fields, never template code; small and capital
letters are alike, and ё is е. Who calls says which own ones there are: their labels by their keys.
Braces around up to 40 letters, digits, `_`, `-`, `.` and blanks are a field that somebody meant:
an unknown one, or one in doubled braces, is an error. All other braces are text.
"""
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple, Protocol

from django.core.exceptions import ValidationError
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from apps.core.addresses import shown

from .forms_of_address import dear
from .names import name_parts

# What a letter's writer may type, by what is put there; of each language the first word is shown.
WORDS = {
    "ru": {"first_name": ["имя"], "first_patronymic": ["имя отчество"], "last_name": ["фамилия"],
           "dear": ["уважаемый", "уважаемая"],
           "full_name": ["полное имя", "ф. и. о.", "ф.и.о.", "фио"], "email": ["почта"],
           "web_version": ["ссылка на письмо", "в браузере"], "way_out": ["отписаться"]},
    "en": {"first_name": ["first_name"], "first_patronymic": ["first_name patronymic"],
           "last_name": ["last_name"], "dear": ["уважаемый"], "full_name": ["full_name"],
           "email": ["email", "e-mail"], "web_version": ["web_version"],
           "way_out": ["unsubscribe"]},
}
MEANT = {"name": "first_name", "surname": "last_name", "имя клиента": "имя", "имя и отчество":
         "имя отчество", "отчество": "имя отчество", "фамилия имя": "полное имя",
         "имя фамилия": "полное имя", "мейл": "почта", "адрес": "почта", "mail": "email"}
LABELS = {"first_name": gettext_lazy("First name"),
          "first_patronymic": gettext_lazy("First name and patronymic"),
          "last_name": gettext_lazy("Last name"),
          "dear": gettext_lazy("Dear (Russian, by the patronymic)"),
          "full_name": gettext_lazy("Full name"), "email": gettext_lazy("E-mail"),
          "web_version": gettext_lazy("Link to the letter in a browser"),
          "way_out": gettext_lazy("Link to unsubscribe")}
NONE: Mapping[str, str] = {}  # of own fields
NAMED = 15  # fields
NOWHERE = "#"  # an address
NAME_PARTS = frozenset(["first_name", "first_patronymic", "last_name", "dear"])
HELLO = "Здравствуйте"  # where nobody can tell whether it is «Уважаемый» or «Уважаемая»

FIELD = re.compile(r"\{([^{}|\r\n]{1,40})(?:\|([^{}\r\n]*))?\}")
MEANT_AS_FIELD = re.compile(
    r"(?<!\{)\{++(?=[^{}|\r\n]*[^\W\d_])((?:[\w.-]|[^\S\r\n]){1,40})(?:\|[^{}\r\n]*)?\}+")


class Written(Protocol):
    """A message, or a run's copy of one."""

    subject: str
    body: str
    html: str


class Field(NamedTuple):
    """A merge field in a text: what is put there, what instead, and how it was typed."""

    name: str  # of an own one its key
    fallback: str
    typed: str
    is_own: bool = False


def folded(word: str) -> str:
    return " ".join(word.lower().replace("ё", "е").split())


FIELDS = {word: name for words in WORDS.values() for name, typed in words.items() for word in typed}


@lru_cache(maxsize=64)
def begun_of(words: frozenset[str]) -> re.Pattern[str]:
    """Return what finds a field's word after a brace, where no well-formed field stands.

    `{имя!}`, `{имя, вот письмо`. With a colon or a quotation mark it is text, as of a program.
    """
    longest_first = sorted(words, key=len, reverse=True)
    any_word = "|".join(
        re.escape(word).replace(r"\ ", r"\s").replace("е", "[её]") for word in longest_first)
    return re.compile(
        r"(?<!\{)\{++[^\w{}\"'«“:\r\n]{0,3}(?:" + any_word
        + r")(?!\w|\s*[\"':])[^{}\r\n]{0,40}\}*", re.IGNORECASE)


def field_of(word: str, own: Collection[str] = NONE) -> str:
    """Return the name of the field that `word` stands for; "" for none."""
    if word != word.strip():
        return ""
    word = folded(word)
    if word in own:
        return word
    return FIELDS.get(word, "")


def unknown_in(text: str, own: Collection[str] = NONE) -> list[str]:
    """Return the fields in `text` that nobody can fill, as they were typed, each once."""
    unknown = unknown_at(text, own)
    return sorted(unknown, key=unknown.__getitem__)


def unknown_at(text: str, own: Collection[str] = NONE) -> dict[str, int]:
    """Return where each of the fields in `text` that nobody can fill stands first."""
    unknown: dict[str, int] = {}
    rest = list(text)  # without what is well-formed, or told already
    for match in MEANT_AS_FIELD.finditer(text):
        whole = match[0]
        doubled = whole.startswith("{{") or whole.endswith("}}")
        if doubled or not field_of(match[1], own):
            unknown.setdefault(whole, match.start())
        rest[match.start():match.end()] = "{" + " " * (len(whole) - 1)
    for match in begun_of(frozenset([*FIELDS, *own])).finditer("".join(rest)):
        unknown.setdefault(match[0], match.start())
    return unknown


def unknown_fields(message: Written, own: Collection[str] = NONE) -> list[str]:
    """Return the fields of a message, or of a run, that would reach people as they were typed."""
    from .html.complaints import unknown_in_html  # which is made of what is here

    found = unknown_in(message.subject, own) + ways_out_in(message.subject, own)
    found += unknown_in(message.body, own)
    found += unknown_in_html(message.html, own)
    return list(dict.fromkeys(found))


def ways_out_in(subject: str, own: Collection[str] = NONE) -> list[str]:
    """Return the links to unsubscribe in a subject, as they were typed: nobody could follow one."""
    parts = split(subject, own)
    return [part.typed for part in parts if not isinstance(part, str) and part.name == "way_out"]


def nearest(typed: str, own: Mapping[str, str] = NONE) -> str:
    """Return the field, with its braces, that `typed` was most likely meant to be; or ""."""
    word = bare(typed.strip("{}").partition("|")[0])
    likely = {bare(field): meant for field, meant in MEANT.items()}
    likely |= {bare(label): key for key, label in own.items()}
    likely |= {bare(field): field for field in [*own, *FIELDS]}
    found = get_close_matches(word, likely, n=1, cutoff=0.7)
    return f"{{{likely[found[0]]}}}" if found else ""


def bare(word: str) -> str:
    """Return the letters of a word, without what stands between them."""
    return re.sub(r"[\W_]", "", folded(word))


def complaints(text: str, own: Mapping[str, str] = NONE) -> list[str]:
    """Return, for a few of the unknown fields in `text`, what to write instead."""
    return [complaint(typed, own) for typed in unknown_in(text, own)[:3]]


def complaint(typed: str, own: Mapping[str, str]) -> str:
    if near := nearest(typed, own):
        return _("There is no field %(field)s. Did you mean %(nearest)s?") % {
            "field": typed, "nearest": near}
    return _("There is no field %(field)s. There are: %(fields)s.") % {
        "field": typed, "fields": named(own)}


def named(own: Mapping[str, str]) -> str:
    """Return the fields that there are, but for the very many, as a list in words."""
    words = [word for _label, word in offered(own)]
    text = ", ".join(words[:NAMED])
    if len(words) > NAMED:
        return _("%(fields)s and others") % {"fields": text}
    return text


def offered(own: Mapping[str, str] = NONE) -> list[tuple[str, str]]:
    """Return (label, field with its braces) of each field, in the reader's language."""
    words = WORDS["ru" if get_language() == "ru" else "en"]
    built_in = [(str(LABELS[name]), f"{{{typed[0]}}}") for name, typed in words.items()]
    return built_in + [(label, f"{{{key}}}") for key, label in own.items()]


def check_fields(text: str, own: Mapping[str, str] = NONE) -> None:
    """Raise ValidationError when `text` has fields that nobody can fill."""
    if found := complaints(text, own):
        raise ValidationError(found)


def check_subject(subject: str, own: Mapping[str, str] = NONE) -> None:
    """Raise ValidationError when a subject has fields that nobody can fill there."""
    check_fields(subject, own)
    if found := ways_out_in(subject, own):
        raise ValidationError(_("%(field)s is a link, and can not stand in a subject.") % {
            "field": found[0]})


def split(text: str, own: Collection[str] = NONE) -> list[str | Field]:
    """Return `text` as a list of str (as it is) and fields, in order."""
    parts: list[str | Field] = []
    at = 0
    for match in FIELD.finditer(text):
        if name := field_of(match[1], own):
            field = Field(name, match[2] or "", match[0], name in own)
            parts += [text[at:match.start()], field]
            at = match.end()
    parts.append(text[at:])
    return list(filter(None, parts))


def own_in(message: Written, own: Collection[str]) -> set[str]:
    """Return the keys of those of the `own` fields that a message's letters have."""
    from .html.places import html_fields  # which is made of what is here

    parts = split(message.subject, own) + split(message.body, own)
    fields = [part for part in parts if not isinstance(part, str)]
    fields += [placed.field for placed in html_fields(message.html, own)]
    return {field.name for field in fields if field.is_own}


def has_name_parts(*texts: Iterable[str | Field]) -> bool:
    """Whether one of these texts (of `split`) needs a name in parts."""
    return any(not isinstance(part, str) and part.name in NAME_PARTS
               for parts in texts for part in parts)


def has_field(name: str, *texts: Iterable[str | Field]) -> bool:
    """Whether one of these texts (of `split`) has the field that is called so here."""
    return any(not isinstance(part, str) and part.name == name and not part.is_own
               for parts in texts for part in parts)


def in_text(values: Mapping[str, str]) -> dict[str, str]:
    """Return `values` for a text that is only shown: its own addresses, less what nobody may know.

    In HTML they lead nowhere, and nobody sees the `#`.
    """
    site = settings.BASE_URL
    return {**values, "web_version": f"{site}/w/…/", "way_out": f"{site}/u/…/"}


def values_of(email: str, full_name: str, in_parts: bool = True,
              with_dear: bool = True) -> dict[str, str]:
    """Return what each field is for one recipient; "" where it can not be told.

    The addresses of one letter lead nowhere: who sends the letter puts the real ones.
    """
    full_name = full_name.strip()
    values = {"email": shown(email), "full_name": full_name, "web_version": NOWHERE,
              "way_out": NOWHERE}
    if in_parts:
        first, patronymic, last = name_parts(full_name)
        values["first_name"] = first
        values["first_patronymic"] = f"{first} {patronymic}".strip()
        values["last_name"] = last
        if with_dear:
            values["dear"] = dear(full_name)
    return values


def value_of(field: Field, values: Mapping[str, str]) -> str:
    """Return what is put in the place of a field.

    What is not known takes the field's fallback. Without one it is the full name for a part of a
    name, and nothing for an own field.
    """
    return values[field.name] or field.fallback or instead_of(field, values)


def instead_of(field: Field, values: Mapping[str, str]) -> str:
    if field.is_own:
        return ""
    return HELLO if field.name == "dear" else values["full_name"]


def filled(parts: Sequence[str | Field], values: Mapping[str, str]) -> str:
    """Return the text of `parts` (of `split`)."""
    return "".join([
        part if isinstance(part, str) else value_of(part, values) for part in parts])
