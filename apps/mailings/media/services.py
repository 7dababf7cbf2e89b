"""Every write of pictures: add, describe, delete, bring back."""
import logging
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.services import Action, record
from apps.core.rows import changed_columns
from apps.users.models import User

from ..services import UNDO_FOR
from ..versions import check_version
from .content import PICTURES, store
from .encoding import encoded
from .models import Picture
from .names import clean_name

MOST = 2000  # pictures of one owner

log = logging.getLogger("vestnik.mailings")


class PictureRefused(Exception):
    """It can not be brought back now. `str()` is for the person who asked."""


def picture_add(owner: User, upload: UploadedFile, alt: str = "") -> Picture:
    """Add an uploaded picture to the owner's library, encoded anew, and return it.

    The same picture twice is one row; a deleted one comes back. Raises ValidationError for what
    is no picture for letters, or can not be kept.
    """
    name = clean_name(upload.name or "") or _("Picture")
    picture = encoded(upload)
    check_room(owner)
    digest = store(picture.content, PICTURES)
    with transaction.atomic():
        kept, is_new = Picture.all_objects.get_or_create(owner=owner, digest=digest, defaults={
            "name": name, "alt": alt, "content_type": picture.content_type,
            "width": picture.width, "height": picture.height, "size": len(picture.content)})
        if not is_new:
            bring_back(kept, alt)
    log.info("picture %s of user %s: %s", kept.pk, owner.pk, "added" if is_new else "was there")
    return kept


def bring_back(picture: Picture, alt: str) -> None:
    """Have a picture that was added again in the library, and described."""
    picture.deleted_at = None
    picture.alt = picture.alt or alt
    picture.save(update_fields=["deleted_at", "alt", "updated_at"])


def check_room(owner: User) -> None:
    if Picture.objects.owned_by(owner).count() >= MOST:
        raise ValidationError(
            _("You may have at most %(n)s pictures. Delete those that no letter needs.") % {
                "n": MOST})


def address_of(digest: str) -> str:
    """Return the address of a picture for letters."""
    return settings.BASE_URL + reverse("mailings:picture_public", args=[digest])


@transaction.atomic
def picture_save(*, picture: Picture, fields: Collection[str],
                 seen: datetime | None = None) -> None:
    """Store the name and the description. Raises ChangedElsewhere when changed after `seen`."""
    check_version(picture, seen)
    if changed := changed_columns(picture, fields):
        picture.save(update_fields={"updated_at", *changed})
        log.info("picture %s of user %s: edited", picture.pk, picture.owner_id)


@transaction.atomic
def picture_delete(*, picture: Picture) -> None:
    """Take a picture out of the library; letters go on showing it."""
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    record(Action.DELETE, on=picture)
    log.info("picture %s of user %s: deleted", picture.pk, picture.owner_id)


@transaction.atomic
def picture_restore(*, picture: Picture) -> None:
    """Bring back a picture that was deleted within the last minute. Raises PictureRefused."""
    restored = Picture.all_objects.filter(
        pk=picture.pk, deleted_at__gt=timezone.now() - UNDO_FOR).update(deleted_at=None)
    if not restored:
        raise PictureRefused(_("The minute for bringing it back is over."))
    record(Action.RESTORE, on=picture)
    log.info("picture %s of user %s: brought back", picture.pk, picture.owner_id)
