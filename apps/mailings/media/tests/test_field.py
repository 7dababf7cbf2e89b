"""A form's field for a picture: one's own, a new one, or none."""
import re

import pytest
from django import forms
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from apps.mailings.media import fields
from apps.mailings.media.fields import PictureField
from apps.mailings.models import Picture
from tests.factories import PictureFactory

from .pictures import upload

pytestmark = pytest.mark.django_db
CHOICES = reverse("mailings:picture_choices")


def form_of(owner, data=None, files=None, **how):
    class PictureForm(forms.Form):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.fields["picture"] = PictureField(owner, **how)

    return PictureForm(data, MultiValueDict(files or {}), initial=how.get("initial"))


def refusal_of(form):
    assert not form.is_valid()
    return " ".join(form.errors["picture"])


def test_ones_own_picture_is_its_digest(owner):
    picture = PictureFactory(owner=owner)
    form = form_of(owner, {"picture": picture.digest})
    assert form.is_valid() and form.cleaned_data == {"picture": picture.digest}


def test_none_is_empty_unless_it_is_required(owner):
    for data in ({}, {"picture": ""}):
        form = form_of(owner, data)
        assert form.is_valid() and form.cleaned_data == {"picture": ""}
    assert refusal_of(form_of(owner, {}, required=True))


def test_anothers_picture_is_no_choice_and_not_shown(owner, other):
    theirs = PictureFactory(owner=other)
    form = form_of(owner, {"picture": theirs.digest})
    assert "нет" in refusal_of(form)
    assert f"/i/{theirs.digest}" not in str(form)


@pytest.mark.parametrize("digest", [
    "x", "\x00" * 64, "0" * 64, "../" * 20, "я" * 64, "0" * 5000, "<script>"])
def test_what_is_no_picture_is_no_choice(owner, digest):
    form = form_of(owner, {"picture": digest})
    assert refusal_of(form) and "<script>" not in str(form)


def test_a_deleted_one_may_stay_where_it_was(owner):
    picture = PictureFactory(owner=owner)
    Picture.objects.update(deleted_at=picture.created_at)
    form = form_of(owner, {"picture": picture.digest})
    assert form.is_valid() and f"/i/{picture.digest}" in str(form)
    assert f"/i/{picture.digest}" not in str(form_of(owner))


def test_a_new_one_is_added_to_the_library_and_chosen(owner):
    old = PictureFactory(owner=owner)
    form = form_of(owner, {"picture": old.digest}, {"picture-upload": [upload()]})
    assert form.is_multipart() and form.is_valid()
    assert form.cleaned_data["picture"] == Picture.objects.exclude(pk=old.pk).get().digest


def test_a_new_one_stays_chosen_when_the_form_comes_back(owner):
    form = form_of(owner, {"picture": ""}, {"picture-upload": [upload()]})
    form.fields["name"] = forms.CharField()
    assert not form.is_valid()
    chosen = re.search(r'value="(\w*)"\s+checked', str(form["picture"]))
    assert chosen and chosen[1] == Picture.objects.get().digest


def test_what_is_wrong_with_a_new_one_is_told_at_the_field(owner):
    assert "SVG" in refusal_of(form_of(owner, {}, {"picture-upload": [upload(b"<svg/>")]}))


def test_the_newest_are_offered_and_the_chosen_first(owner, monkeypatch):
    monkeypatch.setattr(fields, "SHOWN", 2)
    pictures = [PictureFactory(owner=owner, name=f"чай {number}") for number in range(4)]
    oldest, second, *newest = pictures
    shown = str(form_of(owner, {"picture": oldest.digest}))
    assert all(f"/i/{picture.digest}" in shown for picture in [oldest, *newest])
    assert f"/i/{second.digest}" not in shown
    assert shown.index(oldest.digest) < shown.index(newest[0].digest)


def test_it_changes_with_another_digest_or_a_file(owner):
    field = PictureField(owner)
    chosen = fields.Chosen("a", None)
    assert not field.has_changed("a", chosen) and field.has_changed("", chosen)
    assert not field.has_changed(None, fields.Chosen("", None))
    assert field.has_changed("a", fields.Chosen("a", upload()))


def test_the_search_finds_others_and_keeps_the_chosen_one(htmx, owner, other):
    chosen = PictureFactory(owner=owner, name="coffee")
    found = PictureFactory(owner=owner, alt="green tea")
    hidden = [PictureFactory(owner=owner, name="cake"), PictureFactory(owner=other, name="tea")]
    text = htmx.get(CHOICES, {"name": "p", "p": chosen.digest, "picture-q": "tea"}).text
    assert f'value="{chosen.digest}"' in text and f'value="{found.digest}"' in text
    assert not any(picture.digest in text for picture in hidden) and 'name="p"' in text


def test_nothing_found_is_told_so_and_nothing_of_the_address_is_code(htmx, owner):
    text = htmx.get(CHOICES, {"name": '"><script>', "picture-q": "\x00%"}).text
    assert "Ничего не нашлось" in text and "<script>" not in text
