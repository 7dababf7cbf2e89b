"""From whom a mailing's letters come: the form's field, and words for its pages."""
from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.addresses import shown
from apps.users.models import User

from ..models import Sender
from ..senders.models import SenderQuerySet
from ..senders.readiness import sender_refusal


class SenderField(forms.ModelChoiceField):
    """One of the owner's senders, or the service itself."""

    def __init__(self) -> None:
        super().__init__(Sender.objects.none(), label=gettext_lazy("From whom"), required=False)

    def label_from_instance(self, obj: Any) -> str:
        return choice_words(obj)


def sender_choices(owner: User, stay: Collection[int]) -> SenderQuerySet:
    """Return the senders of `owner`: deleted ones only where their ids are among those to `stay`.
    """
    own: SenderQuerySet = Sender.all_objects.owned_by(owner)
    return own.filter(Q(deleted_at=None) | Q(pk__in=stay))


def choice_words(sender: Sender) -> str:
    """Return what the form calls `sender`, with what it needs before a letter can go by it."""
    words = f"{sender.name} <{shown(sender.address)}>"
    if sender.uses_service:
        words = _("%(name)s, answers to %(address)s") % {
            "name": sender.name, "address": shown(sender.reply_to or sender.address)}
    need = need_words(sender)
    return f"{words}: {need}" if need else words


def need_words(sender: Sender) -> str:
    """Return what `sender` needs before a letter can go by it, in a few words; "" of nothing."""
    if sender.deleted_at:
        return _("deleted, choose another one")
    if not sender.confirmed_at:
        return _("the address is not confirmed")
    if sender_refusal(sender):
        return _("can not send now")
    return ""


def without_sender() -> str:
    """Return what the form calls a mailing without a sender."""
    return _("%(service)s, without a sender of your own") % {
        "service": settings.DEFAULT_FROM_EMAIL}


def service_name() -> str:
    """Return the name that letters without a sender come from."""
    name = settings.DEFAULT_FROM_EMAIL.partition("<")[0].strip(' "')
    return name or settings.DEFAULT_FROM_EMAIL
