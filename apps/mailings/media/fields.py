"""A form's field for one of its owner's pictures, or for a new one that is uploaded with the form.

Radio buttons beside thumbnails, so that it works by keys and without a script; with one, the
search finds those that are not among the newest.
"""
from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.users.models import User

from .content import DIGEST
from .models import Picture
from .services import picture_add

SHOWN = 60  # pictures that are offered at once
ACCEPTED = ".png,.jpg,.jpeg,.webp,.gif,image/png,image/jpeg,image/webp,image/gif"


class Chosen(NamedTuple):
    """What a form's page sent: the digest of a picture that is there, and a new one."""

    digest: str
    upload: UploadedFile | None


def offered(owner: User, q: str = "", chosen: str = "") -> list[Picture]:
    """Return the owner's newest pictures that match `q`; first the `chosen` one, if it is one."""
    if not DIGEST.fullmatch(chosen):
        chosen = ""
    pictures = Picture.objects.owned_by(owner)
    if q:
        pictures = pictures.matching(q)
    newest = list(pictures.exclude(digest=chosen)[:SHOWN])
    first = Picture.all_objects.owned_by(owner).filter(digest=chosen)
    return [*first, *newest]


class PictureInput(forms.Widget):
    """Thumbnails to choose from, «none» among them, and a file input beside."""

    template_name = "mailings/_picture_input.html"
    needs_multipart_form = True
    owner: User  # its field gives it
    added = ""  # the digest of what was uploaded, should the form come back for another field

    def upload_name(self, name: str) -> str:
        return f"{name}-upload"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Chosen:
        return Chosen(data.get(name) or "", files.get(self.upload_name(name)))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and self.upload_name(name) not in files

    def format_value(self, value: Any) -> str:
        if isinstance(value, Chosen) and value.upload and self.added:
            return self.added
        return value.digest if isinstance(value, Chosen) else value or ""

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-upload" if id_ else id_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # Not by `renderer`, which knows the templates of Django's own widgets alone.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = context["widget"]["value"]
        return context | {
            "pictures": offered(self.owner, chosen=chosen), "chosen": chosen, "name": name,
            "upload_name": self.upload_name(name), "accepted": ACCEPTED,
            "is_first": context["widget"]["attrs"].get("autofocus", False),
            "input_id": context["widget"]["attrs"].get("id") or f"id_{name}"}


class PictureField(forms.Field):
    """The digest of one of `owner`'s pictures, "" for none; a new one is added to the library."""

    widget = PictureInput
    default_error_messages = {
        "invalid_choice": _("Select a valid choice. That picture is not among yours."),
    }

    def __init__(self, owner: User, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", _("Picture"))
        super().__init__(**kwargs)
        self.owner = owner
        self.widget.owner = owner

    def clean(self, value: Any) -> str:
        chosen = value if isinstance(value, Chosen) else Chosen(value or "", None)
        if chosen.upload:
            added: str = picture_add(self.owner, chosen.upload).digest
            self.widget.added = added
            return added
        if not chosen.digest:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return ""
        if not self.is_owners(chosen.digest):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return chosen.digest

    def is_owners(self, digest: str) -> bool:
        """Whether the owner has the picture; one that was deleted may stay where it was."""
        if len(digest) != 64 or "\x00" in digest:
            return False
        mine = Picture.all_objects.owned_by(self.owner)
        return bool(mine.filter(digest=digest).exists())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data.upload) or data.digest != (initial or "")
