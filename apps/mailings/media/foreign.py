"""What else a file may be that is no picture for letters, and what to do with it."""
import zlib

from django.utils.translation import gettext as _

HEAD = 4096  # octets in which a file shows what it is


def words_about(content: bytes) -> str:
    """Return why a file that no decoder knows is not taken."""
    if is_svg(content):
        return _("Mail programs do not show SVG: save the picture as PNG.")
    if content[4:8] == b"ftyp":  # HEIC and AVIF, of phones
        return _("Mail programs do not show HEIC and AVIF: save the picture as JPEG.")
    return _("This is not a picture that letters can show. Choose a PNG, JPEG, WEBP or GIF file.")


def is_svg(content: bytes) -> bool:
    head = content[:HEAD]
    if head.startswith(b"\x1f\x8b"):
        head = unpacked(head)
    return b"<svg" in head.replace(b"\0", b"").lower()


def unpacked(head: bytes) -> bytes:
    """Return the beginning of what is packed by gzip; b"" where it is not."""
    try:
        return zlib.decompressobj(31).decompress(head, HEAD)
    except zlib.error:
        return b""
