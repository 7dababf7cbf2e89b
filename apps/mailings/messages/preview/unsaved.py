"""The message that an editor's form would save, for its preview; nothing is written."""
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.users.models import User

from ...models import Message
from ..ad_mark_form import mark_typed
from ..services import make_letter

LONGEST = 1_000_000  # characters of a source that are looked at
Kind = Message.Kind


def unsaved_message(user: User, typed: QueryDict) -> Message:
    """Return the message of a form with these fields, its letter made; it may be half written."""
    def text(name: str, longest: int) -> str:
        return typed.get(name, "").replace("\x00", "")[:longest]

    kind = typed.get("kind", "")
    message = Message(
        owner=user, kind=kind if kind in (Kind.HTML, Kind.MJML) else Kind.TEXT,
        subject=text("subject", 255), preheader=text("preheader", 200),
        body=text("body", 100_000), source=typed.get("source", ""))
    message.ad_mark = mark_typed(typed)
    message.own_text = bool(typed.get("own_text"))
    if message.kind != Kind.TEXT:
        make_unsaved(message)
    return message


def make_unsaved(message: Message) -> None:
    """Make the letter; one that can not be made says why."""
    if len(message.source) > LONGEST:
        message.kind = Kind.TEXT
        message.body = _("This letter is too long to be shown.")
        return
    letter = make_letter(message)
    if letter.faults and not message.html:
        message.kind = Kind.TEXT
        message.body = "\n".join(letter.faults)
