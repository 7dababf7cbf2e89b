"""Whose letter is shown: one after another, by a search, or by what a letter lacks."""
import pytest

from apps.mailings.fields.values import fields_of
from apps.mailings.messages.preview import lacking
from apps.mailings.messages.preview.lacking import Lacking, used_fields
from apps.mailings.messages.preview.people import People
from apps.mailings.messages.preview.services import preview_of
from apps.mailings.models import Message
from tests.factories import FieldFactory, MessageFactory, RecipientFactory

NAMES = ["Анна Смирнова", "Борис Ильин", "Вера Орлова", "Анна Смирнова"]


@pytest.fixture
def book(owner):
    return [RecipientFactory(owner=owner, full_name=name) for name in NAMES]


def people(user, **how):
    return People(user, user.pk, fields_of(user), **how)


def walked(those, back=False):
    """Return the ids of all, one after another."""
    found = []
    here = those.neighbour(back=back)
    while here:
        found.append(here.pk)
        here = those.neighbour(here, back=back)
    return found


def test_all_of_a_book_come_one_after_another_namesakes_too(owner, book):
    anna, boris, vera, other_anna = (one.pk for one in book)
    assert walked(people(owner)) == [anna, other_anna, boris, vera]
    assert walked(people(owner), back=True) == [vera, boris, other_anna, anna]


def test_of_a_search_the_first_is_shown_and_a_few_can_be_chosen(owner, book):
    _anna, boris, vera, _other_anna = book
    assert people(owner, search="ИЛЬИН").chosen(None) == boris
    assert people(owner, search="о").found[-1] == vera
    assert people(owner, search="смирнова").found == [book[0], book[3]]
    assert people(owner, search="смирнова").chosen(vera.pk) == vera
    assert people(owner, search="никто").chosen(None) is None


def test_of_what_a_letter_lacks_only_those_come_for_whom_it_does(owner, book):
    city = FieldFactory(owner=owner, key="город")
    boris, vera = book[1], book[2]
    boris.fields = {city.key: "Тула"}
    boris.save()
    vera.fields = {city.key: ""}
    vera.save()
    those = people(owner, lacking=Lacking(["город"], fields_of(owner)))
    assert walked(those) == [book[0].pk, book[3].pk, vera.pk]
    assert walked(those, back=True) == [vera.pk, book[3].pk, book[0].pk]


@pytest.mark.django_db
def test_without_recipients_it_is_a_letter_to_a_sample(owner):
    preview = preview_of(owner, MessageFactory(owner=owner, body="{имя}"))
    assert preview["to"].pk is None and preview["text"] == "Анна"
    assert preview["before"] is preview["after"] is None


def test_somebody_of_another_book_is_never_shown(owner, other, book):
    stranger = RecipientFactory(owner=other, full_name="Аа Чужая")
    preview = preview_of(owner, MessageFactory(owner=owner), stranger.pk)
    assert preview["to"].pk == book[0].pk


def test_a_manager_sees_the_letter_to_the_owners_recipients(owner, manager, book):
    RecipientFactory(owner=manager, full_name="Аа Своя")
    assert preview_of(manager, MessageFactory(owner=owner))["to"].pk == book[0].pk


def test_who_may_see_messages_alone_sees_nobodys_name(owner, other, book):
    assert preview_of(other, MessageFactory(owner=owner))["to"].pk is None


def test_fields_are_found_in_the_subject_the_text_and_the_html(owner):
    FieldFactory(owner=owner, key="город")
    message = Message(
        owner=owner, kind=Message.Kind.HTML, subject="{имя|друг}", body="{фамилия} {имя}",
        html='<a href="https://x/?c={город}">{имя}</a><style>p {color: red} {почта}</style>')
    names = [field.name for field in used_fields(message, fields_of(owner))]
    assert names == ["first_name", "last_name", "город"]


def test_it_is_counted_for_how_many_which_field_is_empty(owner, book):
    RecipientFactory(owner=owner, full_name="")
    RecipientFactory(owner=owner, full_name="ООО Ромашка")  # no first name can be told
    missing = Lacking(["first_name", "full_name"], []).counted(people(owner).book)
    assert (missing.people, missing.looked_at, missing.is_all) == (2, 6, True)
    assert missing.fields == {"first_name": 2, "full_name": 1}


def test_of_a_big_book_names_are_cut_among_the_first_alone_and_that_is_told(
        owner, book, monkeypatch):
    monkeypatch.setattr(lacking, "MOST", 3)
    missing = Lacking(["first_name"], []).counted(people(owner).book)
    assert (missing.looked_at, missing.is_all) == (3, False)


@pytest.mark.parametrize("kind", ["text", "number", "date", "choice"])
def test_own_fields_are_counted_in_the_whole_book_as_they_are_filled(owner, monkeypatch, kind):
    own = [FieldFactory(owner=owner, key="город", kind=kind, choices=["0"]),
           FieldFactory(owner=owner, key="a b.c", label="Other")]
    for values in ({}, {"город": ""}, {"город": None}, {"город": 0}, {"город": "0", "a b.c": "x"}):
        RecipientFactory(owner=owner, full_name="Анна", fields=values)
    rows = people(owner).book.order_by("pk")
    names = ["город", "a b.c", "full_name", "email", "web_version"]
    cut = Lacking([*names, "first_name"], own).counted(rows)
    first = Lacking(["город"], own).first(rows.filter(fields__has_key="город"))
    monkeypatch.setattr(lacking, "MOST", 1)
    whole = Lacking(names, own)
    missing = whole.counted(rows)
    assert (missing.people, missing.looked_at, missing.is_all) == (4, 5, True)
    assert +missing.fields == cut.fields == {"город": 3, "a b.c": 4}
    assert first == [rows[1].pk] and whole.first(rows) == [rows[0].pk]
    assert Lacking(["email"], own).first(rows) == []


def test_to_show_one_letter_costs_the_same_whatever_the_book(
        owner, book, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        preview_of(owner, MessageFactory.build(owner=owner, pk=1), book[1].pk)
