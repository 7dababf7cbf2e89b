"""The raw source of a letter, which comes back octet for octet through a browser.

A browser's text field has one kind of line end alone: what it gives back is compared with what is
stored as if all line ends were alike, and each line that nobody changed keeps its own.
"""
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from ..sheets.encodings import encoding_of, in_two_octets

LINE_END = re.compile(r"(\r\n|\r|\n)")
BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})|"
                     rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
HEAD = 4096  # octets that may say how the others are read
Line = tuple[str, str]  # its text and its end
Match = tuple[int, int]  # a line of what came, and the same one of what is stored


def restored(sent: str, stored: str) -> str:
    """Return what a browser `sent`, with the line ends that it can not keep as they are `stored`.

    New lines end as most lines do. What was not stored before has plain line ends.
    """
    if plain(sent) == plain(stored):
        return stored
    old = lines_of(stored)
    new = lines_of(plain(sent))
    usual = usual_end(old)
    ends = [end and usual for _text, end in new]
    for at, of_old in same_lines([text for text, _end in new], [text for text, _end in old]):
        ends[at] = ends[at] and (old[of_old][1] or ends[at])
    return "".join(with_ends([text for text, _end in new], ends))


def plain(text: str) -> str:
    return LINE_END.sub("\n", text)


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text; the last one has no end."""
    parts = LINE_END.split(text)
    return list(zip(parts[::2], [*parts[1::2], ""]))


def usual_end(lines: Sequence[Line]) -> str:
    counts = Counter(end for _text, end in lines if end)
    return counts.most_common(1)[0][0] if counts else "\n"


def with_ends(texts: Sequence[str], ends: Sequence[str]) -> Iterator[str]:
    """Yield lines and their ends; two ends that would read as one do not meet."""
    before = ""
    for text, end in zip(texts, ends):
        if before == "\r" and not text and end == "\n":
            end = "\r"
        yield text
        yield end
        before = end


def same_lines(new: Sequence[str], old: Sequence[str]) -> Iterator[Match]:
    """Yield which lines of `new` are which of `old`, in order.

    Lines that both have once are found first, and what is the same before and after them.
    """
    parts = [(0, len(new), 0, len(old))]
    while parts:
        begin, end, of_old, old_end = parts.pop()
        while begin < end and of_old < old_end and new[begin] == old[of_old]:
            yield begin, of_old
            begin += 1
            of_old += 1
        while begin < end and of_old < old_end and new[end - 1] == old[old_end - 1]:
            end -= 1
            old_end -= 1
            yield end, old_end
        if begin == end or of_old == old_end:
            continue
        for at, old_at in anchors(new, old, (begin, end, of_old, old_end)):
            parts.append((begin, at, of_old, old_at))
            begin, of_old = at, old_at
        if (begin, of_old) != (0, 0) and begin < end and new[begin] == old[of_old]:
            parts.append((begin, end, of_old, old_end))


def anchors(new: Sequence[str], old: Sequence[str],
            part: tuple[int, int, int, int]) -> list[Match]:
    """Return the lines that this part of both texts has once, as many as are in one order."""
    begin, end, of_old, old_end = part
    in_new = Counter(new[begin:end])
    in_old = Counter(old[of_old:old_end])
    where = {text: at for at, text in enumerate(old[of_old:old_end], of_old) if in_old[text] == 1}
    once = [(at, where[new[at]]) for at in range(begin, end)
            if in_new[new[at]] == 1 and new[at] in where]
    return rising(once)


def rising(matches: Sequence[Match]) -> list[Match]:
    """Return the longest of the rows of `matches` in which both numbers rise."""
    ends: list[int] = []  # of the row of each length, the least second number
    last: list[int] = []
    before: list[int] = []
    for at, (_new, old) in enumerate(matches):
        length = bisect_left(ends, old)
        before.append(last[length - 1] if length else -1)
        ends[length:length + 1] = [old]
        last[length:length + 1] = [at]
    row = []
    at = last[-1] if last else -1
    while at >= 0:
        row.append(matches[at])
        at = before[at]
    return row[::-1]


def source_of(content: bytes) -> str:
    """Return the text of a file, its byte order mark and line ends with it."""
    encoding = declared_encoding(content) or in_two_octets(content[:HEAD]) or encoding_of(content)
    return content.decode(encoding, "replace")


def declared_encoding(content: bytes) -> str:
    """Return the encoding that a file says it is in, "" where it is none or says nothing."""
    for mark, encoding in BOMS.items():
        if content.startswith(mark):
            return encoding
    found = CHARSET.search(content, 0, HEAD)
    if not found:
        return ""
    name = (found[1] or found[2]).decode("ascii", "replace")
    try:
        content.decode(name)
    except (LookupError, ValueError):
        return ""
    return name
