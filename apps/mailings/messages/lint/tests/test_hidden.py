import pytest

from ..hidden import hidden_in


def texts(html):
    return [hidden.text for hidden in hidden_in(html)]


@pytest.mark.parametrize("style", [
    "display:none", "color:red; DISPLAY : NONE", "visibility:hidden", "opacity:0", "opacity: 0.0;",
    "font-size:0", "font-size: 0px !important", "color:#fff", "color:white;",
    "color:#123;background:#112233", "mso-hide:all"])
def test_hidden_text_is_found(style):
    assert texts(f'<p>a</p><p style="{style}">b <i>c</i></p><p>d</p>') == ["b", "c"]


@pytest.mark.parametrize("html", [
    "<p style='opacity:0.5'>a</p>", "<p style='font-size:0.5em'>a</p>",
    "<td style='font-size:0px'><div style='font-size:16px'>a</div></td>",
    "<td bgcolor='#000'><p style='color:#fff'>a</p></td>",
    "<td background='a.png'><p style='color:#fff'>a</p></td>",
    "<td style='background-image:url(a.png)'><p style='color:#fff'>a</p></td>",
    "<p style='display:none'>&nbsp;&zwnj;</p>a", "<p style='display:none'><p>b",
    "<style>a</style><title>b</title>", "<p style='background-color:#fff;color:#000'>a</p>",
    "<img style='display:none'>a", "<br style='display:none'>a"])
def test_text_that_is_seen_is_not_found(html):
    assert texts(html) == []


def test_the_first_text_is_a_preheader_and_a_later_one_is_not():
    html = "<title>t</title><div style='display:none'>a</div>b<div style='display:none'>c</div>"
    assert [hidden.is_first for hidden in hidden_in(html)] == [True, False]


def test_very_many_open_elements_take_no_time():
    assert texts("<p style='display:none'>a" + "<div>" * 4_000 + "</b>" * 4_000) == ["a"]
