"""What the browser of these tests sends along with an element's own fields."""
from django.test import RequestFactory

from .page import Page, parse_copy

FORM = """<form id="f" hx-post="/" {}><input type="file" name="files"></form>"""
SEARCH = """<div><input type="radio" name="a" value="before" checked></div>
<input id="q" name="q" value="tea" hx-get="/" hx-include="{}" hx-vals='{{"name": "a"}}'
       hx-target="next div">
<div><input type="radio" name="a" value="1"><input type="radio" name="a" value="2" checked></div>
<input name="view" value="phone" form="f">"""


def page_of(html):
    page = Page.__new__(Page)
    page.client, page.address, page.files = RequestFactory(), "/", {}
    page.tree = parse_copy(f"<html>{html}</html>")
    return page


def sent(html, selector, **files):
    page = page_of(html)
    page.files = files
    page.ask(page.one(selector), None)
    return page.fields


def test_the_next_element_and_values_go_along():
    assert sent(SEARCH.format("next div"), "#q") == {"q": ["tea"], "a": ["2"], "name": ["a"]}


def test_fields_that_a_selector_finds_go_along():
    fields = sent(SEARCH.format("[form=f]"), "#q")
    assert fields == {"q": ["tea"], "view": ["phone"], "name": ["a"]}


def test_the_answer_goes_to_the_next_element():
    page = page_of(SEARCH.format("next div"))
    assert page.target_of(page.one("#q")).select_one("[checked]")["value"] == "2"


def test_files_go_along_only_as_multipart():
    assert sent(FORM.format('hx-encoding="multipart/form-data"'), "#f", files=["x"]) == {
        "files": ["x"]}
    assert sent(FORM.format(""), "#f", files=["x"]) == {}
