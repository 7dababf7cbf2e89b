"""Merge fields, kept as they were typed while programs that know nothing of them rewrite HTML."""
import re

from .markup import Kind, tokens

# As `places.FIELD`, but of words alone: what CSS has in braces has a colon.
FIELD = re.compile(r"\{[\w.\-\s&#;]{1,80}(?:\|[^{}]*)?\}")
WITHOUT_FIELDS = {"style", "script"}
MARK = re.compile("fieldx*", re.IGNORECASE)


class Held:
    """HTML whose merge fields are single words, and how they were typed."""

    def __init__(self, html: str) -> None:
        self.typed: list[str] = []
        self.mark = unused_in(html)
        self.html = "".join(self.pieces(html))

    def pieces(self, html: str) -> list[str]:
        """Return the pieces of `html`; fields are held in texts and in values of attributes."""
        pieces = []
        for token in tokens(html):
            at = token.start
            for attribute in token.attributes:
                pieces += [html[at:attribute.start], self.hold(attribute.value)]
                at = attribute.end
            rest = html[at:token.end]
            is_text = token.kind in (Kind.TEXT, Kind.RAW) and token.name not in WITHOUT_FIELDS
            pieces.append(self.hold(rest) if is_text else rest)
        return pieces

    def hold(self, text: str) -> str:
        return FIELD.sub(self.word, text) if "{" in text else text

    def word(self, field: re.Match[str]) -> str:
        self.typed.append(field[0].replace('"', "&quot;"))  # of a value in double quotes
        return f"{self.mark}{len(self.typed) - 1}x"

    def released(self, html: str) -> str:
        """Return `html`, made of the held, with its fields as they were typed."""
        return re.sub(rf"{self.mark}(\d+)x", lambda word: self.typed[int(word[1])], html)


def unused_in(html: str) -> str:
    """Return a beginning of words that stands nowhere in `html`."""
    longest = max(map(len, MARK.findall(html)), default=5)
    return "field" + "x" * (longest - 4)
