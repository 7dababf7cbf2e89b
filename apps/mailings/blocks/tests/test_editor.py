"""The editor of blocks, with htmx and without."""
import re

import pytest
from django.urls import reverse

from apps.mailings.blocks import services
from apps.mailings.blocks.kinds import KINDS, new_block
from apps.mailings.blocks.services import BlockGone, block_delete
from apps.mailings.messages.services import message_save
from apps.mailings.models import Mailing, Message
from tests.factories import MailingFactory, MessageFactory

HTMX = {"hx-request": "true"}


def url(name, message, *block):
    return reverse(f"mailings:block_{name}", args=[message.pk, *block])


@pytest.fixture
def letter(owner):
    """A letter of three headings, A, B and C."""
    blocks = [new_block("heading", text=text) for text in "ABC"]
    message = Message(owner=owner, subject="Tea", kind=Message.Kind.BLOCKS, blocks=blocks)
    return message_save(message=message)


def stored(message):
    message.refresh_from_db()
    return message.blocks


def texts(message):
    return "".join(block.get("text", "?") for block in stored(message))


@pytest.mark.django_db
def test_the_editor_shows_each_block_in_a_line(client, owner, letter):
    client.force_login(owner)
    page = client.get(reverse("mailings:message_edit", args=[letter.pk])).text
    for block in letter.blocks:
        assert f'id="block-{block["id"]}"' in page and block["text"] in page


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.django_db
def test_each_kind_can_be_added_and_its_form_saved_as_it_came(client, owner, letter, kind):
    client.force_login(owner)
    answer = client.post(url("add", letter), {"kind": kind})
    block = stored(letter)[-1]
    assert block["kind"] == kind and block["id"] in answer.url
    edit = url("edit", letter, block["id"])
    page = client.get(edit)
    assert page.status_code == 200
    fields = page.context["form"]
    typed = {name: fields[name].value() for name in fields.fields if fields[name].value()}
    assert client.post(edit, typed).status_code == 302
    assert stored(letter)[-1] == block


@pytest.mark.django_db
def test_a_block_is_added_below_another_one(client, owner, letter):
    client.force_login(owner)
    client.post(url("add", letter), {"kind": "divider", "after": letter.blocks[0]["id"]})
    assert texts(letter) == "A?BC"
    client.post(url("add", letter), {"kind": "divider", "after": ""})
    assert texts(letter) == "?A?BC"


@pytest.mark.parametrize("to, order", [
    ("up", "BAC"), ("down", "ACB"), ("0", "BAC"), ("2", "ACB"), ("99", "ACB"), ("1", "ABC")])
@pytest.mark.django_db
def test_a_block_is_moved(client, owner, letter, to, order):
    client.force_login(owner)
    client.post(url("move", letter, letter.blocks[1]["id"]), {"to": to})
    assert texts(letter) == order


@pytest.mark.parametrize("to", ["", "-1", "1e3", "left", "٣", "9" * 400])
@pytest.mark.django_db
def test_a_place_that_is_none_is_refused(client, owner, letter, to):
    client.force_login(owner)
    answer = client.post(url("move", letter, letter.blocks[1]["id"]), {"to": to}, headers=HTMX)
    assert answer.status_code == 409 and texts(letter) == "ABC"


@pytest.mark.django_db
def test_a_copy_stands_below_with_an_id_of_its_own(client, owner, letter):
    client.force_login(owner)
    client.post(url("copy", letter, letter.blocks[0]["id"]))
    assert texts(letter) == "AABC" and len({block["id"] for block in stored(letter)}) == 4


@pytest.mark.django_db
def test_the_kinds_that_open_below_a_block_have_the_focus(client, owner, letter):
    client.force_login(owner)
    answer = client.get(url("add", letter), {"after": "0badcafe"}, headers=HTMX)
    assert 'id="add-0badcafe-heading"' in answer.text
    assert "add-0badcafe-heading" in answer["HX-Trigger-After-Swap"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].values])
@pytest.mark.django_db
def test_the_form_of_a_block_that_is_added_has_the_focus(client, owner, letter, kind):
    client.force_login(owner)
    answer = client.post(url("add", letter), {"kind": kind}, headers=HTMX)
    form = answer.text.partition("data-block-open")[2]
    assert re.search(r"<(input|textarea)[^>]* autofocus", form)


@pytest.mark.django_db
def test_after_a_deletion_the_focus_is_on_the_next_block(client, owner, letter):
    client.force_login(owner)
    first, second, _third = letter.blocks
    answer = client.post(url("delete", letter, first["id"]), headers=HTMX)
    assert f"block-{second['id']}-edit" in answer["HX-Trigger-After-Swap"]
    assert "letter:changed" in answer["HX-Trigger"] and texts(letter) == "BC"


@pytest.mark.django_db
def test_every_change_is_undone_one_after_another(client, owner, letter):
    client.force_login(owner)
    before = [letter.blocks]
    first = letter.blocks[0]["id"]
    for act, data in (("add", {"kind": "text"}), ("move", {"to": "down"}), ("copy", {}),
                      ("edit", {"text": "Z", "level": "1", "align": "left"}), ("delete", {})):
        client.post(url(act, letter, *([] if act == "add" else [first])), data)
        before.append(stored(letter))
    before.pop()
    while before:
        client.post(url("undo", letter))
        assert stored(letter) == before.pop()
    assert client.post(url("undo", letter), headers=HTMX).status_code == 409


@pytest.mark.django_db
def test_what_is_undone_is_said(client, owner, letter):
    client.force_login(owner)
    client.post(url("copy", letter, letter.blocks[0]["id"]))
    page = client.get(reverse("mailings:message_edit", args=[letter.pk])).text
    assert "Копирование блока" in page
    answer = client.post(url("undo", letter), follow=True)
    assert "Отменено: копирование блока" in answer.text


@pytest.mark.django_db
def test_old_changes_can_not_be_undone(letter, monkeypatch):
    monkeypatch.setattr(services, "STEPS", 2)
    block = letter.blocks[0]["id"]
    for to in ("1", "2", "1", "0"):
        services.block_move(message=letter, block_id=block, to=to)
    assert [services.blocks_undo(message=letter) for _step in range(3)] == ["move", "move", ""]
    assert texts(letter) == "BCA"


@pytest.mark.django_db
def test_another_windows_change_to_another_block_stays(client, owner, letter):
    client.force_login(owner)
    first, second, _third = letter.blocks
    one = client.get(url("edit", letter, first["id"])).context
    other = client.get(url("edit", letter, second["id"])).context
    for block, context, text in ((first, one, "X"), (second, other, "Y")):
        client.post(url("edit", letter, block["id"]), {
            "text": text, "level": "1", "align": "left", "_seen": context["seen"]})
    assert texts(letter) == "XYC"


@pytest.mark.django_db
def test_another_windows_change_to_the_same_block_is_told_of_once(client, owner, letter):
    client.force_login(owner)
    block = letter.blocks[0]
    data = {"level": "1", "align": "left",
            "_seen": client.get(url("edit", letter, block["id"])).context["seen"]}
    client.post(url("edit", letter, block["id"]), {**data, "text": "mine"})
    told = client.post(url("edit", letter, block["id"]), {**data, "text": "theirs"})
    assert told.status_code == 422 and "theirs" in told.text
    assert stored(letter)[0]["text"] == "mine"
    data["_seen"] = told.context["seen"]
    client.post(url("edit", letter, block["id"]), {**data, "text": "theirs"})
    assert stored(letter)[0]["text"] == "theirs"


@pytest.mark.django_db
def test_a_block_that_is_gone_is_told_kindly(client, owner, letter):
    client.force_login(owner)
    block = letter.blocks[0]["id"]
    block_delete(message=letter, block_id=block)
    for act in ("edit", "move", "copy", "delete"):
        answer = client.post(url(act, letter, block), {"to": "up"}, headers=HTMX)
        assert answer.status_code == 409
    with pytest.raises(BlockGone):
        block_delete(message=letter, block_id=block)


@pytest.mark.django_db
def test_there_are_at_most_a_hundred_blocks(client, owner, letter):
    client.force_login(owner)
    letter.blocks = [new_block("divider") for _number in range(100)]
    message_save(message=letter, fields={"blocks"})
    for act, block in (("add", []), ("copy", [letter.blocks[0]["id"]])):
        answer = client.post(url(act, letter, *block), {"kind": "text"}, headers=HTMX)
        assert answer.status_code == 409 and len(stored(letter)) == 100


@pytest.mark.django_db
def test_a_text_is_at_most_20000_characters(client, owner, letter):
    client.force_login(owner)
    client.post(url("add", letter), {"kind": "text"})
    block = stored(letter)[-1]["id"]
    answer = client.post(url("edit", letter, block), {"html": "я" * 20_001, "align": "left"})
    assert answer.status_code == 422 and "20 000" in answer.text
    assert client.post(
        url("edit", letter, block), {"html": "я" * 19_000, "align": "left"}).status_code == 302


@pytest.mark.django_db
def test_an_unknown_field_is_told_of(client, owner, letter):
    client.force_login(owner)
    answer = client.post(url("edit", letter, letter.blocks[0]["id"]), {
        "text": "{имь}", "level": "1", "align": "left"})
    assert answer.status_code == 422 and "{имя}" in answer.text


@pytest.mark.django_db
def test_an_address_that_runs_something_is_refused(client, owner, letter):
    client.force_login(owner)
    client.post(url("add", letter), {"kind": "button"})
    block = stored(letter)[-1]["id"]
    answer = client.post(url("edit", letter, block), {
        "text": "Go", "url": "javascript:alert(1)", "align": "left"})
    assert answer.status_code == 422 and stored(letter)[-1]["url"] == ""


@pytest.mark.django_db
def test_the_subject_is_saved_and_blocks_that_change_meanwhile_do_not_matter(
        client, owner, letter):
    client.force_login(owner)
    edit = reverse("mailings:message_edit", args=[letter.pk])
    seen = client.get(edit).context["form"].seen
    client.post(url("add", letter), {"kind": "divider"})
    client.post(edit, {"subject": "New", "preheader": "pre", "_seen": seen})
    letter.refresh_from_db()
    assert (letter.subject, letter.preheader) == ("New", "pre") and "pre" in letter.html
    told = client.post(edit, {"subject": "Old", "preheader": "", "_seen": seen})
    assert told.status_code == 422
    client.post(edit, {"subject": "Old", "preheader": "", "_seen": told.context["form"].seen})
    letter.refresh_from_db()
    assert letter.subject == "Old"


@pytest.mark.django_db
def test_the_text_part_is_written_and_made_again(client, owner, letter):
    client.force_login(owner)
    client.post(url("text", letter), {"body": " Mine\r\n"})
    block_delete(message=letter, block_id=letter.blocks[0]["id"])
    letter.refresh_from_db()
    assert letter.body == " Mine\n" and letter.own_text
    client.post(url("text", letter), {"_made": "1"})
    letter.refresh_from_db()
    assert "B" in letter.body and "Mine" not in letter.body and not letter.own_text


@pytest.mark.django_db
def test_a_mailing_that_starts_by_itself_is_told_of(client, owner, letter):
    client.force_login(owner)
    edit = reverse("mailings:message_edit", args=[letter.pk])
    assert "уйдёт само" not in client.get(edit).text
    mailing = MailingFactory(owner=owner, message=letter, autostart=True)
    Mailing.objects.filter(pk=mailing.pk).update(
        starts_at="2100-01-02T10:00Z", ends_at="2100-01-03T10:00Z")
    assert "уйдёт само 2 января 2100" in client.get(edit).text


@pytest.mark.django_db
def test_another_kind_of_message_has_no_blocks(client, owner):
    client.force_login(owner)
    text = MessageFactory(owner=owner)
    assert client.get(url("add", text)).status_code == 404
