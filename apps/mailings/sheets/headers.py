"""Where the rows of a table begin, and whether the first of them is a header."""
import re
from statistics import median

from .cells import is_address, is_data

ABOVE = 25  # a header stands among the first rows, or there is none
LONGEST = 60  # characters of a column's name
# How names of columns begin, whatever follows: in Russian and English, the frequent ones of others.
KNOWN = re.compile(r"""(?:
    e-?\s?mail|mail\b|почт[аы]\b|эл(?:ектр\w*)?[.\s-]*(?:почт|адрес)|адрес\w{0,3}\b|имя\b|фио\b
    |ф\.?\s?и\.?\s?о\b|фамили[яи]\b|отчество\b|тел(?:ефон\w*)?\b|моб(?:ильн\w*)?\b|город\b|дата\b
    |сумма\b|коммент\w*|примечани\w+|заметк[аи]\b|описани[ея]\b|название\b|наименование\b
    |компания\b|организация\b|фирма\b|магазин\b|клиент\w{0,2}\b|контакт\w{0,2}\b|покупател\w{1,2}\b
    |получател\w{1,2}\b|подписчик\w{0,2}\b|заказ\w{0,2}\b|статус\b|ид\b|id\b|№|no\b|п/п|код\b
    |пол\b|возраст\b|страна\b|регион\b|область\b|район\b|улица\b|дом\b|индекс\b|должность\b|сайт\b
    |метк[аи]\b|тег\w?\b|групп[аы]\b|категори[яи]\b|скидка\b|бонус\w{0,2}\b|карта\b|баланс\b|цена\b
    |кол(?:ичество|-во)\b|язык\b|источник\b|день\s+рожд|д\.?р\.?\b|товар\w{0,2}\b|менеджер\b
    |full\b|first\b|last\b|middle\b|sur\s?name|given\b|family\b|patronym|name\b|user\s?name|nick
    |phone\b|tel\b|telephone|mobile|cell\b|city\b|town\b|country\b|state\b|region\b|zip|post(?:al|code)
    |address|street|company|organi[sz]ation|title\b|position\b|date\b|birth|created|updated|signed
    |joined|subscribed|status|comments?\b|notes?\b|remarks?\b|tags?\b|groups?\b|category|amount|sum\b
    |total|price|qty|quantity|gender|sex\b|age\b|language|locale|source|orders?\b|customer|client
    |contact|website|url\b|discount|balance|points\b|number\b|type\b|description
    |nombre|apellidos?|correo|ciudad|vorname|nachname|strasse|stra\u00dfe|ort\b|prenom|pr\u00e9nom|nom\b|ville\b
    |adresse|field|column|col\b|поле\b|столбец\b)""", re.X)


def find_header(rows: list[list[str]]) -> tuple[int, bool]:
    """Return how many rows stand above the table, and whether its first row is a header."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    places = [place for place, count in enumerate(filled) if count]
    if not places:
        return 0, False
    usual = median([filled[place] for place in places][len(places) // 2:])
    places = [place for place in places if _is_of_table(rows[place], filled[place], usual)
              or filled[place] > 1 and _known(rows[place]) == filled[place]]
    if not places:
        return 0, False
    first = next((place for place in places if _has_address(rows[place])), None)
    above = [place for place in places[:ABOVE] if first is None or place < first]
    if usual <= 1:
        above.reverse()  # of a list, what is nearest is its header: a title has known words too
    named = max(above, key=lambda place: _known(rows[place]), default=None)
    if named is not None and _known(rows[named]):
        return named, True
    if usual <= 1:
        return _of_one_column(rows, places, first)
    for place in above:
        if _is_header(rows, place, places):
            return place, True
    return places[0], False


def _is_of_table(row: list[str], filled: int, usual: float) -> bool:
    """Tell whether a row is full enough, and no title or label above the table."""
    if usual <= 1 or any(is_address(cell.strip()) for cell in row):
        return True
    first = next(cell.strip() for cell in row if cell.strip())
    return filled > max(1, usual / 2) and not first.endswith(":") and not first.startswith("# ")


def _of_one_column(rows: list[list[str]], places: list[int], first: int | None) -> tuple[int, bool]:
    """Find the top of a list of addresses: what stands right above the first is its header."""
    if first is None:
        return places[0], False
    if first > 0 and any(map(str.strip, rows[first - 1])):
        return first - 1, True
    return first, False


def _has_address(row: list[str]) -> bool:
    return any("@" in cell for cell in row)


def _known(row: list[str]) -> int:
    """Count the names of columns in a row; one that has data in it is no header."""
    cells = [cell.strip() for cell in row if cell.strip()]
    names = sum(1 for cell in cells if _is_known(cell))
    data = sum(1 for cell in cells if is_data(cell))
    return names if not data or names > 2 * data and not _has_address(row) else 0


def _is_known(cell: str) -> bool:
    name = cell.lower().replace("ё", "е").replace("_", " ").strip("«»\"'*:#([ ")
    # What ends with a colon names the value beside it, above the table.
    return len(cell) <= LONGEST and not cell.endswith(":") and KNOWN.match(name) is not None


def _is_header(rows: list[list[str]], place: int, places: list[int]) -> bool:
    """Tell a header of unknown words by what stands below it."""
    row = rows[place]
    if any(_is_value(cell.strip()) for cell in row):
        return False
    below = [rows[other] for other in places if other > place]
    if not below:
        return len(places) == 1
    return any(_differs(cell, [other[column].strip() for other in below if len(other) > column])
               for column, cell in enumerate(row) if cell.strip())


def _is_value(cell: str) -> bool:
    """Tell whether a cell can not be the name of a column."""
    return is_data(cell) or len(cell) > LONGEST or cell.endswith(":")


def _differs(name: str, values: list[str]) -> bool:
    """Tell whether a name stands over values of another kind, or over few that come again."""
    values = [value for value in values if value]
    if not values:
        return False
    data = sum(1 for value in values if is_data(value))
    few = len(values) >= 10 and len(set(values)) <= len(values) / 2 and name not in values
    return data > len(values) * 0.6 or few
