"""The page of a letter's preview: what is swapped is what its address shows."""
import pytest

from tests.factories import MessageFactory, RecipientFactory

from .inventory import swaps

COUNTED = "#preview-empty"  # it is counted once for a page, after the load


@pytest.fixture
def preview(open_page, owner):
    for name in ("Анна", "Вера", "Глеб"):
        RecipientFactory(owner=owner, full_name=name)
    message = MessageFactory(owner=owner, body="{имя}")
    return open_page(f"/messages/{message.pk}/preview/")


@swaps("request.path", "address")
def test_who_is_found_gets_the_letter_like_a_load(preview):
    preview.fill("#id_q", "е")
    preview.send("#preview-search")
    preview.check_fresh(but=COUNTED)
    preview.send("#preview .app-pills a:last-child")
    preview.check_fresh(but=COUNTED)


@swaps("address")
def test_the_next_recipient_is_what_the_address_shows(preview):
    preview.send("#letter-after")
    preview.check_fresh(but=COUNTED)
    preview.send("#letter-before")
    preview.check_fresh(but=COUNTED)


@swaps("address")
def test_another_view_is_what_its_address_shows(preview):
    preview.send("#preview .app-tabs a:last-child")
    preview.check_fresh(but=COUNTED)


@swaps("address")
def test_empty_fields_are_counted_after_the_load(preview):
    preview.send(COUNTED)
    preview.check_fresh(but=COUNTED)


@swaps("lint_address")
def test_the_check_comes_after_the_load(preview):
    preview.send(".app-preview-lint")
    assert not preview.tree.select(".app-preview-lint > a")
    preview.check_fresh(but=".app-preview-lint > *")


@swaps("address", "address")
def test_only_those_with_an_empty_field_are_what_the_address_shows(preview, owner):
    RecipientFactory(owner=owner, full_name="")
    preview.send(COUNTED)
    preview.send("#preview .app-tabs a:last-child")
    view = preview.one("#preview [name=view]")["value"]
    for link in (f"{COUNTED} > a", f"{COUNTED} span a"):
        preview.send(link)
        assert preview.fields == {"view": [view]}
        preview.check_fresh(but=COUNTED)
    preview.send("#preview .app-note a")
    preview.check_fresh(but=COUNTED)
