"""What the forms of owned nouns share, their page, and the answer to a write."""
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.core.htmx import Request, done, render_form
from apps.users.models import User

from .owned import Owned

# Everything that some mail program takes for the end of a line, and other control characters.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return `text` when it may stand in a header; raise ValidationError otherwise."""
    if CONTROL.search(text):
        raise ValidationError(_("Line breaks and control characters can not stand here."))
    return text


class OwnedForm(forms.ModelForm):
    """A form for `owner`'s object; its querysets hold nobody else's. A service saves it."""

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(*args, **kwargs)

    @property
    def written(self) -> set[str]:
        """The columns that the form asks to write, and no more."""
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        return columns.intersection(self.fields)


def form_page(request: Request, form: OwnedForm, heading: str, submit_label: str,
              **context: Any) -> HttpResponse:
    """Show the form of an owned object; what it leads back to is the object, or its list."""
    owned = form.instance
    context |= {"form": form, "heading": heading, "submit_label": submit_label,
                "back": owned.list_url, "crumb": capfirst(owned._meta.verbose_name_plural)}
    if owned.pk:
        context |= {"back": owned.get_absolute_url(), "crumb": owned.title}
    return render_form(request, "ui/form_page.html", context)


def owned_done(request: Request, owned: Owned, text: str, *, to: str | Owned | None = None,
               **words: Any) -> HttpResponse:
    """Answer a write of `owned` that worked; `text` is filled with its `name` and `words`.

    It leads to `owned`, if not to another page.
    """
    text %= {"name": owned.title, **words}
    return done(request, text, to=to or owned, changed=owned.changed)
