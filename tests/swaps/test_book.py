"""Tags, and what is done with many recipients, beside the lists that show them."""
import pytest

from apps.mailings.models import Import, Recipient, Tagging
from tests.factories import RecipientFactory, TagFactory

from .inventory import swaps

TAGS = "/recipients/tags/"
FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def tag(owner):
    return TagFactory(owner=owner, name="Опт")


@pytest.fixture
def people(owner, tag):
    people = [RecipientFactory(owner=owner, full_name=name) for name in ("Анна", "Борис", "Вера")]
    Tagging.objects.create(tag=tag, recipient=people[0])
    return people


@swaps("mailings:tag_create", "request.get_full_path")
def test_a_tag_that_is_added_is_in_the_list_at_once(open_page, as_owner, tag):
    page = open_page(TAGS)
    page.send('.app-title [hx-get$="/create/"]')
    page.check_modal(as_owner.get(f"{TAGS}create/"))
    page.fill(f"{FORM} [name=name]", "ОПТ")
    page.send(FORM, status=422)
    page.fill(f"{FORM} [name=name]", "Казань")
    page.send(FORM, status=204)
    assert "Казань" in page.one("#tag-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:tag_create")
def test_an_empty_list_of_tags_offers_the_same_form(open_page, as_owner):
    page = open_page(TAGS)
    page.send(".app-empty [hx-get]")
    page.check_modal(as_owner.get(f"{TAGS}create/"))


@swaps("mailings:tag_edit")
def test_a_tag_gets_the_name_of_another_and_is_merged_with_it(open_page, as_owner, owner, tag):
    TagFactory(owner=owner, name="Оптовики")
    page = open_page(TAGS)
    page.send(f"#tag-{tag.pk}-edit")
    page.check_modal(as_owner.get(f"{TAGS}{tag.pk}/edit/"))
    page.fill(f"{FORM} [name=name]", "Оптовики")
    page.send(FORM, status=422)
    page.send(FORM, button=f"{FORM} [name=_more]", status=204)
    assert not page.tree.select(f"#tag-{tag.pk}-row")
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:tag_merge")
def test_a_tag_that_is_merged_leaves_the_list(open_page, as_owner, owner, tag, people):
    other = TagFactory(owner=owner, name="Казань")
    page = open_page(TAGS)
    page.send(f"#tag-{tag.pk}-merge")
    page.check_modal(as_owner.get(f"{TAGS}{tag.pk}/merge/"))
    page.fill(f"{FORM} [name=into]", other.pk)
    page.send(FORM, status=204)
    assert not page.tree.select(f"#tag-{tag.pk}-row")
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:tag_delete")
def test_a_tag_that_is_deleted_leaves_the_list(open_page, as_owner, owner, tag):
    TagFactory(owner=owner)
    page = open_page(TAGS)
    page.send(f"#tag-{tag.pk}-delete")
    page.check_modal(as_owner.get(f"{TAGS}{tag.pk}/delete/"))
    page.send(FORM, status=204)
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:recipient_tag", "mailings:recipient_tag", "request.get_full_path")
def test_on_a_recipients_page_tags_come_and_go(open_page, tag, people):
    page = open_page(people[0].get_absolute_url())
    page.fill("#add-tag", "Казань")
    page.send(".app-add-tag", status=204)
    assert "Казань" in page.one(".app-own-tags").get_text()
    page.check_fresh()
    page.send("form.app-tag:first-child", button="form.app-tag:first-child button", status=204)
    assert "Казань" not in [chip.get_text() for chip in page.tree.select(".app-tag a")]
    page.check_fresh()


@swaps("address")
def test_a_tag_filters_the_list_and_a_search_keeps_it(open_page, tag, people):
    page = open_page("/recipients/")
    page.send(f'.app-pills a[href="?tag={tag.pk}"]')
    assert page.address == f"/recipients/?tag={tag.pk}"
    page.check_fresh()
    page.fill("#id_q", "анна")
    page.send("#filters")
    assert f"tag={tag.pk}" in page.address and "Анна" in page.one("tbody").get_text()
    page.check_fresh()
    page.send(".app-pills a:first-child")
    assert "tag=" not in page.address
    page.check_fresh()


@swaps("address")
def test_what_no_field_shows_is_a_chip_that_takes_itself_out(open_page, owner, people):
    of_import = Import.objects.create(owner=owner, name="clients.csv")
    Recipient.objects.filter(full_name="Вера").update(added_by=of_import, source="import")
    page = open_page(f"/recipients/?import={of_import.pk}&sort=-name")
    assert "Вера" in page.one("tbody").get_text()
    page.send(".app-chosen a")
    assert page.address == "/recipients/?sort=-name"
    page.check_fresh()


@swaps("mailings:bulk")
def test_the_ticked_get_a_tag_and_the_list_shows_it(open_page, as_owner, tag, people):
    page = open_page("/recipients/")
    page.one(f'[name=tick][value="{people[1].pk}"]')["checked"] = ""
    page.send("#bulk", button="#bulk [value=tag]")
    page.check_modal(as_owner.get(f"/recipients/bulk/?tick={people[1].pk}&do=tag"))
    page.send(FORM, status=422)
    page.fill(f"{FORM} [name=names]", "Казань")
    page.send(FORM, status=204)
    assert "Казань" in page.one(f"#recipient-{people[1].pk}-row").get_text()
    page.check_fresh(but=OUTSIDE)


def test_all_that_are_found_are_deleted_and_come_back(open_page, tag, people):
    page = open_page("/recipients/?q=client")
    page.one("[name=all]")["checked"] = ""
    page.send("#bulk", button="#bulk [value=delete]")
    page.send(FORM, status=204)
    assert not page.tree.select("#recipient-table tbody")
    page.check_fresh(but=OUTSIDE)
    page.send("#toasts form", status=204)
    assert len(page.tree.select("#recipient-table tbody tr")) == 2
    page.check_fresh(but=OUTSIDE)
