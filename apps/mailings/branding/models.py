"""How an owner's letters of blocks look: colours, font, logo, requisites."""
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..media.models import Picture

is_colour = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", _("A colour is # and six digits or letters."))


class Branding(models.Model):
    """An owner's «Оформление»; who has none has these defaults."""

    class Font(models.TextChoices):
        SANS = "Arial, Helvetica, sans-serif", "Arial"
        VERDANA = "Verdana, Geneva, sans-serif", "Verdana"
        TREBUCHET = "'Trebuchet MS', Tahoma, sans-serif", "Trebuchet MS"
        SERIF = "Georgia, 'Times New Roman', serif", "Georgia"

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="branding", editable=False)
    accent = models.CharField(
        _("colour of buttons and links"), max_length=7, default="#2f5bd7", validators=[is_colour])
    text_colour = models.CharField(
        _("colour of text"), max_length=7, default="#1f2328", validators=[is_colour])
    background = models.CharField(
        _("background"), max_length=7, default="#f2f3f5", validators=[is_colour])
    paper = models.CharField(
        _("colour of the letter"), max_length=7, default="#ffffff", validators=[is_colour])
    font = models.CharField(_("font"), max_length=64, choices=Font.choices, default=Font.SANS)
    logo = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("logo"))
    company = models.CharField(_("name of the shop"), max_length=150, blank=True)
    site = models.URLField(_("site"), blank=True)
    requisites = models.TextField(
        _("requisites"), max_length=2000, blank=True,
        help_text=_("Name, address, taxpayer number, phone: they stand below each letter."))
    social = models.JSONField(default=dict, editable=False)  # address by network: see `blocks`
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("branding")
        verbose_name_plural = _("brandings")

    def __str__(self) -> str:
        return self.company or str(self.owner)
