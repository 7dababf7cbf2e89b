"""Pictures as letters carry them: whatever comes in, a plain JPEG, PNG or GIF goes out.

Every pixel is encoded anew, so that nothing but the picture is left: no place where it was taken,
no script behind its end.
"""
import io
import warnings
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from . import moving
from .colours import in_srgb
from .foreign import words_about

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LOSSY = {"JPEG", "MPO"}  # a camera's JPEG may hold a second picture
LARGEST_FILE = 10_000_000  # octets
MOST_PIXELS = 16_000_000
WIDEST = 1200  # pixels: twice the width of a letter, for screens with small pixels
QUALITY = 85

warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Encoded:
    """A picture's octets and what they are."""

    content: bytes
    content_type: str
    width: int
    height: int


def encoded(upload: UploadedFile) -> Encoded:
    """Return `upload` as a picture for letters. Raises ValidationError with what is wrong."""
    if not upload.size:
        raise ValidationError(_("The file is empty."))
    if upload.size > LARGEST_FILE:
        raise ValidationError(_(
            "The file is %(size)s MB, and pictures may have up to 10 MB. Make it smaller in any "
            "picture editor.") % {"size": number_format(upload.size / 1e6, 1)})
    picture = opened(upload)
    try:
        if moving.is_moving(picture):
            return of_moving(picture)
        return of_still(picture)
    except ValidationError:
        raise
    except Image.DecompressionBombError:
        raise ValidationError(too_many_pixels()) from None
    except Exception:  # whatever a broken file makes the decoders raise
        raise ValidationError(_(
            "The picture is damaged: it can not be read to its end. Save it anew, or take it from "
            "where it came from once more.")) from None


def opened(upload: UploadedFile) -> Image.Image:
    """Return the picture in a file of which the header alone is read."""
    upload.seek(0)
    content = upload.read()
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise ValidationError(too_many_pixels()) from None
    except Exception:
        raise ValidationError(words_about(content)) from None
    check_pixels(picture)
    return picture


def check_pixels(picture: Image.Image) -> None:
    pixels = picture.width * picture.height
    if pixels > MOST_PIXELS:
        raise ValidationError(_(
            "The picture has %(pixels)s megapixels (%(width)s × %(height)s), and at most 16 are "
            "taken. Make it smaller: letters show no more than %(widest)s pixels across.") % {
                "pixels": number_format(pixels / 1e6, 1), "width": picture.width,
                "height": picture.height, "widest": WIDEST})


def too_many_pixels() -> str:
    return _("The picture has far more than 16 megapixels. Make it smaller: letters show no more "
             "than %(widest)s pixels across.") % {"widest": WIDEST}


def of_still(picture: Image.Image) -> Encoded:
    is_lossless = picture.format not in LOSSY
    picture.draft(picture.mode, (WIDEST, WIDEST))  # a large JPEG is read at a fraction of its size
    picture.load()
    picture = in_srgb(shrunk(upright(picture)))
    if picture.mode == "RGBA":
        return with_content(picture, "PNG", optimize=True)
    jpeg = with_content(picture, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    if is_lossless:  # of flat colours a PNG is smaller, and has no stains
        png = with_content(picture, "PNG", optimize=True)
        return min(png, jpeg, key=lambda one: len(one.content))
    return jpeg


def upright(picture: Image.Image) -> Image.Image:
    """Return the picture as the camera was held."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # what a camera tells may be damaged while the picture is not
        return picture


def shrunk(picture: Image.Image) -> Image.Image:
    if picture.width <= WIDEST:
        return picture
    if picture.mode in ("P", "PA", "1"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    height = max(1, round(picture.height * WIDEST / picture.width))
    return picture.resize((WIDEST, height), Image.Resampling.LANCZOS)


def with_content(picture: Image.Image, kind: str, **how: object) -> Encoded:
    out = io.BytesIO()
    picture.info = {}  # nothing that the file told of itself
    picture.save(out, kind, **how)
    return Encoded(out.getvalue(), f"image/{kind.lower()}", picture.width, picture.height)


def of_moving(picture: Image.Image) -> Encoded:
    content, size = moving.gif_of(picture, WIDEST, MOST_PIXELS)
    if len(content) > LARGEST_FILE:
        raise ValidationError(moving.too_much())
    return Encoded(content, "image/gif", *size)
