"""Whom a mailing is for, by what a person did: never by the ids of all."""
import sqlite3
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.services import job_create, jobs_forget
from apps.jobs.tests.conftest import work, work_on
from apps.mailings.models import Mailing, Recipient
from apps.mailings.services import mailing_copy, mailing_save, owned_delete
from tests.factories import MailingFactory, RecipientFactory

from ..picks import job as job_module
from ..picks import services
from ..picks.choice import Choice
from ..versions import ChangedElsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(owner):
    return [RecipientFactory(owner=owner, email=f"{name}@example.com", full_name=name.title())
            for name in ("anna", "boris", "vera", "gleb")]


@pytest.fixture
def mailing(owner, people):
    return MailingFactory(owner=owner, recipients=people[:2], autostart=False)


@pytest.fixture
def few(monkeypatch):
    """Whatever changes more than two recipients is a job, two of them at a time."""
    monkeypatch.setattr(services, "AT_ONCE", 2)
    monkeypatch.setattr(job_module, "BATCH", 2)


def who(mailing):
    return {recipient.full_name.lower() for recipient in mailing.recipients.all()}


def edit(client, mailing, **changes):
    fields = {"message": mailing.message_id, "when": "draft", "starts_at": "2030-01-01T10:00",
              "ends_at": "2030-01-02T10:00", **changes}
    return client.post(f"/mailings/{mailing.pk}/edit/", fields)


@pytest.mark.parametrize("what, then", [
    ({"stays": "on"}, {"anna", "boris"}),
    ({"stays": "on", "recipients": ["vera"]}, {"anna", "boris", "vera"}),
    ({"stays": "on", "shown": ["anna", "boris"], "kept": ["anna"]}, {"anna"}),
    ({"stays": "on", "found_in": ["anna", "boris"], "found_kept": ["anna"]}, {"anna"}),
    ({"stays": "on", "without": ["boris"]}, {"anna"}),
    ({"stays": "on", "without": ["boris"], "recipients": ["boris"]}, {"anna", "boris"}),
    ({"stays": "on", "texts": ["GLEB"]}, {"anna", "boris", "gleb"}),
    ({"texts": ["VERA", "GLEB"]}, {"vera", "gleb"}),
    ({"texts": [""]}, {"anna", "boris", "vera", "gleb"}),
    ({"texts": ["example"], "without": ["anna"]}, {"boris", "vera", "gleb"}),
    ({"recipients": ["gleb"]}, {"gleb"}),
    ({"shown": ["anna"], "kept": ["anna"], "recipients": ["vera"]}, {"vera"}),
    ({"everyone": "on"}, {"anna", "boris"}),  # it is for everyone now, whoever was picked
])
def test_what_was_ticked_unticked_and_searched_for_is_who_gets_it(
        as_owner, mailing, people, what, then):
    ids = {person.full_name.lower(): person.pk for person in people}
    fields = {name: [ids.get(value, value) for value in values] if isinstance(values, list)
              else values for name, values in what.items()}
    assert edit(as_owner, mailing, **fields).status_code == 302
    assert who(mailing) == then


@pytest.mark.parametrize("what", [
    {}, {"texts": ["nobody"]}, {"stays": "on", "without": ["all"]}])
def test_nobody_chosen_is_an_error(as_owner, mailing, people, what):
    if "without" in what:
        what = {**what, "without": ",".join(str(person.pk) for person in people)}
    answer = edit(as_owner, mailing, **what)
    assert answer.status_code == 422 and "recipients" in answer.context["form"].errors
    assert who(mailing) == {"anna", "boris"}


def test_somebody_elses_recipients_are_found_by_no_search(as_owner, mailing, other):
    RecipientFactory(owner=other, full_name="Vera")
    edit(as_owner, mailing, texts="vera")
    assert who(mailing) == {"vera"} and mailing.recipients.get().owner == mailing.owner


def test_who_was_deleted_stays_out_of_sight_and_in_the_mailing(as_owner, mailing, people):
    owned_delete(owned=people[1])
    edit(as_owner, mailing, recipients=[people[0].pk])
    assert who(mailing) == {"anna"}
    Recipient.all_objects.update(deleted_at=None)
    assert who(mailing) == {"anna", "boris"}


def test_a_form_carries_no_more_than_it_shows(as_owner, owner):
    people = RecipientFactory.create_batch(120, owner=owner)
    mailing = MailingFactory(owner=owner, recipients=people)
    page = as_owner.get(f"/mailings/{mailing.pk}/edit/")
    assert page.text.count('name="kept"') == 50 and page.text.count('name="found_in"') == 50
    assert page.context["picked"].count == 120


def test_a_search_tells_who_is_in_the_mailing_already(as_owner, mailing, people):
    address = f"/mailings/recipients/?mailing={mailing.pk}&find="
    assert as_owner.get(f"{address}anna&stays=on").text.count("уже в рассылке") == 1
    for others in ("vera&stays=on", "anna"):
        assert "уже в рассылке" not in as_owner.get(f"{address}{others}").text


def test_a_search_of_somebody_elses_mailing_finds_none(as_owner, other):
    theirs = MailingFactory(owner=other)
    for pk in (theirs.pk, 10 ** 12):
        assert as_owner.get(f"/mailings/recipients/?mailing={pk}").status_code == 404


def test_adding_many_that_were_found_adds_the_search(as_owner, owner, mailing):
    RecipientFactory.create_batch(60, owner=owner, comment="чай")
    form = {"message": mailing.message_id, "stays": "on", "find": "чай", "_add": "1"}
    page = as_owner.post(f"/mailings/{mailing.pk}/edit/", form)
    picked = page.context["picked"]
    assert picked.choice.texts == ("чай",) and not picked.choice.ids and picked.count == 62
    assert 'name="texts"' in page.text and "«чай»" in page.text


def test_an_error_elsewhere_loses_nothing_that_was_picked(as_owner, mailing, people):
    anna, boris, vera, _gleb = (person.pk for person in people)
    answer = edit(as_owner, mailing, message="", stays="on", texts=["gleb"], recipients=[vera],
                  shown=f"{anna},{boris}", kept=[anna])
    choice = answer.context["picked"].choice
    assert answer.status_code == 422
    assert (choice.ids, choice.without, choice.texts, choice.stays) == (
        (vera,), (boris,), ("gleb",), True)


def test_those_in_the_mailing_can_stay_after_all_when_they_were_unticked(as_owner, mailing):
    form = {"message": mailing.message_id, "find": "anna", "_find": "1"}
    page = as_owner.post(f"/mailings/{mailing.pk}/edit/", form)
    picked = page.context["picked"]
    assert picked.count == 0 and picked.is_empty and not picked.named
    assert 'name="stays"' in page.text and "Уже в рассылке: 2" in page.text


def test_who_was_deleted_meanwhile_is_in_the_way_once(as_owner, mailing, people):
    owned_delete(owned=people[3])
    ids = [person.pk for person in people[2:]]
    answer = edit(as_owner, mailing, stays="on", recipients=ids)
    picked = answer.context["picked"]
    assert answer.status_code == 422 and picked.count == 3 and not picked.others_by_hand
    assert f'name="recipients" value="{people[3].pk}"' not in answer.text


def test_who_is_in_can_stay_after_all(as_owner, mailing):
    answer = edit(as_owner, mailing)
    assert answer.status_code == 422 and 'name="stays"' in answer.text
    assert answer.context["picked"].count == 0 and 'name="kept"' not in answer.text
    page = as_owner.post(f"/mailings/{mailing.pk}/edit/", {"_find": "1", "find": "vera"})
    assert not page.context["picked"].choice.stays and 'name="stays"' in page.text


def test_a_draft_brings_the_picks_back(as_owner, owner, mailing, people):
    key = "0123456789abcdef"
    as_owner.post("/drafts/", {
        "_place": f"mailing:{mailing.pk}", "_draft": key, "_user": owner.pk, "stays": "on",
        "texts": ["gleb", "чай"], "recipients": [people[2].pk]})
    page = as_owner.get(f"/mailings/{mailing.pk}/edit/?draft={key}")
    choice = page.context["picked"].choice
    assert choice == Choice(ids=(people[2].pk,), texts=("gleb", "чай"), stays=True)


def test_the_form_costs_as_many_queries_for_a_hundred_recipients_as_for_two(
        as_owner, owner, mailing, django_assert_max_num_queries):
    mailing.recipients.set(RecipientFactory.create_batch(100, owner=owner))
    with django_assert_max_num_queries(29):
        as_owner.get(f"/mailings/{mailing.pk}/edit/")


def test_a_long_choice_is_written_by_a_job_and_the_mailing_waits_for_it(
        as_owner, mailing, few):
    edit(as_owner, mailing, stays="on", texts=[""], when="planned")
    assert who(mailing) == {"anna", "boris"}
    Mailing.objects.update(starts_at=timezone.now())
    assert not Mailing.objects.due(timezone.now()).exists()
    assert "ещё добавляются" in as_owner.get(mailing.get_absolute_url()).text
    work_on(Job.objects.get())
    mailing.refresh_from_db()
    assert who(mailing) == {"anna", "boris", "vera", "gleb"} and mailing.picking is None
    assert list(Mailing.objects.due(timezone.now())) == [mailing]


def test_a_click_on_send_says_that_recipients_are_being_added(as_owner, mailing, few):
    edit(as_owner, mailing, texts=[""])
    answer = as_owner.post(f"/mailings/{mailing.pk}/start/", {"confirm": "1"})
    assert answer.status_code == 409 and not mailing.runs.exists()


def test_a_job_that_was_killed_goes_on_and_takes_out_whom_it_should(mailing, people, few):
    people[3].full_name = "Boris II"
    people[3].save()
    mailing_save(mailing=mailing, choice=Choice(texts=("boris", "vera")))
    mailing_save(mailing=mailing, choice=Choice(stays=True))  # changes nothing
    job = Job.objects.get()
    work(job)
    assert job.place["after"] == people[1].pk
    work_on(job)
    assert who(mailing) == {"boris", "vera", "boris ii"}


def test_while_recipients_are_added_no_others_are_chosen(as_owner, mailing, people, few):
    edit(as_owner, mailing, texts=[""])
    assert edit(as_owner, mailing, recipients=[people[0].pk]).status_code == 422
    assert edit(as_owner, mailing, stays="on", name="Чай").status_code == 302
    mailing.refresh_from_db()
    assert mailing.name == "Чай" and mailing.picking.is_active


def test_of_two_who_choose_at_once_the_second_is_refused(mailing, people, few):
    read_before = Mailing.objects.get(pk=mailing.pk)
    mailing_save(mailing=mailing, choice=Choice(texts=("",)))
    with pytest.raises(ChangedElsewhere):
        mailing_save(
            mailing=read_before, fields=["name"], choice=Choice(ids=(people[0].pk,)))
    assert Job.objects.count() == 1


def test_a_mailing_waits_for_its_own_job_alone(mailing, few):
    mailing_save(mailing=mailing, choice=Choice(texts=("",)))
    other = job_create(kind=services.KEY, owner=mailing.owner, place=mailing.picking.place)
    services.picked_end(job=other)
    mailing.refresh_from_db()
    assert mailing.picking and mailing.picking != other


def test_after_a_job_that_did_not_end_the_mailing_waits_for_its_owner(as_owner, mailing, few):
    edit(as_owner, mailing, texts=[""])
    Job.objects.update(state=Job.State.FAILED)
    assert "добавлены не все" in as_owner.get(mailing.get_absolute_url()).text
    edit(as_owner, mailing, stays="on")
    mailing.refresh_from_db()
    assert mailing.picking is None and who(mailing) == {"anna", "boris"}


def test_a_job_that_did_not_end_is_kept_as_long_as_the_mailing_waits(as_owner, mailing, few):
    edit(as_owner, mailing, texts=[""], when="planned")
    Job.objects.update(state=Job.State.CANCELLED, ended_at=timezone.now() - timedelta(days=90))
    jobs_forget(now=timezone.now())
    Mailing.objects.update(starts_at=timezone.now())
    assert "добавлены не все" in as_owner.get(mailing.get_absolute_url()).text
    assert not Mailing.objects.due(timezone.now()).exists()
    edit(as_owner, mailing, stays="on")
    jobs_forget(now=timezone.now())
    assert not Job.objects.exists()


def test_a_mailing_is_not_copied_before_all_are_in(as_owner, mailing, few):
    edit(as_owner, mailing, texts=[""])
    answer = as_owner.post(f"/mailings/{mailing.pk}/copy/", follow=True)
    assert Mailing.objects.count() == 1 and "ещё добавляются" in answer.text
    work_on(Job.objects.get())
    as_owner.post(f"/mailings/{mailing.pk}/copy/")
    assert Mailing.objects.count() == 2


def test_a_long_copy_is_made_by_a_job(mailing, owner, people, few):
    mailing.recipients.set(people[:3])
    copy = mailing_copy(mailing=mailing)
    assert copy.picking and not copy.recipients.exists()
    work_on(copy.picking)
    assert who(copy) == {"anna", "boris", "vera"}


def test_no_statement_has_a_parameter_for_each_recipient(as_owner, owner):
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 300)
    Recipient.objects.bulk_create(
        [Recipient(owner=owner, email=f"c{n}@example.org", full_name="К") for n in range(310)],
        batch_size=10)
    ids = ",".join(map(str, Recipient.objects.values_list("pk", flat=True)))
    mailing = MailingFactory(owner=owner)
    assert edit(as_owner, mailing, recipients=ids).status_code == 302
    assert mailing.recipients.count() == 310
    assert as_owner.get(f"/mailings/{mailing.pk}/edit/").status_code == 200
    assert edit(as_owner, mailing, stays="on", without=ids[:200 * 4], texts="c").status_code == 302
    assert edit(as_owner, mailing, message="", recipients=ids).status_code == 422
    if connection.vendor == "sqlite":
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, limit)
