"""Grounds are written down, corrected and deleted on their own page."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.ground import services
from apps.mailings.models import Ground, Import, Recipient
from tests.factories import RecipientFactory

pytestmark = pytest.mark.django_db
LIST = "/recipients/grounds/"
SAID = {"text": "Анкета", "purpose": "advertising", "version": "1", "agreed_on": "2026-03-01",
        "proof": "Папка 7"}


@pytest.fixture
def ground(owner):
    return Ground.objects.create(owner=owner, **SAID)


@pytest.fixture
def anna(owner, ground):
    return RecipientFactory(owner=owner, ground=ground)


def edit(client, ground, **changes):
    return client.post(f"{LIST}{ground.pk}/edit/", SAID | changes)


def stored(ground):
    return Ground.objects.values_list("text", "version", "proof").get(pk=ground.pk)


def test_a_ground_is_written_down_before_anybody_has_it(as_owner, owner):
    as_owner.post(f"{LIST}create/", SAID)
    ground = Ground.objects.get()
    assert (ground.owner, ground.text, ground.proof) == (owner, "Анкета", "Папка 7")
    entry = Entry.objects.get(action="ground")
    assert (entry.object_id, entry.object_label) == (ground.pk, "Анкета")


@pytest.mark.parametrize("wrong", [{"text": ""}, {"purpose": "spam"}, {"agreed_on": "вчера"}])
def test_what_is_wrong_is_said_beside_and_nothing_is_lost(as_owner, wrong):
    answer = as_owner.post(f"{LIST}create/", SAID | wrong)
    assert answer.status_code == 422 and "Папка 7" in answer.text
    assert not Ground.objects.exists()


def test_one_that_nobody_has_is_changed_as_it_likes(as_owner, ground):
    edit(as_owner, ground, text="Договор", version="2")
    assert stored(ground) == ("Договор", "2", "Папка 7")


@pytest.mark.parametrize("change", [
    {"text": "Договор"}, {"version": "2"}, {"purpose": "information"}])
def test_what_people_agreed_to_is_not_rewritten(as_owner, ground, anna, change):
    answer = edit(as_owner, ground, **change, proof="Папка 8")
    assert answer.status_code == 422 and "_more" in answer.text and "Папка 8" in answer.text
    assert stored(ground) == ("Анкета", "1", "Папка 7")
    assert not Entry.objects.filter(action="ground").exists()


def test_when_and_where_the_proof_lies_is_corrected_and_the_trail_has_both(
        as_owner, ground, anna):
    ground.text = "Анкета\nв лавке"
    ground.save()
    edit(as_owner, ground, text="Анкета\r\nв лавке", proof="Папка 8", agreed_on="")
    assert stored(ground) == ("Анкета\nв лавке", "1", "Папка 8")
    assert Entry.objects.get(action="ground").details == "2026-03-01, Папка 7 → Папка 8"


def test_a_new_version_is_another_ground_and_people_keep_theirs(as_owner, ground, anna):
    edit(as_owner, ground, text="Договор", version="2", _more="1")
    assert stored(ground) == ("Анкета", "1", "Папка 7")
    new = Ground.objects.exclude(pk=ground.pk).get()
    assert (new.text, new.version, new.owner) == ("Договор", "2", ground.owner)
    anna.refresh_from_db()
    assert anna.ground == ground


def test_a_new_version_that_says_the_same_is_none(as_owner, ground, anna):
    assert edit(as_owner, ground, proof="Папка 8", _more="1").status_code == 422
    assert Ground.objects.count() == 1


def test_who_was_deleted_had_it_all_the_same(as_owner, ground, anna):
    Recipient.all_objects.update(deleted_at=timezone.now())
    assert edit(as_owner, ground, text="Договор").status_code == 422
    as_owner.post(f"{LIST}{ground.pk}/delete/")
    assert Ground.objects.exists()


@pytest.mark.parametrize(("stage", "is_free"), [("mapping", True), ("landing", False)])
def test_an_import_gives_it_from_when_its_people_are_written(as_owner, ground, stage, is_free):
    Import.objects.create(owner=ground.owner, name="a.csv", ground=ground, stage=stage)
    assert (edit(as_owner, ground, text="Договор").status_code == 302) == is_free


def test_an_imports_columns_do_not_rewrite_what_others_agreed_to(ground, anna):
    ground.text = "Договор"
    new = services.ground_keep(ground=ground)
    assert new.pk != ground.pk and new.text == "Договор"
    assert stored(ground)[0] == "Анкета"


def test_one_that_nobody_has_is_deleted_and_brought_back_as_it_was(htmx, ground):
    before = Ground.objects.values().get()
    answer = htmx.post(f"{LIST}{ground.pk}/delete/")
    assert answer.status_code == 204 and f"{ground.pk}/restore/" in answer["HX-Trigger"]
    assert not Ground.objects.exists()
    for _twice in range(2):
        assert htmx.post(f"{LIST}{ground.pk}/restore/").status_code == 204
    assert Ground.objects.values().get() == before
    entries = Entry.objects.filter(object_type="mailings.ground").order_by("pk")
    assert [entry.action for entry in entries] == ["delete", "restore"]


def test_after_a_minute_it_stays_deleted(htmx, ground, monkeypatch):
    htmx.post(f"{LIST}{ground.pk}/delete/")
    monkeypatch.setattr("apps.mailings.ground.views.UNDO_FOR", timedelta(0))
    assert htmx.post(f"{LIST}{ground.pk}/restore/").status_code == 409
    assert not Ground.objects.exists()


def test_nobody_else_brings_it_back(htmx, as_other, ground):
    htmx.post(f"{LIST}{ground.pk}/delete/")
    assert as_other.post(f"{LIST}{ground.pk}/restore/").status_code == 404


def test_one_on_which_people_are_written_to_stays_and_the_question_says_why(
        as_owner, htmx, ground, anna):
    page = as_owner.get(f"{LIST}{ground.pk}/delete/")
    assert "btn-danger" not in page.text and len(page.context["consequences"]) == 1
    assert htmx.post(f"{LIST}{ground.pk}/delete/").status_code == 409
    assert Ground.objects.exists()


def test_one_that_an_import_names_stays(as_owner, ground):
    Import.objects.create(owner=ground.owner, name="мартовский.csv", ground=ground)
    assert "мартовский.csv" in as_owner.get(f"{LIST}{ground.pk}/delete/").text
    as_owner.post(f"{LIST}{ground.pk}/delete/")
    assert Ground.objects.exists()
