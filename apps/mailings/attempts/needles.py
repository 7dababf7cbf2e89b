"""Which letters must stand in a text for a pattern to fit: looked for first, since that is quick.
"""
import re

LEAST = 3  # letters: fewer stand in every text
PLAIN = r"[a-z\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fff' ]"
RUN = re.compile(rf"{PLAIN}+")
OPTIONAL = ("?", "*", "{")


def alternatives(pattern: str) -> list[str]:
    """Return the parts of a regular expression between its outermost bars."""
    found = [""]
    for piece in pieces(pattern):
        if piece == "|":
            found.append("")
        else:
            found[-1] += piece
    return found


def needle(alternative: str) -> str:
    """Return the longest text that every match of `alternative` holds; "" where none is plain."""
    runs = [""]
    parts = [*pieces(alternative), ""]
    for piece, after in zip(parts, parts[1:]):
        if RUN.fullmatch(piece) and not after.startswith(OPTIONAL):
            runs[-1] += piece
        else:
            runs.append("")
    longest = max(runs, key=len)
    return longest if len(longest.strip()) >= LEAST else ""


def pieces(pattern: str) -> list[str]:
    """Return the outermost pieces of a regular expression: signs, escapes, sets and groups."""
    found = []
    at = 0
    while at < len(pattern):
        end = end_of(pattern, at)
        found.append(pattern[at:end])
        at = end
    return found


def end_of(pattern: str, at: int) -> int:
    """Return where the piece that begins `at` ends."""
    if pattern[at] == "\\":
        return at + 2
    if pattern[at] == "[":
        return pattern.index("]", at + 2) + 1
    if pattern[at] != "(":
        return at + 1
    at += 1
    while pattern[at] != ")":
        at = end_of(pattern, at)
    return at + 1


def with_needles(alternative: str) -> list[str]:
    """Return ways to write `alternative`, each with a needle; itself alone where there are none.

    «(?:full|over) box(?:es)?» is «full box…» or «over box…»: a group is written out.
    """
    if needle(alternative):
        return [alternative]
    parts = pieces(alternative)
    for at in reversed(range(len(parts))):
        follows = parts[at + 1] if at + 1 < len(parts) else ""
        if not parts[at].startswith("(?:") or follows.startswith(OPTIONAL):
            continue
        before, after = "".join(parts[:at]), "".join(parts[at + 1:])
        ways = [way for inner in alternatives(parts[at][3:-1])
                for way in with_needles(f"{before}{inner}{after}")]
        if all(map(needle, ways)):
            return ways
    return [alternative]
