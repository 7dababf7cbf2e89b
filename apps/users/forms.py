import re
import zoneinfo
from functools import cache

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .avatars import thumbnail
from .models import User
from .services import profile_save

CONTROL = re.compile(r"[\x00-\x1f]")


@cache
def zones():
    """Return (name, name with its offset) of each time zone, from west to east."""
    found = []
    for name in zoneinfo.available_timezones():
        if "/" in name and not name.startswith("Etc/"):
            local = timezone.now().astimezone(zoneinfo.ZoneInfo(name))
            offset = local.isoformat()[-6:]  # +03:00
            words = f"{name.replace('_', ' ')} (UTC{offset})"
            found.append((local.utcoffset(), name, words))
    return [(name, words) for _offset, name, words in sorted(found)]


class PersonForm(forms.ModelForm):
    """A person's fields, with the rules of both the profile and the admin."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", _("As the service")), *zones()]

    def clean(self):
        cleaned = super().clean()
        for name in ("first_name", "last_name"):
            if CONTROL.search(cleaned.get(name, "")):
                self.add_error(name, _("A name has no line breaks."))
        return cleaned


class ProfileForm(PersonForm):
    """The profile that people edit themselves. The e-mail is changed and confirmed elsewhere."""

    field_order = ["first_name", "last_name", "avatar", "remove_avatar"]
    avatar = forms.FileField(
        label=_("Avatar"), required=False, help_text=_("PNG, JPEG or WEBP, up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}))
    remove_avatar = forms.BooleanField(label=_("Remove the avatar"), required=False)

    class Meta:
        model = User
        fields = ["first_name", "last_name", "avatar", "phone", "country", "language", "time_zone",
                  "wants_run_letters"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.avatar:
            del self.fields["remove_avatar"]

    def clean_avatar(self):
        avatar = self.cleaned_data["avatar"]
        if "avatar" in self.changed_data:
            return thumbnail(avatar)
        return avatar

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("remove_avatar") and not self.files:
            cleaned["avatar"] = ""
        return cleaned

    def save(self):
        profile_save(user=self.instance, fields=self._meta.fields)
        return self.instance
