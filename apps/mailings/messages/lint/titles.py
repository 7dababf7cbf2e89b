"""How features of the table are called for people, and what to do about them."""
import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .features import NO, Finding

Words = str | Promise
SPECIAL: Mapping[str, Words] = {
    "amp": gettext_lazy("AMP in a letter"),
    "bimi": gettext_lazy("BIMI: the sender's mark"),
    "css-column-layout-properties": gettext_lazy("Text in columns (columns)"),
    "css-comments": gettext_lazy("Comments in CSS"),
    "css-display-flex": gettext_lazy("Layout by display:flex"),
    "css-display-grid": gettext_lazy("Layout by display:grid"),
    "css-display-none": gettext_lazy("Hiding by display:none"),
    "css-flex-direction": gettext_lazy("Layout by flex-direction:column"),
    "css-flex-wrap": gettext_lazy("Layout by flex-wrap:wrap"),
    "css-important": gettext_lazy("The mark !important in CSS"),
    "css-inert-attribute": gettext_lazy("Attribute inert"),
    "css-intrinsic-size": gettext_lazy("Sizes by the content: fit-content, min-content"),
    "css-nesting": gettext_lazy("CSS rules within rules"),
    "css-variables": gettext_lazy("CSS variables (var)"),
    "css-sytem-ui": gettext_lazy("Fonts of the system: system-ui, ui-serif…"),
    "css-selector-adjacent-sibling": gettext_lazy("CSS selector of a neighbour (h1 + p)"),
    "css-selector-attribute": gettext_lazy("CSS selector by an attribute ([title])"),
    "css-selector-chaining": gettext_lazy("CSS selector of several classes (.a.b)"),
    "css-selector-child": gettext_lazy("CSS selector of a child (td > p)"),
    "css-selector-class": gettext_lazy("CSS selector by a class (.a)"),
    "css-selector-descendant": gettext_lazy("CSS selector of what is within (td p)"),
    "css-selector-general-sibling": gettext_lazy("CSS selector of what follows (h1 ~ p)"),
    "css-selector-grouping": gettext_lazy("Several CSS selectors (h1, h2)"),
    "css-selector-id": gettext_lazy("CSS selector by an id (#a)"),
    "css-selector-type": gettext_lazy("CSS selector by an element (p)"),
    "css-selector-universal": gettext_lazy("CSS selector of everything (*)"),
    "html-anchor-links": gettext_lazy("Links within the letter (#…)"),
    "html-comments": gettext_lazy("Comments in HTML"),
    "html-doctype": gettext_lazy("The doctype of HTML5"),
    "html-image-maps": gettext_lazy("Pictures with several links (<map>)"),
    "html-lists": gettext_lazy("Lists (<ul>, <ol>, <dl>)"),
    "html-mailto-links": gettext_lazy("Links that write a letter (mailto:)"),
    "html-meta-color-scheme": gettext_lazy("The mark of a dark scheme (<meta name=color-scheme>)"),
    "html-semantics": gettext_lazy("Elements of HTML5: <article>, <section>, <time>…"),
    "html-svg": gettext_lazy("A drawing in the letter (<svg>)"),
    "image-apng": gettext_lazy("Animated PNG"),
    "image-base64": gettext_lazy("A picture written into the letter (data:)"),
    "image-mp4": gettext_lazy("A video in place of a picture"),
}
PROPERTY = gettext_lazy("CSS property %(name)s")
FUNCTION = gettext_lazy("CSS function %(name)s")
KINDS: tuple[tuple[str, Words], ...] = (
    ("css-pseudo-", gettext_lazy("CSS selector %(name)s")),
    ("css-at-", gettext_lazy("CSS rule %(name)s")),
    ("css-function-", FUNCTION),
    ("css-unit-", gettext_lazy("CSS value %(name)s")),
    ("css-", PROPERTY),
    ("image-", gettext_lazy("A picture of the format %(name)s")),
)
TAIL = re.compile(
    r" (?:element|attributes?|image format|unit|property|CSS property|function|shorthand|keyword|"
    r"meta tag)\s*\Z")


def title_of(slug: str, title: str) -> str:
    """Return how people call a feature, in the reader's language."""
    name = TAIL.sub("", title).removeprefix("CSS ")
    if slug in SPECIAL:
        return str(SPECIAL[slug])
    if slug.startswith("html-"):
        words = _("Attribute %(name)s") if "attribute" in title else _("Element %(name)s")
        return words % {"name": name if "attribute" in title or "<" in name else f"<{name}>"}
    kind = next(kind for first, kind in KINDS if slug.startswith(first))
    if kind is PROPERTY and name.endswith(")"):
        kind = FUNCTION
    return str(kind) % {"name": name[:1].upper() + name[1:] if slug.startswith("image-") else name}


AS_TABLE = gettext_lazy("Columns fall apart there: a table holds in every mail program.")
AS_IT_STANDS = gettext_lazy(
    "The element stays there where it stands in the text: let nothing lie over anything.")
STILL = gettext_lazy("Nothing moves there: let the letter say all without it.")
OTHER_FORMAT = gettext_lazy("Save the picture as JPG or PNG.")
ON_SITE = gettext_lazy("Lead to a form on your site by a link.")
PLAIN_VALUE = gettext_lazy("Write a plain value before it, for those who do not know this one.")
IN_SIGHT = gettext_lazy("What you hide is seen there: let the letter read well with it.")
WITH_COLOUR = gettext_lazy(
    "Give a background colour as well: the text must be readable without the picture.")
DECORATION = gettext_lazy("It decorates, no more: the letter is fine without it.")
SIZE = gettext_lazy("For Outlook, give sizes to tables and their cells.")
IN_STYLE = gettext_lazy("Styles from elsewhere are not loaded: put the rules into <style>.")
IN_WORDS = gettext_lazy("Write in the text what it adds.")
INLINED = gettext_lazy(
    "When sending, we write the rules into the elements, so most of them work; what stays in "
    "<style> alone, as @media, does not work there.")

ADVICE: Mapping[Words, tuple[str, ...]] = {
    AS_TABLE: ("css-display-flex", "css-display-grid", "css-align-items", "css-justify-content",
               "css-gap", "css-flex-direction", "css-flex-wrap", "css-grid-template", "css-float",
               "css-clear", "css-column-count", "css-column-layout-properties"),
    AS_IT_STANDS: ("css-position", "css-left-right-top-bottom", "css-z-index", "css-inset"),
    STILL: ("css-animation", "css-at-keyframes", "css-transition", "css-transform", "image-apng",
            "html-marquee"),
    OTHER_FORMAT: ("html-svg", "image-svg", "image-webp", "image-avif", "image-heif", "image-tiff",
                   "image-bmp", "image-ico", "image-hdr", "image-mp4"),
    ON_SITE: ("html-form", "html-input-text", "html-input-checkbox", "html-input-radio",
              "html-input-hidden", "html-input-submit", "html-input-reset", "html-select",
              "html-textarea", "html-button-submit", "html-button-reset", "html-required"),
    PLAIN_VALUE: ("css-variables", "css-unit-calc", "css-function-clamp", "css-function-min",
                  "css-function-max", "css-function-light-dark", "css-modern-color",
                  "css-unit-vw", "css-unit-vh", "css-unit-vmin", "css-unit-vmax", "css-unit-rem",
                  "css-unit-ch", "css-unit-initial", "css-rgba"),
    IN_SIGHT: ("css-display-none", "css-visibility", "css-opacity", "html-hidden",
               "css-max-height", "css-overflow"),
    WITH_COLOUR: ("css-background", "css-background-image", "html-background",
                  "css-background-size", "css-background-position", "css-background-repeat",
                  "css-linear-gradient", "css-radial-gradient", "css-conic-gradient"),
    DECORATION: ("css-border-radius", "css-box-shadow", "css-text-shadow", "css-filter",
                 "css-backdrop-filter", "css-cursor", "css-outline"),
    SIZE: ("css-width", "css-height", "css-max-width", "css-min-width", "css-padding",
           "css-margin", "css-box-sizing", "css-min-height"),
    IN_STYLE: ("html-link", "css-at-import"),
    IN_WORDS: ("css-pseudo-element-before", "css-pseudo-element-after"),
    INLINED: ("html-style", "css-selector-class", "css-selector-id", "css-selector-type",
              "css-selector-descendant", "css-selector-child", "css-selector-grouping",
              "css-selector-chaining", "css-selector-attribute", "css-selector-adjacent-sibling",
              "css-selector-general-sibling", "css-selector-universal"),
    gettext_lazy("The letter looks there as on a wide screen: let it be readable so too."): (
        "css-at-media", "css-at-media-orientation"),
    gettext_lazy("There the mail program darkens the letter in its own way."): (
        "css-at-media-prefers-color-scheme", "css-color-scheme", "html-meta-color-scheme"),
    gettext_lazy("Name a font that everybody has after yours: Arial, Georgia, Verdana."): (
        "css-at-font-face", "css-sytem-ui"),
    gettext_lazy("Show a picture of it that links to the page where it plays."): (
        "html-video", "html-audio"),
    gettext_lazy("Upload it among your pictures, and use its address."): ("image-base64",),
    gettext_lazy("What <img src> names is shown there: let it be the right one."): (
        "html-picture", "html-srcset"),
    gettext_lazy("Write every address whole, from https:// on."): ("html-base",),
}
BY_SLUG = {slug: words for words, slugs in ADVICE.items() for slug in slugs}


def advice_of(finding: Finding) -> Words:
    """Return what to do, or what is seen instead."""
    if finding.slug in BY_SLUG:
        return BY_SLUG[finding.slug]
    if finding.level == NO:
        return _("There the letter is shown without it: see that it reads well so.")
    return _("There it works in part.")
