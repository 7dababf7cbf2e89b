"""The erid of a marked letter is in its links."""
import pytest

from apps.mailings.models import Message
from tests import factories

from ..ad_links import html_with_erid, text_with_erid
from ..ad_mark import as_sent

ERID = "2VtzqwXyZab"


def link(html):
    return html_with_erid(f'<a href="{html}">Go</a>', ERID)[9:-8]


@pytest.mark.parametrize(("written", "sent"), [
    ("https://shop.ru", "https://shop.ru?erid=2VtzqwXyZab"),
    ("HTTP://shop.ru/tea", "HTTP://shop.ru/tea?erid=2VtzqwXyZab"),
    ("https://shop.ru/?a=1&amp;b=2#tea", "https://shop.ru/?a=1&amp;b=2&amp;erid=2VtzqwXyZab#tea"),
    ("https://shop.ru/?a=1&b=&#1095;", "https://shop.ru/?a=1&b=&#1095;&amp;erid=2VtzqwXyZab"),
    ("https://shop.ru/?a=1&#tea", "https://shop.ru/?a=1&erid=2VtzqwXyZab#tea"),
    ("https://shop.ru/&#35;tea", "https://shop.ru/?erid=2VtzqwXyZab&#35;tea"),
    ("https://shop.ru/? ", "https://shop.ru/?erid=2VtzqwXyZab "),
    ("https://shop.ru/?c={email|a?b#c}&amp;d=1",
     "https://shop.ru/?c={email|a?b#c}&amp;d=1&amp;erid=2VtzqwXyZab"),
    ("https://{город}.shop.ru/", "https://{город}.shop.ru/?erid=2VtzqwXyZab")])
def test_a_link_has_it_and_all_that_it_had(written, sent):
    assert link(written) == sent


@pytest.mark.parametrize("written", [
    "mailto:a@shop.ru", "tel:+7", "#tea", "{unsubscribe}", "{сайт}?a=1", "", "tg://resolve",
    "https://shop.ru/?erid=OTHER#x", "https://shop.ru/?a=1&amp;ERID=2VtzqwXyZab"])
def test_what_is_no_link_to_the_web_or_has_one_stays(written):
    assert link(written) == written


def test_only_links_have_it_those_of_outlook_too():
    drawn = '<!--[if mso]><v:rect href="https://shop.ru"></v:rect><![endif]-->'
    plain = '<link href="https://x.ru"><img src="https://x.ru/a"><!-- <a href="https://x.ru"> -->'
    sent = html_with_erid(drawn + plain + "<area href=https://shop.ru/tea>", ERID)
    assert sent == (drawn.replace("shop.ru", f"shop.ru?erid={ERID}") + plain
                    + f"<area href=https://shop.ru/tea?erid={ERID}>")


@pytest.mark.parametrize(("written", "sent"), [
    ("Go: https://shop.ru/tea.", f"Go: https://shop.ru/tea?erid={ERID}."),
    ("(https://shop.ru/?a=1#tea)", f"(https://shop.ru/?a=1&erid={ERID}#tea)"),
    ("https://a.ru\nhttps://b.ru", f"https://a.ru?erid={ERID}\nhttps://b.ru?erid={ERID}"),
    ("https://a.ru/?c={имя отчество|Вы} да", f"https://a.ru/?c={{имя отчество|Вы}}&erid={ERID} да"),
    ("{сайт|https://a.ru} a@shop.ru shop.ru", "{сайт|https://a.ru} a@shop.ru shop.ru"),
    ("https://a.ru/?erid=OTHER", "https://a.ru/?erid=OTHER")])
def test_addresses_in_a_text_have_it(written, sent):
    assert text_with_erid(written, ERID) == sent


def test_a_letter_without_an_erid_keeps_its_links():
    message = Message(body="https://a.ru", html='<a href="https://a.ru">a</a>',
                      ad_mark={"advertiser": "A"})
    sent = as_sent(message)
    assert "?" not in sent.body + sent.html


def test_a_marked_letter_is_sent_so_and_its_source_stays():
    html = '<p><a href="https://a.ru">a</a> <a href="{unsubscribe}">out</a></p>'
    message = Message(body="https://a.ru {unsubscribe}", html=html, ad_mark={"erid": "a b"})
    sent = as_sent(message)
    assert 'href="https://a.ru?erid=a%20b"' in sent.html and 'href="{unsubscribe}"' in sent.html
    assert sent.body.startswith("https://a.ru?erid=a%20b {unsubscribe}\n")
    assert message.html == html


@pytest.mark.django_db
def test_the_letter_beside_the_editor_shows_it(as_owner, owner):
    factories.RecipientFactory(owner=owner)
    page = as_owner.post("/messages/preview/", {
        "subject": "Tea", "body": "https://a.ru", "ad_erid": ERID})
    assert f"https://a.ru?erid={ERID}" in page.text
