"""What a tag may be called, and the names in a text with commas between them."""
import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..owned_form import one_line
from .models import LONGEST_NAME, key_of

BETWEEN = re.compile(r"[,;\r\n]")  # no name has one: they stand between names
SHOWN = 40  # characters of a name that is refused


def clean_name(text: str) -> str:
    """Return a tag's name as it is stored. Raises ValidationError with a sentence."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise ValidationError(_("A tag needs a name."))
    if BETWEEN.search(name):
        raise ValidationError(_("A comma or a semicolon stands between tags, not in a name."))
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("“%(name)s…” is too long: a tag has at most %(n)s characters.") % {
                "name": name[:SHOWN], "n": LONGEST_NAME})
    return one_line(name)


def names_in(text: str) -> list[str]:
    """Return the tags that a text names, each once. Raises ValidationError with a sentence."""
    return once(clean_name(name) for name in BETWEEN.split(text) if name.strip())


def once(names: Iterable[str]) -> list[str]:
    """Return the names without those that only differ in what people do not see."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(key_of(name), name)
    return list(found.values())
