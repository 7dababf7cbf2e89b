"""Colours of pictures as every mail program takes them: sRGB, eight bits, transparent or not."""
import io

from PIL import Image, ImageCms

SRGB = ImageCms.createProfile("sRGB")
SPACES = {"RGB ": "RGB", "CMYK": "CMYK", "GRAY": "L"}  # a profile's, and the picture's mode


def in_srgb(picture: Image.Image) -> Image.Image:
    """Return the picture in RGB, or in RGBA where something of it is transparent."""
    profile = picture.info.get("icc_profile")
    picture = in_eight_bits(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        lowest, _highest = picture.getchannel("A").getextrema()
        if lowest == 255:  # nothing of it is
            picture = picture.convert("RGB")
    elif picture.mode not in ("RGB", "CMYK", "L"):
        picture = picture.convert("RGB")
    if profile:
        picture = by_profile(picture, profile)
    if picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGB")
    return picture


def in_eight_bits(picture: Image.Image) -> Image.Image:
    """Return the picture with the upper halves of its sixteen bits; Pillow would clip them."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value / 256).convert("L")


def by_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture with the colours that its profile means; a bad profile means nothing."""
    to = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if SPACES.get(source.profile.xcolor_space) != picture.mode.removesuffix("A"):
            return picture
        return ImageCms.profileToProfile(picture, source, SRGB, outputMode=to) or picture
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
