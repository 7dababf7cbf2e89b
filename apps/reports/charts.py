"""Bars over time, as numbers for an SVG that the server draws."""
from bisect import bisect_right
from dataclasses import dataclass, field

WIDE = 1000  # the picture is 100 high
FILLED = 0.8  # of a bar's place
WIDEST = 60
NICE = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)  # what an axis ends with, or tens of these


@dataclass
class Bar:
    """What happened within one step, and its parts: (outcome, x, y, width, height), as text."""

    words: str
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    parts: list = field(default_factory=list)

    @property
    def total(self):
        return self.sent + self.failed + self.unknown


@dataclass
class Chart:
    bars: list
    step: str  # what one bar is called
    top: int = 0  # the number at the upper edge

    @property
    def first(self):
        return self.bars[0].words

    @property
    def last(self):
        return self.bars[-1].words

    @property
    def highest(self):
        return max(self.bars, key=lambda bar: bar.total)


def chart(steps, step, rows):
    """Return a Chart of `rows` (a quarter or a minute, sent, failed, unknown).

    `steps` is {quarter or minute at which it begins: words}, in order; `step` is their name.
    """
    starts = list(steps)
    bars = list(map(Bar, steps.values()))
    for place, sent, failed, unknown in rows:
        bar = bars[bisect_right(starts, place) - 1]
        bar.sent += sent
        bar.failed += failed
        bar.unknown += unknown
    drawn = Chart(bars, step)
    drawn.top = round_up(drawn.highest.total)
    place = WIDE / len(bars)
    width = min(FILLED * place, WIDEST)
    for number, bar in enumerate(bars):
        left = (number + .5) * place - width / 2
        for name, start, height in stacked(bar.sent, bar.failed, bar.unknown, drawn.top):
            top = 100 - start - height
            # As text: in a number the template would put a decimal comma.
            bar.parts.append((name, f"{left:.2f}", f"{top:.2f}", f"{width:.2f}", f"{height:.2f}"))
    return drawn


def stacked(sent, failed, unknown, whole, returned=0):
    """Yield (outcome, start, length) of each outcome that there is, in per cent of `whole`."""
    start = 0
    outcomes = (("sent", sent), ("returned", returned), ("failed", failed), ("unknown", unknown))
    for name, number in outcomes:
        if number:
            length = 100 * number / whole
            yield name, start, length
            start += length


def round_up(number):
    """Return where an axis ends that must hold `number`: itself up to ten, else a round one."""
    if number <= NICE[0]:
        return number
    size = 1
    while number > NICE[-1] * size:
        size *= 10
    for nice in NICE:
        if number <= nice * size:
            return nice * size
