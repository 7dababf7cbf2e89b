import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.template import Context, Template
from django.utils import translation

from tests.factories import RecipientFactory

ROOT = Path(__file__).resolve().parent.parent
PO = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
# What is no language: names, addresses, replies in the landing page's sample, units, fields.
NO_WORDS = re.compile(
    r"Русский|English|\w+@example\.com|\d{3} [^<]*|manage\.py \w+|\{\w+[|}]|&\w+;|"
    r"DEFAULT_FROM_EMAIL|EMAIL_URL|BASE_URL|https?://|HTML|MJML")


@pytest.mark.parametrize("path", PO, ids=str)
def test_every_word_is_translated_and_compiled(path):
    words, compiled = polib.pofile(str(path)), polib.mofile(str(path.with_suffix(".mo")))
    assert [entry.msgid for entry in words.untranslated_entries()] == []
    assert [entry.msgid for entry in words.fuzzy_entries()] == []
    assert [entry.msgid for entry in words.obsolete_entries()] == []
    assert {(e.msgctxt, e.msgid, e.msgstr, str(e.msgstr_plural)) for e in words} == {
        (e.msgctxt, e.msgid, e.msgstr, str(e.msgstr_plural)) for e in compiled}
    forms = range(int(re.search(r"nplurals=(\d)", words.metadata["Plural-Forms"])[1]))
    assert [e.msgid for e in words if e.msgid_plural and set(e.msgstr_plural) != set(forms)] == []
    assert [e.msgid for e in words if e.previous_msgid or e.previous_msgctxt] == []


def keys(path):
    return {(e.msgctxt, e.msgid, e.msgid_plural) for e in polib.pofile(str(path))}


@pytest.mark.skipif(not shutil.which("xgettext"), reason="no gettext on this machine")
def test_every_word_of_the_sources_is_collected_and_no_other(tmp_path, monkeypatch, settings):
    for name in ("apps", "project", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name,
                        ignore=shutil.ignore_patterns("tests", "__pycache__", "migrations"))
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LOCALE_PATHS[0].mkdir()
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["ru"], no_location=True, verbosity=0)
    assert keys(tmp_path / "locale/ru/LC_MESSAGES/django.po") == keys(PO[0])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_says_a_word_past_the_translation(path):
    page = re.sub(r"{#.*?#}|{% (blocktrans\w*)\b.*?{% end\1 %}", "", path.read_text(), flags=re.S)
    page = re.sub(r"{%.*?%}|{{.*?}}|<kbd>.*?</kbd>", "", page, flags=re.S)
    shown = re.findall(r"\s(?:aria-label|title|alt|placeholder)=\"([^\"]*)\"", page)
    shown.append(re.sub(r"<[^>]*>", "", page, flags=re.S))
    assert re.findall(r"[^\W\d_]{3,}", NO_WORDS.sub("", "\n".join(shown))) == []


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


@pytest.mark.parametrize("language, shown", [
    ("ru", "25 ноября 2026, 14:20 | 25 ноября 2026 | 25.11.2026, 14:20 | 25.11.2026 | "
           "1\xa0234\xa0567"),
    ("en", "25 Nov 2026, 14:20 | 25 Nov 2026 | 25 Nov 2026, 14:20 | 25 Nov 2026 | 1,234,567"),
])
def test_dates_and_numbers_are_written_as_the_language_does(language, shown):
    page = Template(
        "{% load humanize tz %}{% timezone 'Europe/Moscow' %}{{ at|date:'DATETIME_FORMAT' }} | "
        "{{ at|date:'DATE_FORMAT' }} | {{ at|date:'SHORT_DATETIME_FORMAT' }} | "
        "{{ at|date:'SHORT_DATE_FORMAT' }} | {{ number|intcomma }}{% endtimezone %}")
    at = datetime(2026, 11, 25, 11, 20, tzinfo=UTC)
    with translation.override(language):
        assert page.render(Context({"at": at, "number": 1234567})) == shown


def test_counted_words_group_their_number_too(as_owner, owner):
    RecipientFactory.create_batch(1001, owner=owner)
    assert "1\xa0001 получатель" in as_owner.get("/recipients/").content.decode()


def test_a_page_names_its_language_to_browsers_and_readers(client, db):
    for language, asked in (("ru", {}), ("en", {"django_language": "en"})):
        client.cookies.load(asked)
        response = client.get("/accounts/login/")
        assert response["Content-Language"] == language
        assert f'<html lang="{language}"' in response.content.decode()


def test_choosing_a_language_keeps_the_page_and_its_query(as_owner):
    page = as_owner.get("/recipients/", {"q": "анна", "page": 1}).content.decode()
    back = re.search(r'action="/language/".*?name="next" value="([^"]+)"', page, re.S)[1]
    chosen = as_owner.post("/language/", {"language": "en", "next": back.replace("&amp;", "&")})
    assert chosen.url == "/recipients/?q=%D0%B0%D0%BD%D0%BD%D0%B0&page=1"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_libraries_speak_the_persons_language_too(client, language, db):
    client.cookies.load({"django_language": language})
    page = client.post("/accounts/signup/", {
        "email": "x", "password1": "1", "password2": "2"}).content.decode()
    assert ("Введите правильный адрес" in page) == (language == "ru")
    assert ("Enter a valid email" in page) == (language == "en")
