"""The text part: every visible word and every link, in order."""
import re

import pytest
from lxml import html as lxml_html

from tests.corpora import CORPORA

from ..build import built
from ..text import HIDDEN, text_of

LETTERS = sorted((CORPORA / "html-templates").rglob("*.html"))
PAGES = sorted((CORPORA / "html-to-text").rglob("*.html"))
UNSEEN = {"head", "style", "script", "title", "template", "object", "map"}


def seen(element, words, links):
    """Collect what a reader sees, by a walk that knows nothing of the one that is tested."""
    if not isinstance(element.tag, str) or element.tag in UNSEEN or HIDDEN.search(
            element.get("style", "")) or element.get("hidden") is not None:
        return
    if element.tag == "img":
        words += element.get("alt", "").split()
    words += (element.text or "").split()
    for child in element:
        seen(child, words, links)
        words += (child.tail or "").split()
    address = re.sub(r"\s+", " ", element.get("href", "")).strip()
    if element.tag == "a" and address and not address.startswith("#"):
        links.append(address)


def lost(pieces, text):
    """Return the first of `pieces` that is not in `text` after those before it; None of none."""
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        if at < 0:
            return piece
        at += len(piece)
    return None


@pytest.mark.skipif(not LETTERS, reason="no letters of others here")
@pytest.mark.parametrize("path", [*LETTERS, *PAGES], ids=str)
def test_every_word_and_link_is_there_in_order(path):
    html = built("html", path.read_text(errors="replace")).html
    words, links = [], []
    seen(lxml_html.document_fromstring(html), words, links)

    text = text_of(html)

    assert lost(words, text) is None
    assert lost([link.removeprefix("mailto:") for link in links], text) is None
    assert "\n\n\n" not in text


@pytest.mark.parametrize(("html", "text"), [
    ("<h1>Sale</h1><p>All <b>teas</b></p><p>a<br>b</p>", "Sale\n\nAll teas\n\na\nb"),
    ("<a href='https://x.ru/a'>Look</a> here", "Look (https://x.ru/a) here"),
    ("<a href='https://x.ru/'>https://x.ru</a>", "https://x.ru"),
    ("<a href='mailto:a@x.ru'>a@x.ru</a> <a href='mailto:a@x.ru'>Write</a>",
     "a@x.ru Write (mailto:a@x.ru)"),
    ("<a href='{ссылка}'><img src=x alt='Tea'></a>", "Tea ({ссылка})"),
    ("<a href='https://x.ru'><img src=x></a>", "https://x.ru"),
    ("<ul><li>a<li>b<ul><li>c</ul></ul>", "- a\n- b\n\n  - c"),
    ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
    ("<blockquote>a<br>b</blockquote>", "> a\n> b"),
    ("<pre>a\n  b</pre>", "a\n  b"),
    ("<table><tr><td>Tea<td>300</table>", "Tea · 300"),
    ("<table><tr><td><p>a</p><p>b</p><td>c</table>", "a\n\nb\n\nc"),
    ("<div>a</div><div>b</div>", "a\nb"),
    ("a<p style='display:none'>b</p><p hidden>c</p><p style='mso-hide: all'>d</p>e", "ae"),
    ("a<hr>b", "a\n\n---\n\nb"),
    ("<p>\u200c\u00a0</p><p>&nbsp;</p>a", "a"),
    ("", ""), ("<!-- a -->", ""),
])
def test_it_reads_well(html, text):
    assert text_of(html and f"<body>{html}") == text


def test_very_deep_html_is_read():
    assert text_of("<div>" * 500 + "a") == "a"
