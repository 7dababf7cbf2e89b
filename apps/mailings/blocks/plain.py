"""Rich text as plain text that people may write where no script runs, and back.

Paragraphs are parted by empty lines, items of lists begin with `- ` or `1. `, addresses become
links. What was not changed in the plain text keeps the form that it had.
"""
import re
from difflib import SequenceMatcher
from html import unescape

from django.utils.html import escape

from .kinds import Block, new_block
from .values import LINE_END, LONGEST_TEXT, rich_of

LONGEST_PART = 3_000  # characters; each may become several in HTML
PIECE = re.compile(r"<(p|ul|ol)\b[^>]*>(.*?)</\1>", re.DOTALL)
ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")
BULLET = re.compile(r"[-*•]\s+")
NUMBER = re.compile(r"\d{1,3}[.)]\s+")
URL = re.compile(r"https?://[^\s<>\"«»]*[^\s<>\"«».,:;!?)]")


def pieces_of(html: str) -> list[str]:
    """Return the paragraphs and lists of rich text, in order."""
    pieces = []
    at = 0
    for piece in PIECE.finditer(html):
        pieces += [html[at:piece.start()].strip(), piece[0]]
        at = piece.end()
    pieces.append(html[at:].strip())
    return list(filter(None, pieces))


def plain_of(html: str) -> str:
    return "\n\n".join(plain_piece(piece) for piece in pieces_of(html))


def plain_piece(piece: str) -> str:
    """Return a paragraph or a list as lines."""
    if piece.startswith("<ul"):
        return "\n".join(f"- {words_of(item)}" for item in ITEM.findall(piece))
    if piece.startswith("<ol"):
        return "\n".join(
            f"{number}. {words_of(item)}" for number, item in enumerate(ITEM.findall(piece), 1))
    return words_of(piece)


def words_of(html: str) -> str:
    """Return the words of rich text, the address of each link behind its words."""
    html = LINK.sub(lambda link: link_words(link[1], link[2]), html)
    lines = re.sub(r"<br\s*/?>\s*", "\n", html)
    return unescape(TAG.sub("", lines)).strip()


def link_words(address: str, words: str) -> str:
    if TAG.sub("", words).strip() == address:
        return words
    return f"{words} ({address})"


def rich_from_plain(text: str, before: str = "") -> str:
    """Return `text` as rich text; the parts that are as they were `before` keep their form."""
    text = LINE_END.sub("\n", text).strip()
    if text == plain_of(before):
        return before
    parts = parts_of(text)
    old = pieces_of(before)
    made = [rich_piece(part) for part in parts]
    matcher = SequenceMatcher(None, [plain_piece(piece) for piece in old], parts, autojunk=False)
    for start, at, count in matcher.get_matching_blocks():
        made[at:at + count] = old[start:start + count]
    return rich_of("".join(made))


def rich_piece(part: str) -> str:
    lines = part.split("\n")
    for mark, name in ((BULLET, "ul"), (NUMBER, "ol")):
        if all(mark.match(line) for line in lines):
            items = "".join(f"<li>{linked(mark.sub('', line, count=1))}</li>" for line in lines)
            return f"<{name}>{items}</{name}>"
    return "<p>" + "<br>".join(linked(line) for line in lines) + "</p>"


def linked(line: str) -> str:
    """Return a line as HTML, in which addresses are links."""
    html = []
    at = 0
    for url in URL.finditer(line):
        html += [escape(line[at:url.start()]),
                 f'<a href="{escape(url[0])}">{escape(url[0])}</a>']
        at = url.end()
    return "".join([*html, escape(line[at:])])


def blocks_of_text(text: str) -> list[Block]:
    """Return a letter of text as blocks of text, with all of its words, to go on from there."""
    blocks: list[Block] = []
    html = ""
    for part in parts_of(LINE_END.sub("\n", text).strip()):
        piece = rich_piece(part)
        if html and len(html) + len(piece) > LONGEST_TEXT:
            blocks.append(new_block("text", html=html))
            html = ""
        html += piece
    if html:
        blocks.append(new_block("text", html=html))
    return blocks


def parts_of(text: str) -> list[str]:
    """Return the paragraphs of a text, one that is too long for a block in several."""
    parts = re.split(r"\n[^\S\n]*\n\s*", text)
    return [part[at:at + LONGEST_PART].strip() for part in parts
            for at in range(0, len(part), LONGEST_PART)]
