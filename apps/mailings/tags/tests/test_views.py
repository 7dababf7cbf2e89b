"""The pages of tags, and tags of a recipient on its pages."""
import pytest

from apps.mailings.models import Recipient, Segment, Tag, Tagging
from tests.factories import MailingFactory, RecipientFactory, TagFactory

from ..services import recipients_tag

pytestmark = pytest.mark.django_db
LIST = "/recipients/tags/"


@pytest.fixture
def tag(owner):
    return TagFactory(owner=owner, name="Опт")


@pytest.fixture
def anna(owner, tag):
    anna = RecipientFactory(owner=owner, full_name="Анна", email="anna@example.com")
    Tagging.objects.create(tag=tag, recipient=anna)
    return anna


def names(recipient):
    return [tag.name for tag in recipient.tags.all()]


def test_the_list_says_how_many_people_have_each_who_were_not_deleted(
        as_owner, owner, anna, tag, django_assert_max_num_queries):
    gone = RecipientFactory(owner=owner, deleted_at="2026-01-01T00:00Z")
    recipients_tag(recipients=Recipient.all_objects.filter(pk=gone.pk), tag=tag)
    TagFactory.create_batch(10, owner=owner)
    with django_assert_max_num_queries(12):
        page = as_owner.get(LIST).text
    assert '1<span class="visually-hidden"> Опт' in page and "11 меток" in page


def test_a_tag_is_added_with_a_colour(htmx, owner):
    response = htmx.post(f"{LIST}create/", {"name": " Новые  люди ", "colour": "blue"})
    assert response.status_code == 204
    tag = Tag.objects.get()
    assert (tag.name, tag.colour, tag.owner) == ("Новые люди", "blue", owner)


@pytest.mark.parametrize("name", ["", " ", "а" * 61, "ОПТ", "a,b", "a\x1b", "a\0b"])
def test_a_wrong_name_is_an_error_at_its_field(htmx, tag, name):
    response = htmx.post(f"{LIST}create/", {"name": name, "colour": "blue"})
    assert response.status_code == 422 and 'id="error_1_id_name"' in response.text
    assert Tag.objects.count() == 1


def test_a_tag_is_renamed_also_by_its_case_alone(htmx, tag):
    htmx.post(f"{LIST}{tag.pk}/edit/", {"name": "ОПТ", "colour": "red"})
    tag.refresh_from_db()
    assert (tag.name, tag.colour) == ("ОПТ", "red")


def test_a_name_that_another_tag_has_is_an_offer_to_merge(htmx, owner, anna, tag):
    other = TagFactory(owner=owner, name="Оптовики")
    fields = {"name": "оптовики", "colour": "grey"}
    response = htmx.post(f"{LIST}{tag.pk}/edit/", fields)
    assert response.status_code == 422 and "Объединить с «Оптовики»" in response.text
    assert Tag.objects.count() == 2
    assert htmx.post(f"{LIST}{tag.pk}/edit/", {**fields, "_more": "1"}).status_code == 204
    assert list(Tag.objects.all()) == [other] and names(anna) == ["Оптовики"]


def test_a_tag_is_merged_into_an_own_one_alone(htmx, owner, other, anna, tag):
    theirs, mine = TagFactory(owner=other), TagFactory(owner=owner, name="Казань")
    for wrong in (theirs.pk, tag.pk, 0, "x", ""):
        assert htmx.post(f"{LIST}{tag.pk}/merge/", {"into": wrong}).status_code == 422
    assert htmx.post(f"{LIST}{tag.pk}/merge/", {"into": mine.pk}).status_code == 204
    assert names(anna) == ["Казань"]


def test_before_a_tag_is_deleted_it_says_who_has_it_and_what_names_it(
        as_owner, owner, anna, tag):
    Segment.objects.create(owner=owner, name="Свои", conditions={"match": "all", "of": [
        {"what": "tags", "how": "none", "value": [tag.pk]}]})
    page = as_owner.get(f"{LIST}{tag.pk}/delete/").text
    assert "Её потеряет 1 получатель" in page and "«Свои»" in page
    assert as_owner.post(f"{LIST}{tag.pk}/delete/").url == LIST
    assert not Tag.objects.exists() and names(anna) == []


def test_a_tag_that_a_mailing_leaves_out_is_not_deleted(as_owner, htmx, owner, anna, tag):
    mailing = MailingFactory(owner=owner, name="Новости опта")
    mailing.excluded_tags.add(tag)
    page = as_owner.get(f"{LIST}{tag.pk}/delete/").text
    assert f'<a href="{mailing.get_absolute_url()}">Новости опта</a>' in page
    assert "Закрыть" in page and "Отмена" not in page
    assert htmx.post(f"{LIST}{tag.pk}/delete/").status_code == 409
    assert names(anna) == ["Опт"]


def test_a_tag_that_somebody_deletes_at_the_same_time_is_refused(htmx, tag, monkeypatch):
    monkeypatch.setattr("apps.mailings.tags.ends.jobs_of_tags", lambda owner: {tag.pk: None})
    assert htmx.post(f"{LIST}{tag.pk}/delete/").status_code == 409


def test_on_the_page_of_a_recipient_tags_are_added_and_taken_off(htmx, as_owner, anna, tag):
    address = f"/recipients/{anna.pk}/tags/"
    assert htmx.post(address, {"names": "Казань, опт"}).status_code == 204
    assert names(anna) == ["Казань", "Опт"]
    page = as_owner.get(anna.get_absolute_url()).text
    assert "Казань" in page and "Опт" in page
    assert as_owner.post(address, {"remove": tag.pk}).url == anna.get_absolute_url()
    assert names(anna) == ["Казань"]
    for wrong in ("", " ", "а" * 61, "a\0"):
        assert htmx.post(address, {"names": wrong}).status_code == 409
    assert names(anna) == ["Казань"]


def test_somebody_elses_tag_can_not_be_taken_off(htmx, other, anna):
    for wrong in (TagFactory(owner=other).pk, 0, "x", "9" * 30):
        assert htmx.post(f"/recipients/{anna.pk}/tags/", {"remove": wrong}).status_code == 404


def test_the_form_of_a_recipient_has_the_tags_and_saves_them(htmx, as_owner, anna):
    assert 'name="tags" value="Опт"' in as_owner.get(f"/recipients/{anna.pk}/edit/").text
    fields = {"email": anna.email, "full_name": "Анна", "comment": "", "tags": "Казань, чай"}
    assert htmx.post(f"/recipients/{anna.pk}/edit/", fields).status_code == 204
    assert names(anna) == ["Казань", "чай"]
    response = htmx.post(f"/recipients/{anna.pk}/row/", {**fields, "tags": "а" * 61})
    assert response.status_code == 422 and "row-%d-tags-error" % anna.pk in response.text
    assert names(anna) == ["Казань", "чай"]


def test_a_new_recipient_has_the_tags_that_were_typed(htmx):
    htmx.post("/recipients/create/", {"email": "b@example.com", "tags": "опт, ОПТ, новые"})
    assert names(Recipient.objects.get()) == ["новые", "опт"]


def test_a_form_that_names_no_tags_keeps_them(htmx, anna):
    htmx.post(f"/recipients/{anna.pk}/edit/", {"email": anna.email, "full_name": "Анна П."})
    anna.refresh_from_db()
    assert anna.full_name == "Анна П." and names(anna) == ["Опт"]


def test_chips_and_filters_stand_in_the_list(as_owner, owner, anna, tag):
    RecipientFactory(owner=owner, full_name="Борис")
    page = as_owner.get("/recipients/", {"tag": tag.pk}).text
    assert "Анна" in page and "Борис" not in page
    assert f'href="/recipients/?tag={tag.pk}"' in page and "Без метки" in page
    assert "Борис" in as_owner.get("/recipients/", {"tag": "none"}).text


def test_many_tags_fold_and_the_chosen_one_is_always_shown(as_owner, owner, anna):
    tags = [TagFactory(owner=owner, name=f"Метка {number:02}") for number in range(12)]
    page = as_owner.get("/recipients/", {"tag": tags[11].pk}).text
    assert "Ещё 5" in page and page.count('aria-current="true"') == 1


def test_the_list_asks_as_little_for_many_people_and_tags(
        as_owner, owner, tag, django_assert_max_num_queries):
    for number in range(25):
        person = RecipientFactory(owner=owner)
        recipients_tag(recipients=[person.pk], tag=TagFactory(owner=owner, name=str(number)))
    with django_assert_max_num_queries(19):
        as_owner.get("/recipients/")
