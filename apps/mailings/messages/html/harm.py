"""Which addresses of a letter's HTML would run something instead of leading somewhere."""
import re
from html import unescape

ADDRESSES = {
    "href", "src", "background", "poster", "data", "action", "formaction", "xlink:href", "cite",
    "longdesc", "lowsrc", "dynsrc", "srcset", "codebase", "classid", "manifest", "profile"}
RUNS = re.compile(r"(?:javascript|vbscript|livescript|mocha|data|jar|view-source)(?=:)")
PICTURE = re.compile(r"data:image/[a-z0-9.+-]+[;,]")
PICTURES = {"src", "background", "poster", "srcset"}
# Browsers leave these out of an address wherever they stand, or at its beginning.
IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b\u2028\u2029\ufeff]+")
STYLE_RUNS = re.compile(r"expression\(|javascript:|vbscript:|-moz-binding")
PLAIN_STYLE = re.compile(
    r"expression(?=\()|(?:javascript|vbscript)(?=:)|-moz-binding", re.IGNORECASE)
STYLE_NOISE = re.compile(r"/\*.*?\*/|\s+", re.DOTALL)
STYLE_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)


def runs(name: str, value: str) -> str:
    """Return by which scheme the attribute's value would run something, "" of a harmless one."""
    if ":" not in value and "&" not in value:
        return ""
    address = IGNORED.sub("", unescape(value)).lower()
    found = RUNS.match(address)
    if not found or (name in PICTURES and PICTURE.match(address)):
        return ""
    return found[0]


def style_runs(style: str) -> bool:
    """Whether old programs would run something of a `style`."""
    text = STYLE_NOISE.sub("", STYLE_ESCAPE.sub(escaped, unescape(style)))
    return bool(STYLE_RUNS.search(text.lower()))


def harmless_style(style: str) -> str:
    """Return the content of a `style` element that runs nothing; "" where that is in disguise."""
    plain = PLAIN_STYLE.sub("none", style)
    return "" if style_runs(plain) else plain


def escaped(match: re.Match[str]) -> str:
    number = int(match[1] or "0", 16)
    if 0 < number < 0x110000:
        return chr(number)
    return match[2] or ""
