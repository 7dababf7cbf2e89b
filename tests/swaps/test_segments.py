"""Segments: the list and its counts, the conditions of the form, the people."""
import pytest

from apps.core import keyset
from tests.factories import RecipientFactory, SegmentFactory, TagFactory

from .inventory import swaps

pytestmark = pytest.mark.django_db
LIST = "/recipients/segments/"
CREATE = f"{LIST}create/"
EVERYBODY = {"match": "all", "of": [{"what": "bounced", "how": "no"}]}


@pytest.fixture
def segment(owner):
    RecipientFactory.create_batch(3, owner=owner)
    return SegmentFactory(owner=owner, conditions=EVERYBODY)


@swaps("mailings:segment_delete", "request.get_full_path")
def test_what_is_deleted_leaves_the_list(open_page, as_owner, segment):
    page = open_page(LIST)
    page.send(f"#segment-{segment.pk}-delete")
    page.check_modal(as_owner.get(f"{segment.get_absolute_url()}delete/"))
    page.send("#modal-content form", status=204)
    assert not page.tree.select("#segment-table tbody")
    page.check_fresh()


@swaps("mailings:segment_count")
def test_a_row_brings_its_count(open_page, segment):
    page = open_page(LIST)
    page.send(f"#segment-{segment.pk}-row [hx-get$='/count/']")
    assert page.one(f"#segment-{segment.pk}-row .app-num").get_text(strip=True) == "3"


@swaps("mailings:segment_conditions")
def test_what_a_condition_is_about_brings_its_fields(open_page, owner):
    TagFactory(owner=owner)
    page = open_page(CREATE)
    page.fill("[name='0-what']", "tags")
    page.send("[name='0-what']")
    assert page.tree.select("[name='0-value'][type=checkbox]")


@swaps("mailings:segment_conditions")
def test_how_a_condition_compares_brings_its_fields(open_page):
    page = open_page(CREATE)
    page.fill("[name='0-what']", "added")
    page.send("[name='0-what']")
    page.fill("[name='0-how']", "last")
    page.send("[name='0-how']")
    assert page.one("[name='0-value']")["inputmode"] == "numeric"


@swaps("mailings:segment_conditions")
def test_steps_with_a_script_are_what_they_are_without(open_page, as_owner):
    page = open_page(CREATE)
    page.fill("[name=name]", "Все")
    page.send("[name=_group]")
    page.send("#condition-1_add")
    page.check_shows(as_owner.post(CREATE, page.fields | {"_add": "1"}),
                     only="#segment-conditions")
    page.send("[name=_remove][value='1']")
    page.check_fresh(only="#segment-conditions")


@swaps("mailings:segment_fits")
def test_the_count_follows_the_conditions(open_page, segment):
    page = open_page(f"{segment.get_absolute_url()}edit/")
    page.send("#segment-fits")
    assert "Подходят 3 получателя" in page.one("#segment-fits").get_text()


@swaps("request.get_full_path")
def test_pages_of_people_are_what_their_addresses_show(open_page, segment, monkeypatch):
    monkeypatch.setattr(keyset, "PER_PAGE", 2)
    page = open_page(segment.get_absolute_url())
    page.send("[rel=next]")
    page.check_fresh()
    page.send("#sort-added")
    page.check_fresh()
    page.send("#people-table")
    page.check_fresh()
