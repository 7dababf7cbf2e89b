"""The pictures of designs, drawn in the colour of the owner's buttons: calm and flat.

They hold places: who takes a design puts their own pictures there, or likes these.
"""
import io
import random
from collections.abc import Callable
from functools import lru_cache
from math import sin

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
BANNER = (1200, 440)
SQUARE = (600, 450)
FACE = (400, 300)
FINER = 2  # drawn so many times as large, then made smaller: edges come out smooth
WHITE = (255, 255, 255)
BLACK = (0, 0, 0)


class Sheet:
    """A sheet of paper to draw on, in shades of one colour."""

    def __init__(self, size: tuple[int, int], accent: Colour) -> None:
        self.width, self.height = size
        self.accent = accent
        self.image = Image.new("RGB", (self.width * FINER, self.height * FINER), self.tint(.12))
        self.pen = ImageDraw.Draw(self.image)

    def tint(self, strength: float) -> Colour:
        """Return the accent, with as much white in it as `strength` lacks to 1."""
        return mixed(WHITE, self.accent, strength)

    def shade(self, strength: float) -> Colour:
        return mixed(self.accent, BLACK, strength)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self.pen.circle((x * FINER, y * FINER), radius * FINER, fill=fill)

    def box(self, x: float, y: float, width: float, height: float, fill: Colour,
            radius: float = 0) -> None:
        corners = [x * FINER, y * FINER, (x + width) * FINER, (y + height) * FINER]
        self.pen.rounded_rectangle(corners, radius * FINER, fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self.pen.polygon([(x * FINER, y * FINER) for x, y in points], fill=fill)

    def arc(self, x: float, y: float, radius: float, begin: float, end: float, fill: Colour,
            width: float) -> None:
        box = [(x - radius) * FINER, (y - radius) * FINER,
               (x + radius) * FINER, (y + radius) * FINER]
        self.pen.arc(box, begin, end, fill=fill, width=round(width * FINER))

    def png(self) -> bytes:
        small = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        return out.getvalue()


def mixed(one: Colour, two: Colour, share: float) -> Colour:
    """Return `one` with a `share` of `two` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two))
    return red, green, blue


def window(sheet: Sheet) -> None:
    """The sun behind hills."""
    sheet.disc(850, 210, 120, sheet.tint(.35))
    hills = (300, 60, 260, .3), (350, 45, 190, .55), (400, 30, 150, 1)
    for base, height, slow, strength in hills:
        top = [(x, base + height * sin(x / slow + base)) for x in range(0, sheet.width + 1, 10)]
        sheet.shape([*top, (sheet.width, sheet.height), (0, sheet.height)], sheet.tint(strength))


def discs(sheet: Sheet) -> None:
    """Circles, large and small, one beside another."""
    for x, y, radius, strength in (
            (80, 400, 260, .22), (420, 120, 150, .4), (640, 330, 190, 1), (900, 130, 120, .6),
            (1130, 330, 230, .3), (860, 380, 60, .22), (300, 330, 70, .75), (560, 60, 40, .75)):
        sheet.disc(x, y, radius, sheet.tint(strength))


def garland(sheet: Sheet) -> None:
    """Two strings of flags."""
    for row, (level, sag, size) in enumerate(((40, 110, 74), (170, 130, 88))):
        def height(x: float) -> float:
            return level + sag * (1 - ((x - 600) / 640) ** 2)

        line = [(x * FINER, height(x) * FINER) for x in range(0, 1201, 10)]
        sheet.pen.line(line, fill=sheet.tint(.6), width=4 * FINER)
        for number, x in enumerate(range(30 + 40 * row, 1180, 118)):
            strength = (.35, 1, .6)[(number + row) % 3]
            left, right = height(x), height(x + size)
            tip = (x + size / 2, (left + right) / 2 + size * 1.1)
            sheet.shape([(x, left), (x + size, right), tip], sheet.tint(strength))


def gift(sheet: Sheet) -> None:
    """A box with a ribbon, in falling confetti."""
    chance = random.Random(5)
    for _ in range(70):
        x, y = chance.randrange(1200), chance.randrange(440)
        if 430 < x < 770 and y > 90:
            continue
        sheet.disc(x, y, chance.choice((5, 8, 12)), sheet.tint(chance.choice((.3, .5, .8, 1))))
    for x in (548, 652):
        sheet.arc(x, 130, 52, 0, 360, sheet.shade(.25), 20)
    sheet.box(470, 230, 260, 180, sheet.tint(.75), 10)
    sheet.box(450, 175, 300, 66, sheet.accent, 10)
    sheet.box(576, 175, 48, 235, sheet.shade(.25))


def cup(sheet: Sheet) -> None:
    """A cup on a saucer, and its steam."""
    for x in (250, 300, 350):
        sheet.arc(x - 14, 95, 24, -70, 70, sheet.tint(.4), 9)
        sheet.arc(x + 3, 140, 24, 110, 250, sheet.tint(.4), 9)
    sheet.arc(412, 245, 52, -100, 100, sheet.shade(.15), 20)
    sheet.box(190, 190, 220, 190, sheet.accent, 70)
    sheet.box(190, 190, 220, 90, sheet.accent, 12)
    sheet.box(190, 226, 220, 16, sheet.tint(.45))
    sheet.box(130, 380, 340, 20, sheet.tint(.55), 10)


def tin(sheet: Sheet) -> None:
    """A tin with a label, and a leaf on it."""
    sheet.box(200, 80, 200, 50, sheet.shade(.2), 12)
    sheet.box(190, 118, 220, 272, sheet.accent, 14)
    sheet.box(190, 195, 220, 120, sheet.tint(.12))
    leaf(sheet, 300, 255, 44, sheet.tint(.75))


def leaf(sheet: Sheet, x: float, y: float, size: float, fill: Colour) -> None:
    """Draw a leaf that leans to the right, with `x`, `y` in the middle of it."""
    upper = [(x - size + step * size / 5, y - size * .55 * sin(step * .314)) for step in range(11)]
    lower = [(a, 2 * y - b) for a, b in reversed(upper)]
    turned = [(x + .8 * (a - x) + .6 * (b - y), y - .6 * (a - x) + .8 * (b - y))
              for a, b in upper + lower]
    sheet.shape(turned, fill)


def pot(sheet: Sheet) -> None:
    """A round teapot."""
    sheet.shape([(380, 240), (500, 165), (520, 190), (400, 325)], sheet.accent)
    sheet.arc(205, 255, 78, 70, 290, sheet.shade(.15), 24)
    sheet.disc(300, 265, 122, sheet.accent)
    sheet.box(215, 140, 170, 28, sheet.shade(.2), 14)
    sheet.disc(300, 122, 22, sheet.shade(.2))
    sheet.box(210, 375, 180, 18, sheet.tint(.55), 9)
    leaf(sheet, 300, 270, 52, sheet.tint(.35))


def face(sheet: Sheet, mouth: Callable[[Sheet], None], strength: float) -> None:
    sheet.disc(200, 150, 110, sheet.tint(strength))
    for x in (165, 235):
        sheet.disc(x, 125, 13, WHITE)
    mouth(sheet)


def glad(sheet: Sheet) -> None:
    face(sheet, lambda sheet: sheet.arc(200, 150, 60, 25, 155, WHITE, 12), 1)


def calm(sheet: Sheet) -> None:
    face(sheet, lambda sheet: sheet.box(158, 186, 84, 12, WHITE, 6), .75)


def sad(sheet: Sheet) -> None:
    face(sheet, lambda sheet: sheet.arc(200, 240, 55, 215, 325, WHITE, 12), .55)


PICTURES: dict[str, tuple[tuple[int, int], Callable[[Sheet], None]]] = {
    "window": (BANNER, window), "discs": (BANNER, discs), "garland": (BANNER, garland),
    "gift": (BANNER, gift), "cup": (SQUARE, cup), "tin": (SQUARE, tin), "pot": (SQUARE, pot),
    "glad": (FACE, glad), "calm": (FACE, calm), "sad": (FACE, sad)}


def size_of(name: str) -> tuple[int, int]:
    return PICTURES[name][0]


@lru_cache(maxsize=64)
def drawn(name: str, accent: str) -> bytes:
    """Return the picture of this name as PNG; `accent` is `#rrggbb`."""
    size, draw = PICTURES[name]
    red, green, blue = bytes.fromhex(accent.removeprefix("#"))
    sheet = Sheet(size, (red, green, blue))
    draw(sheet)
    return sheet.png()
