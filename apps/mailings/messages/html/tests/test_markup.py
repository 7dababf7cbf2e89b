"""HTML is cut as browsers cut it, and never wholly misread."""
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpora import CORPORA

from ..markup import Kind, conditional, line_of, tokens

LETTERS = sorted((CORPORA / "html-templates").rglob("*.html"))
PIECES = ["<", ">", "/", "!", "-", '"', "'", "=", " ", "a", "style", "script", "textarea", "&",
          "\0", "\n", "?", "</", "<!--", "-->", "--!>", "doctype", "[if mso]", "<![endif]", "İ"]
pieces = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


def kinds(html):
    return [(token.kind.value, html[token.start:token.end]) for token in tokens(html)]


@given(pieces)
@settings(max_examples=150)
def test_tokens_cover_every_character_in_order(html):
    at = 0
    for token in tokens(html):
        assert token.start == at < token.end
        for one in token.attributes:
            assert token.start < one.at <= one.start <= one.end < token.end
            assert html[one.start:one.end] == one.value
        at = token.end
    assert at == len(html)


@pytest.mark.parametrize(("html", "expected"), [
    ("a < b", [("text", "a < b")]),
    ("<p title='>'>x", [("start", "<p title='>'>"), ("text", "x")]),
    ("</p x>", [("end", "</p x>")]),
    ("<!-- a --!>b", [("comment", "<!-- a --!>"), ("text", "b")]),
    ("<!-->b", [("comment", "<!-->"), ("text", "b")]),
    ("<!doctype html>", [("doctype", "<!doctype html>")]),
    ("<!x><?y></ z>", [("comment", "<!x>"), ("comment", "<?y>"), ("comment", "</ z>")]),
    ("<style>a<b</style >", [("start", "<style>"), ("raw", "a<b"), ("end", "</style >")]),
    ("<title></titles></title>", [
        ("start", "<title>"), ("raw", "</titles>"), ("end", "</title>")]),
    ("<script><!--<script></script>--></script>", [
        ("start", "<script>"), ("raw", "<!--<script></script>-->"), ("end", "</script>")]),
    ("<plaintext></plaintext>", [("start", "<plaintext>"), ("raw", "</plaintext>")]),
    ("x<a href='", [("text", "x"), ("comment", "<a href='")]),
    ("<", [("text", "<")]), ("</", [("text", "</")]), ("<!--", [("comment", "<!--")]),
])
def test_it_cuts_as_browsers_do(html, expected):
    assert kinds(html) == expected


def test_attributes_have_their_values_and_places():
    html = "<A B=1 c='2>' D = \"3\" e /f=/g h=>"

    [token] = tokens(html)

    assert [(one.name, one.value, one.quote) for one in token.attributes] == [
        ("b", "1", ""), ("c", "2>", "'"), ("d", "3", '"'), ("e", "", ""), ("f", "/g", ""),
        ("h", "", "")]
    assert [html[one.at] for one in token.attributes] == ["B", "c", "D", "e", "f", "h"]


def test_html_for_outlook_is_found_in_its_comment():
    html = "<!--[if mso]><b>x</b><![endif]--><!--[if !mso]><!--><i>"
    comments = [token for token in tokens(html) if token.kind == Kind.COMMENT]

    begin, end = conditional(html, comments[0])

    assert html[begin:end] == "<b>x</b>"
    assert conditional(html, comments[1]) is None


def test_each_end_of_a_line_counts_once():
    assert [line_of("a\r\nb\rc\nd", at) for at in (0, 3, 5, 7)] == [1, 2, 3, 4]


class Tags(HTMLParser):
    CDATA_CONTENT_ELEMENTS = ("script", "style", "title")

    def __init__(self, html):
        super().__init__(convert_charrefs=False)
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, [name for name, _value in attributes]))


@pytest.mark.skipif(not LETTERS, reason="no letters of others here")
def test_other_parsers_see_the_same_tags():
    for path in LETTERS:
        html = path.read_text()
        ours = [(token.name, [one.name for one in token.attributes])
                for token in tokens(html) if token.kind == Kind.START]
        assert ours == Tags(html).found, path


@pytest.mark.parametrize("piece", [
    "<a ", "<", "</", "<!--", '="', "<style>", "<script><!--", "<a b='c' "])
def test_it_takes_no_more_time_for_what_is_odd(piece):
    html = piece * (100_000 // len(piece))
    began = time.process_time()
    assert sum(token.end - token.start for token in tokens(html)) == len(html)
    assert time.process_time() - began < 1
