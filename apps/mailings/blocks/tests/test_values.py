"""Whatever comes is made a block that a letter can carry."""
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.mailings.blocks.kinds import KINDS, MOST_BLOCKS, cleaned, new_block
from apps.mailings.blocks.values import address_of, rich_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "kind", "text", "html", "columns", "links", "url", "picture"]),
        inner, max_size=4), max_leaves=12)
KIND = st.fixed_dictionaries({"kind": st.sampled_from([*KINDS, "script", 3])}, optional={
    "id": JSON, "html": JSON, "columns": JSON, "links": JSON, "text": JSON})


@given(st.lists(KIND | JSON, max_size=4) | JSON)
@settings(max_examples=25, deadline=None)
def test_anything_becomes_blocks_and_these_stay_as_they_are(raw):
    blocks = cleaned(raw)
    assert cleaned(json.loads(json.dumps(blocks))) == blocks
    assert len({block["id"] for block in blocks}) == len(blocks)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_block_has_all_the_values_of_its_kind(kind):
    block = new_block(kind)
    assert set(block) == {"id", "kind", *KINDS[kind].values} and cleaned([block]) == [block]


def test_ids_are_never_doubled_or_taken_as_they_come():
    blocks = cleaned([{"kind": "text", "id": made} for made in (
        "0123abcd", "0123abcd", "x\"><script>", "0123ABCD", 12345678, None)])
    ids = [block["id"] for block in blocks]
    assert ids[0] == "0123abcd" and len(set(ids)) == 6 and all(len(made) == 8 for made in ids)


def test_no_more_than_a_hundred_are_kept():
    assert len(cleaned([{"kind": "divider"}] * 150)) == MOST_BLOCKS


@pytest.mark.parametrize("typed, address", [
    ("https://shop.example/?a=1&b=2", "https://shop.example/?a=1&b=2"),
    (" shop.example/чай ", "https://shop.example/чай"), ("лавка.рф", "https://лавка.рф"),
    ("//shop.example", "https://shop.example"), ("me@shop.example", "mailto:me@shop.example"),
    ("tel:+79000000000", "tel:+79000000000"), ("MAILTO:a@b.ru", "MAILTO:a@b.ru"),
    ("{ссылка на письмо}", "{ссылка на письмо}"), ("{сайт}/чай", "{сайт}/чай"),
    ("{сайт|https://shop.example}", "{сайт|https://shop.example}"),
    ("https://shop.example/?to={имя|мой друг}", "https://shop.example/?to={имя|мой друг}")])
def test_an_address_that_people_mean_is_taken(typed, address):
    assert address_of(typed) == address


@pytest.mark.parametrize("typed", [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "{имя|javascript:alert(1)}",
    "{имя}javascript:alert(1)", "{имя|javascript}:alert(1)", "{a|data:x}/b", "/here", "#top",
    "word", "http:", "https://", "{", "{имя", 7, None, ["https://a.ru"], "https://a.ru/" * 500])
def test_an_address_that_is_none_or_runs_something_is_not(typed):
    assert address_of(typed) == ""


@pytest.mark.parametrize("typed, rich", [
    ("<p>a <b>b</b> <i>c</i></p>", "<p>a <strong>b</strong> <em>c</em></p>"),
    ("<div>a</div>", "<p>a</p>"), ("a<script>alert(1)</script>", "a"),
    ('<p onclick="x" style="color:red">a</p>', "<p>a</p>"),
    ('<a href="javascript:x">a</a>', "<a>a</a>"), ("<p> <br></p>", ""),
    ("<img src=x onerror=y>", ""),
    ('<a href="shop.example" target="_blank">a</a>', '<a href="https://shop.example">a</a>'),
    ("<p>{имя|друг & брат}</p>", "<p>{имя|друг &amp; брат}</p>")])
def test_rich_text_keeps_what_letters_show_and_nothing_else(typed, rich):
    assert rich_of(typed) == rich


@given(st.text(alphabet="<>ab/=\"' &;#x{}|\x00\xa0p\n", max_size=40))
@settings(max_examples=25, deadline=None)
def test_rich_text_is_clean_once_for_all(typed):
    assert rich_of(rich_of(typed)) == rich_of(typed)
