"""Octets of letters into text, whatever charset and encoding they claim to be in.

Nothing here raises: what can not be read as claimed is read as UTF-8, else as Latin-1.
"""
import binascii
import codecs
import re
from functools import lru_cache

LONGEST = 256 * 1024  # octets of one part that are read as text
LONGEST_HEADER = 8 * 1024
NOT_BASE64 = bytes(set(range(256)) - set(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
# Python has codecs that are no charsets, and some that take their time: these alone are used.
CHARSET = re.compile(r"(?:ascii|utf-(?:8|16|32)|iso\d|iso2022|cp\d|koi8|gb|big5|euc|shift|mac|hz"
                     r"|johab|tis|ptcp|kz)", re.ASCII)
ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bqBQ])\?([^?]{0,2000})\?=")


def text_of(octets: bytes, encoding: str, charset: str) -> str:
    """Return a part's text: its transfer encoding (RFC 2045, 6) undone, its charset read."""
    return charset_read(unwrapped(octets[:LONGEST], encoding), charset)


def unwrapped(octets: bytes, encoding: str) -> bytes:
    """Return `octets` without their transfer encoding, as far as they follow it."""
    encoding = encoding.strip().lower()
    if encoding == "base64":
        return base64_read(octets)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(octets)
    return octets


def base64_read(octets: bytes) -> bytes:
    letters = octets.translate(None, NOT_BASE64).partition(b"=")[0]
    letters = letters[:len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def charset_read(octets: bytes, charset: str) -> str:
    """Return `octets` as text; a charset that is unknown or does not fit is guessed."""
    if octets.isascii() and b"\x1b" not in octets:
        return octets.decode("ascii").replace("\x00", "")
    for name in (codec(charset), "utf-8"):
        if not name:
            continue
        try:
            return octets.decode(name).replace("\x00", "")
        except (UnicodeError, ValueError):
            pass
    if name := codec(charset):
        text = octets.decode(name, "replace")
    else:
        text = octets.decode("utf-8", "replace")
    if text.count("\ufffd") > len(text) // 20:
        text = octets.decode("latin-1")
    return text.replace("\x00", "")


@lru_cache(maxsize=256)
def codec(charset: str) -> str:
    """Return Python's name of `charset`; "" where it knows none that is safe to use."""
    try:
        name = codecs.lookup(charset.strip().lower()[:40]).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return name if CHARSET.match(name) else ""


def header_text(raw: bytes) -> str:
    """Return a header field's text, encoded words (RFC 2047) read."""
    text = charset_read(raw[:LONGEST_HEADER], "utf-8")
    return encoded_words_read(text) if "=?" in text else text


def encoded_words_read(text: str) -> str:
    """Return `text` with its encoded words read; a letter may be split between two of them."""
    found: list[tuple[str, bytes]] = []  # charset and octets; plain text has no charset
    end = 0
    for word in ENCODED_WORD.finditer(text):
        between = text[end:word.start()]
        if between.strip() or not found:
            found.append(("", between.encode("utf-8", "replace")))
        charset, encoding, octets = word[1].lower(), word[2].lower(), word[3].encode()
        decoded = base64_read(octets) if encoding == "b" else binascii.a2b_qp(octets, header=True)
        if found[-1][0] == charset:
            decoded = found.pop()[1] + decoded
        found.append((charset, decoded))
        end = word.end()
    found.append(("", text[end:].encode("utf-8", "replace")))
    return "".join(charset_read(octets, charset or "utf-8") for charset, octets in found)
