"""What a person has written to their owner, for the file of all that is known of them."""
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.addresses import shown
from apps.mailings.dossier.sections import Section, moment
from apps.mailings.models import Recipient

from .models import InboundLetter


def letters_from(recipient: Recipient) -> Section:
    letters = InboundLetter.objects.owned_by(recipient.owner).filter(
        Q(recipient=recipient) | Q(from_address__iexact=recipient.email))
    rows: list[tuple[str, ...]] = [
        (moment(letter.received_at), letter.get_kind_display(), shown(letter.from_address),
         f"{letter.subject}\n{letter.text}".strip()) for letter in letters]
    head = (capfirst(_("time")), capfirst(_("kind")), capfirst(_("from")), capfirst(_("text")))
    return Section(_("Letters from them"), rows, head)
