"""Names of files as they can be shown, and as mail programs can take them."""
import unicodedata

LONGEST = 255
SEPARATORS = {"Zl", "Zp", "Zs"}


def clean_name(name: str) -> str:
    """Return the last part of a file's name, in one line, without what turns or hides its letters.

    A name that ends in dots or blanks loses them, as it would on Windows.
    """
    last = name.replace("\\", "/").rstrip("/. ").rpartition("/")[2]
    shown = "".join(map(shown_of, last))
    return shortened(" ".join(shown.split()).rstrip(". "))


def shown_of(character: str) -> str:
    category = unicodedata.category(character)
    if category in SEPARATORS or character in "\t\r\n":
        return " "
    if category.startswith("C"):  # controls, overrides of direction, surrogates
        return ""
    return character


def shortened(name: str) -> str:
    """Return `name` of at most LONGEST characters, with its extension."""
    if len(name) <= LONGEST:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > 16:
        return name[:LONGEST]
    return stem[:LONGEST - len(extension) - 1] + dot + extension
