"""Avatars: whatever comes in, a small square WEBP without metadata goes out."""
import io
import uuid

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP")
LARGEST_FILE = 5 * 1024 * 1024
MOST_PIXELS = 16_000_000
SIDE = 256


def thumbnail(upload: UploadedFile) -> ContentFile:
    """Return a ContentFile with `upload`'s square thumbnail, under a random name.

    Raises ValidationError for what is too big, is no picture, or would unpack into a bomb.
    """
    if upload.size > LARGEST_FILE:
        raise ValidationError(_("The picture is larger than 5 MB."))
    try:
        picture = Image.open(upload, formats=FORMATS)  # reads the header alone
        if picture.width * picture.height > MOST_PIXELS:
            raise ValidationError(_("The picture has more than 16 megapixels."))
        picture = ImageOps.exif_transpose(picture).convert("RGBA")
        picture = ImageOps.fit(picture, (SIDE, SIDE))
    except ValidationError:
        raise
    except Exception:  # whatever a broken file makes the decoders raise
        raise ValidationError(_(
            "This is not a picture. Choose a PNG, JPEG or WEBP file.")) from None
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=85)
    return ContentFile(out.getvalue(), f"{uuid.uuid4().hex}.webp")
