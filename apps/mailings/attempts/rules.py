"""How a refusal's words and codes lead to a meaning.

Plain words first, then a code that says one thing alone, then words that say little, then what is
left of the codes. Codes: RFC 3463, RFC 5248's registry, RFC 7372, RFC 7504, RFC 7505.
"""
import re
from collections.abc import Sequence
from functools import lru_cache

from . import phrases, phrases_abroad, phrases_people
from .faults import Meaning as M
from .needles import alternatives, needle, with_needles
from .replies import Reply

SENDER_DETAILS = ("1.7", "1.8", "7.27")  # they say whose address is meant
DETAILS: dict[str, M] = dict.fromkeys(SENDER_DETAILS, M.SENDER)  # subject and detail of x.y.z
for meaning, details in {
    M.NO_MAILBOX: "1.1 1.3", M.NO_DOMAIN: "1.2", M.MOVED: "1.6", M.NO_MAIL: "1.10",
    M.INACTIVE: "2.1", M.FULL: "2.2", M.TOO_BIG: "2.3 3.4", M.DISK: "3.1",
    M.ROUTE: "4.1 4.3 4.4 4.6 4.7", M.RATE: "5.3 7.28", M.BLOCKED: "7.25", M.LOGIN: "7.13",
    M.AUTH: "7.20 7.21 7.22 7.23 7.24 7.26 7.29 7.30 7.31 7.32 7.509 7.515",
}.items():
    DETAILS |= dict.fromkeys(details.split(), meaning)
LOGIN_CODES = (525, 530, 534, 535, 538)
CODES = {
    **dict.fromkeys((500, 501, 502, 503, 504, 555), M.SETTINGS),
    452: M.DISK, 541: M.SPAM, 552: M.FULL, 556: M.NO_MAIL, 571: M.POLICY,
}
TLS = re.compile(r"\btls\b|starttls|certificate")
NEVER_CURED = (M.RELAY,)  # by waiting, although servers say so: «454 4.7.1 Relay access denied»


# A meaning, the text that must be there for the pattern to fit ("": anything), the pattern.
Rules = Sequence[tuple[M, str, str]]


def rules_of(*groups: dict[M, str]) -> Rules:
    """Return the rules of groups as `phrases` writes them, one for each way to say a thing."""
    rules: list[tuple[M, str, str]] = []
    for group in groups:
        for meaning, lines in group.items():
            rules += [(meaning, *rule) for rule in patterns(lines)]
    return rules


def patterns(lines: str) -> list[tuple[str, str]]:
    """Return the regular expressions that `phrases` writes as `lines`, one for each needle."""
    by_needle: dict[str, list[str]] = {}
    for line in written_out(lines):
        for alternative in alternatives(line):
            for way in with_needles(alternative):
                by_needle.setdefault(needle(way), []).append(way)
    return [(each, "|".join(dict.fromkeys(ways)))
            for each, ways in sorted(by_needle.items(), reverse=True)]


def pattern(lines: str) -> re.Pattern[str]:
    """Return one pattern of the regular expressions that `phrases` writes as `lines`."""
    return re.compile("|".join(written_out(lines)))


def written_out(lines: str) -> list[str]:
    """Return the regular expressions in `lines`, their {names} and ~3 replaced."""
    lines = re.sub(r"\\\n\s*", "", lines)
    for name, part in phrases.PARTS.items():
        lines = lines.replace(f"{{{name}}}", part)
    lines = re.sub(r"~(\d)", r"(?: \\S{1,80}+){0,\1}", lines)
    return [line.strip() for line in lines.strip().splitlines()]


PLAIN = rules_of(phrases.OURS, phrases.THE_LETTERS, phrases_people.FOR_NOW, phrases_abroad.FOR_NOW,
                 phrases.GUARDS, phrases_people.GONE, phrases_abroad.GONE)
WEAK = rules_of(phrases.WEAK, phrases.WEAKEST)
VAGUE_DETAILS = rules_of({  # what the rest of a subject is about
    M.BLOCKED: r"^7\.6\d\d$",  # Exchange Online: banned servers
    M.REFUSED: r"^7\.\d{3}$",
    M.ROUTE: r"^4\.\d{3}$",
    M.MALFORMED: r"^6\.",
    M.SETTINGS: r"^5\.",
})


def meaning_of(answer: Reply) -> tuple[M, bool]:
    """Return the Meaning of a refusal and whether it is sure, not a guess."""
    if answer.code in LOGIN_CODES:
        if TLS.search(answer.words):
            return M.TLS, True
        return M.LOGIN, True
    if answer.detail in SENDER_DETAILS:
        return M.SENDER, True
    if meaning := first(PLAIN, answer.words):
        return corrected(meaning, answer), True
    if meaning := DETAILS.get(answer.detail):
        return meaning, True
    meaning = first(WEAK, answer.words) or first(VAGUE_DETAILS, answer.detail)
    return meaning or CODES.get(answer.code, M.OTHER), False


def first(rules: Rules, text: str) -> M | None:
    """Return the Meaning of the first of `rules` that `text` fits."""
    for meaning, needed, words in rules:
        if needed in text and compiled_when_needed(words).search(text):
            return meaning
    return None


@lru_cache(maxsize=None)  # there are hundreds, and most processes need few
def compiled_when_needed(words: str) -> re.Pattern[str]:
    return re.compile(words)


def corrected(meaning: M, answer: Reply) -> M:
    """Return `meaning`, but for a domain in a reply about rights: that is the sender's."""
    if meaning is M.NO_DOMAIN and answer.detail.startswith("7."):
        return M.SENDER
    return meaning
