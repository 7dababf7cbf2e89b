import pytest
from bs4 import BeautifulSoup

from apps.audit.models import Entry
from apps.mailings.models import Field
from tests.factories import FieldFactory, MessageFactory, SegmentFactory

from ..services import field_delete

pytestmark = pytest.mark.django_db
LIST = "/recipients/fields/"


@pytest.fixture
def city(owner):
    return FieldFactory(owner=owner, key="город", label="Город")


def test_a_field_is_added_and_stands_in_the_list_with_its_word(as_owner, owner):
    sent = {"label": "Любимый чай", "kind": "choice", "choices": "Улун\r\nПуэр\r\n\r\nулун",
            "in_list": "on"}
    assert as_owner.post(f"{LIST}create/", sent).status_code == 302
    field = Field.objects.get(owner=owner)
    assert (field.key, field.kind, field.choices) == ("любимый чай", "choice", ["Улун", "Пуэр"])
    page = as_owner.get(LIST).text
    assert "{любимый чай}" in page and "Улун, Пуэр" in page


@pytest.mark.parametrize(("sent", "wrong"), [
    ({"label": ""}, "label"),
    ({"label": "Имя"}, "label"),
    ({"label": "Город"}, "label"),
    ({"label": "a\x00b"}, "label"),
    ({"label": "x" * 61}, "label"),
    ({"label": "Чай", "kind": "choice"}, "choices"),
    ({"label": "Чай", "kind": "colour"}, "kind"),
    ({}, "label"),
])
def test_what_can_not_be_a_field_is_refused_beside_its_input(as_owner, city, sent, wrong):
    answer = as_owner.post(f"{LIST}create/", {"kind": "text", **sent})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    assert Field.objects.count() == 1


def test_label_and_choices_change_but_never_key_or_kind(as_owner, owner):
    field = FieldFactory(owner=owner, key="чай", label="Чай", kind="choice", choices=["А", "Б"])
    page = as_owner.get(f"{LIST}{field.pk}/edit/")
    assert "{чай}" in page.text and "А\nБ" in page.text
    as_owner.post(f"{LIST}{field.pk}/edit/", {
        "label": "Сорт", "kind": "text", "choices": "Б", "key": "сорт"})
    field.refresh_from_db()
    assert (field.key, field.label, field.kind) == ("чай", "Сорт", "choice")
    assert (field.choices, field.former, field.in_list) == (["Б"], ["А"], False)


def test_a_field_that_nothing_uses_is_deleted_after_a_question(as_owner, city):
    assert 'name="anyway"' not in as_owner.get(f"{LIST}{city.pk}/delete/").text
    assert as_owner.post(f"{LIST}{city.pk}/delete/").status_code == 302
    assert not Field.objects.exists()
    assert Entry.objects.get(action="delete").object_label == "Город"
    as_owner.post(f"{LIST}{city.pk}/restore/")
    assert Field.objects.get() == city


def test_a_field_that_is_used_is_deleted_with_a_tick_that_says_so(as_owner, owner, city, other):
    MessageFactory(owner=owner, subject="Чай в городе {Город|N}")
    MessageFactory(owner=owner, subject="Без поля", body="город {имя}")
    MessageFactory(owner=other, subject="Чужое {город}")
    inner = {"match": "any", "of": [{"what": "field:город", "how": "is", "value": "Казань"}]}
    SegmentFactory(owner=owner, name="Казанские", conditions={"match": "all", "of": [inner]})
    SegmentFactory(owner=owner, name="Все", conditions={})
    question = as_owner.get(f"{LIST}{city.pk}/delete/").text
    assert "Чай в городе {Город|N}" in question and "Казанские" in question
    assert "Без поля" not in question and "Чужое" not in question and "«Все»" not in question
    assert as_owner.post(f"{LIST}{city.pk}/delete/").status_code == 422
    assert Field.objects.exists()
    assert as_owner.post(f"{LIST}{city.pk}/delete/", {"anyway": "on"}).status_code == 302
    assert not Field.objects.exists()


def test_of_very_many_uses_some_are_named(as_owner, owner, city):
    for number in range(12):
        MessageFactory(owner=owner, subject=f"№ {number} {{город}}")
    question = as_owner.get(f"{LIST}{city.pk}/delete/").text
    assert question.count("№") == 10


def test_a_deleted_field_can_not_be_changed_and_is_offered_nowhere(as_owner, city):
    field_delete(field=city)
    assert as_owner.get(f"{LIST}{city.pk}/edit/").status_code == 404
    assert as_owner.post(f"{LIST}{city.pk}/delete/").status_code == 404
    assert "Город" not in as_owner.get(LIST).text
    assert "{город}" not in as_owner.get("/messages/create/").text


def test_what_came_back_too_late_stays_deleted(as_owner, owner, city):
    field_delete(field=city)
    FieldFactory(owner=owner, key="город 2", label="Город")
    answer = as_owner.post(f"{LIST}{city.pk}/restore/", follow=True)
    assert "новое поле с таким названием" in answer.text
    assert Field.objects.count() == 1


def test_when_no_more_fields_fit_the_page_offers_none(as_owner, owner, monkeypatch):
    monkeypatch.setattr("apps.mailings.fields.services.MOST", 1)
    FieldFactory(owner=owner)
    assert f'href="{LIST}create/"' not in as_owner.get(LIST).text
    assert as_owner.post(f"{LIST}create/", {"label": "Ещё", "kind": "text"}).status_code == 422


def test_own_fields_are_in_the_menu_and_the_letter_beside_the_editor(as_owner, owner, city, other):
    FieldFactory(owner=other, key="чужое", label="Чужое")
    page = as_owner.get("/messages/create/").text
    assert 'data-insert="{город}"' in page and "{чужое}" not in page
    preview = as_owner.post("/messages/preview/", {"subject": "{город|Вам}", "body": "{чужое}"})
    assert "Вам" in preview.text and "{чужое}" in preview.text
    good = {"subject": "{ГОРОД}", "body": "{город|x}"}
    assert as_owner.post("/messages/create/", good).status_code == 302
    wrong = {"subject": "x", "body": "{чужое}"}
    assert as_owner.post("/messages/create/", wrong).status_code == 422


def test_own_fields_are_marked_in_messages(as_owner, as_manager, owner, city):
    message = MessageFactory(owner=owner, subject="Чай для {город}", body="{город|вас} {телефон}")
    marked = '<span class="app-field">город</span>'
    assert marked in as_owner.get("/messages/").text
    for client in as_owner, as_manager:
        page = client.get(f"/messages/{message.pk}/").text
        letter = client.get(f"/messages/{message.pk}/preview/letter/").text
        assert marked in page and "{телефон}" in letter


def test_an_empty_list_offers_one_thing_to_do(as_owner):
    main = BeautifulSoup(as_owner.get(LIST).text, "html.parser").main
    assert len(main.select(".app-first .btn-primary")) == 1
