"""Rich text where no script runs: as plain words, and back."""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.mailings.blocks.plain import blocks_of_text, plain_of, rich_from_plain
from apps.mailings.blocks.values import rich_of

RICH = ("<p>Hello, <strong>bold</strong> <a href=\"https://a.example/\">here</a></p>"
        "<ul><li><p>one</p></li><li>two</li></ul><p>a<br>b</p><ol><li>x</li></ol>")
PLAIN = "Hello, bold here (https://a.example/)\n\n- one\n- two\n\na\nb\n\n1. x"


def test_rich_text_is_shown_as_plain_words():
    assert plain_of(RICH) == PLAIN


def test_what_is_not_touched_keeps_its_form():
    assert rich_from_plain(PLAIN, RICH) == RICH
    assert rich_from_plain(PLAIN.replace("\n", "\r\n"), RICH) == RICH


def test_a_changed_paragraph_is_plain_and_the_others_keep_their_form():
    html = rich_from_plain(PLAIN.replace("a\nb", "new") + "\n\nlast", RICH)
    assert html == RICH.replace("a<br>b", "new") + "<p>last</p>"


def test_lists_and_addresses_are_recognised():
    assert rich_from_plain("- a\n- b <i>\n\n1. c\n2) d\n\nsee https://a.example/x?y=1&z=2.") == (
        "<ul><li>a</li><li>b &lt;i&gt;</li></ul><ol><li>c</li><li>d</li></ol>"
        '<p>see <a href="https://a.example/x?y=1&amp;z=2">https://a.example/x?y=1&amp;z=2</a>.</p>')


@pytest.mark.parametrize("html", [
    "<ul><li><p>a</p><ul><li>b</li></ul></li></ul><p>c</p>", "words <em>alone</em>", ""])
def test_whatever_the_form_is_it_stays_where_nothing_was_changed(html):
    assert rich_from_plain(plain_of(html), html) == html


@given(st.lists(st.text(alphabet="ab c<&{|}-1.\n", max_size=20), max_size=4))
@settings(max_examples=25, deadline=None)
def test_plain_words_come_back_as_they_were_typed(parts):
    first = plain_of(rich_from_plain("\n\n".join(parts)))
    assert plain_of(rich_from_plain(first)) == first


def test_a_letter_of_text_becomes_blocks_with_all_its_words():
    text = "\r\n\r\n".join(["Hello, {имя|друг}", "b & <c>", "я" * 50_000, "конец"])
    blocks = blocks_of_text(text)
    assert {block["kind"] for block in blocks} == {"text"}
    words = "".join(plain_of(block["html"]) for block in blocks)
    assert "".join(words.split()) == "".join(text.split())
    assert blocks_of_text(" \n ") == []
    assert all(rich_of(block["html"]) == block["html"] for block in blocks)
