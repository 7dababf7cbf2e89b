"""What notes of the table are about, where that is less than the whole feature.

A letter where a platform does a feature "in part", and that has none of the signs its notes tell
of, loses nothing there.
"""
import json
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from .signs import RARE_DISPLAYS

BOXES = ("body", "span", "div", "p")
NOT_TABLES = (*BOXES, "td", "th", "img", "a", "style")
WEIGHTS = (100, 200, 300, 500, 600, 800, 900)

# By slug and number of the note.
NOTE_SIGNS: dict[tuple[str, str], tuple[str, ...]] = {
    ("css-at-media", "1"): ("@media in @media",),
    ("css-at-media", "7"): (
        "@media height", "@media min-height", "@media max-height", "@media min-device-height",
        "@media max-device-height"),
    ("css-at-media", "10"): ("@media in @media",),
    ("css-comments", "2"): ("/* */ sheet",),
    ("css-comments", "3"): ("/* */ attribute",),
    ("css-comments", "4"): ("/* */ sheet",),
    ("css-display", "1"): tuple(f"display:{value}" for value in RARE_DISPLAYS),
    ("css-font-size", "1"): ("font-size:1rem",),
    ("css-font-size", "2"): ("font-size:1%", "font-size:larger", "font-size:smaller"),
    ("css-font-weight", "2"): tuple(f"font-weight:{weight}" for weight in WEIGHTS),
    ("css-important", "5"): ("!important attribute",),
    ("css-letter-spacing", "1"): ("letter-spacing:<0",),
    ("css-letter-spacing", "2"): ("letter-spacing:1em",),
    ("css-list-style", "2"): ("list-style:many",),
    ("css-margin", "1"): ("margin:<0",),
    ("css-max-width", "1"): tuple(f"max-width: <{name}>" for name in NOT_TABLES),
    ("css-overflow", "3"): ("overflow-block:", "overflow-inline:"),
    ("css-overflow", "4"): ("overflow-block:", "overflow-inline:"),
    ("css-position", "1"): ("position:fixed", "position:sticky"),
    ("css-position", "2"): ("position:relative", "position:absolute", "position:fixed"),
    ("css-text-align", "1"): ("text-align:start", "text-align:end"),
    ("css-text-align", "3"): ("text-align:match-parent",),
    ("css-text-align", "5"): ("text-align:match-parent",),
    ("css-text-decoration", "2"): ("text-decoration:many",),
    ("css-text-decoration", "3"): ("text-decoration:overline",),
    ("css-text-transform", "1"): ("text-transform:lowercase",),
    ("css-white-space", "2"): ("white-space:pre",),
    ("css-width", "1"): tuple(f"width: <{name}>" for name in (*BOXES, "img", "style")),
    ("html-align", "3"): ("<table align=left>", "<table align=right>"),
    ("html-style", "1"): ("<style> in <body>",),
    ("html-style", "6"): ("<style> too long",),
}


def in_words(note: str) -> str:
    """Return a note of the table in the reader's language."""
    return in_russian().get(note, note) if get_language() == "ru" else note


@cache
def in_russian() -> dict[str, str]:
    words: dict[str, str] = json.loads(
        Path(__file__).with_name("notes_ru.json").read_text(encoding="utf-8"))
    return words
