"""What a checked import writes, and that its figures add up."""
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.jobs.services import job_hasten
from apps.jobs.tests.conftest import work, work_on
from tests.factories import RecipientFactory

from ...fields.services import field_delete
from ...models import Field, Ground, ImportChange, ImportRow, Recipient, Suppression, Tag, Tagging
from ...search import search_text_of, sort_name_of
from ...services import owned_delete
from .. import landing, reasons, services
from ..models import Import
from .conftest import book, checked, counts, finish, landed, table

pytestmark = pytest.mark.django_db
Fate = ImportRow.Fate


def rows(of, fate):
    return list(of.rows.filter(fate=fate).order_by("number", "part"))


def test_a_file_lands(owner):
    of = landed(owner, table("anna@example.com;Анна Смирнова;опт", "boris@example.com;Борис;"))
    assert of.stage == Import.Stage.LANDED
    assert of.landed_at
    assert counts(of) == (2, 2, 0, 0, 0)
    anna = Recipient.objects.get(email="anna@example.com")
    assert (anna.full_name, anna.comment, anna.source, anna.added_by) == (
        "Анна Смирнова", "опт", "import", of)
    assert anna.search_text == search_text_of(anna)
    assert anna.sort_name == sort_name_of(anna)
    assert Entry.objects.get(action="import").object_id == of.pk


def test_the_dry_run_writes_nothing_to_the_book(owner):
    RecipientFactory(owner=owner, email="anna@example.com", full_name="Анна")
    before = book(owner)
    of = checked(owner, table("anna@example.com;Аня;", "boris@example.com;Борис;", "нет;;",
                              ";Никто;"), tags=["Ярмарка"])
    assert counts(of) == (4, 1, 1, 0, 2)
    assert book(owner) == before
    assert not ImportChange.objects.exists()


def test_the_dry_run_tells_of_each_rejected_row(owner):
    of = checked(owner, table("anna@example.com;Анна;", "нет;Борис;", ";Вера;",
                              "ANNA@example.com;Аня;", "gleb@example.com;" + "г" * 151 + ";"))
    assert [(row.number, row.reason, row.column) for row in rows(of, Fate.REJECTED)] == [
        (3, "address", 0), (4, "no_address", 0), (5, "repeat", 0), (6, "long_name", 1)]
    assert rows(of, Fate.REJECTED)[2].details["row"] == 2
    assert rows(of, Fate.REJECTED)[0].cells == ["нет", "Борис", ""]


def test_known_people_are_updated_and_told_of_before_and_after(owner):
    RecipientFactory(owner=owner, email="Anna@example.com", full_name="Анна", comment="опт")
    of = landed(owner, table("anna@EXAMPLE.com;Аня;", "boris@example.com;;"))
    assert counts(of) == (2, 1, 1, 0, 0)
    anna = Recipient.objects.get(email__iexact="anna@example.com")
    assert (anna.email, anna.full_name, anna.comment) == ("Anna@example.com", "Аня", "опт")
    told = rows(of, Fate.UPDATED)[0].details
    assert (told["before"], told["after"]) == ({"full_name": "Анна"}, {"full_name": "Аня"})


@pytest.mark.parametrize("known, name, comment, figures", [
    ("update", "Аня", "новый", (1, 0, 1, 0, 0)),
    ("fill", "Анна", "новый", (1, 0, 1, 0, 0)),
    ("leave", "Анна", "", (1, 0, 0, 1, 0)),
])
def test_what_happens_with_who_is_there_is_the_persons_choice(owner, known, name, comment, figures):
    RecipientFactory(owner=owner, email="anna@example.com", full_name="Анна", comment="")
    of = landed(owner, table("anna@example.com;Аня;новый"), known=known)
    anna = Recipient.objects.get()
    assert (anna.full_name, anna.comment) == (name, comment)
    assert counts(of) == figures


def test_the_same_file_twice_changes_nothing(owner):
    text = table("anna@example.com;Анна;опт", "boris@example.com;Борис;")
    landed(owner, text, tags=["Опт"])
    before = book(owner)
    of = landed(owner, text, tags=["опт"])
    assert counts(of) == (2, 0, 0, 2, 0)
    assert book(owner) == before
    assert [(change.before, change.after) for change in of.changes.all()] == [({}, {}), ({}, {})]


def test_several_addresses_in_a_cell_are_several_people(owner):
    of = landed(owner, table("anna@example.com, boris@example.com;Семья;",
                             "кто@то, x@example.com;;"))
    assert counts(of) == (4, 3, 0, 0, 1)
    assert {person[:2] for person in book(owner)} == {
        ("anna@example.com", "Семья"), ("boris@example.com", "Семья"), ("x@example.com", "")}
    assert rows(of, Fate.REJECTED)[0].cells == ["кто@то", "", ""]


def test_a_mail_programs_form_gives_name_and_address(owner):
    of = landed(owner, "Анна <anna@example.com>\n\"Смирнов, Борис\" <boris@example.com>\n",
                columns=["email"])
    assert counts(of) == (2, 2, 0, 0, 0)
    assert {person[:2] for person in book(owner)} == {
        ("anna@example.com", "Анна"), ("boris@example.com", "Смирнов, Борис")}


def test_three_columns_make_one_name(owner):
    landed(owner, table("Иванов;Иван;Иванович;ivan@example.com", "Петров;;;petr@example.com",
                        header="Фамилия;Имя;Отчество;Почта"))
    assert [person[1] for person in book(owner)] == ["Иванов Иван Иванович", "Петров"]


def test_tags_for_all_rows_and_of_a_column_are_given(owner):
    anna = RecipientFactory(owner=owner, email="anna@example.com", full_name="Анна")
    Tagging.objects.create(tag=Tag.objects.create(owner=owner, name="Опт"), recipient=anna)
    of = landed(owner, table("anna@example.com;Анна;опт", "boris@example.com;Борис;Казань, VIP",
                             header="E-mail;Имя;Метки"), tags=["ОПТ"])
    assert counts(of) == (2, 1, 0, 1, 0)
    assert [person[4] for person in book(owner)] == [["Опт"], ["VIP", "Казань", "Опт"]]


def test_suppressed_people_stay_so_and_are_named(owner, other):
    Suppression.objects.create(owner=owner, email="anna@example.com")
    Suppression.objects.create(owner=other, email="boris@example.com")
    of = landed(owner, table("Anna@example.com;Анна;", "boris@example.com;Борис;"))
    assert counts(of) == (2, 2, 0, 0, 0)
    assert of.suppressed == 1
    assert [row.details["email"] for row in rows(of, Fate.SUPPRESSED)] == ["Anna@example.com"]
    assert Suppression.objects.filter(owner=owner).count() == 1


def test_who_has_left_advertising_alone_is_told_so(owner):
    Suppression.objects.create(owner=owner, email="anna@example.com", scope="advertising")
    of = landed(owner, table("anna@example.com;Анна;"))
    with override("en"):
        words = [reasons.words(row) for row in rows(of, Fate.SUPPRESSED)]
    assert words == ["No advertising goes to this address: its person has left it. "
                     "Other letters go."]


def test_who_was_deleted_by_hand_is_new_again_and_said_so(owner):
    owned_delete(owned=RecipientFactory(owner=owner, email="anna@example.com"))
    of = landed(owner, table("anna@example.com;Анна;"))
    assert counts(of) == (1, 1, 0, 0, 0)
    assert of.returning == 1
    assert rows(of, Fate.RETURNING)[0].details["email"] == "anna@example.com"


def test_doubtful_addresses_are_named_and_not_changed(owner):
    of = landed(owner, table("anna@gmial.com;Анна;", "info@example.com;;", "vera@gmail.com;;"))
    assert [(row.reason, row.details.get("offered")) for row in rows(of, Fate.DOUBTFUL)] == [
        ("near_domain", "anna@gmail.com"), ("role", None)]
    assert {person[0] for person in book(owner)} == {
        "anna@gmial.com", "info@example.com", "vera@gmail.com"}


def test_a_ground_is_kept_with_new_people_and_with_those_who_have_none(owner):
    old, new = (Ground.objects.create(owner=owner, text=text) for text in ("old", "new"))
    RecipientFactory(owner=owner, email="anna@example.com", ground=old, full_name="", comment="")
    RecipientFactory(owner=owner, email="boris@example.com", full_name="", comment="")
    of = landed(owner, "anna@example.com\nboris@example.com\nvera@example.com\n", ground=new)
    assert counts(of) == (3, 1, 1, 1, 0)
    assert [person[5] for person in book(owner)] == [old.pk, new.pk, new.pk]


def test_unmapped_columns_become_fields(owner):
    of = landed(
        owner, table("anna@example.com;Казань;1 500,5;28.11.2026", "boris@example.com;;;",
                     "vera@example.com;Уфа;много;", header="E-mail;Город;Сумма;Дата"),
        columns=["email", "", "", ""],
        new_fields={1: ("Город", "text"), 2: ("Сумма", "number"), 3: ("Дата", "date")})
    assert counts(of) == (3, 2, 0, 0, 1)
    anna = Recipient.objects.get(email="anna@example.com")
    assert anna.fields == {"город": "Казань", "сумма": 1500.5, "дата": "2026-11-28"}
    assert rows(of, Fate.REJECTED)[0].reason == "value"


def test_others_recipients_are_not_touched(owner, other):
    RecipientFactory(owner=other, email="anna@example.com", full_name="Чужая")
    landed(owner, table("anna@example.com;Анна;"))
    assert [person[1] for person in book(other)] == ["Чужая"]


def test_people_are_written_in_batches_and_goes_on_in_another_process(owner, monkeypatch):
    from .. import landing, pace
    monkeypatch.setattr(pace, "FIRST", 3)
    monkeypatch.setattr(pace, "LEAST", 3)
    monkeypatch.setattr(pace, "MOST", 3)
    for kind in landing.KIND, services_kind("import_check"):
        monkeypatch.setattr(kind.pace, "rows", 3)
    text = table(*(f"p{n % 8}@example.com;Имя {n};" for n in range(10)))
    of = checked(owner, text)
    assert counts(of) == (10, 8, 0, 0, 2)
    services.import_land(of=of)
    from apps.jobs.tests.conftest import work
    while work(of.job):
        landing.KIND.idle()  # another process, as it were
    of.refresh_from_db()
    assert counts(of) == (10, 8, 0, 0, 2)
    assert [row.details["row"] for row in rows(of, Fate.REJECTED)] == [2, 3]
    assert len(book(owner)) == 8


def services_kind(key):
    from apps.jobs.kinds import KINDS
    return KINDS[key]


def test_somebody_who_is_added_meanwhile_becomes_a_known_one(owner, monkeypatch):
    from .. import landing
    find = landing.known_people
    calls = []

    def found(*args, **kwargs):
        people = find(*args, **kwargs)
        if not calls:
            RecipientFactory(owner=owner, email="Anna@example.com", full_name="Анна")
        calls.append(args)
        return people

    monkeypatch.setattr(landing, "known_people", found)
    of = checked(owner, table("anna@example.com;Аня;", "boris@example.com;Борис;"))
    finish(services.import_land(of=of))
    assert counts(of) == (2, 1, 1, 0, 0)
    assert {person[:2] for person in book(owner)} == {
        ("Anna@example.com", "Аня"), ("boris@example.com", "Борис")}


def test_the_values_of_a_field_that_is_deleted_meanwhile_are_left_to_nobody(owner, monkeypatch):
    of = checked(owner, table("anna@example.com;Уфа", "boris@example.com;Уфа",
                              header="E-mail;Город"),
                 columns=["email", ""], new_fields={1: ("Город", "text")})
    monkeypatch.setattr(landing.KIND.pace, "rows", 1)
    landing_job = services.import_land(of=of).job
    work(landing_job)
    field_delete(field=Field.objects.get())
    deletion = Job.objects.latest("pk")
    job_hasten(job=deletion)
    Job.objects.filter(pk=landing_job.pk).update(next_try_at=timezone.now() + timedelta(hours=1))
    work_on(deletion)
    assert deletion.is_active
    Job.objects.filter(pk=landing_job.pk).update(next_try_at=timezone.now())
    assert finish(of).stage == Import.Stage.LANDED
    job_hasten(job=deletion)
    work_on(deletion)
    assert not Field.all_objects.exists()
    assert [person.fields for person in Recipient.objects.all()] == [{}, {}]


def test_what_was_mended_changes_nothing_that_was_told_of_other_rows(owner):
    of = checked(owner, table("плохо;Анна;", "info@gmial.com;Почта;", "boris@example.com;Борис;",
                              "INFO@gmial.com;Снова;"))
    bad, _again = rows(of, Fate.REJECTED)
    [doubtful] = rows(of, Fate.DOUBTFUL)
    bad = services.import_row_mend(of=of, row=bad, cells=["boris@example.com", "Анна", ""])
    assert (bad.reason, bad.details["row"]) == ("repeat", 4)
    services.import_row_mend(of=of, row=doubtful, cells=["info@gmail.com", "Почта", ""])
    of.refresh_from_db()
    told = counts(of)
    of = finish(services.import_land(of=of))
    assert counts(of) == told == (4, 2, 0, 0, 2)
    assert [person[:2] for person in book(owner)] == [
        ("boris@example.com", "Борис"), ("info@gmail.com", "Почта")]
