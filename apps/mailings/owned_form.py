"""What the forms of owned nouns share, their page, and the answer to a write."""
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.http import HttpResponse, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.core.htmx import Request, done, is_partial, render_form
from apps.users.models import User

from .drafts.places import KEY, asked_for, offers, place_of
from .drafts.services import draft_discard
from .owned import Owned
from .versions import ChangedElsewhere, moment_in

FORM_PAGE = "ui/form_page.html"
# Everything that some mail program takes for the end of a line, and other control characters.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return `text` when it may stand in a header; raise ValidationError otherwise."""
    if CONTROL.search(text):
        raise ValidationError(_("Line breaks and control characters can not stand here."))
    return text


class OwnedForm(forms.ModelForm):
    """A form for `owner`'s object; its querysets hold nobody else's. A service saves it.

    Its page sends along the version of the object that was opened, and the draft of its window.
    """

    changed_at: datetime | None = None  # in another window, since this form was opened

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(*args, **kwargs)

    @property
    def written(self) -> set[str]:
        """The columns that the form asks to write, and no more."""
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        return columns.intersection(self.fields)

    def sent_along(self, name: str) -> str:
        """Return what the form's page sent beside its fields, or a draft had kept of that."""
        return str(self.data.get(name) or self.initial.get(name) or "")

    @property
    def seen_version(self) -> str:
        """The version of the object that the person has seen; "" of a new one."""
        if self.changed_at:
            return self.changed_at.isoformat()
        if sent := self.sent_along("_version"):
            return sent
        return self.instance.updated_at.isoformat() if self.instance.pk else ""

    @property
    def draft(self) -> str:
        """The key of the draft that the form holds, "" of none."""
        key = self.sent_along("_draft")
        return key if KEY.fullmatch(key) else ""

    @property
    def draft_at(self) -> str:
        return self.sent_along("_draft_at")

    def saved(self, save: Callable[..., object], **what: Any) -> bool:
        """Save by the service `save`; False when the object was changed in another window."""
        try:
            save(**what, fields=self.written, seen=moment_in(self.seen_version))
        except ChangedElsewhere as newer:
            self.changed_at = newer.at
            self.errors["version"] = ErrorList([_("Changed in another window.")])
            return False
        return True


def opened(form_class: type[OwnedForm], request: Request, owned: Owned,
           **initial: Any) -> OwnedForm:
    """Return the form of `owned` with what was posted, or with the draft that is asked for."""
    if request.POST:
        return form_class(request.POST, request.FILES, owner=request.user, instance=owned)
    initial = {name: value for name, value in initial.items() if value is not None}
    if draft := asked_for(request, owned):
        initial |= {"_draft": draft.key, "_draft_at": draft.stamp}
        initial |= draft_fields(form_class, draft.fields)
    return form_class(owner=request.user, instance=owned, initial=initial)


def draft_fields(form_class: type[OwnedForm], typed: QueryDict) -> dict[str, Any]:
    """Return the values of the form's fields, and its version, as they were `typed`."""
    values = {name: field.widget.value_from_datadict(typed, {}, name)
              for name, field in form_class.base_fields.items()}
    values["_version"] = typed.get("_version")
    return {name: value for name, value in values.items() if value is not None}


def form_page(request: Request, form: OwnedForm, heading: str, submit_label: str, *,
              keeps_drafts: bool = False, template: str = FORM_PAGE,
              **context: Any) -> HttpResponse:
    """Show the form of an owned object; what it leads back to is the object, or its list."""
    owned = form.instance
    context |= {"form": form, "heading": heading, "submit_label": submit_label,
                "back": owned.list_url, "crumb": capfirst(owned._meta.verbose_name_plural)}
    if owned.pk:
        context |= {"back": owned.get_absolute_url(), "crumb": owned.title}
    if keeps_drafts:
        place = place_of(owned)
        context |= {"place": place, "drafts": offers(request, place, form.draft)}
    # Partials are not inherited: htmx gets the form of the page that others extend.
    return render_form(request, FORM_PAGE if is_partial(request) else template, context)


def owned_done(request: Request, owned: Owned, text: str, *, to: str | Owned | None = None,
               **words: Any) -> HttpResponse:
    """Answer a write of `owned` that worked; `text` is filled with its `name` and `words`.

    It leads to `owned`, if not to another page. The draft that it was written as is gone then,
    from the browser too.
    """
    text %= {"name": owned.title, **words}
    response = done(request, text, to=to or owned, changed=owned.changed)
    key = request.POST.get("_draft", "")
    if KEY.fullmatch(key):
        draft_discard(owner=request.user, key=key)
        response.set_cookie("saved_draft", key, max_age=600, samesite="Lax",
                            secure=request.is_secure())
    return response
