"""How many odd dialects are read rightly with nothing said about them.

    python -m benchmarks.dialects --count 400 --seed 1 --show

Tables of people are written in ways that programs and people do: delimiters, quotes, ends of
lines, encodings, titles above, headers or none. One is right when the header and all cells come
back as they were.
"""
import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from apps.mailings.sheets.reading import Reading, Unreadable, open_sheet

DELIMITERS = [";", ",", "\t", "|", ";", ",", "\t", "|", "^", "~", "", "\x1f", "¦", ":"]
QUOTINGS = ["needed", "needed", "all", "all", "texts", "apostrophes", "backslashes", "none"]
ENDS = ["\n", "\r\n", "\r"]
ENCODINGS = ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "mac-cyrillic", "utf-16",
             "utf-16-le", "utf-16-be"]
PREAMBLES = ["", "", "", "title", "title and blank", "blank", "titles", "padded", "sep", "dated"]
HEADERS = ["known", "known", "none", "none", "unknown", "doubled", "empty name", "English"]
SHAPES = ["even", "even", "even", "ragged", "trailing", "blanks", "spaced", "total"]
LENGTHS = [1, 2, 3, 5, 12, 40, 300]

FIRST = ["Анна", "Пётр", "Юлия", "Семён", "Ольга", "Эдуард", "Жанна", "Фёдор", "Инна", "Олег"]
LAST = ["Иванова", "Смирнов", "Щербакова", "Цой", "О'Нил", "Ёлкин", "Новик-Гарина", "Юдина"]
CITIES = ["Казань", "Уфа", "Нижний Новгород", "Йошкар-Ола", "Орёл", "Санкт-Петербург", ""]
COMMENTS = ["", "", "любит чай", "ООО «Ромашка», отдел продаж", 'кафе "Юность"', "звонить; не писать",
            "первая строка\nвторая строка", "скидка 10 %, карта | бонус", "адрес: ул. Мира, 5; кв. 3",
            "просил перезвонить завтра, после обеда: будет дома", 'сказал: "да, беру"', "it's fine"]
COLUMNS = {
    "имя": lambda pick, row: pick(FIRST),
    "фамилия": lambda pick, row: pick(LAST),
    "ФИО": lambda pick, row: f"{pick(LAST)} {pick(FIRST)}",
    "e-mail": lambda pick, row: f"{pick('abcdefgh')}{row}.{pick('klmn')}@{pick(HOSTS)}",
    "телефон": lambda pick, row: pick(["+7 900 000-00-0{}", "8(900)0000{}0", "7900000000{}"]).format(row),
    "город": lambda pick, row: pick(CITIES),
    "сумма": lambda pick, row: pick(["1 250,50", "0", "99,9", "12000", "1.5", "7 000 ₽"]),
    "дата": lambda pick, row: pick(["01.02.2024", "2024-03-05", "5.11.23", "2024-01-02 10:15:00"]),
    "комментарий": lambda pick, row: pick(COMMENTS),
    "№": lambda pick, row: str(row + 1),
    "сайт": lambda pick, row: pick(["https://example.com/a?b=1", "", "www.example.org"]),
}
HOSTS = ["example.com", "example.org", "mail.example.net"]
UNKNOWN = ["кто", "чей", "склад", "повод", "вес", "цвет", "мера", "отзыв", "бренд", "сорт", "ключ"]
ENGLISH = {"имя": "first_name", "фамилия": "Last name", "ФИО": "Full name", "e-mail": "E-mail Address",
           "телефон": "Phone", "город": "City", "сумма": "Total", "дата": "Created at",
           "комментарий": "Notes", "№": "id", "сайт": "Website"}


class Odd(NamedTuple):
    """A file and what must be read in it."""

    how: str
    octets: bytes
    header: list[str]
    rows: list[list[str]]


def odd_files(count: int, seed: int) -> Iterator[Odd]:
    for number in range(count):
        yield odd_file(random.Random(f"{seed} {number}"))


def odd_file(chance: random.Random) -> Odd:
    delimiter, quoting, encoding = map(chance.choice, (DELIMITERS, QUOTINGS, ENCODINGS))
    preamble, shape = map(chance.choice, (PREAMBLES, SHAPES))
    end, named = map(chance.choice, (ENDS, HEADERS))
    if delimiter == "¦" and encoding in ("koi8-r", "cp866", "mac-cyrillic"):
        delimiter = "|"
    columns = chosen_columns(chance, delimiter)
    rows = [[as_encoded(COLUMNS[name](chance.choice, row), encoding) for name in columns]
            for row in range(chance.choice(LENGTHS))]
    header = [as_encoded(name, encoding) for name in header_of(named, columns)]
    if quoting == "none":
        rows = [[bare(cell, delimiter) for cell in row] for row in rows]
    if not delimiter:
        preamble, shape = chance.choice(["", "", "title and blank"]), "even"
    if shape == "ragged":
        rows = [row[:-1] if chance.random() < 0.25 and len(row) > 2 else row for row in rows]
    written = [write(row, delimiter, quoting, shape) for row in [header, *rows] if row]
    if shape == "blanks":
        written = [part for line in written for part in (line, *[""] * (chance.random() < 0.2))]
    if shape == "total" and len(rows) > 5:
        written.append(delimiter.join(["", "Итого"]))
        rows.append(["", "Итого"])
    text = end.join([*above(preamble, delimiter, len(columns)), *written, ""])
    how = f"{delimiter!r} {quoting} {encoding} {preamble or '-'} {named} {shape} {end!r} {len(rows)}"
    return Odd(how, text.encode(encoding, "replace"), header, rows)


def chosen_columns(chance: random.Random, delimiter: str) -> list[str]:
    if not delimiter:
        return ["e-mail"]
    others = [name for name in COLUMNS if name != "e-mail"]
    columns = chance.sample(others, chance.randint(1, 7))
    columns.insert(chance.randint(0, len(columns)), "e-mail")
    return columns


def header_of(named: str, columns: list[str]) -> list[str]:
    if named == "none":
        return []
    if named == "unknown":
        return UNKNOWN[:len(columns)]
    if named == "English":
        return [ENGLISH[name] for name in columns]
    if named == "doubled" and len(columns) > 2:
        return [*columns[:-1], columns[0]]
    if named == "empty name" and len(columns) > 2:
        return [*columns[:-1], ""]
    return columns


def as_encoded(cell: str, encoding: str) -> str:
    return cell.encode(encoding, "replace").decode(encoding)


def bare(cell: str, delimiter: str) -> str:
    for letter in {delimiter, "\n", '"', "'"} - {""}:
        cell = cell.replace(letter, " ")
    return cell


def write(row: list[str], delimiter: str, quoting: str, shape: str) -> str:
    cells = [quoted(cell, delimiter, quoting) for cell in row]
    line = f"{delimiter} ".join(cells) if shape == "spaced" else delimiter.join(cells)
    return line + delimiter if shape == "trailing" else line


def quoted(cell: str, delimiter: str, quoting: str) -> str:
    if quoting == "none":
        return cell
    if quoting == "apostrophes":
        return "'" + cell.replace("'", "''") + "'"
    if quoting == "backslashes":
        return '"' + cell.replace('"', '\\"') + '"'
    is_odd = any(letter in cell for letter in {delimiter, "\n", '"'} - {""})
    if quoting == "all" or is_odd or quoting == "texts" and not cell[:1].isdigit():
        return '"' + cell.replace('"', '""') + '"'
    return cell


def above(preamble: str, delimiter: str, width: int) -> list[str]:
    pad = delimiter * (width - 1)
    return {
        "": [],
        "title": ["Список клиентов магазина"],
        "title and blank": ["Выгрузка за 2024 год", ""],
        "blank": ["", ""],
        "titles": ["Отчёт по продажам", "Период: январь - март", "", "Составил менеджер"],
        "padded": [f"Клиенты{pad}", pad],
        "sep": [f"sep={delimiter}"],
        "dated": [f"Дата выгрузки:{delimiter}01.02.2024{delimiter * max(width - 2, 0)}"],
    }[preamble]


def is_right(odd: Odd, path: Path) -> tuple[bool, Reading | None, list[list[str]]]:
    path.write_bytes(odd.octets)
    try:
        with open_sheet(path) as sheet:
            rows = [cells for _, cells in sheet.rows()]
            right = same([sheet.header], [odd.header]) and same(rows, odd.rows)
            return right, sheet.reading, [sheet.header, *rows]
    except Unreadable:
        return False, None, []


def same(got: list[list[str]], wanted: list[list[str]]) -> bool:
    """Compare cells; what is empty at the end of a row, and spaces around, say nothing."""
    return [trimmed(row) for row in got] == [trimmed(row) for row in wanted]


def trimmed(row: list[str]) -> list[str]:
    cells = [cell.strip().replace("\r\n", "\n").replace("\r", "\n") for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="show what was read wrongly")
    asked = parser.parse_args()
    wrong = 0
    with TemporaryDirectory() as folder:
        for odd in odd_files(asked.count, asked.seed):
            right, reading, rows = is_right(odd, Path(folder) / "odd")
            wrong += not right
            if asked.show and not right:
                print(odd.how, reading, odd.header, odd.rows[:2], rows[:3], "", sep="\n  ")
    right = asked.count - wrong
    print(f"{right} of {asked.count} dialects are right: {100 * right / asked.count:.1f} %")


if __name__ == "__main__":
    main()
