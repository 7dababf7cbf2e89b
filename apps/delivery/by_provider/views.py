"""How a sender's letters leave by provider: its page with the limits, what was learnt, warm-up."""
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, Request, done, is_partial, refused
from apps.mailings.providers.families import BY_KEY, name_of
from apps.mailings.senders.models import Sender
from apps.users.models import User

from . import services
from .forms import LimitsForm, preset_of, values_of
from .shown import FIRST, lines_of, section

CHANGED = "paces:changed"


@FORM_METHODS
def sender_providers(request: Request, pk: int) -> HttpResponse:
    """Show a sender's limits by provider; to its owner as a form, which presets fill in."""
    sender = for_reading(request.user, Sender.objects.select_related("owner"), pk)
    is_owner = sender.owner_id == cast(User, request.user).pk
    if request.method != "POST":
        stored = {key: services.pace_of(row) for key, row in services.rows_of(sender).items()}
        return limits_page(request, sender, LimitsForm(initial=values_of(stored)), is_owner)
    if not is_owner:
        raise PermissionDenied
    preset = preset_of(request.POST.get("_preset", ""))
    if preset is not None:
        return limits_page(request, sender, LimitsForm(initial=values_of(preset)), is_owner)
    form = LimitsForm(request.POST)
    if not form.is_valid():
        return limits_page(request, sender, form, is_owner, status=422)
    try:
        services.provider_limits_save(sender=sender, limits=form.paces)
    except services.PaceRefused as why:
        return refused(request, str(why), to=sender)
    return done(request, _("The limits by provider are saved."), to=sender, changed=CHANGED)


def limits_page(request: Request, sender: Sender, form: LimitsForm, is_owner: bool,
                status: int = 200) -> HttpResponse:
    lines = lines_of(sender, timezone.now(), form)
    others = lines[len(FIRST):]
    context: dict[str, Any] = {
        "sender": sender, "form": form, "is_owner": is_owner,
        "can_change": is_owner and not sender.uses_service,
        "lines": lines[:len(FIRST)], "others": others,
        "has_others": any(form.has_any(line.pace.key) or line.asked for line in others)}
    template = "delivery/sender_providers.html"
    if is_partial(request):
        template = f"{template}#limits"
    return render(request, template, context, status=status)


@require_safe
def sender_pace(request: Request, pk: int) -> HttpResponse:
    """The part of the sender's page about its providers."""
    sender = for_reading(request.user, Sender.objects.select_related("owner"), pk)
    if not is_partial(request):
        return redirect(sender)
    is_owner = sender.owner_id == cast(User, request.user).pk
    return render(request, "delivery/_by_provider.html", section(sender, is_owner=is_owner))


@require_POST
def sender_provider_forget(request: Request, pk: int) -> HttpResponse:
    """Forget what the answers of one provider have taught."""
    sender = for_writing(request.user, Sender.objects, pk)
    key = request.POST.get("provider", "")
    if key not in BY_KEY or not services.provider_forget(sender=sender, provider=key):
        return refused(request, _("Nothing of that kind is remembered any more."), to=sender)
    return done(request, _("Forgotten: what %(provider)s has asked for") % {
        "provider": name_of(key)}, to=sender, changed=CHANGED)


@require_POST
def sender_warm_up(request: Request, pk: int) -> HttpResponse:
    """Begin the warm-up of a sender, or end it: `on` is 1 or 0."""
    sender = for_writing(request.user, Sender.objects, pk)
    try:
        words = warm_up_set(sender, request.POST.get("on") == "1")
    except services.PaceRefused as why:
        return refused(request, str(why), to=sender)
    return done(request, words, to=sender, changed=CHANGED)


def warm_up_set(sender: Sender, on: bool) -> str:
    """Begin or end the warm-up; returns what is said then. Raises PaceRefused."""
    if on:
        services.warm_up_start(sender=sender)
        return _("The warm-up has begun.")
    services.warm_up_stop(sender=sender)
    return _("The warm-up has ended: letters leave as the limits allow.")
