import base64
import re

import pytest
from django.urls import reverse

from apps.mailings.blocks.kinds import cleaned
from apps.mailings.branding.models import Branding
from apps.mailings.designs import pictures
from apps.mailings.designs.services import (
    DESIGN_KEYS, EMPTY, LETTERS, designs, html_of_design, message_from_design)
from apps.mailings.messages.merge_fields import unknown_fields
from apps.mailings.models import Message, Picture

KEYS = [design.key for design in designs()]
EACH = [(key, language) for key in KEYS for language in LETTERS]


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def small_pictures(monkeypatch):
    """Pictures that take no time to draw."""
    monkeypatch.setattr(pictures, "FINER", 1)


def test_there_are_eight_and_an_empty_one_in_each_language():
    assert len(KEYS) == 8
    for letters in LETTERS.values():
        assert set(letters) == DESIGN_KEYS == {EMPTY, *KEYS}


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_have_the_same_layout(key):
    kinds = [[block["kind"] for block in letters[key].blocks] for letters in LETTERS.values()]
    assert kinds[0] == kinds[1]


def test_no_two_designs_have_the_same_layout():
    layouts = {tuple(block["kind"] for block in LETTERS["ru"][key].blocks) for key in KEYS}
    assert len(layouts) == len(KEYS)


@pytest.mark.django_db
@pytest.mark.parametrize("key, language", EACH)
def test_each_becomes_a_letter_that_can_be_sent_as_it_is(key, language, owner, small_pictures):
    message = message_from_design(owner=owner, key=key, language=language)
    message.refresh_from_db()
    message.full_clean()
    assert message.kind == Message.Kind.BLOCKS and unknown_fields(message) == []
    assert message.preheader and message.preheader in message.html and len(message.body) > 100
    assert cleaned(message.blocks) == message.blocks  # the schema took nothing away
    asked = [part for block in LETTERS[language][key].blocks
             for part in (block, *block.get("columns", [])) if part.get("picture")]
    shown = re.findall(r'<img[^>]*\balt="([^"]+)"[^>]*>', message.html)
    assert len(shown) == len(asked) and all(shown)


@pytest.mark.django_db
def test_the_words_of_a_design_come_through_unchanged(owner):
    for letter in LETTERS["ru"].values():
        for raw, block in zip(letter.blocks, cleaned(letter.blocks)):
            given = {name: value for name, value in raw.items()
                     if name not in ("picture", "columns")}
            assert given.items() <= block.items()


@pytest.mark.django_db
def test_its_pictures_are_in_the_owners_library_once_and_in_the_owners_colour(
        owner, small_pictures):
    for _ in range(2):
        message_from_design(owner=owner, key="birthday", language="ru")
    picture = Picture.objects.owned_by(owner).get()
    assert picture.alt == "Подарок с лентой и конфетти"
    Branding.objects.create(owner=owner, accent="#a8481f")
    message_from_design(owner=owner, key="birthday", language="ru")
    assert Picture.objects.owned_by(owner).count() == 2


@pytest.mark.django_db
def test_a_full_library_leaves_the_pictures_out_and_the_letter_is_there(
        owner, monkeypatch, small_pictures):
    monkeypatch.setattr("apps.mailings.media.services.MOST", 0)
    message = message_from_design(owner=owner, key="birthday", language="ru")
    assert "<img" not in message.html and "ПРАЗДНИК15" in message.html


@pytest.mark.django_db
def test_a_look_at_a_design_stores_nothing_and_needs_nothing_from_elsewhere(
        owner, small_pictures):
    html = html_of_design(owner=owner, key="sale", language="ru")
    assert "Анна, освобождаем полки" in html
    assert "{" not in re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    sources = re.findall(r'src="([^"]*)"', html)
    assert len(sources) == 4 and all(src.startswith("data:image/png;base64,") for src in sources)
    assert base64.b64decode(sources[0].partition(",")[2]).startswith(b"\x89PNG")
    assert not Picture.objects.exists() and not Message.objects.exists()


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_each_picture_is_small_and_follows_the_colour(name, small_pictures):
    pictures.drawn.cache_clear()
    one, other = (pictures.drawn(name, accent) for accent in ("#2f5bd7", "#ffffff"))
    assert one != other and len(one) < 40_000
    pictures.drawn.cache_clear()


def test_the_gallery_shows_each_in_the_readers_language_or_the_one_asked_for(as_owner):
    page = as_owner.get(reverse("mailings:design_list")).text
    for key in KEYS:
        assert f"/messages/designs/{key}/letter/?language=ru" in page
        assert f'action="/messages/designs/{key}/use/"' in page
    assert page.count('sandbox=""') == 8
    for address in ("/messages/create/", "/messages/create/?kind=html",
                    "/messages/create/?kind=mjml"):
        assert f'href="{address}"' in page
    page = as_owner.get(reverse("mailings:design_list"), {"language": "en"}).text
    assert "letter/?language=en" in page and "letter/?language=ru" not in page


@pytest.mark.parametrize("language, word", [
    ("ru", "Уважаемая Анна Петровна"), ("en", "Hello Anna"), ("xx", "Уважаемая"),
    ("", "Уважаемая")])
def test_a_designs_letter_is_a_document_in_which_nothing_runs(
        as_owner, language, word, small_pictures):
    response = as_owner.get(
        reverse("mailings:design_letter", args=["plain"]), {"language": language})
    assert word in response.text
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_taking_a_design_makes_a_message_and_leads_to_its_editor(as_owner, owner):
    response = as_owner.post(reverse("mailings:design_use", args=["plain"]), {"language": "en"})
    message = Message.objects.get(owner=owner)
    assert response.status_code == 302
    assert response["Location"] == reverse("mailings:message_edit", args=[message.pk])
    assert message.subject == LETTERS["en"]["plain"].subject


def test_an_empty_letter_of_blocks_can_be_begun(as_owner, owner):
    as_owner.post(reverse("mailings:design_use", args=[EMPTY]))
    message = Message.objects.get(owner=owner)
    assert message.kind == Message.Kind.BLOCKS and len(message.blocks) == 2


@pytest.mark.parametrize("key", ["nothing", "NEWS", "9" * 400])
def test_a_design_that_is_none_is_not_found(as_owner, key):
    assert as_owner.get(reverse("mailings:design_letter", args=[key])).status_code == 404
    assert as_owner.post(reverse("mailings:design_use", args=[key])).status_code == 404
    assert not Message.objects.exists()
