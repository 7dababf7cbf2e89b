"""Profile, avatars, language, and the managers' list of users."""
import re
from datetime import UTC, datetime

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django.views.static import serve

from apps.core.htmx import FORM_METHODS, done, is_partial, refused, render_form, render_page
from apps.core.listing import search_text, sorted_page
from apps.core.reasons import ReasonForm, switched
from apps.core.views import YEAR, keep_choice, safe_next

from .forms import ProfileForm
from .models import User
from .services import blockable_by, user_block, user_save

AVATAR_NAME = re.compile(r"[0-9a-f]{32}\.webp")
BLOCK_REASONS = (
    gettext_lazy("People complained about letters that they did not ask for"),
    gettext_lazy("Letters go to bought addresses"),
    gettext_lazy("The account seems to be in somebody else's hands"),
)
SORTS = {"email": "email", "joined": "date_joined", "seen": "seen"}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@login_not_required
@require_POST
def language_set(request):
    """Choose a language: in the profile too when somebody is logged in."""
    response = redirect(safe_next(request))
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        request.user.language = language
        user_save(user=request.user, fields=["language"])
    return keep_choice(request, response, settings.LANGUAGE_COOKIE_NAME, language)


@require_safe
def profile(request):
    return render(request, "users/profile.html", {"second_factor": is_mfa_enabled(request.user)})


@FORM_METHODS
def profile_edit(request):
    form = ProfileForm(request.POST or None, request.FILES or None, instance=request.user)
    if form.is_valid():
        return form_valid(request, form)
    if form.errors:
        request.user.refresh_from_db()  # a refused form must not show through the header
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("Edit profile"), "submit_label": _("Save"),
        "back": reverse("users:profile"),
    })


def form_valid(request, form):
    """Save the current user's profile; the answer is in the language just chosen."""
    user = form.save()
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language):
        response = done(request, _("The profile is saved."), to="users:profile")
    if is_partial(request):
        response["HX-Redirect"] = reverse("users:profile")
    return keep_choice(request, response, settings.LANGUAGE_COOKIE_NAME, language)


@require_safe
@cache_control(private=True, max_age=YEAR, immutable=True)
def avatar(request, name):
    """A picture from the avatars' folder, for people who are logged in."""
    if not AVATAR_NAME.fullmatch(name):
        raise Http404
    response = serve(request, name, document_root=f"{settings.MEDIA_ROOT}/avatars")
    response["Content-Type"] = "image/webp"  # which not every Python tells from the name
    return response


@require_safe
@permission_required("users.view_all_users", raise_exception=True)
def user_list(request):
    q = search_text(request)
    users = User.objects.select_related("blocked_by").annotate(
        seen=Coalesce("last_login", Value(NEVER)))
    if q:
        users = users.filter(
            Q(email__icontains=q) | Q(first_name__icontains=q) | Q(last_name__icontains=q))
    listing = sorted_page(request, users, SORTS, "email")
    return render_page(request, "users/user_list.html", {
        **listing, "q": q,
        "blockable": blockable_among(listing["page"].object_list, request.user),
    })


def blockable_among(users, by):
    """Return the ids of those of `users` who get a switch on `by`'s page."""
    if not by.has_perm("users.block_user"):
        return set()
    blockable = blockable_by(by).filter(pk__in=[user.pk for user in users])
    return set(blockable.values_list("pk", flat=True))


@FORM_METHODS
@permission_required("users.block_user", raise_exception=True)
def user_toggle(request, pk):
    """Block (`blocked=1`), for which a reason is asked, or unblock (`blocked=0`, a POST)."""
    user = get_object_or_404(User, pk=pk)
    if not blockable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    blocked = switched(request, "blocked")
    if blocked == "1":
        return block(request, user)
    if blocked == "0" and request.method == "POST":
        user_block(user=user, by=request.user, blocked=False)
        text = _("Access is open again: %(name)s") % {"name": user}
        return done(request, text, to="users:user_list", changed="users:changed")
    return refused(request, _("Reload the page and try again."), to="users:user_list")


def block(request, user):
    """Ask why, then block, and offer to undo it."""
    form = ReasonForm(request.POST or None, offers=BLOCK_REASONS)
    if form.is_valid():
        if not user_block(user=user, by=request.user, blocked=True,
                          reason=form.cleaned_data["reason"]):
            text = _("Their access is closed already.")
            return refused(request, text, to="users:user_list")
        undo = reverse("users:user_toggle", args=[user.pk])
        return done(request, _("Blocked: %(name)s") % {"name": user}, to="users:user_list",
                    changed="users:changed", undo=f"{undo}?blocked=0")
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("Block this person?"), "submit_label": _("Block"),
        "danger": True, "intro": f"{user} · {user.email}", "back": reverse("users:user_list"),
        "crumb": _("Users"), "consequences": [
            _("They are logged out everywhere at once, and their mailings pause."),
            _("At the login they read the reason and your address.")],
    })
