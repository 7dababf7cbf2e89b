"""What a source is sent as: harmless, with its styles inlined and its merge fields whole."""
import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..build import built
from ..cleaning import cleaned
from ..markup import Kind, tokens

BAD = ["<script>x</script>", "<p onclick='x'>", "<a href='javascript:x'>", "<iframe src=x>",
       "<a href=' java&#9;script&colon;x'>", "<form action=x>", "<input name=a>", "<base href=x>",
       "<meta http-equiv=refresh content='0;x'>", "<link rel=stylesheet href=x>", "<svg/onload=x>",
       "<style>@import 'x';</style>", "<svg><style><img onerror=x></style>", "<textarea><b>",
       "<!--[if mso]><script>x</script><p onclick=x><![endif]-->", "<object data=x>",
       "<noscript><p title='</noscript><img onerror=x>'>", "<math><a xlink:href='javascript:x'>",
       "<img src='data:text/html,x'>", "<button formaction='javascript:x'>", "<xmp><script>",
       "<p>", "</p>", "<table>", "text", '"', "'", "<!--", "-->", "<b title='"]
FORBIDDEN = {"script", "iframe", "form", "input", "base", "link", "svg", "math", "textarea",
             "object", "embed", "button", "select", "xmp", "noscript"}


def tags_of(html):
    for token in tokens(html):
        if token.kind == Kind.START:
            yield token


@given(st.lists(st.sampled_from(BAD), max_size=7).map("".join))
@settings(max_examples=60)
def test_nothing_that_runs_is_sent(source):
    html = built("html", source).html

    for tag in tags_of(html):
        assert tag.name not in FORBIDDEN
        for one in tag.attributes:
            assert not one.name.startswith("on")
            assert "script:" not in one.value and "data:text" not in one.value
    styles = [html[token.start:token.end] for token in tokens(html) if token.kind == Kind.RAW]
    assert not any("@import" in style for style in styles)


@pytest.mark.parametrize(("source", "line"), [
    ("a\n<script>x</script>", 2), ("a\r\n\r<p\n onclick=x>", 4), ("<a href=javascript:x>", 1),
    ("<style>\n@import url(x);</style>", 2), ("<link rel=stylesheet href=x>", 1),
    ("\n\n<!--[if mso]>\n<form><![endif]-->", 4), ("<p>\n<!-- a", 2)])
def test_what_is_left_out_is_told_with_its_line(source, line):
    [fault] = built("html", source).faults

    assert f" {line}: " in fault


@pytest.mark.parametrize("name", ["onclick", "ping", "formaction"])
def test_what_is_left_out_for_outlook_alone_takes_nothing_else_with_it(name):
    before = "<p>Before</p><!--[if mso]><table><tr>"

    clean, _removals = cleaned(f"{before}<td {name}='x' b=c>in</td></tr></table><![endif]-->")

    assert clean == f"{before}<td  b=c>in</td></tr></table><![endif]-->"


def test_a_harmless_letter_has_no_faults():
    source = ("<!doctype html><html><head><meta charset=utf-8><style>a{color:red}</style></head>"
              "<body><!--[if mso]><v:rect fill='t'></v:rect><![endif]--><a href='https://x.ru'>x"
              "</a><img src='data:image/png;base64,AA=='></body></html>")

    letter = built("html", source)

    assert letter.faults == ()
    assert letter.html.startswith("<!DOCTYPE html>")
    assert "<v:rect fill='t'></v:rect>" in letter.html and "data:image/png" in letter.html
    assert 'style="color: red;"' in letter.html


@pytest.mark.parametrize("field", [
    "{имя}", "{имя|A & B}", "{имя|«ё»}", "{имя отчество|a &lt; b}", "{имя|}"])
@pytest.mark.parametrize("place", [
    "<p>{}</p>", "<a href='{}'>x</a>", "<a href='https://x.ru/?a={}&b=1'>x</a>",
    "<style>p{{color:red}}</style><p title=\"{}\" style='margin:0'>x</p>", "<title>{}</title>"])
def test_merge_fields_stay_as_they_were_typed(field, place):
    assert field in built("html", place.format(field)).html


def test_a_preheader_stands_first_and_is_not_seen():
    letter = built("html", "<body><p>Hello</p></body>", "{имя|A}, <look>")

    hidden = r"<body><div style=\"display:none[^>]*>{имя\|A}, &lt;look&gt;</div>"
    assert re.search(hidden, letter.html)
    assert letter.text == "Hello"


def test_mjml_becomes_html_with_whatever_html_is_in_it():
    letter = built("mjml", "<mjml><mj-body><mj-section><mj-column><mj-text>a<br>b & {имя|A & B}"
                           "<p>c</mj-text><mj-button href='{ссылка}?a=1&b=2'>Go</mj-button>"
                           "</mj-column></mj-section></mj-body></mjml>")

    assert letter.faults == ()
    assert letter.text == "a\nb & {имя|A & B}\n\nc\n\nGo ({ссылка}?a=1&b=2)"
    assert "fonts.googleapis" not in letter.html


@pytest.mark.parametrize(("source", "line"), [
    ("<mjml>\n<mj-body>\n<mj-text>x</mj-body></mjml>", 3), ("<mjml>\n<mj-body></mjml>", 2),
    ("<mjml>\n</mj-body></mjml>", 1), ("</mjml>", 1),
    ("<mjml><mj-body>\nпривет<mj-raw>\n</mj-raw>\n<![CDATA[x]]></mj-body></mjml>", 4)])
def test_mjml_that_is_none_is_told_with_its_line(source, line):
    letter = built("mjml", source)

    assert letter.html == ""
    assert f" {line}: " in letter.faults[0]


@pytest.mark.parametrize("source", ["", "<p>", "text", "<mjml", "\0", "<mjml></mjml>x"])
def test_what_is_no_mjml_is_told(source):
    letter = built("mjml", source)

    assert letter.html == "" and len(letter.faults) == 1


def test_nothing_is_included():
    letter = built("mjml", "<mjml><mj-body>\n<mj-include path='/etc/passwd' /></mj-body></mjml>")

    assert " 2: " in letter.faults[0]
    assert "root" not in letter.html


@pytest.mark.parametrize("charset", ["<meta charset='windows-1251'>", (
    "<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'>")])
def test_a_letter_says_that_it_is_in_utf_8(charset):
    html = built("html", charset).html

    assert "utf-8" in html and "1251" not in html and "koi8" not in html


@pytest.mark.parametrize("source", ["<div>" * 20_000, "<b><i>" * 20_000, "<table>" * 20_000])
@pytest.mark.parametrize("kind", ["html", "mjml"])
def test_what_is_nested_too_deep_is_told(kind, source):
    letter = built(kind, f"<mjml><mj-body>{source}</mj-body></mjml>")

    assert letter.html == "" and len(letter.faults) == 1


@pytest.mark.parametrize("source", [
    "<style></ſtyle><p title='</style><img src=x onerror=hit()>'>",
    "<title></tıtle><p title='</title><img src=x onerror=hit()>'>",
    "<style>a{width:expression(hit())}</style>", "<style>a{b:url(javascript:hit())}</style>",
    "<style>a{width:exp/**/ression(hit())}</style>",
    "<style>a{b:url(\\6a avascript:hit())}</style>",
    "<a><animate attributeName=href values=javascript:hit() />x</a>",
    "<a><set attributeName=href to=javascript:hit() />x</a>"])
def test_nothing_runs_by_what_browsers_read_otherwise(source):
    html = built("html", source).html

    assert not re.search(r"onerror|javascript:|expression\(|ression\(|6a ava", html)


@pytest.mark.parametrize("source", [
    "<meta http-equiv='&#114;efresh' content='0;x'>", "<<noscript>script>hit()</script>",
    "<!--[if mso]>--<script></script>><img src=x onerror=hit()><![endif]-->",
    "<!--[if mso]>--<<param>script></script>><img onerror=hit()><![endif]-->"])
def test_what_is_taken_out_makes_nothing_of_its_neighbours(source):
    clean, _removals = cleaned(source)

    assert cleaned(clean) == (clean, [])
    assert not re.search(r"<script|onerror|&#114;efresh", clean)


def test_what_is_hidden_again_and_again_is_text():
    hidden = "<script>"
    for _time in range(12):
        hidden = hidden.replace("<", "<<param>")

    assert cleaned(hidden)[0].startswith("&lt;")


def test_quotation_marks_of_a_fallback_end_no_attribute():
    html = built("html", "<p title='{имя|\"друг\" id=x}'>a</p>").html

    [_html, _head, _body, p] = tags_of(html)
    assert [(one.name, unescape(one.value)) for one in p.attributes] == [
        ("title", '{имя|"друг" id=x}')]
