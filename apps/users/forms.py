import zoneinfo
from datetime import datetime
from functools import lru_cache

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .avatars import thumbnail
from .models import User


@lru_cache(maxsize=1)
def zones():
    """Return (name, name with its offset) of each time zone, from west to east."""
    now = datetime.now(tz=zoneinfo.ZoneInfo("UTC"))
    names = [name for name in zoneinfo.available_timezones()
             if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))]
    offsets = {name: now.astimezone(zoneinfo.ZoneInfo(name)).strftime("%z") for name in names}
    ordered = sorted(names, key=lambda name: (int(offsets[name]), name))
    return [(name, f"{name.replace('_', ' ')} (UTC{offsets[name][:3]}:{offsets[name][3:]})")
            for name in ordered]


class PersonForm(forms.ModelForm):
    """What holds of a person's fields whoever fills them in."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].choices = [("", _("As the service")), *zones()]

    def clean(self):
        cleaned = super().clean()
        for name in ("first_name", "last_name"):
            if any(ord(char) < 32 for char in cleaned.get(name, "")):
                self.add_error(name, ValidationError(_("A name has no line breaks.")))
        return cleaned


class ProfileForm(PersonForm):
    """What a person says of themselves. The e-mail has a confirmed flow of its own."""

    avatar = forms.FileField(
        label=_("Avatar"), required=False, help_text=_("PNG, JPEG or WEBP, up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}))
    remove_avatar = forms.BooleanField(label=_("Remove the avatar"), required=False)

    class Meta:
        model = User
        fields = ["first_name", "last_name", "avatar", "phone", "country", "language", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["first_name", "last_name", "avatar", "remove_avatar"])
        if not self.instance.avatar:
            del self.fields["remove_avatar"]

    def clean_avatar(self):
        upload = self.files.get(self.add_prefix("avatar"))
        return thumbnail(upload) if upload else self.initial.get("avatar")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("remove_avatar") and not self.files:
            cleaned["avatar"] = ""
        return cleaned

    def save(self):
        """Save; the picture that was there before goes."""
        old = User.objects.get(pk=self.instance.pk).avatar
        user = super().save(commit=False)
        user.save(update_fields=self._meta.fields)  # a block meanwhile stays a block
        if old and old.name != user.avatar.name:
            old.storage.delete(old.name)
        return user
