"""Raw letters in a real browser: their octets come back, and their styles are at the elements."""
import re
from pathlib import Path

import pytest

from apps.mailings.messages.html.build import built
from tests.corpora import CORPORA
from tests.demo_site import get, log_in

LETTERS = CORPORA / "html-templates"
MADE = {
    "CRLF": "<p>\r\na\r\n</p>\r\n", "mixed ends": "<p>\r\na\n\r\rb\r</p>", "CR": "<p>\ra\r</p>\r",
    "mark of order": "\ufeff<p>a</p>\n", "leading line ends": "\n\r\n\n<p>a</p>",
    "blanks at both ends": " \t\n<p>a</p> \t \n\n",
    "other ends": "<p>\x0ba\x0cb\u2028c\x85d</p>\r\n",
    "tabs and entities": "\t<p>&nbsp;&amp;amp; </textarea><b>\t\r\n",
    "fields": "{имя|A & B}\r<p>",
}


def letters():
    there = sorted(LETTERS.rglob("*.html"))
    return {str(path.relative_to(LETTERS)): path.read_bytes() for path in there}


@pytest.fixture
def page(open_page, site):
    page = open_page()
    page.route(lambda url: not url.startswith(site) or "/preview/" in url,
               lambda route: route.abort())
    log_in(page, site, "owner@example.com")
    return page


def create(page, site, content):
    """Save a letter taken from a file with this content; return its address."""
    page.goto(f"{site}/messages/create/?kind=html", wait_until="domcontentloaded")
    page.fill("[name=subject]", "Source")
    page.set_input_files("[name=file]", {
        "name": "letter.html", "mimeType": "text/html", "buffer": content})
    save(page)
    return page.url


def save_again(page, address):
    page.goto(f"{address}edit/", wait_until="domcontentloaded")
    page.fill("[name=subject]", "Saved again")
    save(page)


def save(page):
    with page.expect_navigation(url=re.compile(r"/messages/\d+/$"), wait_until="commit"):
        page.click(".app-form-footer .btn-primary")


def source(page, address):
    return get(page, f"{address}source/").body()


@pytest.mark.parametrize("name", MADE)
def test_octets_of_odd_letters_come_back(page, site, name):
    content = MADE[name].encode()
    address = create(page, site, content)
    assert source(page, address) == content

    save_again(page, address)

    assert source(page, address) == content


def test_octets_of_letters_come_back(page, site):
    if not LETTERS.exists():
        pytest.skip("no letters of others here")
    lost = []
    for name, content in letters().items():
        address = create(page, site, content)
        save_again(page, address)
        if source(page, address) != content:
            lost.append(name)
    assert lost == []


def test_lines_that_nobody_edits_keep_their_ends(page, site):
    content = "\ufeff\n<p>\r\nold\r\n</p>\rend\n\r\n"
    address = create(page, site, content.encode())

    page.goto(f"{address}edit/")
    field = page.locator("[name=source]")
    field.fill(field.input_value().replace("old", "new"))
    save(page)

    assert source(page, address).decode() == content.replace("old", "new")


def test_a_draft_that_is_brought_back_loses_nothing(page, site):
    content = "\ufeff\n\n<p>\r\na\r</p>\n \t\n"
    address = create(page, site, content.encode())
    page.goto(f"{address}edit/")
    page.fill("[name=subject]", "A draft")
    page.locator("[data-draft-status]", has_text=re.compile(r"\d")).wait_for()  # the time

    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{address}edit/")
    page.click("#drafts a.btn")
    page.wait_for_url("**draft=*")
    save(page)

    assert source(page, address) == content.encode()


STYLES = """() => [...document.querySelectorAll("body, body *")]
  .filter((one) => !["STYLE", "SCRIPT", "BR"].includes(one.tagName))
  .map((one) => [one.tagName, JSON.stringify([...getComputedStyle(one)].map(
    (name) => [name, getComputedStyle(one).getPropertyValue(name)]))])"""


def test_styles_are_as_others_inline_them(open_page):
    if not LETTERS.exists():
        pytest.skip("no letters of others here")
    page = open_page()
    page.route("**", lambda route: route.abort())
    same = every = 0
    # Those of `basic-full` are copies of `basic`, and not what their twins were made of.
    for path in sorted((LETTERS / "postmark/templates").rglob("content.html")):
        if "basic-full" in path.parts:
            continue
        twin = Path(str(path).replace("/templates/", "/templates-inlined/"))
        page.set_content(built("html", path.read_text()).html)
        ours = page.evaluate(STYLES)
        page.set_content(twin.read_text())
        theirs = page.evaluate(STYLES)
        assert [tag for tag, _styles in ours] == [tag for tag, _styles in theirs]
        every += len(ours)
        same += sum(1 for one, other in zip(ours, theirs) if one == other)
    assert every > 1000
    assert same >= every * 0.99
