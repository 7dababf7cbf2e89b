"""What every part of a letter of blocks asks: colours, pictures, and how values are escaped."""
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.html import escape

from ..branding.colours import mixed, readable, words_on
from ..branding.models import Branding
from ..media.models import Picture
from .kinds import Block

LETTER = 600  # pixels: how wide a letter is
SIDE = 32  # between the edge of the paper and what stands on it
INNER = LETTER - 2 * SIDE
DARK_PAGE, DARK_PAPER, DARK_TEXT = "#15171c", "#20242b", "#e8eaed"


class Look(NamedTuple):
    """The branding of a letter, and the pictures of its owner that it shows, by digest."""

    branding: Branding
    pictures: dict[str, Picture]
    is_outside: bool = False  # what is made now stands beside the paper

    @property
    def ground(self) -> str:
        return self.branding.background if self.is_outside else self.branding.paper

    @property
    def muted(self) -> str:
        """The colour of what is said quietly."""
        # On a dark ground the colour of text is no guide: it is chosen for the paper.
        return readable(mixed(self.branding.text_colour, self.ground, 0.4), self.ground)

    @property
    def line(self) -> str:
        return mixed(self.branding.paper, self.branding.text_colour, 0.14)

    @property
    def link(self) -> str:
        return readable(self.branding.accent, self.branding.paper)

    @property
    def on_accent(self) -> str:
        return words_on(self.branding.accent)


def look_of(blocks: Iterable[Block], branding: Branding) -> Look:
    """Return the look of a letter; another's pictures are not in it, whatever `blocks` say."""
    digests = set(pictures_in(blocks))
    if not digests:
        return Look(branding, {})
    rows = Picture.all_objects.filter(owner=branding.owner_id, digest__in=digests)
    return Look(branding, {picture.digest: picture for picture in rows})


def pictures_in(blocks: Iterable[Block]) -> Iterator[str]:
    """Return the digests of all pictures that `blocks` name."""
    for block in blocks:
        for part in [block, *block.get("columns", [])]:
            if part.get("picture"):
                yield part["picture"]


def tag(name: str, content: str = "", **attributes: Any) -> str:
    """Return an element of MJML; `content` is MJML already, attributes that are "" are left out."""
    written = "".join(
        f' {key.replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items() if value != "")
    return f"<{name}{written}>{content}</{name}>"


def lines(text: str) -> str:
    """Return plain text as HTML, its line ends kept."""
    return escape(text).replace("\n", "<br />")
