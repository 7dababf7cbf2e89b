"""The visible link by which whoever gets a letter leaves: where its writer put it, or at its end.

Only letters that are sent, and what shows them, have the one at the end: a message's source stays.
"""
from collections.abc import Collection
from html import escape

from .html.markup import Kind, tokens
from .html.places import Part, Placed, joined, split_html
from .language import Language
from .merge_fields import NONE, Field, has_field, split

WORDS: dict[Language, str] = {"ru": "Отписаться", "en": "Unsubscribe"}
LINK = Field("way_out", "", "{unsubscribe}")
# A grey that can be read on white and on black, and no ground of its own.
STYLE = ("margin:24px 0 0;padding:0 16px 16px;font:12px/18px Arial,sans-serif;text-align:center;"
         "color:#757575")
BEFORE = f'<p style="{STYLE}"><a href="'
AFTER = '" style="color:#757575;text-decoration:underline">{}</a></p>'
ENDS = ("body", "html")
PROBE = "<p>"


def text_with_way_out(text: str, language: Language,
                      own: Collection[str] = NONE) -> list[str | Field]:
    """Return the parts of a `text` as `split` does, with the link."""
    parts = split(text, own)
    if has_field(LINK.name, parts):
        return parts
    text = text.rstrip("\r\n")
    between = "\r\n\r\n" if text else ""
    return [*split(text, own), f"{between}{WORDS[language]}: ", LINK, "\r\n"]


def html_with_way_out(html: str, language: Language, own: Collection[str] = NONE) -> list[Part]:
    """Return the parts of `html` as `split_html` does, with the link."""
    parts = split_html(html, own)
    if has_field(LINK.name, (part.field for part in parts if not isinstance(part, str))):
        return parts
    at = end_of(html)
    return joined([
        *split_html(html[:at], own), BEFORE, Placed(LINK, at, escape),
        AFTER.format(WORDS[language]), *split_html(html[at:], own)])


def with_paragraph(html: str, paragraph: str) -> str:
    """Return `html` with a paragraph that is the last of the letter's."""
    at = end_of(html)
    return html[:at] + paragraph + html[at:]


def end_of(html: str) -> int:
    """Return where a paragraph that is to be the last of a letter's has its place."""
    cut = list(tokens(html + PROBE))
    for name in ENDS:
        ends = [token.start for token in cut if token.kind == Kind.END and token.name == name]
        if ends:
            return ends[-1]
    last = cut[-1]
    if last.start == len(html):
        return last.start
    # Something has begun that has no end, and swallows what follows: a comment, a tag, a style.
    return cut[-2].start if last.kind == Kind.RAW else last.start
