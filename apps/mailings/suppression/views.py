"""Addresses that are not written to: the list, add by hand, write again, undo."""
from datetime import datetime
from typing import Any, cast

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_writing
from apps.core.addresses import shown
from apps.core.htmx import FORM_METHODS, Request, done, refused, render_form, render_list
from apps.core.listing import search_text, sorted_page
from apps.users.models import User

from ..models import Recipient, Suppression
from ..services import UNDO_FOR
from . import services
from .forms import NoteForm, SuppressionForm
from .marks import add_people

SORTS = {"since": "created_at"}
CHANGED = "recipients:changed"  # they show it
LIFTED = "lifted"  # in the session: what may be undone yet


@require_safe
def suppression_list(request: Request) -> HttpResponse:
    """The person's suppressed addresses, newest first."""
    q = search_text(request)
    rows = Suppression.objects.owned_by(request.user)
    if q:
        rows = rows.matching(q)
    reason = request.GET.get("reason", "")
    if reason in Suppression.Reason:
        rows = rows.filter(reason=reason)
    rows = rows.select_related("delivery__run__mailing__message")
    listing = sorted_page(request, rows, SORTS, "-since")
    add_people(listing["page"])
    return render_list(request, "mailings/suppression_list.html", {
        **listing, "q": q, "reason": reason, "reasons": Suppression.Reason.choices})


@FORM_METHODS
def suppression_create(request: Request) -> HttpResponse:
    """Put one or many addresses on the list."""
    form = SuppressionForm(request.POST or None)
    if not form.is_valid():
        return render_form(request, "ui/form_page.html", {
            "form": form, "heading": _("Whom not to write to"),
            "submit_label": _("Put on the list"), **way_back()})
    emails = form.cleaned_data["emails"]
    added = services.addresses_suppress(
        owner=cast(User, request.user), emails=emails, note=form.cleaned_data["note"])
    words = []
    if added:
        words.append(ngettext(
            "We no longer write to %(n)s address.", "We no longer write to %(n)s addresses.",
            added) % {"n": intcomma(added)})
    if known := len(emails) - added:
        words.append(ngettext(
            "%(n)s was on the list already.", "%(n)s were on the list already.",
            known) % {"n": intcomma(known)})
    return done(request, " ".join(words), to=reverse("mailings:suppression_list"), changed=CHANGED)


@FORM_METHODS
def recipient_suppress(request: Request, pk: int) -> HttpResponse:
    """Put a recipient's address on the list, after a question."""
    recipient = for_writing(request.user, Recipient.objects, pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render_form(request, "ui/form_page.html", {
            "form": form, "heading": _("Stop writing to this address?"),
            "intro": shown(recipient.email), "submit_label": _("Stop writing"),
            "consequences": [
                _("Letters to it are skipped, in mailings that are being sent now too."),
                _("It stays on the list when the recipient is deleted or added anew."),
                _("You can write to it again at any time."),
            ], "back": recipient.get_absolute_url(), "crumb": recipient.title})
    added = services.addresses_suppress(
        owner=recipient.owner, emails=[recipient.email], note=form.cleaned_data["note"])
    undo = ""
    if added:
        undo = reverse("mailings:suppression_lift", args=[
            Suppression.objects.get(owner=recipient.owner, email=recipient.email.lower()).pk])
    text = _("We no longer write to %(email)s") % {"email": shown(recipient.email)}
    return done(request, text, to=recipient, changed=CHANGED, undo=undo)


@FORM_METHODS
def suppression_lift(request: Request, pk: int) -> HttpResponse:
    """Write to an address again, after a question."""
    suppression = for_writing(request.user, Suppression.objects, pk)
    if request.method != "POST":
        return render_form(request, "ui/form_page.html", {
            "form": None, "heading": _("Write to this address again?"),
            "intro": shown(suppression.email), "submit_label": _("Write again"),
            "consequences": [
                *own_wish(suppression),
                _("Letters go to it again: in mailings that are being sent, from its turn on, and "
                  "in all later ones."),
                _("What was skipped before is not sent by itself."),
            ], **way_back()})
    if not services.suppression_lift(suppression=suppression):
        raise Http404
    remember(request, suppression)
    text = _("Letters go to this address again: %(email)s") % {"email": shown(suppression.email)}
    return done(request, text, to=reverse("mailings:suppression_list"), changed=CHANGED,
                undo=reverse("mailings:suppression_restore", args=[pk]))


@require_POST
def suppression_restore(request: Request, pk: int) -> HttpResponse:
    """Put back an address that was taken off the list a moment ago."""
    lifted = request.session.get(LIFTED, {}).get(str(pk))
    if lifted is None:
        raise Http404
    back = reverse("mailings:suppression_list")
    if is_late(lifted):
        return refused(request, _("The minute for bringing it back is over."), to=back)
    services.suppression_restore(
        owner=cast(User, request.user), email=lifted["email"], note=lifted["note"],
        reason=Suppression.Reason(lifted["reason"]), scope=Suppression.Scope(lifted["scope"]),
        why=lifted["why"], delivery=lifted["delivery"],
        since=datetime.fromisoformat(lifted["since"]))
    text = _("We no longer write to %(email)s") % {"email": shown(lifted["email"])}
    return done(request, text, to=back, changed=CHANGED)


def own_wish(suppression: Suppression) -> list[str]:
    """Return the warning before letters go again to somebody who did not want them."""
    if suppression.reason == Suppression.Reason.COMPLAINED:
        return [_("The person has complained of spam. Write again only if they have asked you to: "
                  "another complaint spoils the name of your sender.")]
    if suppression.is_own_wish:
        return [_("The person has unsubscribed. Write again only if they have asked you to: the "
                  "law forbids advertising without consent.")]
    return []


def remember(request: Request, suppression: Suppression) -> None:
    """Keep in the session what a suppression was, for as long as its lifting can be undone."""
    lifted = {pk: one for pk, one in request.session.get(LIFTED, {}).items() if not is_late(one)}
    lifted[str(suppression.pk)] = {
        "email": suppression.email, "note": suppression.note, "reason": suppression.reason,
        "scope": suppression.scope, "why": suppression.why, "delivery": suppression.delivery_id,
        "since": suppression.created_at.isoformat(), "at": timezone.now().isoformat()}
    request.session[LIFTED] = lifted


def is_late(lifted: dict[str, Any]) -> bool:
    return timezone.now() - datetime.fromisoformat(lifted["at"]) > UNDO_FOR


def way_back() -> dict[str, str]:
    return {"back": reverse("mailings:suppression_list"), "crumb": _("Not written to")}
