"""Designs: letters of blocks to start from, in Russian and in English."""
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.users.models import User

from ..blocks.kinds import Block, cleaned
from ..blocks.mjml import mjml_of
from ..branding.services import branding_of
from ..media.models import Picture
from ..media.services import address_of, picture_add
from ..messages.html.build import built
from ..messages.html.places import filled_html
from ..messages.merge_fields import values_of
from ..messages.services import message_save
from ..models import Message
from . import english, russian
from .letters import Letter
from .pictures import drawn, size_of

LETTERS = {"ru": russian.LETTERS, "en": english.LETTERS}
READERS = {"ru": ("anna@example.com", "Анна Петровна Смирнова"),
           "en": ("anna@example.com", "Anna Smith")}
EMPTY = "empty"
Illustrate = Callable[[str, str], str]  # the name of a picture and its alt text to a digest


class Design(NamedTuple):
    """A letter to start from: how it is called, and one line of what it is for."""

    key: str
    name: str | Promise
    about: str | Promise


DESIGNS = [
    Design("news", pgettext_lazy("design", "News"),
           _("What has changed: two novelties, one more story, a word from a customer.")),
    Design("sale", pgettext_lazy("design", "Sale"),
           _("Products with old and new prices, and one big button.")),
    Design("invitation", pgettext_lazy("design", "Invitation"),
           _("When, where and how much, as on a card.")),
    Design("birthday", pgettext_lazy("design", "Birthday"),
           _("A present and the word that opens it.")),
    Design("order", pgettext_lazy("design", "Order"),
           _("What was ordered, when it comes and what it costs.")),
    Design("prices", pgettext_lazy("design", "Price list"),
           _("Goods and prices by sections, for regular customers.")),
    Design("survey", pgettext_lazy("design", "Survey"),
           _("One question with three faces for an answer.")),
    Design("plain", pgettext_lazy("design", "Plain letter"),
           _("Only words, as from one person to another.")),
]
DESIGN_KEYS = frozenset([EMPTY, *(design.key for design in DESIGNS)])


def designs() -> list[Design]:
    return DESIGNS


@transaction.atomic
def message_from_design(*, owner: User, key: str, language: str) -> Message:
    """Add a message that is as the design `key` in a `language`; its pictures are the owner's."""
    letter = LETTERS[language][key]
    add = partial(picture_for, owner, branding_of(owner).accent)
    return message_save(message=message_of(owner, letter, add))


def message_of(owner: User, letter: Letter, illustrate: Illustrate) -> Message:
    """Return a message that says what a design's `letter` does; it is not saved."""
    return Message(
        owner=owner, kind=Message.Kind.BLOCKS, subject=letter.subject,
        preheader=letter.preheader, blocks=cleaned(illustrated(letter.blocks, illustrate)))


def illustrated(blocks: list[Block], illustrate: Illustrate) -> list[Block]:
    """Return `blocks` with digests of pictures where a design has their names."""
    blocks = deepcopy(blocks)
    for block in blocks:
        for holder in (block, *block.get("columns", ())):
            if holder.get("picture"):
                holder["picture"] = illustrate(holder["picture"], holder["alt"])
    return blocks


def picture_for(owner: User, accent: str, name: str, alt: str) -> str:
    """Draw a picture, keep it in the owner's library, and return its digest; "" if it is full."""
    upload = SimpleUploadedFile(f"{alt}.png", drawn(name, accent), "image/png")
    try:
        return picture_add(owner, upload, alt).digest
    except ValidationError:
        return ""


def html_of_design(*, owner: User, key: str, language: str) -> str:
    """Return the HTML of a design as somebody would get it; nothing is stored.

    Its pictures are in it, as their addresses exist only once they are in somebody's library.
    """
    branding = branding_of(owner)
    pictures: dict[str, Picture] = {}

    def sketch(name: str, _alt: str) -> str:
        digest = sha256(name.encode()).hexdigest()
        width, height = size_of(name)
        pictures[digest] = Picture(digest=digest, name=name, width=width, height=height)
        return digest

    message = message_of(owner, LETTERS[language][key], sketch)
    mjml = mjml_of(message.blocks, branding, message.preheader, pictures)
    html = filled_html(built(Message.Kind.MJML, mjml).html, values_of(*READERS[language]))
    for digest, picture in pictures.items():
        content = b64encode(drawn(picture.name, branding.accent)).decode()
        html = html.replace(address_of(digest), f"data:image/png;base64,{content}")
    return html
