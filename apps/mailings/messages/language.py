"""The language of a letter: that of the words that the service itself puts into it."""
import re
from typing import Literal

Language = Literal["ru", "en"]
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
FIELDS = re.compile(r"\{[^{}\r\n]{1,80}\}")  # `{имя}` stands in English letters too


def letter_language(subject: str, body: str) -> Language:
    """Return the language of a letter, of its text: Russian where it has a Cyrillic letter."""
    return "ru" if CYRILLIC.search(FIELDS.sub("", f"{subject}\n{body}")) else "en"
