"""Blocks as MJML: a paper of 600 pixels on a ground, with its own colours for dark programs."""
from collections.abc import Iterable, Sequence
from itertools import takewhile

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from ..branding.colours import mixed, readable
from ..branding.models import Branding
from ..media.models import Picture
from .kinds import Block, cleaned, new_block
from .look import DARK_PAGE, DARK_PAPER, DARK_TEXT, SIDE, Look, look_of, tag
from .mjml_parts import logo, part_of, section, text
from .values import UNSEEN

LINK = {"ru": "{ссылка на письмо}", "en": "{web_version}"}
# Blanks of no width: mail programs would show the letter's first words after a short preheader.
AFTER_PREHEADER = "&#847;&#8204;&#160;" * 60


def mjml_of(blocks: list[Block], branding: Branding, preheader: str = "",
            pictures: dict[str, Picture] | None = None) -> str:
    """Return the MJML of a letter of `blocks`; each is escaped for where it stands.

    It shows these `pictures`, by digest, instead of the owner's.
    """
    blocks = cleaned(blocks)
    look = Look(branding, pictures) if pictures is not None else look_of(blocks, branding)
    language = branding.owner.language or settings.LANGUAGE_CODE
    with translation.override(language):
        body = top(look, LINK.get(language, LINK["en"])) + paper_and_footer(blocks, look)
        head = head_of(look, title_of(blocks, branding), preheader)
    letter = tag("mjml", head + tag(
        "mj-body", body, background_color=branding.background, css_class="v-page"), lang=language)
    return UNSEEN.sub("", letter)


def title_of(blocks: Iterable[Block], branding: Branding) -> str:
    """Return what a browser's tab says of the letter."""
    headings = (block["text"] for block in blocks if block["kind"] == "heading")
    return next(filter(None, headings), "") or branding.company or _("Letter")


def head_of(look: Look, title: str, preheader: str) -> str:
    preview = tag("mj-preview", escape(preheader) + AFTER_PREHEADER) if preheader else ""
    return tag("mj-head", "".join([
        tag("mj-title", escape(title)), preview, defaults(look.branding),
        tag("mj-raw", '<meta name="color-scheme" content="light dark" />'
                      '<meta name="supported-color-schemes" content="light dark" />'),
        tag("mj-style", style(look))]))


def defaults(branding: Branding) -> str:
    return tag("mj-attributes", "".join([
        tag("mj-all", font_family=branding.font),
        tag("mj-text", padding="0", font_size="16px", line_height="25px",
            color=branding.text_colour),
        tag("mj-image", padding="0"),
        tag("mj-button", font_size="16px", font_weight="bold", line_height="22px",
            inner_padding="13px 28px", border_radius="6px")]))


def style(look: Look) -> str:
    """Return the rules: the first are written into elements, `@media` stays a rule."""
    dark_link = readable(look.branding.accent, DARK_PAPER)
    outside = look._replace(is_outside=True)
    muted = mixed(DARK_TEXT, DARK_PAPER, 0.35)
    return f"""
.v-text p {{ margin: 0 0 12px; }}
.v-text p:last-child, .v-text ul:last-child, .v-text ol:last-child {{ margin-bottom: 0; }}
.v-text ul, .v-text ol {{ margin: 0 0 12px; padding: 0 0 0 24px; }}
.v-text li {{ margin: 0 0 4px; }}
.v-text h1, .v-text h2 {{ margin: 0; font-size: inherit; line-height: inherit; }}
.v-text a {{ color: {look.link}; }}
.v-footer a {{ color: inherit; }}
.v-top a {{ color: {outside.muted}; }}
.v-quote div {{ padding-left: 18px; }}
@media (max-width: 479px) {{
  .v-beside > table > tbody > tr > td {{ padding-left: 0 !important; }}
}}
@media (prefers-color-scheme: dark) {{
  body, .v-page {{ background: {DARK_PAGE} !important; }}
  .v-paper, .v-paper table {{ background: {DARK_PAPER} !important; }}
  .v-text div, .v-text a.v-name {{ color: {DARK_TEXT} !important; }}
  .v-text a {{ color: {dark_link} !important; }}
  .v-muted div, .v-text .v-muted {{ color: {muted} !important; }}
  .v-footer div, .v-footer a, .v-top div, .v-top a {{ color: {muted} !important; }}
  .v-line p {{ border-top-color: #3b414b !important; }}
  .v-logo img {{ background: #ffffff; border-radius: 6px; }}
}}
"""


def top(look: Look, address: str) -> str:
    """The small link at the top of each letter."""
    look = look._replace(is_outside=True)
    words = tag("a", escape(_("Open in a browser")), href=address)
    return section(
        text(words, align="center", font_size="12px", line_height="18px",
             color=look.muted, css_class="v-top"), f"14px {SIDE}px")


def paper_and_footer(blocks: Sequence[Block], look: Look) -> str:
    """The letter on its paper, and below it the footers that it ends with.

    Requisites stand below each letter, if it has no footer that says something else.
    """
    if not any(block["kind"] == "footer" for block in blocks):
        blocks = [*blocks, new_block("footer")]
    beside = look._replace(is_outside=True)
    below = list(takewhile(lambda block: block["kind"] == "footer", reversed(blocks)))
    above = blocks[:len(blocks) - len(below)]
    head = logo(look)
    shown = head + "".join(part_of(block, look) for block in above)
    outside = "".join(part_of(block, beside) for block in reversed(below))
    paper = ""
    if shown:
        paper = tag("mj-wrapper", shown, background_color=look.branding.paper, css_class="v-paper",
                    border_radius="10px", padding="8px 0 22px" if head else "20px 0 22px")
    if outside:
        paper += tag("mj-wrapper", outside, padding="14px 0 30px")
    return paper
