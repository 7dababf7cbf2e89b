"""Tell a first name, a patronymic and a surname in a full name typed in either order.

Rules by endings come first, the list of common names only helps. A part that can not be told stays
empty: a letter then says the fallback or the whole name, never a wrong part.
"""
import re
from functools import lru_cache
from typing import NamedTuple

from .first_names import EVERY, MEN, SOFT_MEN, WOMEN

# A name with these is no single person's, or has words in it that are no name.
NO_NAME = re.compile(r"[\d@\"«»„“”()\[\]{}<>/\\+&_*#№:;!?=|]")
AND = frozenset("и да and und y".split())
TITLES = frozenset("г-н г-жа господин госпожа д-р mr mrs ms miss dr mr. mrs. ms. dr.".split())
PARTICLES = frozenset("фон ван де ди дер ла эль аль бен ибн ter von van de da di der la del"
                      .split())
SON_OR_DAUGHTER = frozenset(
    "оглы оглу угли улы уулу кызы гызы кизи oglu ogly uulu kyzy qizi".split())
ORGANISATIONS = frozenset("""
ооо ип зао оао пао ао нко тоо чп фгуп гуп муп кафе бар ресторан магазин салон студия школа фирма
компания завод центр отель гостиница аптека клиника агентство бюро группа лавка мастерская отдел
служба клиент клиентка покупатель бухгалтерия администрация директор менеджер
llc ltd inc gmbh co corp company shop studio hotel cafe the
""".split())
# What a person is to somebody: neither a first name nor a surname.
ROLES = frozenset("""
семья мама папа бабушка дедушка бабуля дед тетя дядя сестра брат муж жена сын дочь друг подруга
сосед соседка знакомый знакомая коллега доктор врач учитель учительница тренер мастер заказчик
заказчица новый новая тест
family doctor test
""".split())
NO_PERSON = ORGANISATIONS | ROLES | AND

MALE_PATRONYMIC = re.compile(r"(.{2,})(ович|евич|еич|ыч|ovich|evich)|"
                             "(иль|кузьм|лук|фом|никит|савв|фок|il|kuzm|luk|nikit)(ич|ich)")
FEMALE_PATRONYMIC = ("овна", "евна", "ична", "ишна", "ovna", "evna", "ichna")
TURKIC_PATRONYMIC = ("оглы", "оглу", "кызы", "гызы", "қызы", "ұлы", "улы", "oglu", "kyzy")
SURNAME = tuple("""
ов ев ин ын ова ева ина ына ский цкий ской цкой ская цкая ый ая ко ук юк ян янц дзе швили ич их ых
аго ец берг штейн
ov ova eva sky skiy skaya enko chuk shvili dze yan vich
""".split())
NOT_SURNAME = ("уддин", "еддин", "иддин", "утдин", "етдин")
INITIALS = re.compile(r"(\w\.-?){1,3}|\w")


class Name(NamedTuple):
    """The parts of a full name; a part that could not be told is empty."""

    first: str = ""
    patronymic: str = ""
    last: str = ""


def name_parts(full_name: str) -> Name:
    """Return what can be told of `full_name`."""
    if NO_NAME.search(full_name):
        return Name()
    before, comma, after = full_name.partition(",")
    if comma:
        return after_comma(words_of(before), words_of(after))
    words = of_names(words_of(full_name))
    if not words or not NO_PERSON.isdisjoint(map(folded, words)):
        return Name()
    return tidy(READERS.get(len(words), of_many)(words))


def words_of(text: str) -> list[str]:
    """Return the words of a name: without titles, `фон` and `оглы` joined to their neighbours."""
    words: list[str] = []
    particles: list[str] = []
    for word in text.split():
        plain = word.lower()
        if not words and plain in TITLES:
            continue
        if plain in SON_OR_DAUGHTER and words:
            words[-1] += f" {word}"
        elif plain in PARTICLES and word.islower():
            particles.append(word)
        elif any(map(str.isalpha, word)):
            words.append(" ".join([*particles, without_marks(word)]))
            particles = []
    return words


def without_marks(word: str) -> str:
    """Return `word` without the full stop of a sentence; that of an initial stays."""
    return word if INITIALS.fullmatch(word) else word.rstrip(".")


def of_names(words: list[str]) -> list[str]:
    """Leave out what people note beside a name in other letters: «Анна маникюр», «Анна ОПТ»."""
    if not any(map(str.istitle, words)):
        return words
    return [word for word in words if not is_note(word)]


def is_note(word: str) -> bool:
    if len(word) == 1 or INITIALS.fullmatch(word) or folded(word) in NO_PERSON:
        return False
    if folded(word).endswith(FEMALE_PATRONYMIC):
        return False
    return (word.islower() or word.isupper()) and not (is_first(word) or is_surname(word))


def of_one(words: list[str]) -> Name:
    [word] = words
    if is_first(word):
        return Name(first=word)
    if is_surname(word):
        return Name(last=word)
    return Name()


def of_two(words: list[str]) -> Name:
    one, two = words
    if is_patronymic_of(one, two):
        if folded(two).endswith(("на", "na")) or is_turkic(two) or comes_of_a_name(two):
            return Name(first=one, patronymic=two)
        return Name(first=one)  # Иван Войнович: a patronymic or a surname
    if two.isascii() and folded(two) in MEN and not (is_first(one) or is_surname(one)):
        return Name()  # Elton John, Smith John: either may be the surname
    if is_first(one) != is_first(two):
        return first_and_last(one, two) if is_first(one) else first_and_last(two, one)
    if is_first(one) or is_surname(one) == is_surname(two):
        return Name()
    return first_and_last(two, one) if is_surname(one) else first_and_last(one, two)


def of_three(words: list[str]) -> Name:
    one, two, three = words
    if is_patronymic_of(one, two):
        return first_and_last(one, three, two)
    if is_first(one) and not is_first(two) and is_patronymic_of(one, three):
        return first_and_last(one, two, three)  # Анна Рабинович Петровна: as columns often stand
    if is_patronymic_of(two, three):
        return first_and_last(two, one, three)
    if is_first(one) and not is_first(two) and not is_first(three):
        return first_and_last(one, three if is_surname(three) else "")
    if is_surname(one) and is_first(two):
        return first_and_last(two, one)
    return Name()


def of_many(words: list[str]) -> Name:
    *surname, first, patronymic = words
    if is_first(first) and is_patronymic_of(first, patronymic):
        return first_and_last(first, " ".join(surname), patronymic)
    return Name()


READERS = {1: of_one, 2: of_two, 3: of_three}


def after_comma(surname: list[str], given: list[str]) -> Name:
    """Read «Смирнова, Анна Петровна»: what stands before the comma is the surname."""
    if len(surname) != 1 or len(given) not in (1, 2):
        return Name()
    first, *rest = given
    if rest and not is_patronymic_of(first, rest[0]):
        return Name()
    if not rest and not is_first(first):
        return Name()
    return tidy(first_and_last(first, surname[0], "".join(rest)))


def first_and_last(first: str, last: str, patronymic: str = "") -> Name:
    """Return the Name of these, without what is only an initial or an abbreviation."""
    if INITIALS.fullmatch(first) or (first.isupper() and len(first) < 4 and not last.isupper()):
        return Name(last=last)
    if folded(last).endswith(FEMALE_PATRONYMIC) or INITIALS.fullmatch(last):
        last = ""
    return Name(first, patronymic, last)


def is_first(word: str) -> bool:
    """Whether it is a common first name; of one with hyphens, each part."""
    return all(part in EVERY for part in folded(word).split("-"))


def is_surname(word: str) -> bool:
    parts = folded(word).split("-")
    return any(part.endswith(SURNAME) and not part.endswith(NOT_SURNAME) for part in parts)


def is_patronymic_of(first: str, word: str) -> bool:
    """Whether `word` may be a patronymic beside this first name: of the same sex, if it has one."""
    if INITIALS.fullmatch(first):
        return False
    text = folded(word)
    if text.endswith(FEMALE_PATRONYMIC):
        return not is_man(first)
    if MALE_PATRONYMIC.fullmatch(text):
        return not is_woman(first)
    return is_turkic(word)


def is_turkic(word: str) -> bool:
    text = folded(word)
    return text.endswith(TURKIC_PATRONYMIC) or text.split()[-1] in SON_OR_DAUGHTER


def is_woman(first: str) -> bool:
    text = folded(first)
    return text in WOMEN or (text.endswith(("а", "я", "a")) and text not in SOFT_MEN)


def is_man(first: str) -> bool:
    text = folded(first)
    return text in MEN and text not in SOFT_MEN


def comes_of_a_name(patronymic: str) -> bool:
    """Whether a man's patronymic comes of a common name, and is no surname."""
    found = MALE_PATRONYMIC.fullmatch(folded(patronymic))
    if not found or found[3]:
        return bool(found)
    stem = found[1]
    likely = {stem, f"{stem}й", f"{stem.removesuffix('ь')}ий", f"{stem}ь", f"{stem}y", f"{stem}i",
              f"{stem}ey", f"{stem}ei", *SHORTENED.get(stem, ())}
    return not likely.isdisjoint(EVERY)


SHORTENED = {"павл": ["павел"], "льв": ["лев"], "михайл": ["михаил"], "яковл": ["яков"],
             "pavl": ["pavel"], "mikhayl": ["mikhail"], "mikhail": ["mikhail"]}


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    return word.lower().replace("ё", "е").rstrip(".")


def tidy(name: Name) -> Name:
    """Give what was typed all in capitals, or all in small letters, a capital alone."""
    return Name(*map(tidied, name))


def tidied(part: str) -> str:
    if not (part.islower() or part.isupper()):
        return part
    return " ".join(capital(word) for word in part.split())


def capital(word: str) -> str:
    small = word.lower()
    if small in SON_OR_DAUGHTER or small in PARTICLES:
        return small
    return "-".join(part[:1].upper() + part[1:] for part in small.split("-"))
