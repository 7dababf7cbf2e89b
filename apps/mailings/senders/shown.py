"""How a sender is shown: from whom, and whether letters can go by it, in a word and what to do."""
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.core.addresses import shown
from apps.jobs.models import Job

from .advice import trouble_words
from .models import Sender, is_service_offered
from .services import CHECK
from .troubles import PASSING, Trouble

LATE = timedelta(seconds=30)  # a check that takes so long waits for a process
T = Trouble
# A new password ends it, not a new check.
OF_PASSWORD = (T.LOGIN, T.APP_PASSWORD, T.LOGIN_NEEDED, T.PASSWORD_LOST, T.CREDENTIALS)


@dataclass(frozen=True)
class State:
    """A badge: its colour, its words, and what the owner can do about it."""

    colour: str
    words: str | Promise
    todo: str | Promise = ""


def sender_state(sender: Sender, *, is_being_checked: bool = False) -> State:
    """Return what matters most: what is wrong with the account, then with the address."""
    account, *address = sender_states(sender, is_being_checked=is_being_checked)
    if address and account.colour != "red":
        return address[0]
    return account


def sender_states(sender: Sender, *, is_being_checked: bool = False) -> list[State]:
    """Return the state of the account, and that of an address which is not confirmed."""
    states = [account_state(sender, is_being_checked=is_being_checked)]
    if not sender.confirmed_at:
        states.append(unconfirmed_state(sender))
    return states


def unconfirmed_state(sender: Sender) -> State:
    return State("amber", _("Not confirmed"), _(
        "A letter with a link was sent to %(address)s. Open the link, and letters can go from "
        "this address.") % {"address": shown(sender.address)})


def account_state(sender: Sender, *, is_being_checked: bool = False) -> State:
    """Return what is known of the account by which the letters leave."""
    if is_being_checked:
        return State("blue", _("Being checked…"))
    if sender.uses_service:
        if is_service_offered():
            return State("green", _("By the service's own server"))
        return State("red", _("The service's own server is not offered any more"), _(
            "Give the sender another mail server."))
    if sender.is_password_lost:
        return State("red", Trouble.PASSWORD_LOST.label, _("Enter the password again."))
    if sender.trouble:
        return trouble_state(sender)
    if sender.verified_at:
        moment = localtime(sender.verified_at)
        return State("green", _("Checked on %(day)s at %(time)s") % {
            "day": date_format(moment, "j E"), "time": date_format(moment, "TIME_FORMAT")})
    return State("amber", _("Not checked"), _("Press “Check”: it takes a few seconds."))


def trouble_state(sender: Sender) -> State:
    if sender.trouble in PASSING:
        colour = "amber"
    else:
        colour = "red"
    words = trouble_words(sender)
    return State(colour, words.what, words.todo)


def name_hint(name: str) -> str:
    """Return why mail services distrust letters from such a name; "" if they need not."""
    if "@" in name or any(unicodedata.category(char) == "So" for char in name):
        return _("Addresses and pictures in the name make mail services distrust a letter. The "
                 "name of your shop alone is best.")
    return ""


def wants_password(sender: Sender) -> bool:
    """Whether it is another login or password that the sender needs."""
    if sender.uses_service:
        return False
    return sender.is_password_lost or sender.trouble in OF_PASSWORD


def is_check_late(sender: Sender) -> bool:
    """Whether a check of the sender waits for so long that nobody may be there to make it."""
    return Job.objects.active().filter(
        kind=CHECK, owner=sender.owner_id, place__sender=sender.pk,
        created_at__lt=timezone.now() - LATE).exists()


def checked_now(owner_id: int) -> set[int]:
    """Return the ids of those senders of an owner that are being checked."""
    jobs = Job.objects.active().filter(kind=CHECK, owner=owner_id)
    return {place["sender"] for place in jobs.values_list("place", flat=True)}
