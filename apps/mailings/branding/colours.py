"""Colours `#rrggbb`: what is readable on what, and what lies between two."""

WHITE = "#ffffff"
BLACK = "#111111"
LARGE = 3.0  # the contrast that WCAG asks of large text and of buttons
SMALL = 4.5  # of small text


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Return the relative luminance, as WCAG 2 defines it."""
    shares = [channel / 255 for channel in channels(colour)]
    red, green, blue = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """Return `one` with that `share` of the `other` in it."""
    pairs = zip(channels(one), channels(other))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def words_on(background: str) -> str:
    """Return white, or black where white could not be read on the `background`."""
    return WHITE if contrast(WHITE, background) >= LARGE else BLACK


def readable(colour: str, background: str, least: float = SMALL) -> str:
    """Return the `colour`, no nearer to the `background` than can be read on it."""
    towards = max(WHITE, BLACK, key=lambda end: contrast(end, background))
    for step in range(11):
        found = mixed(colour, towards, step / 10)
        if contrast(found, background) >= least:
            return found
    return towards
