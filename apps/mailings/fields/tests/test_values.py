import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from apps.mailings.models import Field

from ..values import LONGEST_TEXT, in_letter, plain, read, shown

TEXT = Field(kind="text")
NUMBER = Field(kind="number")
DATE = Field(kind="date")
CHOICE = Field(kind="choice", choices=["Розница", "Ёлки и опт"], former=["Оптт"])


@pytest.mark.parametrize(("field", "text", "value"), [
    (TEXT, "  Казань ", "Казань"),
    (TEXT, "   ", None),
    (NUMBER, "0", 0),
    (NUMBER, "-0", 0),
    (NUMBER, "007", 7),
    (NUMBER, "12,50", 12.5),
    (NUMBER, "−3.0001", -3.0001),
    (NUMBER, "1 234 567", 1234567),
    (NUMBER, "1\xa0234,5", 1234.5),
    (NUMBER, "1,234.5", 1234.5),
    (NUMBER, "1.234,5", 1234.5),
    (NUMBER, "1,234,567", 1234567),
    (NUMBER, "1,234", 1.234),
    (NUMBER, "4600000000017", 4600000000017),
    (DATE, "28.11.2026", "2026-11-28"),
    (DATE, "8/1/26", "2026-01-08"),
    (DATE, "8.1.65", "1965-01-08"),
    (DATE, "2026-11-28", "2026-11-28"),
    (DATE, "2026-11-28 00:00:00", "2026-11-28"),
    (DATE, "28.11.2026 9:30", "2026-11-28"),
    (DATE, "0001-01-01", "0001-01-01"),
    (DATE, "31.12.9999", "9999-12-31"),
    (CHOICE, "РОЗНИЦА", "Розница"),
    (CHOICE, "елки  и опт", "Ёлки и опт"),
    (CHOICE, "оптт", "Оптт"),
])
def test_a_value_is_read_as_people_type_it_and_reads_back_from_a_file(field, text, value):
    assert read(field, text) == value
    assert read(field, plain(field, value)) == value


@pytest.mark.parametrize(("field", "text"), [
    (TEXT, "x" * (LONGEST_TEXT + 1)),
    (TEXT, "a\nBcc: b@example.com"),
    (TEXT, "a\x00b"),
    (NUMBER, "много"),
    (NUMBER, "٣"),
    (NUMBER, "1e5"),
    (NUMBER, "nan"),
    (NUMBER, "--1"),
    (NUMBER, "1,2,3"),
    (NUMBER, "12,34.5"),
    (NUMBER, "9" * 400),
    (NUMBER, "0.00001"),
    (NUMBER, "1234567890123.4567"),
    (DATE, "29.02.2027"),
    (DATE, "11/28/2026"),
    (DATE, "завтра"),
    (DATE, "28.11.202"),
    (DATE, "٢٨.11.2026"),
    (CHOICE, "Опт"),
])
def test_what_is_no_value_is_refused_with_a_sentence(field, text):
    with pytest.raises(ValidationError) as refused:
        read(field, text)
    assert all(sentence.endswith(".") for sentence in refused.value.messages)


@pytest.mark.parametrize(("field", "value", "ru", "en", "letter"), [
    (TEXT, "2026-11-28", "2026-11-28", "2026-11-28", "2026-11-28"),
    (NUMBER, 1234567, "1234567", "1234567", "1234567"),
    (NUMBER, -0.0001, "-0,0001", "-0.0001", "-0,0001"),
    (DATE, "2026-11-08", "08.11.2026", "8 Nov 2026", "08.11.2026"),
    (CHOICE, "Бывшая", "Бывшая", "Бывшая", "Бывшая"),
    (DATE, "not a date", "not a date", "not a date", "not a date"),
    (NUMBER, None, "", "", ""),
])
def test_pages_show_a_value_by_the_language_and_letters_by_one_rule(field, value, ru, en, letter):
    with translation.override("ru"):
        assert shown(field, value) == ru
    with translation.override("en"):
        assert shown(field, value) == en
    assert in_letter(field, value) == letter
