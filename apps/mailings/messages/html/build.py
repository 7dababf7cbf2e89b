"""What a letter with HTML is sent as: made of its source once, at each save."""
from functools import lru_cache
from typing import NamedTuple

import css_inline
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ...models import Message
from .cleaning import cleaned
from .depth import is_too_deep
from .faults import faults_of
from .holding import Held
from .mjml import MjmlFault, html_of, unknown_elements
from .preheader import with_preheader
from .text import text_of

INLINER = css_inline.CSSInliner(
    keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
UNSEEN = {code: None for code in (0, *range(0xd800, 0xe000))}  # no HTML has these


class Built(NamedTuple):
    """HTML as letters carry it, merge fields and all, and the text part made of it.

    `faults` say in the reader's language why nothing, or not all, could be made of the source.
    """

    html: str
    text: str
    faults: tuple[str, ...] = ()


class TooDeep(Exception):
    """Nothing can be made of the source. `str()` is for the person who wrote it."""


def built(kind: str, source: str, preheader: str = "") -> Built:
    """Return what a `source` of this kind (HTML or MJML) is sent as. Nothing is ever fetched."""
    return built_in(get_language(), kind, source, preheader)


@lru_cache(maxsize=4)  # an editor's form, its save and the page after it ask for the same
def built_in(_language: str | None, kind: str, source: str, preheader: str) -> Built:
    source = source.translate(UNSEEN)
    try:
        html, faults = made(kind, source)
    except (MjmlFault, TooDeep) as fault:
        return Built("", "", (str(fault),))
    html = with_preheader(html, preheader)
    return Built(html, text_of(html), faults)


def made(kind: str, source: str) -> tuple[str, tuple[str, ...]]:
    """Return the clean HTML of a source with its styles inlined, and what is to be told of it."""
    clean, removals = cleaned(source)
    faults = faults_of(source, removals)
    refuse_depth(clean)
    if kind == Message.Kind.MJML:
        faults = (*unknown_elements(source), *faults)
        clean, _removals = cleaned(html_of(source))
        refuse_depth(clean)
    html, fault = inlined(clean)
    return html, (*faults, *fault)


def refuse_depth(html: str) -> None:
    if is_too_deep(html):
        raise TooDeep(_("The elements of this letter are nested too deep."))


def inlined(html: str) -> tuple[str, list[str]]:
    """Return `html` with its styles at the elements, or as it is where its CSS is none."""
    held = Held(html)
    faults = []
    try:
        html = held.released(INLINER.inline(held.html))
    except (css_inline.InlineError, ValueError) as error:
        faults.append(_("The styles are not inlined: %(words)s.") % {"words": error})
    # Written anew, what no tag was may have become one.
    html, _removals = cleaned(html)
    return html, faults
