"""The kinds of blocks: what each has, and how whatever comes is made such a block.

A block is a dict that `Message.blocks` holds: its `id`, its `kind` and the values of that kind.
"""
import re
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .values import address_of, digest_of, line_of, one_of, rich_of, text_of

Block = dict[str, Any]

MOST_BLOCKS = 100
FEWEST_COLUMNS, MOST_COLUMNS = 2, 3
ID = re.compile(r"[0-9a-f]{8}")
ALIGNS = ("left", "center")
LEVELS = ("1", "2")
WIDTHS = ("full", "half", "small")
NETWORKS = ("vk", "telegram", "whatsapp", "ok", "youtube", "dzen", "site", "email")
NETWORK_LABELS: Mapping[str, str | Promise] = {
    "vk": _("VK"), "telegram": "Telegram", "whatsapp": "WhatsApp", "ok": _("Odnoklassniki"),
    "youtube": "YouTube", "dzen": _("Dzen"), "site": _("Site"),
    "email": pgettext_lazy("social link", "E-mail")}


class Kind(NamedTuple):
    """A kind of block: its name, its icon, and what makes each of its values right."""

    label: str | Promise
    icon: str
    values: Mapping[str, Callable[[Any], Any]]


def columns_of(raw: Any) -> list[dict[str, str]]:
    """Return two or three columns."""
    given = raw if isinstance(raw, list) else []
    columns = [values_of(COLUMN, column) for column in given[:MOST_COLUMNS]]
    while len(columns) < FEWEST_COLUMNS:
        columns.append(values_of(COLUMN, {}))
    return columns


def links_of(raw: Any) -> dict[str, str]:
    """Return the addresses that there are, by network, in the order of the networks."""
    given = raw if isinstance(raw, dict) else {}
    links = {network: address_of(given.get(network)) for network in NETWORKS}
    return {network: address for network, address in links.items() if address}


def values_of(values: Mapping[str, Callable[[Any], Any]], raw: Any) -> dict[str, Any]:
    given = raw if isinstance(raw, dict) else {}
    return {name: make(given.get(name)) for name, make in values.items()}


ALIGN = partial(one_of, ALIGNS)
LONG_TEXT = partial(text_of, longest=2_000)
COLUMN = {"picture": digest_of, "alt": line_of, "html": rich_of, "url": address_of}
KINDS: dict[str, Kind] = {
    "heading": Kind(_("Heading"), "type-h1", {
        "text": line_of, "level": partial(one_of, LEVELS), "align": ALIGN}),
    "text": Kind(pgettext_lazy("kind of block", "Text"), "text-paragraph", {
        "html": rich_of, "align": ALIGN}),
    "button": Kind(_("Button"), "hand-index-thumb", {
        "text": line_of, "url": address_of, "align": ALIGN}),
    "picture": Kind(_("Picture"), "image", {
        "picture": digest_of, "alt": line_of, "url": address_of,
        "width": partial(one_of, WIDTHS)}),
    "product": Kind(_("Product"), "bag", {
        "picture": digest_of, "alt": line_of, "name": line_of, "price": line_of,
        "old_price": line_of, "text": LONG_TEXT, "button": line_of, "url": address_of}),
    "columns": Kind(_("Columns"), "layout-three-columns", {"columns": columns_of}),
    "divider": Kind(_("Divider"), "hr", {}),
    "quote": Kind(_("Quote"), "quote", {"text": LONG_TEXT, "author": line_of}),
    "social": Kind(_("Social links"), "share", {"links": links_of}),
    "footer": Kind(_("Footer"), "card-text", {"html": rich_of}),
}


def new_block(kind: str, **values: Any) -> Block:
    """Return a block of this kind, with an id of its own; values that are not given are empty."""
    return {"id": new_id(), "kind": kind, **values_of(KINDS[kind].values, values)}


def new_id() -> str:
    return secrets.token_hex(4)


def cleaned(blocks: Any) -> list[Block]:
    """Return the blocks in what may come from anywhere.

    What is of no known kind is left out, as are values that a kind has not; rich text and
    addresses are made harmless; each block has an id that no other has.
    """
    right: list[Block] = []
    ids: set[str] = set()
    for raw in blocks if isinstance(blocks, list) else []:
        if not isinstance(raw, dict) or raw.get("kind") not in list(KINDS):
            continue
        block = right_block(raw)
        if block["id"] in ids:
            block["id"] = new_id()
        ids.add(block["id"])
        right.append(block)
    return right[:MOST_BLOCKS]


def right_block(raw: Block) -> Block:
    """Return a block with the id that it came with, where that is one."""
    block = new_block(raw["kind"])
    if isinstance(raw.get("id"), str) and ID.fullmatch(raw["id"]):
        block["id"] = raw["id"]
    return block | values_of(KINDS[raw["kind"]].values, raw)
