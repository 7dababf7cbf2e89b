"""The question, the deed and its undo, with and without a script."""
import sys
from types import ModuleType

import pytest
from django.core.exceptions import ValidationError

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.jobs.tests.conftest import work
from apps.mailings.models import Field, Recipient, Suppression, Tag, Tagging
from tests.conftest import client_of
from tests.factories import RecipientFactory, TagFactory

from .. import deeds

pytestmark = pytest.mark.django_db
BULK = "/recipients/bulk/"


@pytest.fixture
def reads(monkeypatch):
    """Values of own fields as they are read: a number, or a sentence."""
    def read(field, text):
        if text and not text.isdecimal():
            raise ValidationError("Это не число.")
        return int(text) if text else None

    module = ModuleType("values")
    module.read = read
    monkeypatch.setitem(sys.modules, "apps.mailings.fields.values", module)


def test_the_question_names_the_number_and_posts_to_the_same_choice(as_owner, people):
    page = as_owner.get(f"{BULK}?do=delete&all=1&sort=name")
    assert page.status_code == 200 and "5 получателей" in page.text
    assert 'action="/recipients/bulk/?do=delete&amp;all=1&amp;sort=name"' in page.text


def test_a_tag_that_is_not_there_is_made_and_given(htmx, owner, people):
    response = htmx.post(f"{BULK}?do=tag&all=1", {"names": "Новые, опт"})
    assert response.status_code == 204 and "recipients:changed" in response["HX-Trigger"]
    assert {tag.name for tag in Tag.objects.all()} == {"Новые", "опт"}
    assert Tagging.objects.count() == 10


@pytest.mark.parametrize("names", ["", " , ", "а" * 61, "a\x1b"])
def test_a_wrong_name_is_an_error_at_its_field_and_changes_nothing(htmx, people, names):
    response = htmx.post(f"{BULK}?do=tag&all=1", {"names": names})
    assert response.status_code == 422 and "is-invalid" in response.text
    assert not Tag.objects.exists() and not Job.objects.exists()


def test_a_tag_is_taken_off_and_somebody_elses_can_not_be_chosen(htmx, other, people, tag):
    theirs = TagFactory(owner=other)
    Tagging.objects.create(tag=tag, recipient=people["Анна"])
    assert htmx.post(f"{BULK}?do=untag&all=1", {"tag": theirs.pk}).status_code == 422
    assert htmx.post(f"{BULK}?do=untag&all=1", {"tag": tag.pk}).status_code == 204
    assert not Tagging.objects.exists()


def test_a_field_is_filled_in_by_what_it_takes(htmx, owner, other, people, reads):
    own = Field.objects.create(owner=owner, key="заказы", label="Заказы", kind="number")
    theirs = Field.objects.create(owner=other, key="a", label="A")
    address = f"{BULK}?do=field&tick={people['Анна'].pk}"
    assert "Это не число." in htmx.post(address, {"field": own.pk, "value": "много"}).text
    assert htmx.post(address, {"field": theirs.pk, "value": "1"}).status_code == 422
    assert htmx.post(address, {"field": own.pk, "value": "7"}).status_code == 204
    assert Recipient.objects.get(full_name="Анна").fields == {"заказы": 7}
    htmx.post(address, {"field": own.pk, "value": ""})
    assert Recipient.objects.get(full_name="Анна").fields == {}


def test_a_number_of_people_is_written_to_no_more_with_a_note(as_owner, people):
    response = as_owner.post(f"{BULK}?do=suppress&all=1&q=Анна", {"note": "просила"})
    assert response.url == "/recipients/?q=%D0%90%D0%BD%D0%BD%D0%B0"
    assert Suppression.objects.get().note == "просила"


def test_the_toast_of_a_deletion_brings_them_back(htmx, people):
    response = htmx.post(f"{BULK}?do=delete&tick={people['Анна'].pk}&tick={people['Вера'].pk}")
    undo = f"/recipients/bulk/{Job.objects.get().pk}/undo/"
    assert undo in response["HX-Trigger"] and Recipient.objects.count() == 3
    assert htmx.post(undo).status_code == 204
    assert Recipient.objects.count() == 5
    assert htmx.post(undo).status_code == 409


def test_many_lead_to_the_page_of_the_job_which_offers_the_undo(as_owner, htmx, people, long):
    response = htmx.post(f"{BULK}?do=delete&all=1")
    job = Job.objects.get()
    assert response["HX-Redirect"] == job.get_absolute_url()
    work_on_all(job)
    page = as_owner.get(job.get_absolute_url()).text
    assert "Удалены 5 получателей." in page
    assert f'action="/recipients/bulk/{job.pk}/undo/"' in page
    as_owner.post(f"/recipients/bulk/{job.pk}/undo/")
    assert "/undo/" not in as_owner.get(job.get_absolute_url()).text


def work_on_all(job):
    while Job.objects.active().exists():
        work(job)


def test_a_tag_that_is_deleted_at_that_moment_is_told(htmx, people, tag, monkeypatch):
    monkeypatch.setattr(deeds.Tag.objects, "owned_by", lambda user: Tag.objects.none())
    monkeypatch.setattr("apps.mailings.bulk.forms.tags_named", lambda **what: [tag])
    response = htmx.post(f"{BULK}?do=tag&all=1", {"names": "Опт"})
    assert response.status_code == 409 and not Job.objects.exists()


def test_who_has_gone_meanwhile_is_refused_in_words(htmx, people):
    address = f"{BULK}?do=delete&tick={people['Анна'].pk}"
    htmx.post(address)
    assert htmx.post(address).status_code == 409


def test_nobody_ticked_is_said_so(as_owner, people):
    page = as_owner.get(f"{BULK}?do=delete")
    assert "Никто не отмечен" in page.text and "btn-danger" not in page.text


def test_without_a_deed_the_page_asks_what_to_do(as_owner, htmx, people):
    page = as_owner.get(f"{BULK}?all=1&q=Анна&do=__class__")
    assert "1 получатель" in page.text and "do=delete" in page.text
    assert "HX-Redirect" in htmx.get(f"{BULK}?all=1")


def test_the_form_of_the_list_works_by_itself(as_owner, people, tag):
    page = as_owner.get("/recipients/", {"q": "example"}).text
    assert '<form id="bulk"' in page and f'value="{people["Анна"].pk}"' in page
    assert '<input type="hidden" name="q" value="example">' in page


def test_a_manager_ticks_own_people_alone(manager, people):
    mine = RecipientFactory(owner=manager, full_name="Моя")
    page = client_of(manager).get("/recipients/").text
    assert page.count('name="tick"') == 1 and f'value="{mine.pk}"' in page
    assert "1 получатель" in client_of(manager).get(f"{BULK}?all=1&do=delete").text


def test_somebody_elses_job_can_not_be_undone(as_other, as_manager, htmx, people):
    htmx.post(f"{BULK}?do=delete&all=1")
    undo = f"/recipients/bulk/{Job.objects.get().pk}/undo/"
    assert as_other.post(undo).status_code == 404 and as_manager.post(undo).status_code == 403
    assert not Recipient.objects.exists()


def test_a_job_of_another_kind_is_not_there_to_undo(as_owner, owner):
    job = Job.objects.create(kind="picks", owner=owner)
    assert as_owner.post(f"/recipients/bulk/{job.pk}/undo/").status_code == 404


def test_the_trail_says_who_did_what_to_how_many(as_owner, as_manager, people):
    as_owner.post(f"{BULK}?do=delete&all=1")
    entry = Entry.objects.get(action=Entry.Action.DELETE)
    assert entry.who_label == "owner@example.com"
    assert "5 получателей" in as_manager.get("/trail/").text
