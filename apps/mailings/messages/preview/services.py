"""What is shown beside an editor, in its frame, and on the page of a preview."""
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.users.models import User

from ...fields.values import fields_of
from ...models import Message
from ..ad_mark import as_sent, as_shown
from ..html.places import filled_html
from ..merge_fields import Written, filled, in_text, split
from .documents import LetterDocument, TextDocument
from .lacking import Lacking
from .people import People, Person

VIEWS = {
    "letter": gettext_lazy("Letter"), "phone": pgettext_lazy("of a letter", "Phone"),
    "dark": pgettext_lazy("of a letter", "Dark"), "text": pgettext_lazy("of a letter", "As text"),
}
PLAIN = {name: VIEWS[name] for name in ("letter", "phone")}  # of a letter without HTML
MORE_VIEWS = {"source": pgettext_lazy("of a letter", "Source"),
              "size": pgettext_lazy("of a letter", "Size")}


def preview_of(user: User, message: Message, to: int | None = None, *, view: str = "letter",
               search: str = "", lacking: Lacking | None = None) -> dict[str, Any]:
    """Return the letter of `message` to the recipient with the id `to`, and who is beside.

    Without that id, or where it is nobody's whom `user` may see, it is to the first one.
    """
    own = fields_of(message.owner_id)
    people = People(user, message.owner_id, own, search=search, lacking=lacking)
    recipient = people.chosen(to)
    person = people.as_person(recipient)
    return {
        "to": person, "view": view, "views": (VIEWS if has_html(message) else PLAIN).items(),
        "address": address_of(message, person, view),
        "before": people.neighbour(recipient, back=True) if recipient else None,
        "after": people.neighbour(recipient) if recipient else None,
        "found": people.found,
        "is_astray": bool(search or lacking) and recipient is None,
        **letter_to(person, message, [one.key for one in own]),
    }


def has_html(message: Message) -> bool:
    return message.kind != Message.Kind.TEXT


def address_of(message: Message, person: Person, view: str) -> str:
    """Return where the frame finds its document; "" of a message that was never saved."""
    if message.pk is None:
        return ""
    asked = urlencode({"to": person.pk or "", "view": view})
    return f"{reverse('mailings:letter_frame', args=[message.pk])}?{asked}"


def document_of(user: User, written: Written, owner_id: int, to: int | None,
                view: str) -> LetterDocument:
    """Return what the frame shows of a letter to the recipient with the id `to`."""
    own = fields_of(owner_id)
    people = People(user, owner_id, own)
    person = people.as_person(people.chosen(to))
    keys = [one.key for one in own]
    written = as_shown(written)
    dark = view == "dark"
    if view == "text" or not written.html:
        text = filled(split(written.body, keys), in_text(person.values))
        return TextDocument(text, dark=dark)
    return LetterDocument(filled_html(written.html, person.values, keys), dark=dark)


def letter_to(person: Person, message: Message, own: list[str]) -> dict[str, str]:
    """Return the parts of a letter, but for its HTML, as this person gets them."""
    texts = {"subject": message.subject, "preheader": message.preheader,
             "text": as_sent(message).body}
    values = in_text(person.values)
    return {name: filled(split(text, own), values) for name, text in texts.items()}


def html_to(person: Person, message: Message) -> str:
    """Return the HTML of a letter as this person gets it."""
    own = [one.key for one in fields_of(message.owner_id)]
    return filled_html(as_sent(message).html, person.values, own)
