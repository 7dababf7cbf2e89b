"""What of a letter's HTML and CSS some mail programs can not do, by the table of caniemail."""
import json
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from .html_signs import Place, Places, places_in
from .notes import NOTE_SIGNS
from .signs import signs_of

TABLE = Path(__file__).with_name("table.json")
CLIENTS = {"mail-ru": "Mail.ru", "gmail": "Gmail", "outlook": "Outlook", "apple-mail": "Apple Mail"}
PLATFORMS = {
    "mail-ru": ("desktop-webmail",),
    "gmail": ("desktop-webmail", "ios", "android", "mobile-webmail"),
    "outlook": ("windows", "windows-mail", "macos", "outlook-com", "ios", "android"),
    "apple-mail": ("macos", "ios"),
}
PLATFORM_NAMES: dict[str, str | Promise] = {
    "desktop-webmail": pgettext_lazy("mail program", "in a browser"),
    "mobile-webmail": pgettext_lazy("mail program", "in a phone's browser"),
    "windows": "Windows", "windows-mail": "Windows Mail", "macos": "macOS",
    "outlook-com": "Outlook.com", "ios": "iOS", "android": "Android",
}
NO, PARTIAL = "no", "partial"


class Support(NamedTuple):
    """How a platform of a mail program fails a feature, and the notes on it by number."""

    platform: str
    level: str
    notes: tuple[str, ...]


class Feature(NamedTuple):

    slug: str
    title: str
    lacking: dict[str, list[Support]]  # by mail program
    notes: dict[str, str]


class Lack(NamedTuple):
    """What one mail program does not do: on which platforms, and what is known of it."""

    client: str
    level: str
    platforms: tuple[str, ...]
    failing: tuple[str, ...]  # those of the platforms that do not do it at all
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        return CLIENTS[self.client]

    @property
    def where(self) -> str:
        """Return the platforms in words; "" where it is all of them."""
        if set(self.platforms) >= set(PLATFORMS[self.client]):
            return ""
        return ", ".join(str(PLATFORM_NAMES[platform]) for platform in self.platforms)


class Finding(NamedTuple):
    """A feature in a letter that some mail programs do not do, or do in part."""

    slug: str
    title: str
    lines: tuple[int, ...]
    clients: tuple[Lack, ...]

    @property
    def line(self) -> int:
        return self.lines[0]

    @property
    def level(self) -> str:
        return NO if any(lack.level == NO for lack in self.clients) else PARTIAL


def lint(html: str, clients: Collection[str] = tuple(CLIENTS)) -> list[Finding]:
    """Return what of `html` these mail programs can not do: what is lost first, then by line."""
    places = places_in(html)
    known: dict[str, None] = {}
    for sign in places:
        known.update(dict.fromkeys(features_by_sign().get(sign, ())))
    found = [finding_of(table()[slug], places, clients) for slug in known]
    return sorted((one for one in found if one.clients),
                  key=lambda one: (one.level != NO, one.line, one.slug))


def finding_of(feature: Feature, places: Places, clients: Iterable[str]) -> Finding:
    """Return the feature as a finding; without clients where all of them can do it."""
    lacks = []
    lines: set[int] = set()
    for client in clients:
        hits = [(support, hit) for support in feature.lacking.get(client, ())
                if (hit := lines_of(feature, support, places))]
        if hits:
            lacks.append(lack_of(feature, client, [support for support, _hit in hits]))
            lines.update(*(hit for _support, hit in hits))
    return Finding(feature.slug, feature.title, tuple(sorted(lines)), tuple(lacks))


def lines_of(feature: Feature, support: Support, places: Places) -> set[int]:
    """Return the lines where the platform fails the feature."""
    signs: list[str] = [*signs_of(feature.slug)]
    conditions = [NOTE_SIGNS.get((feature.slug, note)) for note in support.notes]
    if support.level == PARTIAL and conditions and all(conditions):
        signs = [sign for condition in conditions for sign in condition or ()]
    return {place.line for sign in signs for place in places.get(sign, ())
            if is_read(place, support.platform)}


def is_read(place: Place, platform: str) -> bool:
    return place.for_word or platform != "windows"


def lack_of(feature: Feature, client: str, supports: list[Support]) -> Lack:
    failing = tuple(support.platform for support in supports if support.level == NO)
    level = NO if failing else PARTIAL
    notes = dict.fromkeys(feature.notes[note] for support in supports for note in support.notes
                          if note in feature.notes)
    return Lack(client, level, tuple(support.platform for support in supports), failing,
                tuple(notes))


@cache
def table() -> dict[str, Feature]:
    """Return every feature of the table by its slug."""
    features = json.loads(TABLE.read_text(encoding="utf-8"))["features"]
    return {row["slug"]: Feature(
        row["slug"], row["title"],
        {client: [support_of(platform, words) for platform, words in levels.items()]
         for client, levels in row["clients"].items()},
        row["notes"]) for row in features}


def support_of(platform: str, words: str) -> Support:
    level, *notes = words.split()
    return Support(platform, NO if level == "n" else PARTIAL, tuple(notes))


@cache
def features_by_sign() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for slug in table():
        for sign in signs_of(slug):
            found.setdefault(sign, []).append(slug)
    return found
