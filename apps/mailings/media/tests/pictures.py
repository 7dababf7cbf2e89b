"""Pictures as people upload them."""
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def content_of(picture, kind="PNG", **how):
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def photo(size=(40, 30), mode="RGB"):
    """A picture of many colours."""
    return Image.effect_noise(size, 60).convert(mode)


def upload(picture=None, kind="PNG", name="tea.png", **how):
    """Return an uploaded file: of a picture, or of octets."""
    if picture is None:
        picture = photo()
    content = picture if isinstance(picture, bytes) else content_of(picture, kind, **how)
    return SimpleUploadedFile(name, content)


def opened(content):
    return Image.open(io.BytesIO(content))
