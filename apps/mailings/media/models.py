"""Files of letters: pictures that letters show, and attachments that go with them.

Content is kept in `default_storage` under its hash, and stays as long as letters may name it.
"""
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..owned import NotDeletedManager, Owned, OwnedQuerySet


class MediaQuerySet(OwnedQuerySet):
    """Managers see what letters show, as they see the letters."""

    permission = "mailings.view_all_messages"

    def matching(self, text: str) -> "MediaQuerySet":
        """Return those with `text` in their name or in what they show, in any case.

        SQLite knows the cases of Latin letters alone.
        """
        found = models.Q()
        for one in {text, text.lower(), text.upper(), text.capitalize()}:
            found |= models.Q(name__icontains=one) | models.Q(alt__icontains=one)
        return self.filter(found)


class Picture(Owned):
    """A picture in an owner's library, re-encoded; anybody may see it at `/i/<digest>`.

    A deleted one is gone from the library alone: letters in inboxes still show it.
    """

    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of the content, in hex
    name = models.CharField(_("name"), max_length=255)
    alt = models.CharField(_("what it shows"), max_length=255, blank=True)
    content_type = models.CharField(max_length=32, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    size = models.PositiveIntegerField(_("size"), editable=False)  # octets

    objects = NotDeletedManager.from_queryset(MediaQuerySet)()
    all_objects = MediaQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-id"]
        base_manager_name = "all_objects"
        constraints = [models.UniqueConstraint(
            fields=["owner", "digest"], name="picture_once_per_owner")]
        indexes = [models.Index(fields=["digest"], name="picture_digest")]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return self.name


class Attachment(models.Model):
    """A file that goes with a message's letters; the content is stored under its hash."""

    message = models.ForeignKey(
        "mailings.Message", models.CASCADE, related_name="attachments", editable=False,
        verbose_name=_("message"))
    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of the content, in hex
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(max_length=127, editable=False)
    size = models.PositiveIntegerField(_("size"), editable=False)  # octets
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def snapshot(self) -> dict[str, str | int]:
        """What a run keeps of it: `digest`, `name`, `content_type`, `size`."""
        return {"digest": self.digest, "name": self.name, "content_type": self.content_type,
                "size": self.size}
