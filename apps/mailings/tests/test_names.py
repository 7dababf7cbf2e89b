import pytest

from apps.mailings.messages.names import name_parts


@pytest.mark.parametrize("full_name, first, patronymic, last", [
    ("Смирнова Анна Петровна", "Анна", "Петровна", "Смирнова"),
    ("Анна Петровна Смирнова", "Анна", "Петровна", "Смирнова"),
    ("Анна Смирнова", "Анна", "", "Смирнова"),
    ("Смирнова Анна", "Анна", "", "Смирнова"),
    ("Хрущёв Никита Сергеевич", "Никита", "Сергеевич", "Хрущёв"),
    ("Илья Ильич Обломов", "Илья", "Ильич", "Обломов"),
    ("Салтыков-Щедрин Михаил Евграфович", "Михаил", "Евграфович", "Салтыков-Щедрин"),
    ("Мария-Антония Петрова", "Мария-Антония", "", "Петрова"),
    ("Анна Петровна фон Мекк", "Анна", "Петровна", "фон Мекк"),
    ("Алиев Рашид Мамед оглы", "Рашид", "Мамед оглы", "Алиев"),
    ("Рашид Мамед-оглы Алиев", "Рашид", "Мамед-оглы", "Алиев"),
    ("Айгуль Нурлан кызы Алиева", "Айгуль", "Нурлан кызы", "Алиева"),
    ("Тарас Шевченко", "Тарас", "", "Шевченко"),
    ("Петросян Тигран", "Тигран", "", "Петросян"),
    ("Нино Катамадзе", "Нино", "", "Катамадзе"),
    ("Ли Анна", "Анна", "", "Ли"),
    ("John Smith", "John", "", "Smith"),
    ("Smith, John", "John", "", "Smith"),
    ("Smirnova Anna Petrovna", "Anna", "Petrovna", "Smirnova"),
    ("Смирнова, Анна Петровна", "Анна", "Петровна", "Смирнова"),
    ("Лев Толстой", "Лев", "", "Толстой"),
    ("  Анна \u00a0 Смирнова ", "Анна", "", "Смирнова"),
    ("г-жа Смирнова Анна", "Анна", "", "Смирнова"),
])
def test_the_parts_are_told_in_either_order(full_name, first, patronymic, last):
    assert name_parts(full_name) == (first, patronymic, last)


@pytest.mark.parametrize("full_name, first, patronymic, last", [
    ("Анна", "Анна", "", ""),
    ("Смирнова", "", "", "Смирнова"),
    ("Анна Петровна", "Анна", "Петровна", ""),
    ("Иван Сергеевич", "Иван", "Сергеевич", ""),
    ("А. П. Чехов", "", "", ""),
    ("А.П. Чехов", "", "", "Чехов"),
    ("John Fitzgerald Kennedy", "John", "", ""),
])
def test_what_is_not_there_stays_empty(full_name, first, patronymic, last):
    assert name_parts(full_name) == (first, patronymic, last)


@pytest.mark.parametrize("full_name, first, last", [
    ("Анна Рабинович", "Анна", "Рабинович"), ("Рабинович Анна", "Анна", "Рабинович"),
    ("Зебниссо Алиева", "Зебниссо", "Алиева"), ("Черных Ольга", "Ольга", "Черных"),
    ("Анна Петровна Рабинович", "Анна", "Рабинович"), ("Иван Войнович", "Иван", ""),
])
def test_a_surname_that_ends_like_a_patronymic_or_a_rare_name_confuses_nothing(
        full_name, first, last):
    assert name_parts(full_name).first == first and name_parts(full_name).last == last


@pytest.mark.parametrize("full_name", [
    "", " ", "ООО Ромашка", "ИП Смирнова", "Кафе Пушкин", "«Ромашка»", "Анна и Пётр Смирновы",
    "Нгуен Ван Ан", "Ким Ен Сук", "Любовь Вера", "Павел Герман", "Клиент 5", "anna@example.com",
    "Акулина Зорина", "Xyz Qwerty", "Зебниссо",
])
def test_of_what_can_not_be_told_no_part_is_guessed(full_name):
    assert name_parts(full_name) == ("", "", "")


@pytest.mark.parametrize("full_name", ["СМИРНОВА АННА ПЕТРОВНА", "смирнова анна петровна"])
def test_a_name_typed_all_in_one_case_is_written_as_names_are(full_name):
    assert name_parts(full_name) == ("Анна", "Петровна", "Смирнова")
    assert name_parts("САЛТЫКОВ-ЩЕДРИН МИХАИЛ").last == "Салтыков-Щедрин"
