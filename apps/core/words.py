"""Text as it is searched for and put in order, whatever keys it was typed with."""
import re
import unicodedata

# Small Cyrillic letters that look like Latin ones, or whose capitals do.
LOOK_ALIKES = str.maketrans("авекмнорстухіјѕ", "abekmhopctyxijs")
BREVE = "\u0306"  # of й and ў, which are letters of their own
AFTER_YE = "е\u052f"  # comes after each word with «е», and before «ж»
NOT_A_WORD = re.compile(r"^[\W_]+")


def folded(text: str) -> str:
    """Return `text` as it is searched for: the same for what people take for the same.

    Small letters, without accents, ё as е, Cyrillic letters as the Latin ones that look like
    them, and single blanks.
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in letters if one == BREVE or not unicodedata.combining(one))
    return " ".join(unicodedata.normalize("NFC", plain).translate(LOOK_ALIKES).split())


def sort_key(text: str, length: int) -> str:
    """Return what orders `text` by the alphabet when compared character by character.

    Small letters, ё between е and ж, without signs before the first word; cut to `length`.
    """
    letters = unicodedata.normalize("NFKC", text).casefold()
    key = NOT_A_WORD.sub("", letters) or letters
    return key.replace("ё", AFTER_YE)[:length]
