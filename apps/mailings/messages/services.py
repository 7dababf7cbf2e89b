"""Every write of a message, with all that follows from it: what its letters are made of."""
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from ..blocks.mjml import mjml_of
from ..blocks.plain import blocks_of_text
from ..branding.services import branding_of
from ..models import Attachment, Message
from ..search import sort_name_of
from ..services import write
from ..versions import check_version
from .html.build import Built, built
from .plain_letters import source_of_text

CONTENT = {"subject", "preheader", "body", "source", "blocks", "own_text"}
COPIED = ("subject", "body", "kind", "preheader", "source", "blocks", "own_text",
          "ad_mark")


@transaction.atomic
def message_save(*, message: Message, fields: Collection[str] | None = None,
                 seen: datetime | None = None) -> Message:
    """Add `message`, or write those `fields` of one that is there. Returns it.

    What its letters carry (`html`, and the text part that nobody wrote) is made anew. Raises
    ChangedElsewhere when it was changed after `seen`.
    """
    check_version(message, seen)
    if message.kind != Message.Kind.TEXT:
        make_letter(message)
        fields = fields and {*fields, "html", "body"}
    write(message, fields)
    for mailing in message.mailings.filter(name="")[:1]:
        message.mailings.filter(name="").update(sort_name=sort_name_of(mailing))
    return message


def make_letter(message: Message) -> Built:
    """Set `html`, and unless a person wrote it `body`, of a message that has HTML."""
    if message.kind == Message.Kind.BLOCKS:
        source = mjml_of(message.blocks, branding_of(message.owner), message.preheader)
        letter = built(Message.Kind.MJML, source)
    else:
        letter = built(message.kind, message.source, message.preheader)
    message.html = letter.html
    if not message.own_text:
        message.body = letter.text
    return letter


@transaction.atomic
def message_copy(*, message: Message, kind: str | None = None) -> Message:
    """Return a new message that says the same, with the same attachments.

    Of another `kind` it starts from the text part: nothing is converted silently. The subject is
    what people read, so it stays.
    """
    copy = Message(owner=message.owner)
    for name in COPIED:
        setattr(copy, name, getattr(message, name))
    if kind and kind != message.kind:
        copy = message_of_text(message, kind)
    message_save(message=copy)
    Attachment.objects.bulk_create(
        Attachment(message=copy, **attachment.snapshot)
        for attachment in message.attachments.all())
    return copy


def message_of_text(message: Message, kind: str) -> Message:
    """Return a new message of this kind, not saved, that begins with the text of `message`."""
    copy = Message(owner=message.owner, subject=message.subject, body=message.body, kind=kind,
                   ad_mark=message.ad_mark)
    if kind == Message.Kind.TEXT:
        return copy
    copy.preheader = message.preheader
    if kind == Message.Kind.BLOCKS:
        copy.blocks = blocks_of_text(message.body)
    else:
        copy.source = source_of_text(message.body, kind)
    return copy
