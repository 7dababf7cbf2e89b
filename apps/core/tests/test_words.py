"""What people take for the same word is found as the same, and names stand as in a directory."""
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ..words import LOOK_ALIKES, folded, sort_key

ANY = st.text(max_size=40)
RUSSIAN = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя -", max_size=40)
ALPHABET = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


@pytest.mark.parametrize("typed, stored", [
    ("соловьева", "Соловьёва"), ("ФЕДОР", "Фёдор"), ("федоp", "Фёдор"),  # with a Latin p
    ("CAXAP", "сахар"), ("café", "CAFE"), ("Straße", "STRASSE"), ("иван\u00adов", "Иванов"),
    ("анна  ли", " Анна\tЛи "), ("ﬁлин", "fiлин"), ("e\u0301cole", "école"), ("ᴬнна", "анна"),
])
def test_what_people_take_for_the_same_folds_to_the_same(typed, stored):
    assert folded(typed) == folded(stored)


@pytest.mark.parametrize("one, other", [("й", "и"), ("ў", "у"), ("щ", "ш"), ("ы", "ь")])
def test_letters_of_their_own_stay_apart(one, other):
    assert folded(one) != folded(other)


@given(ANY)
@example("й\u0306")
@example("İ")
@example("ᴬ")
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@given(RUSSIAN)
def test_case_yo_and_the_keyboard_do_not_matter(text):
    plain = folded(text)
    assert plain == folded(text.upper()) == folded(text.replace("ё", "е"))
    assert plain == folded(text.translate(LOOK_ALIKES))


@given(ANY, ANY)
def test_a_word_that_is_looked_for_is_found_in_the_text_that_has_it(before, word):
    text = folded(f"{before} {word}")
    assert all(part in text for part in folded(word).split())


def test_the_alphabet_is_in_order():
    keys = [sort_key(letter, 9) for letter in ALPHABET]
    assert keys == sorted(keys)


@pytest.mark.parametrize("names", [
    ["анна", "Яна"], ["Анна", "анна Ли", "Борис"], ["Ежов", "Ёлкин", "Жуков"],
    ["Еремеев", "Ёлкин"], ["12", "Zoe", "Анна"], ["«Анна»", "Борис"], ["Е", "Ея", "Ё", "Ж"],
])
def test_names_stand_as_in_a_directory(names):
    assert sorted(reversed(names), key=lambda name: sort_key(name, 50)) == names


@given(RUSSIAN)
def test_the_key_of_an_order_does_not_see_case_and_is_short(text):
    assert sort_key(text, 20) == sort_key(text.upper(), 20)
    assert len(sort_key(text, 20)) <= 20


@given(ANY)
def test_only_what_is_nothing_has_no_place_in_the_order(text):
    assert bool(sort_key(text, 20)) == bool(text)
