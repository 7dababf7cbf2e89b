"""«Уважаемый» or «Уважаемая»: told by the patronymic in a full name, or not at all.

Surnames look like patronymics too (Анна Рабинович), and stand at either end. A wrong form of
address is worse than none: what may be read both ways stays untold.
"""
import re
from collections.abc import Sequence
from functools import lru_cache

from .first_names import ALSO_SURNAMES, LIKE_PATRONYMICS, MEN, WOMEN
from .names import (
    INITIALS, NO_NAME, NO_PERSON, comes_of_a_name, folded, is_first, is_surname, of_names,
    words_of)

MAN = "Уважаемый"
WOMAN = "Уважаемая"
MOST_WORDS = 5

SON = re.compile(r".+[ -](?:оглы|оглу|угли|улы|уулу|oglu|ogly|uulu)|.{3,}(?:оглы|ұлы|улы)")
DAUGHTER = re.compile(r".+[ -]?(?:кызы|гызы|қызы|кизи|kyzy|qizi)")
OF_MAN = re.compile(
    r"(.{2,})(?:ович|евич|ювич|еич|ыч|авіч|евіч|ovich|evich)"
    r"|(?:иль|кузьм|козьм|лук|фом|никит|савв|фок|il|kuzm|luk|fom|nikit)y?(?:ич|ich)")
OF_WOMAN = re.compile(
    r"(.{2,})(?:[оеюії]вна|[ое]ўна|[oei]vna|ична|ишна|ichna)")
VOWEL = re.compile(r"[аеиоуыэюяіїєaeiouy]")
FATHERS_FORM = (("инична", "ич"), ("инишна", "ич"), ("овна", "ович"), ("евна", "евич"),
                ("inichna", "ich"), ("ovna", "ovich"), ("evna", "evich"))
MOSTLY_MENS = tuple("бвгджзйклмнопрстфхцчшщиbdghjklmnoprstvxz")
OFTEN_WOMENS = tuple(
    "а я a гуль гюль куль ине ане инэ анэ ие ье дже слу сулу сылу бану наз".split())
OFTEN_MENS = tuple("улла юлла илла ула мирза мурза паша баба бала хужа ходжа реза ulla".split())
OF_WOMEN = ("ова", "ева", "ина", "ына", "ая", "ova", "eva", "ina", "aya")


def dear(full_name: str) -> str:
    """Return MAN or WOMAN, or "" where no patronymic in `full_name` tells."""
    words = name_words(full_name)
    forms = [form_of(folded(word)) for word in words]
    if not any(forms) or len(words) > MOST_WORDS:
        return ""
    if len(words) == 1:
        return of_patronymic_alone(words[0], forms[0])
    left = [number for number in range(1, len(words))
            if forms[number] and not is_refuted(words, forms, number)]
    if not left:
        return of_patronymic_first(words, forms)
    early, late = left[0], left[-1]
    if forms[early] != forms[late]:
        return of_both(words, forms, early, late)
    tells = is_womans if forms[early] == WOMAN else is_mans
    return forms[early] if any(tells(words, forms, number) for number in left) else ""


def name_words(full_name: str) -> list[str]:
    """Return the words of one person's name; none where it is nobody's, or of several people."""
    if NO_NAME.search(full_name):
        return []
    before, comma, after = full_name.partition(",")
    words = words_of(before)
    if comma:
        given = words_of(after)
        if len(words) != 1 or len(given) > 2:
            return []
        words += given
    words = of_names(words)
    return words if NO_PERSON.isdisjoint(map(folded, words)) else []


@lru_cache(maxsize=4096)
def form_of(text: str) -> str:
    """Return whose patronymic a word looks like, in small letters; "" for neither."""
    if text in LIKE_PATRONYMICS:
        return MAN if text.endswith(("ич", "ich")) else ""
    if SON.fullmatch(text):
        return MAN
    if DAUGHTER.fullmatch(text):
        return WOMAN
    for pattern, form in ((OF_WOMAN, WOMAN), (OF_MAN, MAN)):
        found = pattern.fullmatch(text)
        if found and (form == MAN or found[1] == "льв" or VOWEL.search(found[1])):
            return form
    return ""


def of_patronymic_alone(word: str, form: str) -> str:
    """A man's may be a surname, unless it comes of a common name; a woman's is none."""
    return form if form == WOMAN or is_sure(folded(word)) else ""


def of_patronymic_first(words: Sequence[str], forms: Sequence[str]) -> str:
    """What stands first may be a surname: it tells when the name beside it agrees."""
    form = forms[0]
    if form and is_sure(folded(words[0])) and sex_of_first(words[1]) == form:
        return form
    return ""


def is_refuted(words: Sequence[str], forms: Sequence[str], number: int) -> bool:
    """Whether a first name says that what looks like a patronymic is a surname."""
    if known := sex_of_first(first_before(words, forms, number)):
        return known != forms[number]
    return any(sex_of_first(word) not in ("", forms[number]) for word in words[:number])


def is_womans(words: Sequence[str], forms: Sequence[str], number: int) -> bool:
    """Whether it is a woman's patronymic: in a longer name hardly any surname looks like one."""
    if MAN in forms[1:number]:  # Анна Рабинович Петровна
        return is_sure(folded(words[number]))
    first = first_before(words, forms, number)
    return (len(words) > 2 or not folded(first).endswith(MOSTLY_MENS)
            or bool(sex_of_first(first)) or is_sure(folded(words[number])))


def is_mans(words: Sequence[str], forms: Sequence[str], number: int) -> bool:
    """Whether it is a man's patronymic, and no surname, as of Анна Либа Рабинович."""
    text = folded(words[number])
    first = first_before(words, forms, number)
    if sex_of_first(first) or is_sure(text):
        return True
    if text in LIKE_PATRONYMICS or INITIALS.fullmatch(first) or folded(first) in FOR_BOTH:
        return False
    if not like_a_woman(first):
        return True
    if len(words) == 2:
        return False
    if number == len(words) - 1:
        return is_surname(words[0]) and not is_of_women(words[0]) and not is_first(words[0])
    return not is_of_women(words[-1])


def of_both(words: Sequence[str], forms: Sequence[str], early: int, late: int) -> str:
    """One is the patronymic and the other a surname: Анна Петровна Рабинович.

    Hardly any surname looks like a woman's patronymic. Of a man's and then a woman's, after a first
    name that is not known, it is a man's where it comes of a common name; else it is not told.
    """
    if forms[early] == WOMAN:
        return WOMAN
    sure = [number for number in (early, late) if is_sure(folded(words[number]))]
    if sure == [early]:
        return MAN
    if sure == [late] or like_a_woman(words[early - 1]):
        return ""
    return "" if folded(words[early]) in LIKE_PATRONYMICS else MAN


def first_before(words: Sequence[str], forms: Sequence[str], number: int) -> str:
    """Return the nearest word before that looks like no patronymic: it is a first name there."""
    before = [word for word, form in zip(words[:number], forms) if not form]
    return before[-1] if before else ""


@lru_cache(maxsize=4096)
def sex_of_first(word: str) -> str:
    """Return whose first name it surely is; "" where it is rare, or both have it."""
    parts = folded(word).split("-")
    if all(part in WOMEN and part not in MEN for part in parts):
        return WOMAN
    if all(part in MEN and part not in WOMEN for part in parts):
        return "" if parts[0] in FOR_BOTH else MAN
    return ""


FOR_BOTH = frozenset("саша женя слава валя саня шура sasha zhenya slava".split())


def like_a_woman(first: str) -> bool:
    """Whether a first name that is not known ends as most women's do."""
    text = folded(first)
    return text.endswith(OFTEN_WOMENS) and not text.endswith(OFTEN_MENS)


def is_sure(patronymic: str) -> bool:
    """Whether it comes of a common name, and is no surname that does too."""
    if patronymic in LIKE_PATRONYMICS or patronymic in ALSO_SURNAMES:
        return False
    if SON.fullmatch(patronymic) or DAUGHTER.fullmatch(patronymic):
        return True
    for womans, mans in FATHERS_FORM:
        if patronymic.endswith(womans):
            patronymic = patronymic.removesuffix(womans) + mans
            break
    return comes_of_a_name(patronymic)


def is_of_women(surname: str) -> bool:
    return folded(surname).endswith(OF_WOMEN)
