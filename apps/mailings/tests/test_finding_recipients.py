"""Whom the list of recipients finds, in what order it stands, and where it opens."""
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core import sieve
from apps.core.words import folded
from tests.factories import RecipientFactory

from ..models import Recipient

LIST = "/recipients/"
NAMES = ("Анна Волкова", "Борис Ёлкин", "Вера Соловьёва", "Глеб Фёдоров")


@pytest.fixture
def book(owner):
    """More than a page: sixty people, every second a friend."""
    return Recipient.objects.bulk_create([
        Recipient(owner=owner, email=f"n{n:02}@example.com", full_name=f"{NAMES[n % 4]} {n:02}",
                  comment="друг" if n % 2 else "клиент")
        for n in range(60)])


@pytest.fixture
def short_walk(monkeypatch):
    """Lists of sixty are long: the first ten rows are walked."""
    monkeypatch.setattr(sieve, "WALKED", 10)


def shown(client, **asked):
    return [row.full_name for row in client.get(LIST, asked).context["page"]]


def all_shown(client, **asked):
    """Return the names on every page, as its links lead on, and check that they lead back."""
    names = []
    page = client.get(LIST, asked).context["page"]
    while True:
        names += [row.full_name for row in page]
        if not page.next:
            return names
        before = [row.pk for row in page]
        page = client.get(LIST, {**asked, "after": page.next}).context["page"]
        back = client.get(LIST, {**asked, "before": page.previous}).context["page"]
        assert [row.pk for row in back] == before


@pytest.mark.parametrize("q, name, more", [
    ("Наталья Волкова", "Волкова Наталья", {}), ("Волкова Наталья", "Наталья Волкова", {}),
    ("соловьева", "Соловьёва Вера", {}), ("федор", "Фёдор Ли", {}), ("СОЛОВЬЁВ", "Соловьева", {}),
    ("пример", "Иван", {"email": "ivan@xn--e1afmkfd.xn--p1ai"}),
    ("xn--e1afmkfd", "Иван", {"email": "ivan@xn--e1afmkfd.xn--p1ai"}),
    ("ivan@пример.рф", "Иван", {"email": "ivan@xn--e1afmkfd.xn--p1ai"}),
    ("волк цветы", "Волкова Анна", {"comment": "Любит цветы"}),
    ("юл", "Юлий", {}), ("щ", "Щука", {}),
    ("HATA", "Наталья", {}),  # with Latin letters
    ('"ооо"', 'ООО "ООО" Рога', {}), ("100%", "Скидка 100%", {}), ("a_b", "a_b", {}),
    ("anna' or", "anna' or", {}), ("а\\б", "а\\б", {}),
])
def test_a_person_is_found_by_any_words_of_theirs(
        as_owner, owner, short_walk, book, q, name, more):
    RecipientFactory(owner=owner, full_name=name, **more)
    assert name in shown(as_owner, q=q)


@pytest.mark.parametrize("q", ["Волкова Борис", "a%b", "a_c", "* OR x", "бегемот", "ъщ"])
def test_who_has_not_every_word_is_not_found(as_owner, owner, short_walk, book, q):
    RecipientFactory(owner=owner, full_name="abc", email="abc@example.com")
    assert shown(as_owner, q=q) == []


@pytest.mark.parametrize("q", ["", "друг", "ёлкин", "друг ёлкин", "ел", "n07", "фёдоров"])
@pytest.mark.parametrize("sort", ["name", "-name", "email", "-email", "added", "-added"])
def test_every_page_has_those_who_match_once_and_in_order(
        as_owner, book, short_walk, monkeypatch, q, sort):
    found = [one for one in book if all(word in one.search_text for word in folded(q).split())]
    keys = {"name": lambda one: (one.sort_name, one.pk), "email": lambda one: (one.email, one.pk),
            "added": lambda one: (one.created_at, one.pk)}
    found.sort(key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))
    names = [one.full_name for one in found]
    assert all_shown(as_owner, q=q, sort=sort) == names
    monkeypatch.setattr(sieve, "MANY", 5)  # what is found is too much for the index now
    assert all_shown(as_owner, q=q, sort=sort) == names
    monkeypatch.setattr(sieve, "FURTHER", 12)
    assert all_shown(as_owner, q=q, sort=sort) == names
    last = shown(as_owner, q=q, sort=sort, last=1)
    assert last == names[-25:]


def test_a_page_by_its_old_number_answers(as_owner, book):
    names = all_shown(as_owner)
    assert shown(as_owner, page=2) == names[25:50]
    assert shown(as_owner, page=3) == names[50:]
    assert shown(as_owner, page=30_000) == names[-25:]
    found = all_shown(as_owner, q="друг")
    assert shown(as_owner, q="друг", page=2) == found[25:]


def test_an_index_follows_what_a_recipient_is_found_by(as_owner, owner, book, short_walk):
    anna = RecipientFactory(owner=owner, full_name="Янина Рояль", email="z@example.com")
    assert shown(as_owner, q="рояль") == ["Янина Рояль"]
    anna.full_name = "Янина Флейта"
    anna.save(update_fields=["full_name"])
    assert shown(as_owner, q="рояль") == [] and shown(as_owner, q="флейта") == ["Янина Флейта"]
    Recipient.all_objects.filter(pk=anna.pk).delete()
    again = RecipientFactory(owner=owner, full_name="Новая", email="z@example.com", pk=anna.pk)
    assert shown(as_owner, q="флейта") == [] and shown(as_owner, q="новая") == [again.full_name]


def test_nobody_finds_what_is_in_somebody_elses_book(as_owner, as_manager, owner, other, book):
    RecipientFactory(owner=other, full_name="Тайна")
    assert shown(as_owner, q="тайна") == []
    assert shown(as_manager, q="тайна") == ["Тайна"]


def test_how_many_were_found_is_said(as_owner, book, short_walk, monkeypatch):
    for q, number in ("друг", 30), ("ёлкин", 15), ("n07", 1):
        assert as_owner.get(LIST, {"q": q}).context["page"].count_words == str(number)
    for module in ("sieve", "numbers"):
        monkeypatch.setattr(f"apps.core.{module}.MANY", 5)
    page = as_owner.get(LIST, {"q": "ёлкин"})
    assert page.context["page"].count_words == "более 5" and "count=1" in page.content.decode()
    assert "15 получателей" in as_owner.get(LIST, {"q": "ёлкин", "count": 1}).content.decode()


def test_a_longer_book_takes_no_more_queries(as_owner, owner, book, short_walk):
    def queries(**asked):
        with CaptureQueriesContext(connection) as captured:
            as_owner.get(LIST, asked)
        return len(captured)
    asked = [{}, {"q": "друг"}, {"q": "ёлкин"}, {"sort": "-added"}, {"last": 1}, {"page": 2}]
    few = [queries(**one) for one in asked]
    Recipient.objects.bulk_create([
        Recipient(owner=owner, email=f"more{n}@example.com", full_name=f"{NAMES[n % 4]} {n}",
                  comment="друг") for n in range(200)])
    assert [queries(**one) for one in asked] == few


def test_names_stand_as_in_a_directory(as_owner, owner):
    names = ["12 стульев", "Zoe", "анна", "Ежов", "Ёлкин", "Жуков", "Яна"]
    for name in reversed(names):
        RecipientFactory(owner=owner, full_name=name)
    assert shown(as_owner) == names
    assert shown(as_owner, sort="-name") == names[::-1]


def test_a_letter_opens_the_list_at_its_names(as_owner, owner, book):
    for name in "12 стульев", "Zoe", "Ежов", "Ёлка":
        RecipientFactory(owner=owner, full_name=name)
    page = as_owner.get(LIST)
    assert page.context["letters"] == ["#", "Z", "А", "Б", "В", "Г", "Е"]
    assert "begin=%D0%91" in page.content.decode()
    names = all_shown(as_owner)
    for letter, first in ("Б", "Борис Ёлкин 01"), ("е", "Ежов"), ("Ё", "Ёлка"), ("#", names[0]):
        place = names.index(first)
        assert shown(as_owner, begin=letter) == names[place:place + 25]
    opened = as_owner.get(LIST, {"begin": "Б"}).context["page"]
    assert shown(as_owner, before=opened.previous) == names[:25]
    assert shown(as_owner, begin="Г", sort="-name")[0] == max(
        name for name in names if name.startswith("Г"))
    assert shown(as_owner, begin="Я") == names[-25:]  # nobody; the nearest page


def test_letters_are_those_of_the_own_book(as_owner, as_manager, other, book):
    RecipientFactory(owner=other, full_name="Яков")
    assert as_owner.get(LIST).context["letters"] == ["А", "Б", "В", "Г"]
    assert as_manager.get(LIST).context["letters"] == ["А", "Б", "В", "Г", "Я"]
    assert as_owner.get(LIST, {"q": "друг"}).context["letters"] == []


def test_a_day_opens_the_list_by_date(as_owner, owner, book):
    today = timezone.localtime().replace(hour=12)
    for days, one in enumerate(book):
        Recipient.objects.filter(pk=one.pk).update(created_at=today - timedelta(days=days))
    day = f"{today - timedelta(days=30):%Y-%m-%d}"
    page = as_owner.get(LIST, {"sort": "-added", "begin": day})
    assert page.context["page"].object_list[0] == book[30]
    assert f'value="{day}"' in page.content.decode()
    assert shown(as_owner, sort="added", begin=day)[0] == book[30].full_name


@pytest.mark.parametrize("asked", [
    {"begin": "\x00"}, {"begin": "%"}, {"begin": "2026-99-99", "sort": "added"},
    {"begin": "9999-12-31", "sort": "-added"}, {"after": "1~x", "sort": "added"},
    {"after": "~"}, {"before": "9" * 30}, {"q": "\u0301 \ufeff"}, {"q": "а " * 99},
])
def test_odd_addresses_are_harmless(as_owner, book, asked):
    assert as_owner.get(LIST, asked).status_code == 200


def test_the_order_and_the_search_outlive_a_page(as_owner, book):
    page = as_owner.get(LIST, {"q": "друг", "sort": "-email"}).content.decode()
    links = [link for link in page.split('href="')[1:] if "after=" in link.split('"')[0]]
    assert links and all("sort=-email" in link and "q=" in link for link in links)
