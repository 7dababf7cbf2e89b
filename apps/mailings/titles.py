"""What a mailing is called that has no name: its message's subject, without merge fields."""
import re

# Any word in braces, with its fallback: also one that no letter fills.
FIELD = re.compile(r"\{\s*[\w.\- ]+(?:\|[^{}\r\n]*)?\}")
BLANKS = re.compile(r"\s+")
BEFORE_MARK = re.compile(r"\s+(?=[,.;:!?…])")
MARKS_TOGETHER = re.compile(r"[,;:]+(?=[,.;:!?…])")
EDGES = " ,;:|—–-"


def without_fields(subject: str) -> str:
    """Return `subject` without its merge fields, and without the marks that led to them.

    A subject of nothing else stays as it is.
    """
    if not FIELD.search(subject):
        return subject
    text = BLANKS.sub(" ", FIELD.sub(" ", subject))
    text = MARKS_TOGETHER.sub("", BEFORE_MARK.sub("", text)).strip(EDGES)
    text = text.lstrip(".!?… ")
    if not text:
        return subject
    return text[0].upper() + text[1:]
