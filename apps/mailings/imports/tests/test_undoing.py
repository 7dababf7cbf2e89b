"""Taking an import back: what it wrote goes, what has changed since then stays."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.jobs.services import job_hasten
from apps.jobs.tests.conftest import work_on
from tests.factories import MailingFactory, RecipientFactory

from ...fields.services import field_delete
from ...models import Delivery, Field, Ground, ImportChange, Recipient, Run, Tag, Tagging
from ...services import owned_delete, recipient_save
from .. import services, undoing_refusal
from ..models import Import
from ..services import ImportRefused, undo_refusal
from .conftest import book, checked, counts, finish, landed, table, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, email="anna@example.com", full_name="Анна", comment="опт")


def kept(of):
    return [change.kept for change in of.changes.exclude(kept={}).order_by("pk")]


def test_the_book_is_as_it_was_before(owner, anna):
    ground = Ground.objects.create(owner=owner, text="Анкета")
    before = book(owner)
    of = landed(owner, table("Anna@example.com;Аня;Казань;VIP", "boris@example.com;Борис;Уфа;",
                             header="E-mail;Имя;Город;Метки"),
                columns=["email", "full_name", "", "tags"], new_fields={2: ("Город", "text")},
                tags=["Ярмарка"], ground=ground)
    assert book(owner) != before
    of = undone(of)
    assert of.stage == Import.Stage.UNDONE
    assert of.undone_at
    assert book(owner) == before
    assert not Tag.objects.exists()
    assert not Field.objects.exists()
    assert not Recipient.all_objects.filter(email="boris@example.com").exists()
    assert Entry.objects.get(action="import_undone").details == "1 + 1 + 0"


def test_who_comes_again_is_new_and_no_returning_one(owner):
    text = table("boris@example.com;Борис;")
    undone(landed(owner, text))
    of = landed(owner, text)
    assert counts(of) == (1, 1, 0, 0, 0)
    assert of.returning == 0


def test_a_field_that_was_changed_since_then_stays_and_is_listed(owner, anna):
    of = landed(owner, table("anna@example.com;Аня;новый"))
    anna.refresh_from_db()
    anna.comment = "мой"
    recipient_save(recipient=anna, fields=["comment"])
    of = undone(of)
    anna.refresh_from_db()
    assert (anna.full_name, anna.comment) == ("Анна", "мой")
    assert kept(of) == [{"fields": {"comment": "мой"}}]


def test_added_people_stay_when_something_was_done_with_them(owner):
    names = ["edited", "tagged", "picked", "deleted", "plain"]
    of = landed(owner, table(*(f"{name}@example.com;{name};" for name in names)))
    people = {person.full_name: person for person in Recipient.objects.all()}
    people["edited"].comment = "мой"
    recipient_save(recipient=people["edited"], fields=["comment"])
    tag = Tag.objects.create(owner=owner, name="VIP")
    Tagging.objects.create(tag=tag, recipient=people["tagged"])
    MailingFactory(owner=owner, recipients=[people["picked"]], autostart=False)
    owned_delete(owned=people["deleted"])
    of = undone(of)
    assert {person[1] for person in book(owner)} == {"edited", "tagged", "picked"}
    assert [change["why"] for change in kept(of)] == [["edited"], ["tagged"], ["picked"]]
    assert Recipient.all_objects.filter(full_name="deleted").exists()
    assert Tag.objects.exists()


def test_who_was_added_stays_when_the_address_was_corrected_since(owner):
    of = landed(owner, table("vera@gmial.com;Вера;"))
    vera = Recipient.objects.get()
    vera.email = "vera@gmail.com"
    recipient_save(recipient=vera, fields=["email"])
    of = undone(of)
    assert [person[0] for person in book(owner)] == ["vera@gmail.com"]
    assert kept(of) == [{"why": ["edited"]}]


def test_who_was_added_goes_although_a_field_of_the_import_was_deleted_since(owner):
    of = landed(owner, table("vera@example.com;Уфа", header="E-mail;Город"),
                columns=["email", ""], new_fields={1: ("Город", "text")})
    field_delete(field=Field.objects.get())
    job = Job.objects.latest("pk")
    job_hasten(job=job)
    work_on(job)
    undone(of)
    assert book(owner) == []


def test_tags_that_somebody_uses_stay(owner, anna):
    of = landed(owner, table("anna@example.com;Анна;"), tags=["Опт"])
    other = RecipientFactory(owner=owner)
    Tagging.objects.create(tag=Tag.objects.get(), recipient=other)
    undone(of)
    assert not anna.tags.exists()
    assert other.tags.get().name == "Опт"


def test_it_is_refused_while_a_later_import_of_the_same_people_stands(owner):
    first = landed(owner, table("anna@example.com;Анна;"))
    second = landed(owner, table("anna@example.com;Аня;"), )
    assert "clients.csv" in undo_refusal(first)
    with pytest.raises(ImportRefused):
        services.import_undo(of=first)
    undone(second)
    assert undo_refusal(first) == ""
    undone(first)
    assert book(owner) == []


def test_a_later_import_that_found_the_same_people_unchanged_stands_too(owner):
    first = landed(owner, table("anna@example.com;Анна;"))
    second = landed(owner, table("anna@example.com;Анна;", "boris@example.com;Борис;"))
    assert counts(second) == (2, 1, 0, 1, 0)
    assert "clients.csv" in undo_refusal(first)
    second = undone(second)
    assert second.job.result == {"gone": 1, "restored": 0, "kept": 0}
    assert [person[0] for person in book(owner)] == ["anna@example.com"]
    undone(first)
    assert book(owner) == []


def test_nothing_is_added_while_another_import_is_taken_back_nor_the_other_way(owner):
    first = landed(owner, table("anna@example.com;Анна;"))
    second = checked(owner, table("anna@example.com;Анна;"))
    services.import_undo(of=first)
    services.import_land(of=second)
    assert undo_refusal(first)
    Job.objects.filter(pk=first.job_id).update(next_try_at=timezone.now() + timedelta(hours=1))
    work_on(second.job)
    assert second.job.waits
    job_hasten(job=first.job)
    assert finish(first).stage == Import.Stage.UNDONE
    job_hasten(job=second.job)
    assert counts(finish(second)) == (1, 1, 0, 0, 0)
    assert [person[0] for person in book(owner)] == ["anna@example.com"]


def test_a_later_import_of_other_people_does_not_matter(owner):
    first = landed(owner, table("anna@example.com;Анна;"))
    landed(owner, table("boris@example.com;Борис;"))
    assert undo_refusal(first) == ""


def test_it_is_refused_once_somebody_of_it_was_written_to(owner):
    of = landed(owner, table("anna@example.com;Анна;"))
    anna = Recipient.objects.get()
    mailing = MailingFactory(owner=owner, recipients=[anna])
    run = Run.objects.create(mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE, total=1,
                             subject="s", body="b")
    delivery = Delivery.objects.create(
        run=run, recipient=anna, email=anna.email, full_name="", state=Delivery.State.SKIPPED)
    assert undo_refusal(of) == ""
    delivery.state = Delivery.State.SENT
    delivery.save()
    assert undo_refusal(of)
    again = landed(owner, table("anna@example.com;Анна;"))
    Delivery.objects.update(updated_at=timezone.now())
    assert undo_refusal(again) == ""  # it changed nobody who was written to


def test_before_anything_is_taken_back_all_of_a_long_import_are_looked_at(owner, monkeypatch):
    monkeypatch.setattr(undoing_refusal, "LOOKED_AT", 1)
    of = landed(owner, table("anna@example.com;Анна;", "boris@example.com;Борис;"))
    boris = Recipient.objects.get(email="boris@example.com")
    mailing = MailingFactory(owner=owner, recipients=[boris])
    run = Run.objects.create(mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE, total=1,
                             subject="s", body="b")
    Delivery.objects.create(run=run, recipient=boris, email=boris.email, full_name="",
                            state=Delivery.State.SENT)
    services.import_undo(of=of)
    assert finish(of).stage == Import.Stage.LANDED
    assert "уже ушло письмо" in of.job.reason
    assert [person[0] for person in book(owner)] == ["anna@example.com", "boris@example.com"]


def test_it_is_refused_after_30_days(owner):
    of = landed(owner, table("anna@example.com;Анна;"))
    of.landed_at = timezone.now() - timedelta(days=31)
    of.save()
    assert "30" in undo_refusal(of)


def test_what_did_not_land_can_not_be_taken_back(owner):
    assert undo_refusal(Import(owner=owner, stage=Import.Stage.CHECKED))


def test_two_clicks_take_it_back_once(owner):
    of = landed(owner, table("anna@example.com;Анна;"))
    services.import_undo(of=of)
    with pytest.raises(ImportRefused):
        services.import_undo(of=Import.objects.get(pk=of.pk))
    assert finish(of).stage == Import.Stage.UNDONE
    assert not ImportChange.objects.exists()
