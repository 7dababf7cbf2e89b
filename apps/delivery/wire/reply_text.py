"""A server's words as they are kept and shown.

The encoding of a line that is not UTF-8 is guessed, and the codec's name is put behind the line in
brackets. Each codec is a table of single octets, so encoding the line by it gives the server's own
octets back. Control characters are shown as signs (NUL as U+2400: databases refuse it) or as
`\\x9c`. A text that is too long ends with how much more there was.
"""
import re
from itertools import pairwise

KEPT_REPLY = 8 * 1024  # characters of a reply, the sign of a cut among them
CUT = " [… {} more characters]"
ASCII = bytes(range(128))
# What is shown for a character's code: a sign for the C0 controls and DEL, an escape for others.
SHOWN = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"}
SHOWN[0x7F] = "\u2421"
for code in (*range(0x80, 0xA0), 0x061C, *range(0x200E, 0x2010), *range(0x2028, 0x202F),
             *range(0x2066, 0x206A)):
    SHOWN[code] = chr(code).encode("ascii", "backslashreplace").decode()
ESCAPED = re.compile(r"\\x[89a-f][0-9a-f]")

BROKEN_SHARE = 4  # for so many octets in order, one out of order is allowed

# The first that looks best is taken. CP1252 is Latin-1 with quotes and dashes.
CODECS = ("cp1251", "koi8-r", "cp866", "cp1252")
WORD = re.compile(r"[^\W\d_]+")
LATIN = re.compile(r"[A-Za-z]")
CYRILLIC = re.compile(r"[Ѐ-ӿ]")
RUSSIAN = dict(zip("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", range(99, 0, -3)))  # often to seldom
MARKS = "«»„“”‘’–—…№·•°§©®\xa0"
MIXED = -100  # a word of two scripts, or in a wild case
STRANGE = -60  # neither a letter nor a mark
ODD_LETTER = -20
LATIN_WORD = 40
NOT_SMALL = -10
PAIRS = frozenset((  # of letters, met often
    "ст но то на ен ов ни ра во ко по пр ро ер ре ал ли от ть не ка та ел ес ор ан ос ол ле "
    "го за ва да те ис ат ет ом им ще ем об ак ри ил ие ия ый ся бы ло ав ме ящ чт до уд пи "
    "ок ек ад др ль зо че ай ск ки дл ма ти са").split())
PAIR = 60


def decoded(octets: bytes | str) -> str:
    """Return a reply's text, at most KEPT_REPLY characters; line breaks stay."""
    if isinstance(octets, bytes) and octets.isascii() and len(octets) <= KEPT_REPLY:
        text = octets.decode("ascii").strip()
        if text.isprintable():  # the usual one, in a line
            return text
    if isinstance(octets, str):  # of the library's own errors
        octets = octets.encode("utf-8", "backslashreplace")
    text = as_text(octets.strip()).translate(SHOWN)
    if len(text) <= KEPT_REPLY:
        return text
    kept = KEPT_REPLY - len(CUT) - 8
    return text[:kept] + CUT.format(len(text) - kept)


def as_text(octets: bytes) -> str:
    """Return `octets` line by line: UTF-8, or by one codec for all lines that are not UTF-8."""
    lines = octets.replace(b"\r\n", b"\n").split(b"\n")
    odd = [line for line in lines if not is_utf8(line)]
    codec = guess(b" ".join(odd))
    return "\n".join(
        line.decode("utf-8", "backslashreplace") if is_utf8(line)
        else f"{line.decode(codec, 'backslashreplace')} [{codec}]" for line in lines)


def is_utf8(line: bytes) -> bool:
    """Whether `line` is UTF-8 for the most part: a server may cut it within a character."""
    valid = not_ascii(line.decode("utf-8", "ignore").encode("utf-8"))
    return (not_ascii(line) - valid) * BROKEN_SHARE <= valid


def not_ascii(octets: bytes) -> int:
    """Return how many of `octets` are not ASCII."""
    return len(octets.translate(None, ASCII))


def guess(octets: bytes) -> str:
    """Return the codec by which `octets` look most like Russian, or like a Western language."""
    return max(CODECS, key=lambda codec: likeness(octets.decode(codec, "backslashreplace")))


def likeness(text: str) -> int:
    """Return how much the words of `text` that are not ASCII look like somebody's language."""
    strange = len(ESCAPED.findall(text)) + sum(
        not (char.isascii() or char.isalpha() or char in MARKS) for char in text)
    return STRANGE * strange + sum(
        word_likeness(word) for word in WORD.findall(text) if not word.isascii())


def word_likeness(word: str) -> int:
    """Return how much a word looks Russian, or Western among Latin letters."""
    latin = LATIN.search(word)
    if not CYRILLIC.search(word):
        return LATIN_WORD if latin else MIXED
    small = word.lower()
    score = sum(RUSSIAN.get(char, ODD_LETTER) for char in small)
    score += sum(PAIR for pair in map("".join, pairwise(small)) if pair in PAIRS)
    if word != small:
        score += NOT_SMALL
    if latin or word not in (small, word.upper(), word.capitalize()):
        score += MIXED
    return score
