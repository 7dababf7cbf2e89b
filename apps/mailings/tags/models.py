"""Tags: words by which an owner sorts recipients."""
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.fields import SortKey
from apps.core.words import AFTER_YE

from ..owned import PrivateQuerySet

LONGEST_NAME = 60


def key_of(name: str) -> str:
    """Return what two names that people take for one have in common; it orders them too."""
    return " ".join(name.casefold().split()).replace("ё", AFTER_YE)


def key_of_tag(tag: "Tag") -> str:
    return key_of(tag.name)


class Tag(models.Model):
    """A word that any number of an owner's recipients have; the same word whatever its case."""

    class Colour(models.TextChoices):
        GREY = "grey", _("Grey")
        BLUE = "blue", _("Blue")
        GREEN = "green", _("Green")
        AMBER = "amber", _("Amber")
        RED = "red", _("Red")
        VIOLET = "violet", _("Violet")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    colour = models.CharField(
        _("colour"), max_length=8, choices=Colour.choices, default=Colour.GREY)
    key = SortKey(max_length=3 * LONGEST_NAME, derive=key_of_tag)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    people: int  # how many have it, as far as they were counted: see `pills`
    people_words: str
    is_chosen: bool  # by who filters a list

    objects = PrivateQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["key", "id"]
        # By the key: SQLite's LOWER knows ASCII alone.
        constraints = [models.UniqueConstraint(
            fields=["owner", "key"], name="tag_once_per_owner")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("mailings:tag_list")


class Tagging(models.Model):
    """That a recipient has a tag; also of recipients that were deleted softly."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings", db_index=False)
    recipient = models.ForeignKey("mailings.Recipient", models.CASCADE, related_name="taggings")

    class Meta:
        verbose_name = _("tag of a recipient")
        verbose_name_plural = _("tags of recipients")
        constraints = [models.UniqueConstraint(
            fields=["tag", "recipient"], name="tagging_once")]

    def __str__(self) -> str:
        return f"{self.tag_id}: {self.recipient_id}"
