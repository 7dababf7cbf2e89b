"""Headers and bodies as the wire takes them: ASCII, folded, never 8bit.

The library's own folding splits characters, leaves the first line of a long subject empty, and
lets a word of 76 characters through; some receivers refuse such letters.
"""
import re
from base64 import b64encode

LINE = 78  # characters that a line should not pass, RFC 5322, 2.1.1
WORD_LINE = 76  # of a line with an encoded word, RFC 2047, 2
LONGEST_LINE = 998  # octets without CRLF, RFC 5321, 4.5.3.1.6
WORD_START = "=?utf-8?b?"
WORD_END = "?="
WORD_MARKS = len(WORD_START) + len(WORD_END)
WORD_ROOM = (WORD_LINE - 1 - WORD_MARKS) // 4 * 3  # octets of UTF-8 in a word of 75 at the most
LONGEST_CHARACTER = 4  # octets
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ADDRESS = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")  # printable ASCII, no blank and no <>
QUOTABLE = re.compile(r"[ !#-\[\]-~]*")  # what a quoted string holds without a backslash


def text_header(header: str, text: str) -> str:
    """Return `header: text` of unstructured text, with encoded words where it is not plain ASCII.

    Raises ValueError for what would end the line: the forms refuse it, this is the last guard.
    """
    if CONTROL.search(text):
        raise ValueError("A header can not hold line breaks or control characters.")
    used = len(header) + 2
    plain = text.isascii() and "=?" not in text and text == text.strip()
    if plain and used + len(text) <= LINE:
        return f"{header}: {text}"
    return f"{header}: {encoded_words(text, used)}"


def encoded_words(text: str, used: int) -> str:
    """Return `text` as RFC 2047 encoded words that never split a character.

    `used` is how many characters of the first line are taken.
    """
    octets = text.encode("utf-8")
    room = max(LONGEST_CHARACTER, (WORD_LINE - used - WORD_MARKS) // 4 * 3)
    words = []
    while len(octets) > room:
        end = room
        while octets[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        words.append(encoded_word(octets[:end]))
        octets = octets[end:]
        room = WORD_ROOM
    return "\r\n ".join([*words, encoded_word(octets)])


def encoded_word(octets: bytes) -> str:
    return WORD_START + b64encode(octets).decode("ascii") + WORD_END


def mailbox_header(header: str, *mailboxes: tuple[str, str]) -> str:
    """Return `header` with its mailboxes, pairs of a name and an address, one a line.

    Raises ValueError as `mailbox` does.
    """
    used = len(header) + 2
    lines = []
    for name, address in mailboxes:
        lines.append(mailbox(name, address, used + 1))  # a comma may follow
        used = 1
    return f"{header}: " + ",\r\n ".join(lines)


def mailbox(name: str, address: str, used: int) -> str:
    """Return `name <address>` for a header of whose first line `used` characters are taken.

    Raises ValueError when one of them can not stand in a header.
    """
    name = name.strip()
    plain = QUOTABLE.fullmatch(name)
    if not plain and CONTROL.search(name) or not ADDRESS.fullmatch(address):
        raise ValueError("This name or address can not stand in a header.")
    if not name:
        return address
    if plain and used + len(name) + 2 <= LINE and "=?" not in name:
        if used + len(name) + len(address) + 5 <= LINE:
            return f'"{name}" <{address}>'
        phrase = f'"{name}"'
        longest = LINE
    else:
        phrase = encoded_words(name, used)
        longest = WORD_LINE
    last_line = phrase.rpartition("\n")[2]
    end = len(last_line) + (used if last_line == phrase else 0)
    if end + len(address) + 3 > longest:
        phrase += "\r\n"
    return f"{phrase} <{address}>"


def folded_header(header: str, value: str) -> str:
    """Return a header of ASCII tokens (`List-Unsubscribe`, `References`), folded at its blanks."""
    if not value.isascii() or CONTROL.search(value):
        raise ValueError("A header can not hold line breaks or control characters.")
    lines = [f"{header}:"]
    for token in value.split():
        if len(lines[-1]) + 1 + len(token) > LINE and not lines[-1].endswith(":"):
            lines.append("")
        lines[-1] += f" {token}"
    return "\r\n".join(lines)


def encoded_body(body: str, short_lines: bool = False,
                 has_dots: bool = True) -> tuple[str, bytes]:
    """Return the transfer encoding and the encoded octets of `body` (lines end with CRLF).

    `short_lines` says that no line is longer than SMTP takes; otherwise each is measured. Without
    `has_dots` none begins with a dot: to look for them is a sixth of what a letter costs.
    """
    if body.isascii() and (
            short_lines or max(map(len, body.split("\r\n"))) <= LONGEST_LINE):
        octets = line_ended(body.encode("ascii"))
        return "7bit", dots_doubled(octets) if has_dots else octets
    octets = b64encode(body.encode("utf-8"))  # with encodebytes a letter takes a sixth longer
    lines = [octets[start:start + 76] for start in range(0, len(octets), 76)]
    return "base64", b"\r\n".join([*lines, b""])


def line_ended(octets: bytes) -> bytes:
    """Return `octets` with a CRLF at their end."""
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


def dots_doubled(octets: bytes) -> bytes:
    """Return `octets` (lines end with CRLF) as SMTP's DATA takes them (RFC 5321, 4.5.2)."""
    if octets.startswith(b"."):
        octets = b"." + octets
    return octets.replace(b"\r\n.", b"\r\n..")
