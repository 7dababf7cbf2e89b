"""What of a message people wrote: its source whole, or each of its blocks, as HTML."""
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.translation import gettext as _

from ...blocks.kinds import KINDS, NETWORK_LABELS, Block, cleaned
from ...models import Message

SHOWN = "{}"  # in place of the address of a picture, which is one of the owner's


class Piece(NamedTuple):

    html: str
    block: str = ""  # which one; "" of a source, which has lines


def pieces_of(message: Message) -> list[Piece]:
    if message.kind in (Message.Kind.HTML, Message.Kind.MJML):
        return [Piece(message.source)]
    if message.kind == Message.Kind.BLOCKS:
        return [Piece(html_of(block), name_of(number, block))
                for number, block in enumerate(cleaned(message.blocks), 1)]
    return []


def name_of(number: int, block: Block) -> str:
    return _("Block %(number)d, “%(kind)s”") % {
        "number": number, "kind": KINDS[block["kind"]].label}


def html_of(block: Block) -> str:
    """Return what a block says, without looks."""
    kind = block["kind"]
    if kind == "columns":
        return "".join(map(content_of, block["columns"]))
    if kind == "social":
        return "".join(link(address, str(NETWORK_LABELS[network]))
                       for network, address in block["links"].items())
    if kind == "button":
        return button(block["url"], block["text"])
    return content_of(block)


def content_of(values: dict[str, Any]) -> str:
    return "\n".join(parts_of(values))


def parts_of(values: dict[str, Any]) -> Iterator[str]:
    """Yield the picture, the texts and the button that are among the values."""
    address = values.get("url", "")
    if values.get("picture"):
        alt = f' alt="{escape(values["alt"])}"' if values.get("alt") else ""
        picture = f'<img src="{SHOWN}"{alt}>'
        yield f'<a href="{escape(address)}">{picture}</a>' if address else picture
    for name in ("name", "price", "old_price", "text", "author"):
        yield escape(values.get(name, ""))
    yield values.get("html", "")
    if values.get("button"):
        yield link(address, values["button"])


def button(address: str, words: str) -> str:
    """Return a button as a link; one that is begun only is told of, one that is not is nothing."""
    return link(address, words) if address or words else ""


def link(address: str, words: str) -> str:
    return f'<a href="{escape(address)}">{escape(words)}</a>'
