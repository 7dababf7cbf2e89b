"""MJML made into HTML. Nothing is included, nothing is fetched; a fault is told with its line."""
import re

import mrml
from django.utils.translation import gettext as _

from .faults import at_line
from .holding import unused_in
from .markup import LINE_END, Kind, Token, tokens

# What is in these is HTML, with whatever liberties people take: it passes by the program.
OF_HTML = {
    "mj-text", "mj-button", "mj-table", "mj-raw", "mj-navbar-link", "mj-accordion-title",
    "mj-accordion-text", "mj-social-element"}
KNOWN = OF_HTML | {
    "mjml", "mj-head", "mj-body", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint",
    "mj-font", "mj-html-attributes", "mj-selector", "mj-html-attribute", "mj-preview", "mj-style",
    "mj-title", "mj-include", "mj-section", "mj-column", "mj-wrapper", "mj-group", "mj-hero",
    "mj-image", "mj-divider", "mj-spacer", "mj-social", "mj-navbar", "mj-accordion",
    "mj-accordion-element", "mj-carousel", "mj-carousel-image"}
POSITION = re.compile(r" in root template at position (\d+):\d+|(?: in root template)?\Z")
NO_FILES = mrml.ParserOptions(include_loader=mrml.noop_loader())


class MjmlFault(Exception):
    """The source is no MJML. `str()` is for the person who wrote it."""


def html_of(source: str) -> str:
    """Return the HTML that the MJML `source` stands for; raises MjmlFault."""
    layout = Layout(source)
    try:
        return layout.released(mrml.to_html(layout.text, NO_FILES).content)
    except OSError as error:
        raise MjmlFault(layout.explained(str(error))) from None


def unknown_elements(source: str) -> list[str]:
    """Return, with their lines, the elements that MJML does not have."""
    faults = []
    for token in tokens(source):
        if token.kind == Kind.START and token.name.startswith("mj-") and token.name not in KNOWN:
            words = _("there is no <%(name)s> in MJML") % {"name": token.name[:40]}
            faults.append(at_line(source, token.start, words))
    return faults


class Layout:
    """The elements of MJML alone: of the HTML in them each piece is a word, of as many lines."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mark = unused_in(source)
        self.inner: list[str] = []
        self.opened: list[Token] = []
        self.text = "".join(self.pieces())
        if self.opened:
            raise MjmlFault(self.not_closed(self.opened[-1]))

    def pieces(self) -> list[str]:
        pieces = []
        at = 0
        for token in tokens(self.source):
            within = self.opened[-1].name if self.opened else ""
            if within in OF_HTML:
                if token.kind == Kind.END and token.name == within:
                    begin = self.opened.pop().end
                    pieces += [self.source[at:begin], self.hold(self.source[begin:token.start])]
                    at = token.start
                continue
            pieces.append(self.source[at:token.start])
            at = token.start
            if not self.is_layout(token):
                at = token.end
                pieces.append(line_ends(self.source[token.start:token.end]))
        pieces.append(self.source[at:])
        return pieces

    def is_layout(self, token: Token) -> bool:
        """Whether the program is to see `token`; notes which elements are open."""
        if token.kind == Kind.DOCTYPE or (token.kind == Kind.COMMENT and not self.opened):
            return False
        if token.kind == Kind.START and token.name == "mj-include":
            self.note(token)
            return False
        if token.kind == Kind.END and token.name == "mj-include":
            self.note(token)
            return False
        if token.name.startswith("mj"):
            self.note(token)
        return True

    def note(self, token: Token) -> None:
        if token.kind == Kind.START and not self.source.endswith("/>", token.start, token.end):
            self.opened.append(token)
        elif token.kind == Kind.END:
            if not self.opened:
                words = _("</%(name)s> closes nothing") % {"name": token.name[:40]}
                raise MjmlFault(at_line(self.source, token.start, words))
            if self.opened[-1].name != token.name:
                raise MjmlFault(self.not_closed(self.opened[-1]))
            self.opened.pop()

    def not_closed(self, token: Token) -> str:
        words = _("<%(name)s> is not closed") % {"name": token.name[:40]}
        return at_line(self.source, token.start, words)

    def hold(self, inner: str) -> str:
        if not inner.strip():
            return inner
        self.inner.append(inner)
        return f"{self.mark}{len(self.inner) - 1}x{line_ends(inner)}"

    def released(self, html: str) -> str:
        return re.sub(rf"{self.mark}(\d+)x\n*", lambda word: self.inner[int(word[1])], html)

    def explained(self, words: str) -> str:
        """Return what the program says, with the line where it says it."""
        position = POSITION.search(words)
        if words.startswith("unable to find mjml"):
            return _("There is no <mjml> in it.")
        if position and position[1]:
            before = self.text.encode()[:int(position[1])].decode(errors="ignore")
            return at_line(self.text, len(before), _("this is not MJML"))
        return _("This is not MJML: %(words)s.") % {"words": POSITION.sub("", words)}


def line_ends(text: str) -> str:
    """Return as many line ends as `text` has, so that what follows stays on its line."""
    return "\n" * sum(1 for _end in LINE_END.finditer(text))
