"""What happens to letters on their way: octets changed, cut, doubled, parts and headers moved."""
from hypothesis import strategies as st

CHARSETS = [b"utf-8", b"koi8-r", b"windows-1251", b"iso-2022-jp", b"utf-16", b"utf-7", b"x-none",
            b"us-ascii", b"big5"]
ENCODINGS = [b"base64", b"quoted-printable", b"7bit", b"x-uuencode"]


@st.composite
def mutated(draw, octets):
    """Return `octets` after one to four mishaps."""
    for mishap in draw(st.lists(st.sampled_from(MISHAPS), min_size=1, max_size=4)):
        octets = mishap(draw, octets)
    return octets


def place(draw, octets):
    return draw(st.integers(0, len(octets)))


def flipped(draw, octets):
    at = place(draw, octets)
    return octets[:at] + bytes([draw(st.integers(0, 255))]) + octets[at + 1:]


def many_flipped(draw, octets):
    for _ in range(draw(st.integers(2, 12))):
        octets = flipped(draw, octets)
    return octets


def cut(draw, octets):
    return octets[:place(draw, octets)]


def beheaded(draw, octets):
    return octets[place(draw, octets):]


def hole(draw, octets):
    at = place(draw, octets)
    return octets[:at] + octets[at + draw(st.integers(1, 400)):]


def doubled(draw, octets):
    at = place(draw, octets)
    piece = octets[at:at + draw(st.integers(1, 600))]
    return octets[:at] + piece + octets[at:]


def lines_swapped(draw, octets):
    lines = octets.split(b"\n")
    one = draw(st.integers(0, len(lines) - 1))
    other = draw(st.integers(0, len(lines) - 1))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def line_dropped(draw, octets):
    lines = octets.split(b"\n")
    del lines[draw(st.integers(0, len(lines) - 1))]
    return b"\n".join(lines)


def other_charset(draw, octets):
    return octets.replace(draw(st.sampled_from(CHARSETS)), draw(st.sampled_from(CHARSETS)))


def other_encoding(draw, octets):
    return octets.replace(draw(st.sampled_from(ENCODINGS)), draw(st.sampled_from(ENCODINGS)))


def other_ends(draw, octets):
    return octets.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"\n\n"])))


def twice(draw, octets):
    return octets + draw(st.sampled_from([b"", b"\n", b"\n--b\n"])) + octets


MISHAPS = [flipped, many_flipped, cut, beheaded, hole, doubled, lines_swapped, line_dropped,
           other_charset, other_encoding, other_ends, twice]
