"""Text as it is searched for and put in order, whatever keys it was typed with."""
import re
import unicodedata

# Small Cyrillic letters that look like Latin ones, or whose capitals do.
LOOK_ALIKES = str.maketrans("авекмнорстухіјѕ", "abekmhopctyxijs")
BREVE = "\u0306"
AFTER_YE = "е\u052f"  # comes after each word with «е», and before «ж»
NOT_A_WORD = re.compile(r"^[\W_]+")


class Plain(dict[int, int | None]):
    """A table for `str.translate` that fills as letters come: drops what is no letter's own."""

    def __missing__(self, code: int) -> int | None:
        sign = chr(code)
        dropped = unicodedata.combining(sign) or unicodedata.category(sign) == "Cf"
        self[code] = None if dropped else code
        return self[code]


PLAIN = Plain(LOOK_ALIKES)


def folded(text: str) -> str:
    """Return `text` as it is searched for: the same for what people take for the same.

    Small letters, without accents and signs that nobody sees, ё as е, Cyrillic letters as the
    Latin ones that look like them, and single blanks.
    """
    letters = unicodedata.normalize("NFKD", text.casefold()).casefold()  # «ᴬ» is a capital
    for one, whole in ("и", "й"), ("у", "ў"):  # letters of their own
        letters = letters.replace(one + BREVE, whole)
    return " ".join(letters.translate(PLAIN).split())


def sort_key(text: str, length: int) -> str:
    """Return what orders `text` by the alphabet when compared character by character.

    Small letters, ё between е and ж, without signs before the first word; cut to `length`.
    """
    letters = unicodedata.normalize("NFKC", text).casefold()
    key = NOT_A_WORD.sub("", letters) or letters
    return key.replace("ё", AFTER_YE)[:length]
