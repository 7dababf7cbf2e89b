import csv
import random
from collections import Counter

import pytest

from apps.mailings.messages.forms_of_address import MAN, WOMAN, dear
from apps.mailings.messages.merge_fields import (
    filled, has_field, has_name_parts, offered, split, unknown_in, values_of)
from tests.corpora import CORPORA

CORPUS = CORPORA / "russian-names"
SEX = {"мр": MAN, "жр": WOMAN}
# Surnames of men and women alike that look like patronymics or like women's names.
SURNAMES = """
Рабинович Войнович Гуревич Шостакович Станкевич Хаймович Зусманович Павлович Абрамович Адамович
Пажич Модрич Кулич Бабич Савич Юрчич Фомич Ильич Бровна Ровна Равна Княжевна Коровна Дубровна
Головна Царевна Струна Весна Зайна Сосна Луна Стена Десна Княжна Овна Ласкина Ильина Лебедина
Петренко Черных Ким Иванов Иванова Смирнова
""".split()
BEGINNINGS = "Ба Бе Во Го Да Жи За Ка Ле Ма На Па Ро Са Та Ху Ша".split()
ENDINGS = "нович цевич ревич лич ровна левна лавна тина".split()
SURNAMES += [one + two for one in BEGINNINGS for two in ENDINGS]


def rows(name):
    path = CORPUS / name
    if not path.exists():
        pytest.skip("no names here to try it on")
    with path.open(encoding="utf-8-sig") as lines:
        return [row for row in csv.DictReader(lines, delimiter="\t")]


def lemmas(name, gender):
    return [row["lemma"].title() for row in rows(name) if row["gender"] == gender]


@pytest.mark.parametrize("gender", SEX)
@pytest.mark.parametrize("names, unsure", [
    ("firstnames.popular.gender.tsv", .005), ("firstnames.gender.tsv", .03)])
def test_full_names_in_either_order_are_never_addressed_wrongly(gender, names, unsure):
    """Surnames like patronymics stand at either end; few names may stay untold."""
    chance = random.Random(16)
    firsts = lemmas(names, gender)
    patronymics = lemmas("midnames.gender.tsv", gender)
    told = Counter()
    for surname in SURNAMES:
        first, patronymic = chance.choice(firsts), chance.choice(patronymics)
        for name in (f"{first} {patronymic} {surname}", f"{surname} {first} {patronymic}",
                     f"{surname}, {first} {patronymic}", f"{first} {patronymic}",
                     f"{first} {patronymic} {surname}".upper()):
            said = dear(name)
            assert said in ("", SEX[gender]), name
            told[bool(said)] += 1
    assert len(SURNAMES) > 150
    assert told[False] <= unsure * told.total()


def test_whole_people_of_the_corpus_are_addressed_right_or_not_at_all():
    for person in rows("people.gender.tsv"):
        name = f"{person['lastname']} {person['firstname']} {person['middlename']}"
        assert dear(name) in ("", SEX.get(person["gender"], "")), name


@pytest.mark.parametrize("full_name, said", [
    ("Смирнова Анна Петровна", WOMAN), ("Пётр Ильич Чайковский", MAN),
    ("Борька Рафович Ивановна", ""), ("Эйдя Флорьевич Марковна", ""),
    ("Анна Петровна Рабинович", WOMAN), ("Рабинович Анна Петровна", WOMAN),
    ("Анна Рабинович Петровна", WOMAN), ("Рабинович Иван Петрович", MAN),
    ("Иван Петрович Царевна", MAN), ("Струна Иван Петрович", MAN),
    ("Никита Сергеевич Михалков", MAN), ("Илья Ильич", MAN), ("Лука Лукич", MAN),
    ("Саша Петровна", WOMAN), ("Саша Олегович", MAN), ("Женя Сергеевна Ким", WOMAN),
    ("АННА ПЕТРОВНА", WOMAN), ("иван петрович", MAN), ("Анна ПЕТРОВНА", WOMAN),
    ("Ivanov Ivan Ivanovich", MAN), ("Anna Petrovna Smirnova", WOMAN), ("Ilya Petrovich", MAN),
    ("Алиев Рашид Мамед оглы", MAN), ("Мамедова Айгюн Ариф кызы", WOMAN),
    ("Айгуль Нурлан-кызы", WOMAN), ("Нурлан Бек уулу", MAN), ("Алиева Лейла Ариф ГЫЗЫ", WOMAN),
    ("Анна-Мария Петровна Кох", WOMAN), ("Салтыков-Щедрин Михаил Евграфович", MAN),
    ("Смирнова, Анна Петровна", WOMAN), ("Анна Петровна фон Мекк", WOMAN),
    ("Петровна", WOMAN), ("Олегович", MAN), ("Ильинична", WOMAN), ("А. Петровна", WOMAN),
    ("г-жа Смирнова Анна Петровна", WOMAN), ("Иван Иваныч", MAN), ("Львовна", WOMAN),
    ("Анна  Петровна  ", WOMAN), ("Фёдор Артёмович", MAN), ("Марія Петрівна", WOMAN),
])
def test_the_patronymic_tells_whoever_stands_beside_it(full_name, said):
    assert dear(full_name) == said


@pytest.mark.parametrize("full_name", [
    "", " ", "Анна Смирнова", "Анна", "Рабинович", "Павлович", "Анна Рабинович", "Рабинович Анна",
    "Саша Рабинович", "Саша Павлович", "Иван Бровна", "А. П. Чехов", "А. Рабинович",
    "Рабинович А. П.", "Ханна Либа Рабинович", "Анна Мария Рабинович", "Эстер Гуревич",
    "John Smith", "Ana Ivanovic", "ООО Царевна", "Иван Петрович и Анна Ивановна",
    "Иван Петрович, Анна Ивановна", "Клиент 5", "Айше Чавушоглу", "Кришна", "Царевна",
    "Иван Иванов Пётр Петров Сергей Сергеев Петрович", "anna@example.com", "семья Петровича",
])
def test_what_may_be_read_both_ways_stays_untold(full_name):
    assert dear(full_name) == ""


@pytest.mark.parametrize("text, full_name, said", [
    ("{Уважаемый} {имя отчество}!", "Смирнова Анна Петровна", "Уважаемая Анна Петровна!"),
    ("{уважаемая} {имя отчество}!", "Иван Петрович Ким", "Уважаемый Иван Петрович!"),
    ("{уважаемый|Добрый день,} {имя}!", "Анна Смирнова", "Добрый день, Анна!"),
    ("{УВАЖАЕМЫЙ}!", "Анна Смирнова", "Здравствуйте!"), ("{уважаемый}!", "", "Здравствуйте!"),
])
def test_a_letter_says_it_or_what_is_written_instead(text, full_name, said):
    assert not unknown_in(text)
    parts = split(text)
    assert has_name_parts(parts) and has_field("dear", parts)
    assert filled(parts, values_of("anna@example.com", full_name)) == said


def test_it_is_worked_out_only_for_letters_that_say_it():
    assert not has_field("dear", split("{имя}, {фамилия}"))
    assert "dear" not in values_of("anna@example.com", "Анна Петровна", with_dear=False)


def test_it_is_offered_with_the_other_fields():
    assert "{уважаемый}" in [word for _label, word in offered()]


def test_an_own_field_of_that_name_stays_the_owners():
    values = values_of("a@x.org", "Анна Петровна") | {"уважаемый": "сударь"}
    assert filled(split("{уважаемый}", {"уважаемый": "x"}), values) == "сударь"
