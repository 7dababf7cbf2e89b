"""What the editor shows of a block: a line of its words, and what is missing in it."""
from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.text import Truncator

from ..branding.models import Branding
from ..models import BlockStep
from .kinds import KINDS, NETWORK_LABELS, Block
from .look import Look, look_of
from .mjml_parts import part_of
from .plain import words_of

LONGEST = 140
EMPTY: Mapping[str, str | Promise] = {
    "button": gettext_lazy("A button needs words and an address; it is left out of the letter."),
    "picture": gettext_lazy("No picture is chosen yet; the block is left out of the letter."),
    "social": gettext_lazy(
        "No addresses, neither here nor in the branding; the block is left out of the letter."),
    "footer": gettext_lazy(
        "Nothing is written here or in the branding's requisites; left out of the letter."),
}
UNDONE: Mapping[str, str | Promise] = {
    "add": gettext_lazy("Adding a block"), "edit": gettext_lazy("Changing a block"),
    "move": gettext_lazy("Moving a block"), "copy": gettext_lazy("Copying a block"),
    "delete": gettext_lazy("Deleting a block"),
}


class Card(NamedTuple):
    """A block in the editor's list."""

    id: str
    kind: str
    label: str
    icon: str
    words: str
    problem: str
    picture: str  # digest
    number: int  # from 1
    is_first: bool
    is_last: bool

    @property
    def anchor(self) -> str:
        return f"block-{self.id}"


def cards_of(blocks: list[Block], branding: Branding) -> list[Card]:
    look = look_of(blocks, branding)
    return [card_of(block, look, number, len(blocks)) for number, block in enumerate(blocks, 1)]


def card_of(block: Block, look: Look, number: int, count: int) -> Card:
    kind = KINDS[block["kind"]]
    return Card(
        block["id"], block["kind"], str(kind.label), kind.icon,
        Truncator(" ".join(words_in(block, look).split())).chars(LONGEST),
        problem_of(block, look), shown_picture(block, look), number, number == 1,
        number == count)


def problem_of(block: Block, look: Look) -> str:
    """Return what keeps the block, or what it says, from being seen; "" for nothing."""
    if not part_of(block, look):
        return str(EMPTY.get(block["kind"], _("It is empty yet, and left out of the letter.")))
    if missing := pictures_without_words(block, look):
        return _("Say what the picture shows: many programs show these words first.") \
            if missing == 1 else _("Say what the pictures show: many programs show these words "
                                   "first.")
    return ""


def pictures_without_words(block: Block, look: Look) -> int:
    parts = [block, *block.get("columns", [])]
    return sum(part.get("picture") in look.pictures and not (part["alt"] or part.get("name"))
               for part in parts)


def shown_picture(block: Block, look: Look) -> str:
    for part in [block, *block.get("columns", [])]:
        if part.get("picture") in look.pictures:
            return str(part["picture"])
    return ""


def words_in(block: Block, look: Look) -> str:
    return WORDS[block["kind"]](block, look)


def joined(*words: str) -> str:
    return " · ".join(filter(None, words))


WORDS: Mapping[str, Callable[[Block, Look], str]] = {
    "heading": lambda block, look: block["text"],
    "text": lambda block, look: words_of(block["html"].replace("</p>", "</p> ")),
    "button": lambda block, look: joined(block["text"], block["url"]),
    "picture": lambda block, look: block["alt"],
    "product": lambda block, look: joined(block["name"], block["price"]),
    "columns": lambda block, look: joined(
        *(words_of(column["html"].replace("</p>", "</p> ")) for column in block["columns"])),
    "divider": lambda block, look: "",
    "quote": lambda block, look: joined(block["text"], block["author"]),
    "social": lambda block, look: joined(
        *(str(NETWORK_LABELS[name]) for name in block["links"] or look.branding.social
          if name in NETWORK_LABELS)),
    "footer": lambda block, look: words_of(block["html"]) or look.branding.requisites,
}


def undo_words(step: BlockStep | None) -> str:
    """Return what an undo would take back; "" where there is nothing."""
    return str(UNDONE.get(step.what, "")) if step else ""
