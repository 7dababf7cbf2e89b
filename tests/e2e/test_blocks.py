"""Letters of blocks in a real browser: by keyboard alone, without a script, and with axe."""
import re

import pytest
from playwright.sync_api import expect

from apps.mailings.blocks.kinds import KINDS
from tests.demo_site import get, log_in

from .test_axe import MODAL, both_languages, choose, violations, violations_here

RICH = ".app-block-open .ProseMirror"
# What is typed into a block of each kind: where, and what.
TYPED = {
    "heading": [("[name=text]", "Title")],
    "text": [(RICH, "Words")],
    "button": [("[name=text]", "Open"), ("[name=url]", "shop.example/{full_name}")],
    "picture": [("[name=picture]", None), ("[name=alt]", "A shop")],
    "product": [("[name=name]", "Tea"), ("[name=price]", "720")],
    "columns": [(RICH, "Column")],
    "divider": [],
    "quote": [("[name=text]", "Good"), ("[name=author]", "Anna")],
    "social": [("[name=vk]", "vk.com/shop")],
    "footer": [(RICH, "Street")],
}
HAS = "selector => document.activeElement.matches(selector)"
# Whether a key pressed where the focus is does what it does by itself.
TYPED_KEY = """([key, code]) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""


def new_letter(page, site):
    """Begin an empty letter of blocks; return its address."""
    page.goto(f"{site}/messages/designs/")
    page.click("form[action$='/empty/use/'] button")
    page.wait_for_url(re.compile(r"/messages/\d+/edit/"))
    return page.url


def cards(page):
    return page.locator("#blocks li.app-block")


def letter_of(page, address):
    return get(page, address.replace("/edit/", "/preview/letter/")).text()


def tab_to(page, selector):
    """Go on with Tab until what has the focus is what `selector` finds."""
    for _ in range(80):
        if page.evaluate(HAS, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def wait_for_form(page):
    """Wait for the open form of a block, and for its editors of rich text to be loaded."""
    page.locator(".app-block-open").first.wait_for()
    expect(page.locator("[data-rich-bar][hidden]")).to_have_count(0)


def type_block(page, kind):
    """Fill in the open form of a block from where the focus is, and save it."""
    for place, words in TYPED[kind]:
        tab_to(page, place)
        if words is None:
            page.keyboard.press("ArrowDown")
        else:
            page.keyboard.type(words)
    tab_to(page, ".app-block-open .btn-primary")
    page.keyboard.press("Enter")


def add_by_keyboard(page, kind):
    """Add a block below the one that has the focus; its card has the focus then."""
    tab_to(page, "[id^=after-][id$=-add]")
    page.keyboard.press("Enter")
    page.locator(".app-block-plus form").wait_for()
    tab_to(page, f".app-block-plus [value={kind}]")
    count = cards(page).count()
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(count + 1)
    if TYPED[kind]:
        wait_for_form(page)
        page.locator(".app-block-open :focus").wait_for()
        type_block(page, kind)
    expect(page.locator(".app-block-open")).to_have_count(0)
    page.locator("[id^=block-][id$=-edit]:focus").wait_for()


def test_a_letter_of_thirty_blocks_is_made_by_keyboard_alone(open_page, site):
    page = log_in(open_page(), site)
    address = new_letter(page, site)
    there = cards(page).count()
    page.keyboard.press("Tab")
    tab_to(page, "[id^=block-][id$=-edit]")
    for kind in list(KINDS) * 3:
        add_by_keyboard(page, kind)
    expect(cards(page)).to_have_count(there + 30)
    letter = letter_of(page, address)
    for words in ("Title", "Words", "Open", "A shop", "Tea", "Column", "Good", "Anna", "Street"):
        assert letter.count(words) >= 3, words
    assert letter.count("vk.com/shop") >= 3


def test_words_are_made_bold_and_linked_by_keyboard(open_page, site):
    page = log_in(open_page(), site)
    address = new_letter(page, site)
    page.click("#add-end-text")
    page.locator(RICH).wait_for()
    tab_to(page, RICH)
    page.keyboard.press("Control+b")
    page.keyboard.type("Fresh")
    page.keyboard.press("Control+b")
    page.keyboard.type(" ")
    page.keyboard.press("Control+k")
    page.keyboard.type("bread.example/{full_name}")
    page.keyboard.press("Enter")
    tab_to(page, ".app-block-open .btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator(".app-block-open")).to_have_count(0)
    letter = letter_of(page, address)
    assert re.search(r"<strong[^>]*>Fresh</strong>", letter)
    assert 'href="https://bread.example/' in letter


def test_a_letter_of_thirty_blocks_is_made_without_a_script(open_page, site):
    page = log_in(open_page(java_script_enabled=False), site)
    address = new_letter(page, site)
    there = cards(page).count()
    for kind in list(KINDS) * 3:
        page.click(f"#add-end-{kind}")
        for place, words in TYPED[kind]:
            place = "textarea" if place == RICH else place
            if words is None:
                page.locator(place).nth(1).check()
            else:
                page.locator(place).first.fill(words)
        if TYPED[kind]:
            page.click(".app-block-open .btn-primary")
    expect(cards(page)).to_have_count(there + 30)
    letter = letter_of(page, address)
    for words in ("Title", "Words", "Open", "A shop", "Tea", "Column", "Good", "Anna", "Street"):
        assert letter.count(words) >= 3, words


def words_of(page):
    """Return what each block of the list says."""
    return page.locator(".app-block-line").all_inner_texts()


def test_what_is_a_key_elsewhere_is_a_letter_in_rich_text(open_page, site):
    page = log_in(open_page(), site)
    address = new_letter(page, site)
    page.click("#add-end-text")
    wait_for_form(page)
    page.locator(RICH).focus()
    page.keyboard.type("now and/or then?")
    for key, code in (("т", "KeyN"), (".", "Slash"), (",", "Slash")):
        assert page.evaluate(TYPED_KEY, [key, code]), f"{key} of a Russian keyboard is eaten"
    page.click(".app-block-open .btn-primary")
    expect(page.locator(".app-block-open")).to_have_count(0)
    assert "now and/or then?" in letter_of(page, address)


@pytest.mark.parametrize("scripted", [True, False])
def test_blocks_are_moved_copied_deleted_and_brought_back(open_page, site, scripted):
    page = log_in(open_page(java_script_enabled=scripted), site)
    new_letter(page, site)
    while cards(page).count():
        count = cards(page).count()
        page.locator("[id^=block-][id$=-delete]").first.click()
        expect(cards(page)).to_have_count(count - 1)
    for words in "AB":
        page.click("#add-end-heading")
        page.fill("[name=text]", words)
        page.click(".app-block-open .btn-primary")
        expect(page.locator(".app-block-line", has_text=words)).to_have_count(1)
    lines = page.locator(".app-block-line")
    page.locator("[id$=-up]").nth(1).click()
    expect(lines).to_have_text(["B", "A"])
    page.locator("[id$=-copy]").first.click()
    expect(lines).to_have_text(["B", "B", "A"])
    page.locator("[id$=-delete]").last.click()
    expect(lines).to_have_text(["B", "B"])
    page.click("#blocks-undo")
    expect(lines).to_have_text(["B", "B", "A"])
    page.click("#blocks-undo")
    expect(lines).to_have_text(["B", "A"])
    page.click("#blocks-undo")
    expect(lines).to_have_text(["A", "B"])


def test_a_block_is_dragged_and_one_that_is_let_fall_elsewhere_stays(open_page, site):
    page = log_in(open_page(), site)
    new_letter(page, site)
    for words in "AB":
        page.click("#add-end-heading")
        page.fill("[name=text]", words)
        page.click(".app-block-open .btn-primary")
        expect(page.locator(".app-block-line", has_text=re.compile(f"^{words}$"))).to_have_count(1)
    before = words_of(page)
    grips = page.locator("[data-grip]")
    grips.last.drag_to(page.locator(".app-header, header").first)
    grips.last.drag_to(grips.last)
    assert words_of(page) == before
    grips.last.drag_to(cards(page).first, target_position={"x": 50, "y": 4})
    expect(page.locator(".app-block-line")).to_have_text([before[-1], *before[:-1]])
    assert page.locator(".app-drop-above, .app-drop-below, .app-dragged").count() == 0


@pytest.mark.parametrize("scripted", [True, False])
def test_a_third_column_is_asked_for_before_it_is_filled_in(open_page, site, scripted):
    page = log_in(open_page(java_script_enabled=scripted), site)
    new_letter(page, site)
    page.click("#add-end-columns")
    third = page.locator("[name=column-2-alt]")
    expect(third).to_be_hidden()
    page.check("[name=count][value='3']")
    third.fill("A cup")
    page.click(".app-block-open .btn-primary")
    expect(page.locator(".app-block-open")).to_have_count(0)
    page.locator("[id^=block-][id$=-edit]").last.click()
    expect(third).to_have_value("A cup")


@both_languages
def test_axe_finds_nothing_in_the_form_of_any_block(open_page, site, language):
    page = log_in(open_page(reduced_motion="reduce"), site)
    choose(page, site, language)
    address = new_letter(page, site).removeprefix(site)
    there = cards(page).count()
    for number, kind in enumerate(KINDS, start=1):  # a form that is open stays open
        page.click(f"#add-end-{kind}")
        expect(cards(page)).to_have_count(there + number)
    page.locator("[id^=after-][id$=-add]").first.click()
    page.locator(".app-block-plus form").wait_for()
    wait_for_form(page)
    expect(page.locator(".app-block-open")).to_have_count(len(list(filter(None, TYPED.values()))))
    found = violations_here(page, "editor")
    found += violations(page, site, [(address.replace("/edit/", "/blocks/text/"),)], language)
    choose(page, site, "ru")
    assert "\n".join(found) == ""


@both_languages
def test_axe_finds_nothing_where_letters_are_dressed(open_page, site, language):
    page = log_in(open_page(reduced_motion="reduce"), site)
    choose(page, site, language)
    address = new_letter(page, site).removeprefix(site)
    detail = address.replace("edit/", "")
    found = violations(page, site, [
        ("/messages/designs/",), ("/messages/branding/",), ("/messages/pictures/",),
        ("/messages/pictures/", "[id^=picture-][id$=-edit]", MODAL),
        ("/messages/pictures/", "[id^=picture-][id$=-delete]", MODAL),
        ("/messages/pictures/", ".app-picture-name", ".app-picture-whole"),
        ("/messages/pictures/?q=nothing-at-all",),
        (detail,), (detail, ".app-copy-menu summary", ".app-copy-menu[open]"),
        (detail + "preview/",), (detail + "preview/?view=dark",), (detail + "test/",),
    ], language)
    page.goto(site + detail)
    page.set_input_files("#attachment-files", {
        "name": "Прайс.txt", "mimeType": "text/plain", "buffer": b"tea"})
    page.click(".app-attach button")
    page.locator(".app-file-name").wait_for()
    found += violations(page, site, [
        (detail, ".app-files .app-danger", MODAL), (address,)], language)
    choose(page, site, "ru")
    assert "\n".join(found) == ""
