"""Pictures that move: a GIF, or what becomes one."""
import io
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

MOST_FRAMES = 300
MOST_PIXELS = 30_000_000  # of all frames together, each of which is held in memory
KINDS = {"GIF", "WEBP", "PNG"}


def is_moving(picture: Image.Image) -> bool:
    """Whether a picture has several frames; a camera's second picture in a JPEG is none."""
    return picture.format in KINDS and getattr(picture, "n_frames", 1) > 1


def gif_of(picture: Image.Image, widest: int, most_pixels: int) -> tuple[bytes, tuple[int, int]]:
    """Return the picture as a GIF that moves, at most `widest`, and its size.

    No frame may have more than `most_pixels`. Raises ValidationError where it is too long.
    """
    count: int = getattr(picture, "n_frames")
    if count > MOST_FRAMES or count * picture.width * picture.height > MOST_PIXELS:
        raise ValidationError(too_much())
    size = size_within(picture.size, widest)
    durations: list[int] = []
    frames = list(frames_of(picture, size, most_pixels, durations))
    out = io.BytesIO()
    loop = {"loop": picture.info["loop"]} if "loop" in picture.info else {}
    transparent = any(frame.mode == "RGBA" for frame in frames)
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=durations,
                   disposal=2 if transparent else 1, **loop)
    return out.getvalue(), size


def frames_of(picture: Image.Image, size: tuple[int, int], most_pixels: int,
              durations: list[int]) -> Iterator[Image.Image]:
    """Yield each frame whole; what each lasts, in milliseconds, is added to `durations`."""
    for number in range(getattr(picture, "n_frames")):
        picture.seek(number)
        if picture.width * picture.height > most_pixels:
            raise ValidationError(too_much())
        frame = picture.convert("RGBA")
        durations.append(int(picture.info.get("duration") or 100))
        if frame.size != size:
            frame = frame.resize(size, Image.Resampling.LANCZOS)
        lowest, _highest = frame.getchannel("A").getextrema()
        frame.info = {}
        yield frame.convert("RGB") if lowest == 255 else frame


def size_within(size: tuple[int, int], widest: int) -> tuple[int, int]:
    width, height = size
    if width <= widest:
        return size
    return widest, max(1, round(height * widest / width))


def too_much() -> str:
    return _("The moving picture is too long or too large for a letter. Leave fewer frames, or "
             "make it smaller; recipients would wait long for it.")
