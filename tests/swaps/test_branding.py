"""The look of letters: a sample that follows the form, and pictures to choose a logo from."""
import pytest

from apps.mailings.branding.models import Branding
from tests.factories import PictureFactory

from .inventory import swaps

ADDRESS = "/messages/branding/"
SAMPLE = "#branding-sample"
SEARCH = "[data-picture-q]"
CHOICES = ".app-picture-choices"


@pytest.fixture
def pictures(owner):
    return [PictureFactory(owner=owner, name=f"{name}.png") for name in ("чайник", "чашка")]


@swaps("mailings:branding_edit")
def test_the_sample_follows_the_form_and_nothing_is_saved(open_page, owner):
    shown = open_page(ADDRESS)
    shown.fill("#id_company", "Чайная лавка")
    shown.send(SAMPLE)
    assert "company=%D0%A7" in shown.one(f"{SAMPLE} iframe")["src"]
    assert not Branding.objects.filter(company="Чайная лавка").exists()
    shown.fill("#id_company", "")
    shown.send(SAMPLE)
    shown.check_fresh(but="#id_company")


@swaps("mailings:picture_choices")
def test_pictures_are_searched_and_the_chosen_one_stays(open_page, pictures):
    kettle, cup = pictures
    shown = open_page(ADDRESS)
    shown.one(f'{CHOICES} [checked]').attrs.pop("checked")
    shown.one(f'{CHOICES} [value="{kettle.digest}"]')["checked"] = ""
    shown.fill(SEARCH, "чашка")
    shown.send(SEARCH)
    assert [one["value"] for one in shown.tree.select(f"{CHOICES} [checked]")] == [kettle.digest]
    assert shown.one(f'{CHOICES} [value="{cup.digest}"]')


def test_a_search_for_nothing_brings_the_pictures_of_a_load(open_page, pictures):
    shown = open_page(ADDRESS)
    shown.fill(SEARCH, "нет такой")
    shown.send(SEARCH)
    assert shown.one(".app-picture-found")
    shown.fill(SEARCH, "")
    shown.send(SEARCH)
    shown.check_fresh(but=SEARCH)
