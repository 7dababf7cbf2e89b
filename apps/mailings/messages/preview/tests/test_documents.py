import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.mailings.messages.preview.documents import (
    POLICY, LetterDocument, TextDocument, framed, has_dark_colours)

DARK_RULE = "@media (prefers-color-scheme: dark) { p { color: red } }"
FIRST = '<base target="_blank">'


def text(answer):
    return answer.content.decode()


def test_a_letter_has_rules_of_its_own_in_the_place_of_our_pages():
    answer = LetterDocument("<p>Hello")
    assert answer["Content-Security-Policy"] == POLICY and POLICY.endswith("; sandbox")
    assert "script-src" not in POLICY and "default-src 'none'" in POLICY
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_what_a_text_has_of_html_is_shown_as_text():
    assert "<pre>&lt;b&gt;&amp;" in text(TextDocument("<b>&"))


@pytest.mark.parametrize("html, before", [
    ("<!doctype html><html lang=ru><head><title>x</title>", "<!doctype html><html lang=ru><head>"),
    ("<HTML><HEAD ><p>", "<HTML><HEAD >"),
    ("<!DOCTYPE html>\n<p>x", "<!DOCTYPE html>"),
    ("<html><body><p>x", "<html>"),
    ("<!-- <head> --><p>x", ""),
    ("plain words", ""),
    ("", ""),
])
def test_our_rules_come_first_in_the_head_and_never_before_the_doctype(html, before):
    assert framed(html, dark=False).startswith(before + FIRST)


@pytest.mark.parametrize("query", [
    "(prefers-color-scheme: dark)", "(PREFERS-COLOR-SCHEME:dark)",
    "( prefers-color-scheme : dark )", "(prefers-color-scheme/* x */:/**/dark)",
])
def test_a_query_for_a_dark_screen_is_answered_as_it_is_asked_to_be_shown(query):
    html = f"<style>@media screen and {query} {{ p {{ color: red }} }}</style>"
    assert "@media screen and (min-width:0)" in framed(html, dark=True)
    light = framed(html, dark=False)
    assert "prefers" not in light.lower() and "(min-width:0)" not in light


@pytest.mark.parametrize("piece", ["( /* */", "(/**/prefers-color-scheme", "/*(/**/", "( ", "(/*"])
def test_styles_that_are_odd_take_no_more_time(piece):
    html = f"<style>{piece * (100_000 // len(piece))}</style>"
    began = time.process_time()
    framed(html, dark=True)
    assert time.process_time() - began < 1


def test_a_query_for_a_light_screen_is_answered_the_other_way_round():
    html = "<style>@media (prefers-color-scheme: light) { p { color: red } }</style>"
    assert "@media (min-width:0)" in framed(html, dark=False)
    assert "(min-width:0)" not in framed(html, dark=True)


def test_styles_and_pictures_that_are_for_a_dark_screen_by_an_attribute_are_answered_too():
    html = ('<style media="(prefers-color-scheme: dark)">p {}</style><picture>'
            '<source media="(prefers-color-scheme:dark)" srcset=x></picture>')
    assert framed(html, dark=True).count('media="(min-width:0)"') == 2


def test_what_a_letter_says_of_dark_colours_in_its_text_stays():
    html = f"<p>{DARK_RULE}</p>"
    assert framed(html, dark=True).endswith(html)


@pytest.mark.parametrize("own, dark", [
    ("<meta name='color-scheme' content='light dark'>", True),
    ('<meta name="color-scheme" content="dark">', True),
    ("<style>:root { color-scheme: light dark }</style>", True),
    (f"<style>{DARK_RULE}</style>", True),
    ("<meta name='color-scheme' content='light'>", False),
    ("<style>:root { color-scheme: light only }</style>", False),
    ("<p>x", False),
])
def test_a_letter_with_dark_colours_of_its_own_is_known(own, dark):
    assert has_dark_colours(own) is dark


def test_a_letter_that_is_only_light_stays_light_on_a_dark_screen():
    only = "<meta name=\"color-scheme\" content=\"light\"><p>x"
    assert "color-scheme: dark" not in framed(only, dark=True)
    assert "color-scheme: dark" in framed("<p>x", dark=True)


@pytest.mark.parametrize("tag", [
    "<a href=x target=_top>", "<a target='_self' href=x>", '<area target="">',
    "<form target=\"_parent\">",
])
def test_a_link_asks_for_a_window_that_a_sandbox_does_not_open(tag):
    shown = framed(tag, dark=False).removeprefix(FIRST)
    assert re.search(r"""target=["']?_blank["']?[ >]""", shown)


@given(st.text(alphabet="<>/!-=\"' adehilmorstyp{}:();&\n", max_size=60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_of_any_letter_nothing_is_lost(html, dark):
    shown = framed(html, dark=dark)
    ours = shown.index(FIRST)
    rest = shown[ours:].removeprefix(FIRST)
    rest = re.sub(r"\A<style>:root \{ color-scheme: \w+ !important \}</style>", "", rest)
    if "target" not in html:
        assert shown[:ours] + rest == html
