"""Every change of a message's blocks: one at a time, by the block's id, and each can be undone."""
import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

from ..messages.services import message_save
from ..models import BlockStep, Message
from .kinds import KINDS, MOST_BLOCKS, Block, cleaned, new_block, new_id, values_of

Made = TypeVar("Made")
STEPS = 30  # of each message that can be undone


class BlockGone(Exception):
    """The block is not in the message, or not any more."""


class TooManyBlocks(Exception):
    """The message has as many blocks as it may have."""


class BlockChanged(Exception):
    """The block was changed in another window since it was opened."""


def block_in(blocks: list[Block], block_id: str) -> Block:
    return blocks[place_of(blocks, block_id)]


def place_of(blocks: list[Block], block_id: str) -> int:
    for place, block in enumerate(blocks):
        if block["id"] == block_id:
            return place
    raise BlockGone


def version_of(block: Block) -> str:
    """Return what a form of the block sends along, to tell whether it was changed meanwhile."""
    return hashlib.sha256(json.dumps(block, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def changed(message: Message, what: str, change: Callable[[list[Block]], Made]) -> Made:
    """Have `change` change the blocks of `message`; keep what they were, to be undone.

    The stored blocks are changed, whatever `message` had: another window's changes stay. Where
    `change` changes nothing, nothing is written.
    """
    before = locked_blocks(message)
    blocks = cleaned(copy.deepcopy(before))
    made = change(blocks)
    if blocks != before:
        BlockStep.objects.create(message=message, blocks=before, what=what)
        old = message.steps.values_list("pk", flat=True)[STEPS:]
        BlockStep.objects.filter(pk__in=list(old)).delete()
        message.blocks = blocks
        message_save(message=message, fields={"blocks"})
    return made


def locked_blocks(message: Message) -> list[Block]:
    """Return the stored blocks; the row stays locked, and `message` is as it is stored."""
    message.refresh_from_db(from_queryset=Message.all_objects.select_for_update(of=("self",)))
    blocks: list[Block] = message.blocks
    return blocks


def block_add(*, message: Message, kind: str, after: str | None = None,
              values: dict[str, Any] | None = None) -> Block:
    """Add a block below the block `after`; at the top where that is "", by default at the end.

    Raises TooManyBlocks.
    """
    def add(blocks: list[Block]) -> Block:
        place = len(blocks)
        if after is not None:
            place = place_below(blocks, after)
        return inserted(blocks, place, new_block(kind, **(values or {})))

    return changed(message, "add", add)


def place_below(blocks: list[Block], after: str) -> int:
    """Return where a block below `after` stands; at the end where that one is gone."""
    if not after:
        return 0
    try:
        return place_of(blocks, after) + 1
    except BlockGone:
        return len(blocks)


def inserted(blocks: list[Block], place: int, block: Block) -> Block:
    if len(blocks) >= MOST_BLOCKS:
        raise TooManyBlocks
    blocks.insert(place, block)
    return block


def block_save(*, message: Message, block_id: str, values: dict[str, Any],
               seen: str = "") -> Block:
    """Write the values of a block. Raises BlockGone, and BlockChanged if it is not as `seen`."""
    def save(blocks: list[Block]) -> Block:
        block = block_in(blocks, block_id)
        if seen and version_of(block) != seen:
            raise BlockChanged
        block.update(values_of(KINDS[block["kind"]].values, values))
        return block

    return changed(message, "edit", save)


def block_move(*, message: Message, block_id: str, to: str) -> Block:
    """Move a block `up`, `down`, or to a place counted from 0. Raises BlockGone."""
    def move(blocks: list[Block]) -> Block:
        place = place_of(blocks, block_id)
        steps = {"up": place - 1, "down": place + 1}
        target = steps[to] if to in steps else int(to)
        block = blocks.pop(place)
        blocks.insert(min(max(target, 0), len(blocks)), block)
        return block

    return changed(message, "move", move)


def block_copy(*, message: Message, block_id: str) -> Block:
    """Put a copy of a block below it. Raises BlockGone and TooManyBlocks."""
    def double(blocks: list[Block]) -> Block:
        place = place_of(blocks, block_id)
        return inserted(blocks, place + 1, {**copy.deepcopy(blocks[place]), "id": new_id()})

    return changed(message, "copy", double)


def block_delete(*, message: Message, block_id: str) -> Block | None:
    """Take a block out; return the one that stands in its place then. Raises BlockGone."""
    def delete(blocks: list[Block]) -> Block | None:
        place = place_of(blocks, block_id)
        del blocks[place]
        return blocks[min(place, len(blocks) - 1)] if blocks else None

    return changed(message, "delete", delete)


@transaction.atomic
def blocks_undo(*, message: Message) -> str:
    """Bring back what the blocks were before the last change; return what that was, or ""."""
    locked_blocks(message)
    step = message.steps.first()
    if step is None:
        return ""
    message.blocks = step.blocks
    step.delete()
    message_save(message=message, fields={"blocks"})
    return step.what


@transaction.atomic
def head_save(*, message: Message, subject: str, preheader: str,
              ad_mark: dict[str, str]) -> None:
    locked_blocks(message)
    message.subject = subject
    message.preheader = preheader
    message.ad_mark = ad_mark
    message_save(message=message, fields={"subject", "preheader", "ad_mark"})


@transaction.atomic
def text_save(*, message: Message, body: str | None) -> None:
    """Write the text part; None has it made of the blocks from now on."""
    locked_blocks(message)
    message.own_text = body is not None
    if body is not None:
        message.body = body
    message_save(message=message, fields={"own_text", "body"})
