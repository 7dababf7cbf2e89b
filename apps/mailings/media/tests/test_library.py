"""The library of pictures: adding, finding, describing, deleting, and its pages."""
import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from apps.mailings.media import services
from apps.mailings.media.services import picture_add, picture_delete, picture_restore
from apps.mailings.media.uses import add_used, messages_with
from apps.mailings.models import Picture
from tests import corpus
from tests.conftest import MARK
from tests.factories import MessageFactory, PictureFactory

from .pictures import photo, upload

pytestmark = pytest.mark.django_db
LIST = reverse("mailings:picture_list")
CREATE = reverse("mailings:picture_create")


def address(action, picture):
    return reverse(f"mailings:picture_{action}", args=[picture.pk])


def message_showing(picture, **fields):
    return MessageFactory(
        owner=picture.owner, kind="html", html=f'<img src="http://x/i/{picture.digest}">', **fields)


def test_a_picture_is_added_with_what_it_is(owner):
    picture = picture_add(owner, upload(name="../чай.png"), "Чашка чая")
    assert (picture.name, picture.alt, picture.owner) == ("чай.png", "Чашка чая", owner)
    assert (picture.width, picture.height) == (40, 30) and picture.size > 0


def test_the_same_picture_twice_is_one(owner, other):
    file = photo()
    first = picture_add(owner, upload(file))
    assert picture_add(owner, upload(file, name="b.png"), "Чай") == first
    assert Picture.objects.get().alt == "Чай"
    assert picture_add(other, upload(file)) != first


def test_what_is_told_of_it_is_not_overwritten(owner):
    file = photo()
    picture_add(owner, upload(file), "Чай")
    assert picture_add(owner, upload(file), "Кофе").alt == "Чай"


def test_a_deleted_one_comes_back_when_it_is_added_again(owner):
    file = photo()
    picture = picture_add(owner, upload(file))
    picture_delete(picture=picture)
    assert not Picture.objects.exists()
    assert picture_add(owner, upload(file)) == Picture.objects.get() == picture


def test_they_are_not_too_many(owner, monkeypatch):
    monkeypatch.setattr(services, "MOST", 1)
    picture_add(owner, upload())
    with pytest.raises(ValidationError, match="не больше 1"):
        picture_add(owner, upload())


def test_a_storage_that_is_full_leaves_no_row(owner, monkeypatch):
    def full(name, content):
        raise OSError(28, "full")

    monkeypatch.setattr("django.core.files.storage.default_storage.save", full)
    with pytest.raises(ValidationError, match="места"):
        picture_add(owner, upload())
    assert not Picture.all_objects.exists()


def test_a_deletion_can_be_undone_for_a_minute(owner):
    picture = PictureFactory(owner=owner)
    picture_delete(picture=picture)
    picture_restore(picture=picture)
    assert Picture.objects.get() == picture
    picture.deleted_at = timezone.now() - timedelta(minutes=2)
    picture.save()
    with pytest.raises(services.PictureRefused):
        picture_restore(picture=picture)


def test_one_that_is_uploaded_has_its_page(as_owner, owner):
    answer = as_owner.post(CREATE, {"files": upload(), "alt": "Чашка чая"}, follow=True)
    picture = Picture.objects.get(owner=owner)
    assert answer.redirect_chain == [(address("detail", picture), 302)]
    assert "Чашка чая" in answer.text and f"/i/{picture.digest}" in answer.text


def test_of_several_each_is_described_by_itself(as_owner):
    files = [upload(name="a.png"), upload(name="b.png")]
    answer = as_owner.post(CREATE, {"files": files, "alt": "Чай"}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert answer.text.count("Нет описания") == 2


def test_of_several_the_good_are_added_and_the_others_told_of(as_owner):
    answer = as_owner.post(CREATE, {"files": [upload(name="a.png"), upload(b"<svg/>", name="b")]})
    assert answer.status_code == 422 and "b: SVG" in answer.text
    assert Picture.objects.get().name == "a.png" and "a.png" in answer.text


@pytest.mark.parametrize("posted", [{}, {"alt": "x\ny"}, {"alt": "x" * 256}])
def test_a_form_that_can_not_be_taken_is_answered(as_owner, posted):
    assert as_owner.post(CREATE, posted).status_code == 422


@pytest.mark.parametrize("what", corpus.PICTURES)
def test_what_is_thrown_at_it_is_taken_or_refused_in_words(what, as_owner):
    name, content, _is_taken = corpus.PICTURES[what]
    answer = as_owner.post(CREATE, {"files": upload(content, name=name or "x")})
    assert answer.status_code in (302, 422)
    assert Picture.objects.exists() == (answer.status_code == 302)


def test_the_list_has_ones_own_and_tells_where_they_are(as_owner, owner, other):
    picture = PictureFactory(owner=owner, name="чай.png", alt="")
    PictureFactory(owner=other, name=f"{MARK}.png")
    message_showing(picture)
    text = as_owner.get(LIST).text
    assert "чай.png" in text and "Нет описания" in text and "в 1 сообщении" in text
    assert MARK not in text


def test_a_manager_looks_and_changes_nothing(as_manager, owner):
    picture = PictureFactory(owner=owner, name="чай.png")
    text = as_manager.get(LIST).text
    assert "чай.png" in text and str(owner) in text
    assert address("edit", picture) not in text
    assert address("edit", picture) not in as_manager.get(address("detail", picture)).text


def test_pictures_are_found_by_name_and_by_what_they_show(htmx, owner):
    PictureFactory(owner=owner, name="1.png", alt="Зелёный чай")
    PictureFactory(owner=owner, name="чай.png")
    PictureFactory(owner=owner, name="кофе.png")
    for q in ("чай", "ЧАЙ", "Чай"):
        text = htmx.get(LIST, {"q": q}).text
        assert "1.png" in text and "чай.png" in text and "кофе.png" not in text
    text = htmx.get(LIST, {"alt": "none"}).text
    assert "1.png" not in text and "чай.png" in text
    assert "Ничего не нашлось" in htmx.get(LIST, {"q": "x\x00y%"}).text


def test_only_the_owners_messages_count(owner, other):
    picture = PictureFactory(owner=owner)
    same = PictureFactory(owner=other, digest=picture.digest)
    mine = message_showing(picture)
    message_showing(picture, deleted_at=timezone.now())
    add_used([picture, same])
    assert (picture.used, same.used) == (1, 0)
    assert list(messages_with(picture)) == [mine]


def test_a_picture_is_named_and_described(htmx, owner):
    picture = PictureFactory(owner=owner)
    answer = htmx.post(address("edit", picture), {"name": "../чай.png", "alt": "Чашка чая"})
    assert answer.status_code == 204 and "pictures:changed" in answer["HX-Trigger"]
    picture.refresh_from_db()
    assert (picture.name, picture.alt) == ("чай.png", "Чашка чая")


@pytest.mark.parametrize("posted", [
    {"name": ""}, {"name": ".."}, {"name": "a", "alt": "x\ny"}, {"name": "a", "alt": "x" * 256}])
def test_what_can_not_be_its_name_or_description_is_refused(htmx, owner, posted):
    assert htmx.post(address("edit", PictureFactory(owner=owner)), posted).status_code == 422


def test_deleting_asks_offers_to_undo_and_the_list_follows(htmx, owner):
    picture = PictureFactory(owner=owner)
    assert picture.name in htmx.get(address("delete", picture)).text
    told = json.loads(htmx.post(address("delete", picture))["HX-Trigger"])
    assert "pictures:changed" in told
    assert htmx.post(told["toast"]["undo"]).status_code == 204
    assert Picture.objects.get() == picture


def test_too_late_an_undo_is_told_so(htmx, owner):
    picture = PictureFactory(owner=owner, deleted_at=timezone.now() - timedelta(minutes=2))
    assert htmx.post(address("restore", picture)).status_code == 409
