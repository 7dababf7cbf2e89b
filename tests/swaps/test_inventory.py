"""No swap is left out; and the browser of these tests sees what is wrong."""
import importlib
from pathlib import Path

import pytest
from django.http import HttpResponse

from .inventory import made_by_tests, name_of, swaps_of, swaps_there_are
from .page import Page

HERE = Path(__file__).parent


def test_each_swap_of_the_templates_has_its_own_test():
    for path in HERE.glob("test_*.py"):
        importlib.import_module(f"{__package__}.{path.stem}")
    assert swaps_there_are() - made_by_tests == {}


def test_no_test_tells_of_a_swap_that_is_gone():
    assert set(made_by_tests) <= set(swaps_there_are())


@pytest.mark.parametrize("written, name", [
    ("{% url 'mailings:recipient_row' recipient.pk %}?edit=1", "mailings:recipient_row?edit=1"),
    ("{% url 'delivery:pause' mailing.pk", "delivery:pause"),
    ("{{ request.get_full_path }}", "request.get_full_path"),
    ("?tab={{ name }}", "?tab=name"),
    ("{% querystring sort=asked\n  page=None %}", "querystring sort=asked page=None"),
])
def test_a_swap_is_named_by_its_address(written, name):
    assert name_of(written) == name


def test_swaps_are_found_also_where_a_partial_is_given_the_address():
    template = """<a hx-get="?a=1">{% url 'delivery:pause' 1 as address %}
        {% url 'mailings:mailing_list' as back %}<form hx-post="{{ undo }}">"""
    assert sorted(swaps_of(template)) == ["?a=1", "delivery:pause", "undo"]


class Answers:
    """A client that gives the answers it was made with, one after another."""

    def __init__(self, *answers):
        self.answers = [HttpResponse(answer) for answer in answers]
        self.headers = {}

    def get(self, address, headers=None):
        self.headers = headers
        return self.answers.pop(0)


CONFIG = """<meta name="htmx-config" content='{"responseHandling":[{"code":"2..","swap":true}]}'>"""
HTML = '<html>{}<p id="a" hx-get="/" hx-target="this" hx-swap="{}">1</p><b id="b">1</b></html>'


def page_of(how, *answers):
    return Page(Answers(HTML.format(CONFIG, how), *answers), "/")


def test_what_differs_from_a_fresh_load_is_shown():
    page = page_of("innerHTML", "2", HTML.format(CONFIG, "innerHTML"))
    page.send("#a")
    with pytest.raises(AssertionError, match=r"-\s+2\n\+\s+1"):
        page.check_fresh()


def test_a_request_tells_what_htmx_tells():
    page = page_of("none", "")
    page.send("#a")
    assert page.client.headers == {
        "HX-Request": "true", "HX-Current-URL": "http://testserver/", "HX-Target": "a",
        "HX-Trigger": "a"}


@pytest.mark.parametrize("how, answer, left", [
    ("innerHTML", "2", "21"),
    ("outerHTML show:window:top", '<i id="c">3</i>', "31"),
    ("none", "2", "11"),
    ("none", '<b id="b" hx-swap-oob="true">4</b>', "14"),
    ("innerHTML", '5<i hx-swap-oob="innerHTML:#b">6</i>', "56"),
])
def test_an_answer_is_put_where_htmx_puts_it(how, answer, left):
    page = page_of(how, answer)
    page.send("#a")
    assert page.tree.get_text() == left and not page.tree.select("[hx-swap-oob]")


@pytest.mark.parametrize("how", ["beforeend", "morph"])
def test_a_way_to_swap_that_no_template_has_is_refused(how):
    page = page_of(how, "2")
    with pytest.raises(AssertionError, match=how):
        page.send("#a")


def test_an_attribute_that_no_template_has_is_refused():
    page = page_of("none", "2")
    page.one("#a")["hx-confirm"] = "?"
    with pytest.raises(AssertionError, match="hx-confirm"):
        page.send("#a")


def test_a_header_that_no_answer_has_is_refused():
    page = page_of("innerHTML", "2")
    page.client.answers[0]["HX-Retarget"] = "#b"
    with pytest.raises(AssertionError, match="HX-Retarget"):
        page.send("#a")
