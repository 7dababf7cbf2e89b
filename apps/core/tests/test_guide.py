import re

import pytest
from django.contrib.staticfiles import finders

from apps.core import guide

NAMES = (guide.CONTENTS, *guide.PAGES)
PICTURES = sorted((guide.GUIDE / "img").rglob("*.webp"))
LANGUAGES = ("ru", "en")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_reads_each_page_in_each_language(client, db, language, name):
    client.cookies.load({"django_language": language})
    page = guide.page(language, name)
    response = client.get(page.get_absolute_url())
    assert f"<h1>{page.title}</h1>" in response.content.decode()
    for address in re.findall(r'href="(/help/[^"]*)"', page.html):
        path, _, section = address.partition("#")
        there = client.get(path)
        assert there.status_code == 200, address
        assert not section or f'id="{section}"' in there.content.decode(), address


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_tell_the_same(name):
    russian, english = (guide.page(language, name) for language in LANGUAGES)
    assert len(russian.sections) == len(english.sections)
    for tag in ("<li>", "<img", "<p>", 'href="/help/'):
        assert russian.html.count(tag) == english.html.count(tag), tag


def test_the_contents_name_every_page_in_its_order():
    for language in LANGUAGES:
        listed = re.findall(r'href="/help/(\w+)/"', guide.page(language, guide.CONTENTS).html)
        assert tuple(listed) == guide.PAGES


def test_pictures_come_late_keep_their_place_and_say_what_they_show():
    shown = set()
    for tag in re.findall(r"<img[^>]*>", "".join(
            guide.page(language, name).html for language in LANGUAGES for name in NAMES)):
        assert 'loading="lazy"' in tag and re.search(r'width="\d+" height="\d+"', tag)
        assert re.search(r'alt="[^"]{20,}"', tag)
        shown.add(finders.find(re.search(r'src="/static/([^"]+)"', tag)[1]))
    assert shown == {str(path) for path in PICTURES}
    assert sum(path.stat().st_size for path in PICTURES) < 800_000


def test_a_page_that_is_not_there_is_not_found(client, db):
    for name in ("nonsense", "README", "..", "img"):
        assert client.get(f"/help/{name}/").status_code == 404


def test_the_header_leads_a_visitor_and_a_person_to_the_guide(client, as_owner):
    for browser in (client, as_owner):
        header = browser.get("/").content.decode().partition("<main")[0]
        assert 'href="/help/"' in header and "Помощь" in header


def test_a_visitor_may_ask_whether_the_help_changed(client, db):
    page = client.get("/help/start/")
    again = client.get("/help/start/", headers={"if-modified-since": page["Last-Modified"]})
    assert again.status_code == 304 and again["Cache-Control"] == "private, no-cache"
    assert client.get("/help/nothing/", headers={
        "if-modified-since": page["Last-Modified"]}).status_code == 404


def test_help_that_names_a_person_or_is_a_fragment_is_always_sent_whole(client, as_owner):
    seen = {"if-modified-since": client.get("/help/")["Last-Modified"]}
    for answer in (as_owner.get("/help/", headers=seen),
                   client.get("/help/", headers={**seen, "hx-request": "true"})):
        assert answer.status_code == 200 and "Last-Modified" not in answer
