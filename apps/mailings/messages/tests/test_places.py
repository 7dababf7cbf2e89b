"""Merge fields in HTML: no value changes what a letter is made of, or leads where none may."""
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from ..html.complaints import complaints_in_html, unknown_in_html
from ..html.places import filled_html, html_fields, split_html
from ..merge_fields import values_of

OWN = {"сайт": "Сайт", "код": "Код"}
BAD = ['"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "--><script>x</script>",
       "--!><b>", "]]><!--", "<![endif]--><script>x</script>", "</title><script>", "javascript:x",
       "a b onclick=x", "` onclick=x", "&quot;><b>", "lt;script", "60;", "{почта}", "\x00<b>", "--"]
VALUE = st.sampled_from(BAD) | st.text(max_size=20)
PIECE = st.sampled_from([
    "<p>", "</p>", "<p class=a>", "</p>", "<br>", "x", " ", "&", "&#", "&am", "&lt", ">", '"', "-",
    "<", "</", "--", "</ti", "script>", "{", "}", "{код",
    "{код}", "{код|<i>}", "{код|&quot;&lt;b&gt;}", "{имя|друг}",
    '<a title="{код}">', "<a title='{код}'>", "<a title={код}>", "<a title={код} b=1>",
    "<a title=x{код}y>", '<a href="{код}">', "<a href={код}/>", '<a href="https://x.org/{код}">',
    "<a href='https://x.org/?a={код}&b={код}#{код}'>", '<a href="mailto:{код}">', "</a>",
    '<td background="{код}" style="{код}">', '<a onclick="{код}" href="javascript:{код}">',
    "<style>a{код}</style>", "<script>{код}</script>", "<!-- {код} -->",
    "<title>", "</title>", "<title></{код}title>",
    '<!--[if mso]><v:rect href="{код}" title={код}>{код}></v:rect><![endif]-->',
    "<!--[if !mso]><!--><b title={код}>{код}</b><!--<![endif]-->"])
DOCUMENT = st.lists(PIECE, max_size=10).map("".join)


class Skeleton(HTMLParser):
    """What a document is made of, without its texts."""

    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, [name for name, _value in attrs]))

    def handle_endtag(self, tag):
        self.parts.append(f"/{tag}")

    def handle_comment(self, data):
        inner = Skeleton()
        if "[if" in data:
            inner.feed(data.partition("]>")[2])
        self.parts.append(("comment", inner.parts))


def skeleton(html):
    parser = Skeleton()
    parser.feed(html)
    parser.close()
    return parser.parts


def values(value, **more):
    return values_of("anna@example.com", value) | {"код": value, "сайт": value, **more}


def fill(html, value):
    return filled_html(html, values(value), OWN)


@given(document=DOCUMENT, value=VALUE)
@example("<!--[if mso]>{код}><![endif]-->", "--")
@example("<!--[if mso]>--{код}><![endif]-->", "")
@example("<a title={код} b=1>", "")
@example("<{код}script>", "")
@example("<title></ti{код}>", "tle")
@example("&{код}", "lt;b>")
def test_no_value_changes_what_a_document_is_made_of(document, value):
    assert skeleton(fill(document, value)) == skeleton(fill(document, "x"))


@given(document=DOCUMENT, value=VALUE)
def test_a_real_parser_finds_the_same_tree(document, value):
    def tree(html):
        root = lxml_html.document_fromstring(f"<html><body><p>.</p>{html}".replace("\x00", ""))
        return [(node.tag, sorted(node.attrib)) for node in root.iter("*")]

    assert tree(fill(document, value)) == tree(fill(document, "x"))


@given(value=st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1))
def test_a_value_reads_back_where_it_stands(value):
    page = fill('<p>a {код}</p><a title="{код}" name={код} href="https://x.org/p{код}?q=1&a={код}'
                '&amp;b=2#{код}">', value)
    root = lxml_html.fromstring(f"<div>{page}</div>")
    link = root.find("a")
    address = urlsplit(link.get("href"))
    assert root.find("p").text == f"a {value}"
    assert link.get("title") == link.get("name") == value
    assert unquote(address.path) == f"/p{value}" and unquote(address.fragment) == value
    assert parse_qs(address.query, keep_blank_values=True) == {
        "q": ["1"], "a": [value], "b": ["2"]}


@pytest.mark.parametrize("value", [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:x",
    "java\nscript:x", "\x01javascript:x", "javascript&colon;x", "javascript&#58;x",
    "data:text/html,x", "vbscript:x", "//evil.example/x", "/x", "file:///etc", "https:", "http://",
    "мир", "a@b.c", "\\\\evil", "view-source:https://x.org", "blob:https://x.org/1", "https:evil"])
@pytest.mark.parametrize("html", [
    '<a href="{код}">', "<a href='{код}'>", "<a href={код}>", '<a href=" &#9; {код}">',
    '<img src="{код}">', '<td background="{код}">', '<v:fill xlink:href="{код}">'])
def test_an_address_that_is_a_value_is_one_of_the_web_or_nowhere(html, value):
    [tag] = lxml_html.fromstring(f"<table><tr><td>{fill(html, value)}").xpath(
        "//@*[. != '']")
    assert tag.strip() == "#"


@pytest.mark.parametrize("value, address", [
    ("https://x.org/a b?c=ж#d", "https://x.org/a%20b?c=%D0%B6#d"),
    (" HTTP://x.org ", "http://x.org"), ("", "#"),
    ("https://магазин.рф/я", "https://магазин.рф/%D1%8F"), ("mailto:a@b.c", "mailto:a@b.c"),
    ("tel:+7912", "tel:+7912"), ("shop.example/a", "https://shop.example/a"),
    ("https://x.org/%20%zz", "https://x.org/%20%25zz"),
    ('https://x.org/"><b', "https://x.org/%22%3E%3Cb"),
])
def test_an_address_of_the_web_is_taken(value, address):
    [found] = lxml_html.fromstring(fill('<p><a href="{код}">', value)).xpath("//@href")
    assert found == address


@pytest.mark.parametrize("html", [
    '<a href="javascript:f(\'{код}\')">', '<a href="java{код}:x">',
    '<a href="java&#9;script:{код}">', '<a href="data:{код}">', "<style>a{код}</style>",
    '<p style="{код}">', '<p onclick="{код}">',
    "<script>{код}</script>", "<!-- {код} -->", "<a {код}>", "<iframe srcdoc='{код}'>",
    '<meta http-equiv="refresh" content="0;url={код}">', '<script src="{код}"></script>'])
def test_where_no_value_may_stand_braces_are_text(html):
    assert fill(html, "x") == html and not html_fields(html, OWN)


def test_a_telephone_and_a_mailbox_are_written_as_such():
    assert fill('<a href="tel:{код}">', "+7 (912) 345-67") == '<a href="tel:+791234567">'
    assert fill('<a href="mailto:{код}?subject={код}">', "a&b@x.org") == (
        '<a href="mailto:a%26b@x.org?subject=a%26b%40x.org">')


def test_a_name_and_a_fallback_are_html_as_they_are_typed():
    html = "{имя&nbsp;отчество|друг&nbsp;&amp; «брат»}{имя\n отчество|}"
    page = filled_html(html, values(""), OWN)
    assert page == "друг\u00a0&amp; «брат»"


def test_what_has_no_fields_comes_back_octet_for_octet():
    html = "<P\r\nTITLE=x>&amp{нет}&\r {код\n"
    assert "".join(split_html(html, OWN)) == fill(html, "x") == html


def test_the_letters_address_leads_nowhere_until_it_is_sent():
    html = '<a href="{ссылка на письмо}">{В браузере}</a>'
    assert filled_html(html, values("x")) == '<a href="#">#</a>'
    sent = values("x", web_version="https://s.example/w/1/")
    assert filled_html(html, sent) == '<a href="https://s.example/w/1/">https://s.example/w/1/</a>'


def test_complaints_name_the_lines():
    html = ("<style>\r\na {color: red}</style>\n<p>{имья}</p>\r<p title='{{имя}}'>{имя\nотчество}"
            "{имя&nbsp;отчество}</p>\n<a href='javascript:{имя}'>{код}</a>")
    assert [(line, words.split(".")[0]) for line, words in complaints_in_html(html, OWN)] == [
        (3, "Поля {имья} нет"), (4, "Поля {{имя}} нет"),
        (6, "{имя} здесь не подставится, уйдёт как набрано")]
    assert list(unknown_in_html(html, OWN)) == ["{имья}", "{{имя}}"]
    assert list(unknown_in_html("{код}", {})) == ["{код}"]
