from pathlib import Path

import polib
import pytest

from tests.factories import RecipientFactory

PO = sorted((Path(__file__).resolve().parent.parent / "locale").glob("*/LC_MESSAGES/*.po"))


@pytest.mark.parametrize("path", PO, ids=str)
def test_every_word_is_translated_and_compiled(path):
    words, compiled = polib.pofile(str(path)), polib.mofile(str(path.with_suffix(".mo")))
    assert [entry.msgid for entry in words.untranslated_entries()] == []
    assert [entry.msgid for entry in words.fuzzy_entries()] == []
    assert {(e.msgctxt, e.msgid, e.msgstr, str(e.msgstr_plural)) for e in words} == {
        (e.msgctxt, e.msgid, e.msgstr, str(e.msgstr_plural)) for e in compiled}


def test_russian_is_spoken_until_a_person_chooses_english(client, db):
    asks_english = {"Accept-Language": "en"}
    page = client.get("/", headers=asks_english).content.decode()
    assert "Вход" in page and "Регистрация" in page
    client.post("/language/", {"language": "en", "next": "/"})
    page = client.get("/").content.decode()
    assert "Log in" in page and "Sign up" in page


def test_a_persons_language_follows_them_to_another_browser(as_owner, owner):
    as_owner.post("/language/", {"language": "en"})
    owner.refresh_from_db()
    assert owner.language == "en"
    as_owner.cookies.pop("django_language")
    assert "Recipients" in as_owner.get("/recipients/").content.decode()


@pytest.mark.parametrize("number, words", [
    (1, "1 получатель"), (2, "2 получателя"), (5, "5 получателей"), (11, "11 получателей"),
    (21, "21 получатель"),
])
def test_russian_plurals_are_right(as_owner, owner, number, words):
    RecipientFactory.create_batch(number, owner=owner)
    assert words in as_owner.get("/recipients/").content.decode()
