"""On what ground people are written to, of one and of many."""
import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.mailings.bulk import services as bulk
from apps.mailings.models import Ground, Recipient
from tests.factories import RecipientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, full_name="Анна")


@pytest.fixture
def ground(owner):
    return Ground.objects.create(owner=owner, text="Анкета")


def put(client, recipient, **said):
    return client.post(f"/recipients/{recipient.pk}/ground/", said)


def test_a_new_ground_is_written_down_with_all_that_is_said(as_owner, owner, anna):
    put(as_owner, anna, text="Договор", purpose="information", version="2", agreed_on="2026-03-01",
        proof="Папка 7")
    anna.refresh_from_db()
    assert (anna.ground.owner, anna.ground.text, anna.ground.purpose, anna.ground.proof) == (
        owner, "Договор", "information", "Папка 7")
    assert Entry.objects.get(action="ground").object_id == anna.pk


def test_one_that_is_written_down_is_chosen(as_owner, anna, ground):
    put(as_owner, anna, known=ground.pk)
    anna.refresh_from_db()
    assert anna.ground == ground and Ground.objects.count() == 1
    put(as_owner, anna, known=ground.pk)
    assert Entry.objects.filter(action="ground").count() == 1


@pytest.mark.parametrize("said", [
    {}, {"proof": "Папка 7"}, {"known": "x"}, {"text": "Договор", "agreed_on": "вчера"},
    {"text": "Договор", "purpose": "spam"}])
def test_what_says_nothing_is_asked_for_again_and_nothing_is_lost(as_owner, anna, ground, said):
    answer = put(as_owner, anna, **said)
    assert answer.status_code == 422 and all(value in answer.text for value in said.values())
    assert Ground.objects.count() == 1 and not Entry.objects.filter(action="ground").exists()


def test_one_is_chosen_or_written_not_both(as_owner, anna, ground):
    assert put(as_owner, anna, known=ground.pk, text="Договор").status_code == 422


def test_somebody_elses_ground_can_not_be_chosen(as_owner, other, anna, ground):
    theirs = Ground.objects.create(owner=other, text="Их анкета")
    answer = put(as_owner, anna, known=theirs.pk)
    assert answer.status_code == 422 and "Их анкета" not in answer.text


def test_all_who_are_written_to_without_one_get_it_at_once(as_owner, owner, anna, ground):
    written = RecipientFactory(owner=owner, last_letter_at=timezone.now())
    had = RecipientFactory(owner=owner, last_letter_at=timezone.now(), ground=ground)
    page = "/recipients/bulk/?all=1&ground=missing&do=ground"
    assert as_owner.get(page).status_code == 200
    as_owner.post(page, {"text": "Договор", "purpose": "advertising"})
    assert list(Recipient.objects.filter(ground__text="Договор")) == [written]
    had.refresh_from_db()
    assert had.ground == ground
    entry = Entry.objects.get(action="ground")
    assert (entry.details, Job.objects.get().result) == ("1", {"changed": 1, "met": 1})


def test_the_page_counts_who_is_written_to_on_each_and_who_without_one(
        as_owner, owner, other, anna, ground):
    RecipientFactory(owner=owner, ground=ground)
    RecipientFactory(owner=owner, last_letter_at=timezone.now())
    RecipientFactory(owner=other, last_letter_at=timezone.now())
    page = as_owner.get("/recipients/grounds/")
    assert [one.people for one in page.context["grounds"]] == [1]
    assert page.context["missing"] == 1 and "?ground=missing" in page.text


def test_a_job_whose_ground_was_deleted_says_so(owner, anna, ground):
    from apps.jobs.kinds import Failed
    from apps.mailings.bulk.chosen import Chosen
    given = {"ground": ground.pk}
    ground.delete()
    with pytest.raises(Failed):
        bulk.bulk_start(chosen=Chosen(owner, (anna.pk,)), do="ground", given=given)
