"""The preheader of a letter: the words that mail programs show beside the subject."""
from html import escape

from .markup import Kind, tokens

HIDDEN = ("display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;"
          "font-size:1px;line-height:1px;color:transparent")
# Blanks that are not shown, so that the letter's first words do not follow the preheader.
PADDING = "&#847;&zwnj;&nbsp;" * 70


def with_preheader(html: str, preheader: str) -> str:
    """Return `html` with the hidden `preheader` at the beginning of its body."""
    if not preheader:
        return html
    text = escape(preheader, quote=False)
    hidden = f'<div style="{HIDDEN}">{text}</div><div style="{HIDDEN}">{PADDING}</div>'
    at = body_begin(html)
    return html[:at] + hidden + html[at:]


def body_begin(html: str) -> int:
    for token in tokens(html):
        if token.kind == Kind.START and token.name == "body":
            return token.end
    return 0
