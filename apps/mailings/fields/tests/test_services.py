import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from apps.jobs.models import Job
from apps.jobs.services import job_hasten
from apps.jobs.tests.conftest import work_on
from apps.mailings.models import Field, Recipient
from tests.factories import FieldFactory, RecipientFactory

from .. import job as job_module
from .. import services
from ..services import FieldRefused, field_delete, field_restore, field_save
from ..values import fields_of

pytestmark = pytest.mark.django_db


def new(owner, label, **more):
    return field_save(field=Field(owner=owner, label=label, **more))


@pytest.mark.parametrize(("label", "key"), [
    ("Город", "город"),
    ("Дата рождения", "дата рождения"),
    ("Любимый чёрный чай", "любимый черный чай"),
    ("Сумма, ₽", "сумма"),
    ("  Скидка   (%) ", "скидка"),
    ("ID_1С", "id_1с"),
    ("2026", "поле 2026"),
    ("№", "поле"),
    ("Имя!", None),
    ("x" * 60, "x" * 40),
    ("{{ 7*7 }}", "поле 7 7"),
])
def test_a_key_is_made_of_the_letters_of_the_label(owner, label, key):
    with translation.override("ru"):
        if key is None:
            with pytest.raises(ValidationError):
                new(owner, label)
        else:
            assert new(owner, label).key == key


@pytest.mark.parametrize("label", [
    "Имя", "ИМЯ отчество", "Ф. И. О.", "e-mail", "First Name", "full_name", "first_patronymic"])
def test_a_label_that_is_a_word_of_every_letter_is_refused(owner, label):
    with pytest.raises(ValidationError) as refused:
        new(owner, label)
    assert list(refused.value.message_dict) == ["label"]


@pytest.mark.parametrize("label", ["", " ", "x" * 61, "a\nb", "a\x00b", "ЧЕРНЫЙ ЧАЙ"])
def test_a_label_that_is_none_or_taken_is_refused(owner, other, label):
    new(other, "Чёрный чай")
    new(owner, "Чёрный  чай")
    with pytest.raises(ValidationError) as refused:
        new(owner, label)
    assert list(refused.value.message_dict) == ["label"]


def test_a_key_stays_when_the_label_changes_and_is_nobody_elses(owner):
    field = new(owner, "Город")
    field.label = "Город доставки"
    assert field_save(field=field).key == "город"
    assert new(owner, "Город").key == "город 2"


def test_no_more_fields_than_fit(owner, monkeypatch):
    monkeypatch.setattr(services, "MOST", 2)
    new(owner, "Один")
    second = new(owner, "Два")
    with pytest.raises(ValidationError):
        new(owner, "Три")
    second.label = "Второй"
    field_save(field=second)


def test_choices_are_kept_once_each_and_former_ones_are_remembered(owner):
    field = new(owner, "Чай", kind="choice", choices=[" Чёрный ", "черный", "", "Зелёный"])
    assert field.choices == ["Чёрный", "Зелёный"]
    field.choices = ["Зелёный", "Улун"]
    assert field_save(field=field).former == ["Чёрный"]
    field.choices = ["Чёрный"]
    assert field_save(field=field).former == ["Зелёный", "Улун"]


@pytest.mark.parametrize("choices", [[], ["", " "], ["a\nb\x00"], ["x" * 501],
                                     [str(n) for n in range(101)]])
def test_choices_that_are_none_or_too_many_are_refused(owner, choices):
    with pytest.raises(ValidationError) as refused:
        new(owner, "Чай", kind="choice", choices=choices)
    assert list(refused.value.message_dict) == ["choices"]


def test_a_deleted_field_is_gone_keeps_its_key_and_can_be_brought_back(owner):
    field = new(owner, "Город")
    assert field_delete(field=field)
    assert not field_delete(field=field)
    assert fields_of(owner) == []
    assert new(owner, "Город").key == "город 2"
    with pytest.raises(FieldRefused):
        field_restore(field=field)
    Field.objects.all().delete()
    field_restore(field=field)
    assert fields_of(owner) == [field]


def test_after_a_minute_it_stays_deleted(owner, monkeypatch):
    field = FieldFactory(owner=owner)
    field_delete(field=field)
    monkeypatch.setattr(services, "UNDO_FOR", 0 * services.UNDO_FOR)
    with pytest.raises(FieldRefused):
        field_restore(field=field)


@pytest.fixture
def book(owner, other, monkeypatch):
    monkeypatch.setattr(job_module, "BATCH", 2)
    values = {"город": "Казань", "бонусы": 12.5}
    people = [RecipientFactory(owner=owner, fields=values) for _number in range(4)]
    return [*people, RecipientFactory(owner=owner), RecipientFactory(owner=other, fields=values)]


def test_its_values_are_taken_out_of_everybody_when_it_can_not_be_brought_back(owner, book):
    field = new(owner, "Город")
    field_delete(field=field)
    job = Job.objects.get()
    assert job.next_try_at > timezone.now() + services.UNDO_FOR / 2
    job_hasten(job=job)
    work_on(job)
    values = list(Recipient.objects.order_by("pk").values_list("fields", flat=True))
    assert values == [*[{"бонусы": 12.5}] * 4, {}, {"город": "Казань", "бонусы": 12.5}]
    assert not Field.all_objects.exists()
    assert new(owner, "Город").key == "город"


def test_a_field_that_was_brought_back_keeps_its_values(owner, book):
    field = new(owner, "Город")
    field_delete(field=field)
    field_restore(field=field)
    job_hasten(job=Job.objects.get())
    work_on(Job.objects.get())
    assert Recipient.objects.filter(fields__город="Казань").count() == 5
