"""The dialect of a text, what is above its table, and the header, with nothing set by hand."""
from time import process_time

import pytest

from apps.mailings.sheets.reading import Reading, Unreadable
from benchmarks.dialects import is_right, odd_files

MAIL = "a@example.com"


def test_ninety_eight_of_a_hundred_odd_dialects_are_read_rightly(tmp_path):
    odd = list(odd_files(100, seed=14))
    wrong = [one.how for one in odd if not is_right(one, tmp_path / "odd")[0]]
    assert len(wrong) <= 2, wrong


ONE_COLUMN = [
    "a@example.com\nb@example.com\n",
    "a@example.com, b@example.com, c@example.com",
    "a@example.com; b@example.com",
    'Анна <a@example.com>\n"Иванов, Пётр" <b@example.com>\n',
    "Иванов, Пётр <a@example.com>\nЦой, Эмиль <b@example.com>\n",
    'Анна <a@example.com>, Пётр <b@example.com>; "Цой, Эмиль" <c@example.com>',
    "г. Казань, ул. Мира, 5\nг. Уфа, пр. Ленина\nОрёл\n",
    "просто слова, с запятыми\nещё слова; и точка с запятой\nтретья строка\n",
]


@pytest.mark.parametrize("text", ONE_COLUMN)
def test_what_is_one_column_stays_one(cells_of, text):
    assert cells_of(text) == [[line] for line in text.splitlines()]


def test_thousands_of_addresses_in_one_line_are_one_cell(cells_of):
    text = ", ".join(f"client{number}@example.com" for number in range(5_000))
    assert cells_of(text) == [[text]]


@pytest.mark.parametrize("cell", [
    "a" + " " * 200_000 + "b", "я" * 200_000, "1 " * 100_000 + "x", "@" + "a" * 200_000 + "@",
    "'" * 100_000, '"a" ' * 50_000, "a," * 100_000 + "<", "a@b.cd " * 30_000])
def test_long_cells_of_one_kind_take_no_time(cells_of, cell):
    before = process_time()
    cells_of(f"Имя;Почта\n{cell};{MAIL}\nПётр;{MAIL}\n", Reading(delimiter=";"))
    try:
        cells_of(f"Имя;Почта\n{cell};{MAIL}\nПётр;{MAIL}\n")
    except Unreadable:
        pass
    assert process_time() - before < 2


@pytest.mark.parametrize("text, expected", [
    (f"Анна;{MAIL};Казань", [["Анна", MAIL, "Казань"]]),
    (f"Имя;Сумма;Почта\nАнна;1,5;{MAIL}\n", [["Имя", "Сумма", "Почта"], ["Анна", "1,5", MAIL]]),
    (f'Имя;Почта\nАнна;"{MAIL}; b@example.com"\n',
     [["Имя", "Почта"], ["Анна", f"{MAIL}; b@example.com"]]),
    (f"sep=|\nИмя|Почта\nАнна|{MAIL}\n", [["Имя", "Почта"], ["Анна", MAIL]]),
    (f'Товар;Размер;Почта\nБолт;5";{MAIL}\nГайка;6";{MAIL}\n',
     [["Товар", "Размер", "Почта"], ["Болт", '5"', MAIL], ["Гайка", '6"', MAIL]]),
    (f"Имя;Телефон;Почта\nАнна;'+7900;{MAIL}\n",
     [["Имя", "Телефон", "Почта"], ["Анна", "'+7900", MAIL]]),
    (f'"Имя","Заметка","Почта"\n"Анна","чай, \\"чёрный\\"","{MAIL}"\n',
     [["Имя", "Заметка", "Почта"], ["Анна", 'чай, "чёрный"', MAIL]]),
    (f"Имя\tАдрес\tПочта\nАнна\tКазань, Мира, 5\t{MAIL}\n",
     [["Имя", "Адрес", "Почта"], ["Анна", "Казань, Мира, 5", MAIL]]),
    (f"Имя;;Почта;Имя;\nАнна;;{MAIL};;\n",
     [["Имя", "", "Почта", "Имя", ""], ["Анна", "", MAIL, "", ""]]),
])
def test_odd_tables_are_told_apart(cells_of, text, expected):
    assert cells_of(text) == expected


@pytest.mark.parametrize("text, skip, header", [
    ("Имя;Почта;Город\n", 0, ["Имя", "Почта", "Город"]),
    ("foo;bar;baz\n", 0, ["foo", "bar", "baz"]),
    (f"E-mail\n{MAIL}\n", 0, ["E-mail"]),
    (f"Наши клиенты\n\n{MAIL}\n", 2, []),
    (f"{MAIL};Анна\nb@example.com;Пётр\n", 0, []),
    (f"Анна;;Казань\nПётр;{MAIL};Уфа\nИнна;i@example.com;Уфа\n", 0, []),
    (f"Имя;Почта;Город\nАнна;;Казань\nПётр;{MAIL};Уфа\n", 0, ["Имя", "Почта", "Город"]),
    (f"\n\nИмя;Почта\n\nАнна;{MAIL}\n", 2, ["Имя", "Почта"]),
    (f"Отчёт\nПериод: март\n\nИмя;Почта\nАнна;{MAIL}\n", 3, ["Имя", "Почта"]),
    (f"Дата:;01.02.2024;;\nкто;где;зачем;как\nАнна;{MAIL};5;6\n", 1,
     ["кто", "где", "зачем", "как"]),
    (f"Контакты;;Заказы;\nИмя;Почта;Дата;Сумма\nАнна;{MAIL};01.02.2024;5\n", 1,
     ["Имя", "Почта", "Дата", "Сумма"]),
    (f"Магазин «Чайка»\nПериод: март\nE-mail\n{MAIL}\nb@example.com\n", 2, ["E-mail"]),
    (f";Имя;;Почта;\n1;Ася;x;{MAIL};y\n2;Ян;x;{MAIL};y\n", 0, ["", "Имя", "", "Почта", ""]),
    ("Телефон,Имя\n+7 900 000 00 01,Анна\n", 0, ["Телефон", "Имя"]),
    ("Анна,Казань\nПётр,Уфа\nИнна,Орёл\n", 0, []),
])
def test_the_header_is_found_below_what_is_above_it(sheet_of, text, skip, header):
    sheet = sheet_of(text)
    assert (sheet.reading.skip, sheet.header) == (skip, header)
