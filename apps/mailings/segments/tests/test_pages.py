"""Segments: the list, the form with and without a script, the people, copy and delete."""
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone, translation

from apps.audit.models import Entry
from apps.mailings.models import Field, Segment, Tagging
from apps.mailings.segments.conditions import in_words
from apps.mailings.segments.services import segment_save
from tests.factories import MailingFactory, RecipientFactory, SegmentFactory, TagFactory

pytestmark = pytest.mark.django_db
LIST = "/recipients/segments/"
CREATE = f"{LIST}create/"
FITS = f"{LIST}fits/"


@pytest.fixture
def tag(owner):
    return TagFactory(owner=owner, name="Опт")


@pytest.fixture
def city(owner):
    return Field.objects.create(owner=owner, key="город", label="Город")


@pytest.fixture
def anna(owner, tag, city):
    person = RecipientFactory(owner=owner, full_name="Анна", fields={"город": "Казань"})
    Tagging.objects.create(tag=tag, recipient=person)
    return person


def typed(tag, **more):
    """What a browser sends of the form that is filled for `anna`."""
    return {"name": "Опт, Казань", "match": "all", "0-what": "tags", "0-how": "any",
            "0-value": [tag.pk], "1-match": "any", "1.0-what": "field:город", "1.0-how": "is",
            "1.0-value": "казань", "1.1-what": "written", "1.1-how": "not_for", "1.1-value": "30",
            **more}


def meant(tag):
    return {"match": "all", "of": [
        {"what": "tags", "how": "any", "value": [tag.pk]},
        {"match": "any", "of": [{"what": "field:город", "how": "is", "value": "казань"},
                                {"what": "written", "how": "not_for", "value": 30}]}]}


def names_of(response):
    tree = BeautifulSoup(response.text, "html.parser")
    return [one["name"] for one in tree.select("#segment-conditions :is(select, input)")]


def said(response):
    return " ".join(BeautifulSoup(response.text, "html.parser").main.get_text().split())


def test_a_segment_is_saved_as_it_was_put_together(as_owner, owner, tag, anna):
    RecipientFactory(owner=owner, full_name="Борис")
    response = as_owner.post(CREATE, typed(tag), follow=True)
    segment = Segment.objects.get()
    assert segment.owner == owner and segment.conditions == meant(tag)
    assert "Анна" in said(response) and "Борис" not in said(response)
    assert "есть метка «Опт» и («Город» — «казань» или не писали 30 дней)" in said(response)


def test_its_form_shows_what_was_saved(as_owner, owner, tag, anna):
    segment = SegmentFactory(owner=owner, conditions=meant(tag))
    url = f"{segment.get_absolute_url()}edit/"
    form = BeautifulSoup(as_owner.get(url).text, "html.parser").select_one("main form")
    sent = {}
    for field in form.select("input[name], select[name]"):
        if field.get("type") == "checkbox" and not field.has_attr("checked"):
            continue
        chosen = field.select_one("option[selected]") if field.name == "select" else field
        sent[field["name"]] = chosen.get("value", "")
    as_owner.post(url, {**sent, "name": "Другое"})
    segment.refresh_from_db()
    assert segment.name == "Другое" and segment.conditions == meant(tag)


@pytest.mark.parametrize("step, there, gone", [
    ({"_add": ""}, {"2-what"}, set()),
    ({"_add": "1"}, {"1.2-what"}, set()),
    ({"_group": "1"}, {"2-match", "2.0-what"}, set()),
    ({"_remove": "0"}, {"0-match", "0.0-what"}, {"0-what", "1-match"}),
    ({"_remove": "1"}, set(), {"1-match", "1.0-what"}),
    ({"_remove": "1.0"}, {"1.0-what"}, {"1.1-what"}),
    ({"_remove": "77"}, {"0-what", "1.1-what"}, set()),
    ({"_add": "abc"}, {"2-what"}, set()),
    ({"_refresh": "1"}, {"0-what", "1.1-what"}, set()),
])
def test_steps_without_a_script_lose_nothing(step, there, gone, as_owner, tag, anna):
    response = as_owner.post(CREATE, typed(tag, **step))
    assert response.status_code == 200 and not Segment.objects.exists()
    names = set(names_of(response))
    assert there <= names and not gone & names
    assert "Опт, Казань" in response.text and "invalid-feedback" not in response.text


def test_the_last_condition_of_a_group_takes_the_group_along(as_owner, tag, anna):
    body = typed(tag, _remove="1.0")
    del body["1.1-what"]
    assert "1-match" not in names_of(as_owner.post(CREATE, body))


def test_without_a_script_a_button_counts(as_owner, tag, anna):
    assert "Подходит 1 получатель" in said(as_owner.post(CREATE, typed(tag, _count="1")))


def test_another_subject_takes_its_first_way_to_ask_and_no_old_value(as_owner, tag, anna):
    body = {"match": "all", "0-what": "written", "0-how": "any", "0-value": str(tag.pk),
            "0-was": "tags~some"}
    tree = BeautifulSoup(as_owner.post(f"{LIST}conditions/", body).text, "html.parser")
    assert tree.select_one("[name='0-how'] option[selected]")["value"] == "not_for"
    assert tree.select_one("[name='0-value']")["value"] == ""


@pytest.mark.parametrize("field, value, words", [
    ("name", "", "Обязательное поле"),
    ("name", "а\nб", "переносов строк"),
    ("0-value", [], "Выберите хотя бы одно"),
    ("0-value", ["999999"], "больше нет"),
    ("0-what", "", "Выберите, о чём условие"),
    ("0-what", "field:нет", "Это поле удалено"),
    ("1.0-value", " ", "Напишите текст"),
    ("1.1-value", "много", "Напишите число дней"),
    ("1.1-value", "9" * 5000, "Напишите число дней"),
    ("match", "никакое", "Выберите: все условия"),
    ("1-match", "__class__", "Выберите: все условия"),
])
def test_what_is_wrong_is_said_and_nothing_is_lost(field, value, words, as_owner, tag, anna):
    response = as_owner.post(CREATE, typed(tag, **{field: value}))
    assert response.status_code == 422 and words in response.text
    assert not Segment.objects.exists()
    if not field.startswith("1"):
        assert "казань" in response.text


def test_a_name_is_taken_once_whatever_its_case(as_owner, as_other, owner, tag, anna):
    SegmentFactory(owner=owner, name="ОПТ, казань")
    response = as_owner.post(CREATE, typed(tag))
    assert response.status_code == 422 and "уже есть сегмент" in response.text


def test_a_change_in_another_window_is_told(as_owner, owner, tag, anna):
    segment = SegmentFactory(owner=owner, conditions=meant(tag))
    seen = segment.updated_at.isoformat()
    segment.name = "Раньше"
    segment_save(segment=segment)
    response = as_owner.post(f"{segment.get_absolute_url()}edit/", typed(tag, _version=seen))
    assert response.status_code == 422 and "в другом окне" in response.text
    assert Segment.objects.get().name == "Раньше"


@pytest.mark.parametrize("value, stored", [
    ("Mail.ru, почта@Пример.РФ;  shop.example.com.",
     ["mail.ru", "xn--e1afmkfd.xn--p1ai", "shop.example.com"]), ("@mail.ru", ["mail.ru"])])
def test_domains_are_read_as_people_write_them(value, stored, as_owner):
    as_owner.post(CREATE, {"name": "x", "match": "all", "0-what": "domain", "0-how": "any_of",
                           "0-value": value})
    assert Segment.objects.get().conditions["of"][0]["value"] == stored


@pytest.mark.parametrize("value, stored", [
    ("1 000,50", 1000.5), ("-3", -3), ("−3", -3), ("7.0", 7.0)])
def test_numbers_are_read_as_people_write_them(value, stored, as_owner, owner):
    Field.objects.create(owner=owner, key="n", label="Сумма", kind="number")
    as_owner.post(CREATE, {"name": "x", "match": "all", "0-what": "field:n", "0-how": "eq",
                           "0-value": value})
    assert Segment.objects.get().conditions["of"][0]["value"] == stored


def test_the_live_count_follows_and_waits_for_what_is_missing(htmx, tag, anna):
    assert "Подходит 1 получатель" in htmx.post(FITS, typed(tag)).text
    assert "Заполните условия" in htmx.post(FITS, typed(tag, **{"1.1-value": ""})).text
    assert "Заполните условия" in htmx.post(FITS).text


def test_the_list_says_each_in_words_in_few_queries(
        as_owner, owner, tag, anna, django_assert_max_num_queries):
    for number in range(8):
        SegmentFactory(owner=owner, name=f"Сегмент {number}", conditions=meant(tag))
    with django_assert_max_num_queries(12):
        page = as_owner.get(LIST)
    assert page.text.count("есть метка «Опт»") == 8
    assert "Сегмент 3" in as_owner.get(LIST, {"q": "сегмент 3"}).text


def test_a_row_asks_for_its_count(htmx, as_owner, owner, tag, anna):
    segment = SegmentFactory(owner=owner, conditions=meant(tag))
    url = f"{segment.get_absolute_url()}count/"
    assert ">1<" in htmx.get(url).text
    assert as_owner.get(url).url == segment.get_absolute_url()


def test_a_segment_that_names_a_deleted_tag_says_so_and_keeps_nobody(as_owner, owner, tag, anna):
    segment = SegmentFactory(owner=owner, conditions=meant(tag))
    tag.delete()
    page = said(as_owner.get(segment.get_absolute_url()))
    assert "(метка удалена)" in page and "Сейчас никто не подходит" in page and "Исправить" in page
    assert "больше нет" in said(as_owner.get(f"{segment.get_absolute_url()}edit/"))


def test_a_copy_has_the_same_conditions_and_a_free_name(as_owner, owner, tag):
    segment = SegmentFactory(owner=owner, name="Опт", conditions=meant(tag))
    SegmentFactory(owner=owner, name="опт (2)")
    response = as_owner.post(f"{segment.get_absolute_url()}copy/")
    copy = Segment.objects.get(name="Опт (3)")
    assert response.url == f"{copy.get_absolute_url()}edit/"
    assert copy.conditions == segment.conditions


def test_a_segment_is_deleted_after_a_question(as_owner, owner, anna):
    segment = SegmentFactory(owner=owner)
    url = f"{segment.get_absolute_url()}delete/"
    assert "Удалить сегмент?" in as_owner.get(url).text
    as_owner.post(url)
    assert not Segment.objects.exists()
    assert Entry.objects.get(action="delete").object_label == segment.name


@pytest.mark.parametrize("use", ["segments", "excluded_segments"])
def test_a_segment_that_a_mailing_uses_stays(use, as_owner, owner):
    segment, mailing = SegmentFactory(owner=owner), MailingFactory(owner=owner, name="Скидки")
    getattr(mailing, use).add(segment)
    url = f"{segment.get_absolute_url()}delete/"
    question = as_owner.get(url).text
    assert "Скидки" in question and "btn-danger" not in question
    for deleted_at in None, timezone.now():  # it can be brought back for a minute
        mailing.deleted_at = deleted_at
        mailing.save()
        as_owner.post(url)
        assert Segment.objects.exists()
    mailing.deleted_at = timezone.now() - timedelta(minutes=2)
    mailing.save()
    as_owner.post(url)
    assert not Segment.objects.exists()


def test_a_mailing_that_is_over_does_not_keep_a_segment_it_went_to(as_owner, owner):
    segment = SegmentFactory(owner=owner)
    hour = timedelta(hours=1)
    mailing = MailingFactory(
        owner=owner, starts_at=timezone.now() - 2 * hour, ends_at=timezone.now() - hour)
    mailing.segments.add(segment)
    as_owner.post(f"{segment.get_absolute_url()}delete/")
    assert not Segment.objects.exists()


def test_a_tag_of_somebody_else_can_not_be_chosen(as_other, other, tag, anna):
    response = as_other.post(CREATE, typed(tag, **{"1.0-what": "bounced"}))
    assert response.status_code == 422 and "Опт" not in response.text.replace("Опт, Казань", "")


@pytest.mark.parametrize("condition, words", [
    (("field:город", "is_not", "Орёл"), "«Город» — не «Орёл»"),
    (("field:город", "empty", None), "«Город»: пусто"),
    (("field:n", "between", [7.5, 2]), "«Сумма» — от 2 до 7,5"),
    (("field:n", "gt", 1000), "«Сумма» больше 1000"),
    (("field:d", "on", "2027-02-01"), "«Дата» 1 февраля 2027"),
    (("field:d", "yearly", 1), "«Дата» в ближайший 1 день (год не важен)"),
    (("field:d", "next", 0), "«Дата» сегодня"),
    (("added", "last", 3), "добавлены за последние 3 дня"),
    (("domain", "any_of", ["xn--e1afmkfd.xn--p1ai", "mail.ru"]), "адрес на пример.рф или mail.ru"),
    (("source", "any_of", ["import"]), "источник — «Загрузка»"),
    (("fate", "none_of", ["failed"]), "последнее письмо — не «Не успешно»"),
    (("mailing", "got", 77), "получили рассылку (рассылка удалена)"),
    (("written", "within", 21), "писали за последний 21 день"),
    (("bounced", "yes", None), "нет такого ящика"),
    (("written", "within", "x"), "«Письма»: непонятно"),
    (("field:нет", "is", "x"), "(поле удалено)"),
])
def test_conditions_in_words(condition, words, owner, city):
    Field.objects.create(owner=owner, key="n", label="Сумма", kind="number")
    Field.objects.create(owner=owner, key="d", label="Дата", kind="date")
    what, how, value = condition
    conditions = {"match": "all", "of": [{"what": what, "how": how, "value": value}]}
    with translation.override("ru"):
        assert in_words(conditions, owner) == words
