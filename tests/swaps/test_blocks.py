"""The editor of a letter of blocks: each act leaves the page as a load shows it."""
import pytest

from apps.mailings.blocks.kinds import new_block
from apps.mailings.messages.services import message_save
from apps.mailings.models import Message

from .inventory import swaps

BLOCKS = "#blocks"
HEAD = "#block-head"
TEXT = "#block-text"
UNDO = "#blocks-undo-form"


@pytest.fixture
def letter(owner):
    """A letter of three headings, A, B and C."""
    blocks = [new_block("heading", text=text) for text in "ABC"]
    return message_save(message=Message(
        owner=owner, subject="Tea", kind=Message.Kind.BLOCKS, blocks=blocks))


@pytest.fixture
def editor(open_page, letter):
    return open_page(f"/messages/{letter.pk}/edit/")


def card(letter, number):
    """Return the selector of a block in the list."""
    return f"#block-{letter.blocks[number]['id']}"


def texts(letter):
    letter.refresh_from_db()
    return "".join(block.get("text", "?") for block in letter.blocks)


@swaps("address")
def test_a_block_that_is_moved_copied_or_deleted_is_where_a_load_shows_it(editor, letter):
    second = card(letter, 1)
    for act, order in (("up", "BAC"), ("down", "ABC"), ("copy", "ABBC"), ("delete", "ABC")):
        editor.send(f"{second}-{act}")
        assert texts(letter) == order
        editor.check_fresh()


def test_the_end_of_the_list_is_no_place_to_move_on_to(editor, letter):
    for number, act in ((0, "up"), (2, "down")):
        editor.send(f"{card(letter, number)}-{act}")
        assert texts(letter) == "ABC"
        editor.check_fresh()


@swaps("mailings:block_undo")
def test_what_is_undone_is_as_a_load_shows(editor, letter):
    editor.send(f"{card(letter, 0)}-delete")
    editor.send(UNDO)
    assert texts(letter) == "ABC" and not editor.tree.select(f"{UNDO} button")
    editor.check_fresh()


@swaps("mailings:block_edit", "mailings:block_edit")
def test_a_block_that_is_saved_is_a_card_again(editor, letter):
    second = card(letter, 1)
    editor.send(f"{second}-edit")
    editor.check_fresh(but=second)
    editor.fill(f"{second} [name=text]", "Z")
    editor.send(f"{second} form")
    assert texts(letter) == "AZC" and editor.one(f"{UNDO} button")
    editor.check_fresh()


def test_a_block_that_is_not_valid_keeps_its_form(editor, letter):
    second = card(letter, 1)
    editor.send(f"{second}-edit")
    editor.fill(f"{second} [name=text]", "{имь}")
    editor.send(f"{second} form", status=422)
    assert editor.one(f"{second} .is-invalid") and texts(letter) == "ABC"
    editor.check_fresh(but=second)


@swaps("mailings:block_card")
def test_a_form_that_is_closed_is_the_card_of_a_load(editor, letter):
    second = card(letter, 1)
    editor.send(f"{second}-edit")
    editor.fill(f"{second} [name=text]", "Z")
    editor.send(f"{second} a[hx-get$='/card/']")
    assert texts(letter) == "ABC"
    editor.check_fresh()


@swaps("mailings:block_add")
def test_a_block_that_is_added_is_open_or_there_as_a_load_shows(editor, letter):
    editor.send("#add-end-divider")
    assert texts(letter) == "ABC?"
    editor.check_fresh()
    editor.send("#add-end-heading")
    assert texts(letter)[:4] == "ABC?" and len(letter.blocks) == 5
    opened = card(letter, 4)
    assert editor.one(f"{opened} [name=text]")
    editor.check_fresh(but=opened)


@swaps("mailings:block_add?after=id")
def test_a_block_is_added_below_another_one(editor, letter):
    first = letter.blocks[0]["id"]
    editor.send(f"#after-{first}-add")
    editor.check_fresh(but=f"#after-{first} > *")
    editor.send(f"#add-{first}-divider")
    assert texts(letter) == "A?BC"
    editor.check_fresh()


@swaps("mailings:message_edit")
def test_the_subject_is_saved_as_a_load_shows_it(editor, letter):
    editor.fill(f"{HEAD} [name=subject]", "Coffee")
    editor.send(HEAD)
    letter.refresh_from_db()
    assert letter.subject == "Coffee"
    editor.check_fresh(only=".app-editor")


@swaps("mailings:block_text")
def test_a_text_part_is_written_and_made_again_as_a_load_shows(open_page, letter):
    shown = open_page(f"/messages/{letter.pk}/blocks/text/")
    shown.fill(f"{TEXT} [name=body]", "Mine")
    shown.send(TEXT)
    letter.refresh_from_db()
    assert letter.own_text and letter.body == "Mine"
    shown.check_fresh()
    shown.send(TEXT, button=f"{TEXT}-made")
    assert "ABC" in texts(letter) and not letter.own_text
    shown.check_fresh()
