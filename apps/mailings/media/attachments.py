"""Attachments of messages: add, delete. A run has its own list of them, so they may change."""
import logging
import mimetypes
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.audit.services import Action, record

from ..models import Message
from .content import ATTACHMENTS, store
from .models import Attachment
from .names import clean_name
from .refused_kinds import refusal_of

MOST = 30  # attachments of a message
LARGEST = 10_000_000  # octets of all of them together
BETTER_LINKED = 2_000_000  # octets together that many a mailbox takes unwillingly
ANYTHING = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument."
BY_EXTENSION = {  # what Python's own list lacks, so that it is the same on every machine
    ".docx": f"{OFFICE}wordprocessingml.document", ".xlsx": f"{OFFICE}spreadsheetml.sheet",
    ".pptx": f"{OFFICE}presentationml.presentation", ".webp": "image/webp", ".heic": "image/heic",
    ".odt": "application/vnd.oasis.opendocument.text", ".7z": "application/x-7z-compressed",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet", ".rar": "application/vnd.rar",
    ".ics": "text/calendar", ".vcf": "text/vcard", ".md": "text/markdown",
}
TYPES = mimetypes.MimeTypes()
for _extension, _kind in BY_EXTENSION.items():
    TYPES.add_type(_kind, _extension)

log = logging.getLogger("vestnik.mailings")


def attachment_add(message: Message, upload: UploadedFile) -> Attachment:
    """Add an uploaded file to a message, which is changed by it. Returns the attachment.

    Raises ValidationError for what mail servers would refuse, or what can not be kept.
    """
    name = clean_name(upload.name or "") or _("file")
    size = upload.size or 0
    if not size:
        raise ValidationError(_("The file is empty."))
    check_size(total_size(message.attachments.all()), size)
    upload.seek(0)
    content = upload.read()
    if refusal := refusal_of(name, content):
        raise ValidationError(refusal)
    return attachment_keep(message, Attachment(
        message=message, digest=store(content, ATTACHMENTS), name=name, size=len(content),
        content_type=type_of(name)))


@transaction.atomic
def attachment_keep(message: Message, attachment: Attachment) -> Attachment:
    # Two that are added at once wait here, or together they would be too large.
    Message.objects.select_for_update().get(pk=message.pk)
    there = message.attachments.all()
    same = there.filter(digest=attachment.digest, name=attachment.name).first()
    if same:
        return same
    check_size(total_size(there), attachment.size)
    if there.count() >= MOST:
        raise ValidationError(_("A letter may have at most %(n)s attachments.") % {"n": MOST})
    attachment.save()
    touch(message)
    log.info("message %s of user %s: attachment added", message.pk, message.owner_id)
    return attachment


@transaction.atomic
def attachment_delete(*, attachment: Attachment) -> None:
    """Take an attachment off its message, which is changed by it."""
    attachment.delete()
    touch(attachment.message)
    record(Action.DELETE, on=attachment.message, label=attachment.name)
    log.info("message %s of user %s: attachment deleted", attachment.message_id,
             attachment.message.owner_id)


def touch(message: Message) -> None:
    """Have who looks at the message know that it is not what it was."""
    message.updated_at = timezone.now()
    Message.objects.filter(pk=message.pk).update(updated_at=message.updated_at)


def total_size(attachments: Iterable[Attachment]) -> int:
    return sum(attachment.size for attachment in attachments)


def check_size(there: int, more: int) -> None:
    if there + more <= LARGEST:
        return
    if there:
        raise ValidationError(_(
            "Together more than 10 MB: %(there)s MB are attached, and this file has %(size)s MB. "
            "Give a link to it instead.") % {"there": megabytes(there), "size": megabytes(more)})
    raise ValidationError(_(
        "The file has %(size)s MB, and all attachments together may have 10 MB. Give a link to it "
        "instead.") % {"size": megabytes(more)})


def megabytes(octets: int) -> str:
    return str(number_format(octets / 1e6, 1))


def type_of(name: str) -> str:
    """Return the type of a file by its name. Letters in letters would have rules of their own."""
    kind, packed = TYPES.guess_type(f"x{name[-64:]}", strict=False)
    if packed:
        return "application/gzip" if packed == "gzip" else ANYTHING
    if not kind or kind.startswith(("message/", "multipart/")):
        return ANYTHING
    return kind


def size_hint(attachments: Iterable[Attachment]) -> str:
    """Return what to tell of attachments that not every mailbox takes gladly; "" of others."""
    total = total_size(attachments)
    if total <= BETTER_LINKED:
        return ""
    return _("Better a link: letters of %(size)s MB arrive slowly, and full mailboxes refuse "
             "them.") % {"size": megabytes(total * 4 // 3)}
