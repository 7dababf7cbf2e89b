"""In which encoding a text is, found out by its octets."""
import codecs
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

CYRILLIC = ("cp1251", "koi8-r", "cp866", "mac-cyrillic")
WESTERN = "cp1252"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", *CYRILLIC, WESTERN)

MARKS = {
    codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
HEAD = 64 * 1024
BLOCK = 1024 * 1024
EVIDENCE = 64 * 1024  # octets of lines that are not ASCII: more of them tell nothing new

# Letters by how frequent they are in Russian; then those of Ukrainian and Belarusian.
LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ"
WEIGHTS = {letter: 2 - rank / 8 for rank, letter in enumerate(LETTERS)}
WEIGHTS.update(dict.fromkeys("іїєґў", -1), ё=1.2)
PAIRS = set("""ст но то на ен ов ни ра во ко ро по не пр ос ли ал ла ка го та ер ре ва ан ел де ор
    ол ит ет ом ло те ем ес ль ти ле ат за ин ри до ме от ил из об ир ар од ад ас ес та ся ик ск ев
    ва ви да ди ел ем ия ий ый ая ое на он ок мо ма ми ту ву ча на че ши же жи ну му му ам ак ав ей
    бо бе ба со се си ск ца ин ня ны ын ын лю ль ья ги га ге гу тр др гр вл сл пл кр бр хо ха""".split())
NEUTRAL = set("«»№—–…„“”’‘•\xa0")
ACCENTED = set("áàâäãåæçéèêëíìîïñóòôöõøœúùûüýÿßšž¡¿ºª«»€’‘“”–—…°·£§®©™\xa0")
STRANGE = -4.0
RARE = {"mac-cyrillic": -2.0}  # nobody has it but of an old Mac: where it is as likely, it is not
# No word changes to or from capitals in its midst, begins with a soft sign, or is of two scripts.
CYRILLIC_SLIPS = re.compile(
    r"[а-яёіїєґў](?=[А-ЯЁІЇЄҐЎ])|[А-ЯЁ]{2}(?=[а-яё])|\b[ьъыЬЪЫ]"
    r"|[a-zA-Z](?=[а-яёА-ЯЁ])|[а-яёА-ЯЁ](?=[a-zA-Z])")
# Three accented letters in a row are some other script's; so are two of them that make a word.
WESTERN_SLIPS = re.compile(r"[\xc0-\xff](?=[\xc0-\xff]{2})|\b[\xc0-\xff]{2,}\b|[a-zß-ÿ](?=[À-Þ])")


def find_encoding(path: Path) -> str:
    """Return the encoding of a file: of all that it may be, the likeliest."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    return _utf_16(head) or encoding_of(_evidence(path))


def encoding_of(octets: bytes) -> str:
    """Return the encoding of octets that are no UTF-16."""
    if octets.isascii() or _is_utf_8(octets):
        return "utf-8"
    scores = {}
    for encoding in CYRILLIC:
        text = octets.decode(encoding, "replace")
        scores[encoding] = _cyrillic_score(text) + RARE.get(encoding, 0)
    scores[WESTERN] = _western_score(octets.decode(WESTERN, "replace"))
    return max(scores, key=lambda encoding: scores[encoding])


def _utf_16(head: bytes) -> str:
    """Tell UTF-16 without a mark: every other octet says Latin or Cyrillic, and no other does."""
    even, odd = head[0::2], head[1::2]
    if _share_of_planes(odd) > 0.7 and _share_of_planes(even) < 0.5:
        return "utf-16-le"
    if _share_of_planes(even) > 0.7 and _share_of_planes(odd) < 0.5:
        return "utf-16-be"
    return ""


def _share_of_planes(octets: bytes) -> float:
    return (octets.count(0) + octets.count(4)) / max(len(octets), 1)


def _evidence(path: Path) -> bytes:
    """Return lines that are not ASCII, however far from the head of the file they stand."""
    found = b""
    with open(path, "rb") as file:
        while len(found) < EVIDENCE and (block := file.read(BLOCK)):
            if not block.isascii():
                found += b"\n".join(_not_ascii(block))
    return found[:EVIDENCE * 2]


def _not_ascii(block: bytes) -> Iterator[bytes]:
    for line in re.split(rb"[\r\n]+", block):
        if not line.isascii():
            yield line


def _is_utf_8(octets: bytes) -> bool:
    """Tell whether octets are UTF-8, a few damaged ones aside."""
    text = octets.decode("utf-8", "replace")
    broken = text.count("\ufffd") - octets.count("\ufffd".encode())
    other = sum(1 for letter in text if letter > "\x7f") - broken
    return other > broken * 10


def _cyrillic_score(text: str) -> float:
    score = 0.0
    small = text.lower()
    for letter, count in Counter(small).items():
        if letter > "\x7f":
            strange = 0 if letter in NEUTRAL else STRANGE
            score += count * WEIGHTS.get(letter, strange)
    score += sum(1 for pair in map("".join, zip(small, small[1:])) if pair in PAIRS)
    return score + STRANGE * len(CYRILLIC_SLIPS.findall(text))


def _western_score(text: str) -> float:
    score = 0.0
    for letter, count in Counter(text.lower()).items():
        if letter > "\x7f":
            score += count * (1 if letter in ACCENTED else STRANGE)
    return score + STRANGE * len(WESTERN_SLIPS.findall(text))
