import re
from html import unescape

import pytest
from django.urls import reverse

from apps.mailings.messages.preview import unsaved
from apps.mailings.messages.preview.page import MOST_LINES, source_of
from apps.mailings.messages.preview.sizes import GMAIL_CUTS, NEARLY, size_of
from apps.mailings.models import Message, Run
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

HTML = "<html><head></head><body><p title='{имя|друг}'>Привет, {имя|друг}</p></body></html>"
EVIL = '"><script>alert(1)</script>'
VIEWS = ["letter", "phone", "dark", "text", "source", "size"]
UNSAVED = reverse("mailings:letter_frame_unsaved")


@pytest.fixture
def message(owner):
    return MessageFactory(
        owner=owner, kind=Message.Kind.HTML, subject="Для {имя|друг}", source=HTML, html=HTML,
        body="Привет, {имя|друг}")


@pytest.fixture
def address(message):
    return reverse("mailings:message_preview_page", args=[message.pk])


@pytest.fixture
def document(message):
    return reverse("mailings:letter_frame", args=[message.pk])


def test_a_letter_is_filled_for_the_person_who_is_asked_for(as_owner, owner, document):
    RecipientFactory(owner=owner, full_name="Анна Ли")
    boris = RecipientFactory(owner=owner, full_name="Борис Ли")
    assert "Привет, Анна" in as_owner.get(document).text
    assert "Привет, Борис" in as_owner.get(f"{document}?to={boris.pk}").text
    assert "<pre>Привет, Борис" in as_owner.get(f"{document}?to={boris.pk}&view=text").text


def test_no_value_becomes_a_part_of_the_letter(as_owner, owner, document, address):
    message = Message.objects.get()
    message.html = message.html.replace("{имя|друг}", "{полное имя}")
    message.save()
    RecipientFactory(owner=owner, full_name=EVIL)
    for view in VIEWS:
        assert "<script>alert" not in as_owner.get(f"{document}?view={view}").text
        assert "<script>alert" not in as_owner.get(f"{address}?view={view}").text


@pytest.mark.parametrize("view", VIEWS)
def test_the_letters_html_never_stands_in_our_page(as_owner, address, view):
    shown = as_owner.get(f"{address}?view={view}").text
    assert "<p title=" not in shown
    assert ('sandbox=""' in shown) is (view in ("letter", "phone", "dark"))


@pytest.mark.parametrize("to", ["", "0", "abc", "-1", "9" * 30, "٣", "1&to=2", "%00"])
@pytest.mark.parametrize("more", ["", "&view=zzz", "&empty=zzz", "&q=%00", "&q=" + "я" * 1000])
def test_nonsense_in_the_address_shows_the_first_letter(as_owner, owner, address, to, more):
    RecipientFactory(owner=owner, full_name="Анна Ли")
    assert as_owner.get(f"{address}?to={to}{more}").status_code == 200


def test_who_was_found_can_be_chosen_and_nobody_is_told(as_owner, owner, address):
    RecipientFactory(owner=owner, full_name="Анна Ли")
    boris = RecipientFactory(owner=owner, full_name="Борис Ли")
    shown = as_owner.get(f"{address}?q=борис").text
    assert f"to={boris.pk}" in shown and "Для Борис" in shown
    shown = as_owner.get(f"{address}?q=никто").text
    assert "iframe" not in shown and "Никто не нашёлся" in shown


def test_for_whom_a_field_is_empty_is_counted_when_asked_and_shown(
        as_owner, htmx, owner, address):
    RecipientFactory(owner=owner, full_name="Анна Ли")
    nameless = RecipientFactory(owner=owner, full_name="", email="no-name@example.com")
    assert "Пустые поля" not in as_owner.get(address).text
    counted = htmx.get(f"{address}?counted=1").text
    assert "Пустые поля: 1 человек" in counted and "{имя}: 1" in counted and "<html" not in counted
    shown = as_owner.get(f"{address}?empty=first_name").text
    assert nameless.email in shown and "{имя}" in shown
    assert as_owner.get(f"{address}?empty=1").context["preview"]["to"].pk == nameless.pk


def test_the_page_works_without_htmx_too(as_owner, owner, address):
    RecipientFactory(owner=owner, full_name="")
    shown = as_owner.get(f"{address}?counted=1").text
    assert "<html" in shown and "Пустые поля: 1 человек" in shown


def test_a_plain_text_is_previewed_as_text(as_owner, owner):
    message = MessageFactory(owner=owner, subject="Тема", body="<b>{имя|друг}</b>")
    shown = as_owner.get(reverse("mailings:message_preview_page", args=[message.pk])).text
    assert "&lt;b&gt;Анна&lt;/b&gt;" in shown and "<iframe" not in shown


def test_beside_the_editor_the_frame_keeps_who_and_how(htmx, owner, message):
    boris = RecipientFactory(owner=owner, full_name="Борис Ли")
    beside = reverse("mailings:letter_beside", args=[message.pk])
    shown = htmx.get(f"{beside}?to={boris.pk}&view=dark").text
    assert f"/preview/letter/?to={boris.pk}&amp;view=dark" in shown
    assert "letter:changed from:body" in shown and "data-letter-of-form" not in shown
    assert "data-letter-of-form" in htmx.get(f"{beside}?unsaved=1").text


def test_beside_a_new_letter_s_editor_another_view_is_of_the_same_form(as_owner, htmx):
    page = as_owner.get("/messages/create/?kind=html").text
    [address] = re.findall(r'hx-get="(/messages/preview/beside/\?[^"]*view=phone[^"]*)"', page)
    shown = htmx.get(unescape(address)).text
    assert "data-letter-of-form" in shown
    assert re.findall("view=([a-z]+)", shown) == re.findall("view=([a-z]+)", page)


def test_an_unsaved_letter_is_shown_and_nothing_is_written(as_owner, message):
    before = Message.objects.values().get()
    shown = as_owner.post(UNSAVED, {"kind": "html", "source": "<p>Новое, {имя|друг}"})
    assert "Новое, Анна" in shown.text and "sandbox" in shown["Content-Security-Policy"]
    assert Message.objects.values().get() == before


@pytest.mark.parametrize("fields", [
    {}, {"kind": "mjml", "source": "<mjml><oops"}, {"kind": "mjml", "source": ""},
    {"kind": "html", "source": "\x00\ud83d<p"}, {"kind": "blocks", "source": "x"},
    {"kind": "html", "source": "x", "_to": "9" * 30, "_view": "zzz"},
    {"kind": "text", "body": EVIL}, {"kind": "html", "source": "{{7*7}}{% x %}{имя!}"},
])
def test_whatever_is_typed_there_is_an_answer(as_owner, fields):
    fields = {name: value.encode(errors="surrogatepass") for name, value in fields.items()}
    answer = as_owner.post(UNSAVED, fields)
    assert answer.status_code == 200 and "<script>" not in answer.text


def test_a_letter_that_is_too_long_says_so(as_owner, monkeypatch):
    monkeypatch.setattr(unsaved, "LONGEST", 10)
    answer = as_owner.post(UNSAVED, {"kind": "html", "source": "<p>Очень длинное письмо"})
    assert "слишком длинное" in answer.text


def test_a_mailings_letter_is_shown_as_it_was_sent_last(as_owner, owner, message):
    mailing = MailingFactory(owner=owner, message=message)
    document = reverse("mailings:mailing_letter", args=[mailing.pk])
    assert "Привет" in as_owner.get(document).text
    Run.objects.create(mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE,
                       subject="Тогда", body="", html="<p>Как было, {имя}")
    assert "Как было, Анна" in as_owner.get(document).text
    tab = as_owner.get(f"{mailing.get_absolute_url()}?tab=letter").text
    assert document in tab and "Тогда" in tab and "<p>Как было" not in tab


def test_the_check_page_shows_html_in_the_frame(as_owner, owner, message):
    anna = RecipientFactory(owner=owner, full_name="Анна Ли")
    mailing = MailingFactory(owner=owner, message=message, recipients=[anna])
    shown = as_owner.get(reverse("delivery:start", args=[mailing.pk])).text
    assert f"/messages/{message.pk}/preview/letter/?to={anna.pk}" in shown
    assert "<p title=" not in shown


@pytest.mark.parametrize("length, cut, nearly", [
    (NEARLY, False, False), (NEARLY + 1, False, True), (GMAIL_CUTS, False, True),
    (GMAIL_CUTS + 1, True, False)])
def test_what_gmail_cuts_is_told_before(length, cut, nearly):
    size = size_of("x" * length, "", [])
    assert (size.is_cut, size.is_nearly_cut) == (cut, nearly)


def test_a_letters_weight_is_that_of_its_encoded_parts():
    size = size_of("я" * 300, "plain", [3000])
    assert (size.html, size.text, size.attachments) == (600, 5, 3000)
    assert size.whole > 600 * 4 / 3 + 5 + 4000


@pytest.mark.parametrize("html, lines", [
    ("a\r\nb\rc\nd", ["a", "b", "c", "d"]), ("a\x0bb\u2028c", ["a\x0bb\u2028c"]), ("", [""])])
def test_the_sources_lines_are_those_that_are_counted_elsewhere(html, lines):
    assert source_of(html).lines == lines and source_of(html).is_all


def test_of_a_very_long_source_the_beginning_is_shown():
    source = source_of("\n" * (MOST_LINES + 1))
    assert len(source.lines) == MOST_LINES and not source.is_all


@pytest.mark.parametrize("view", ["letter", "text"])
def test_a_text_shows_its_own_addresses_less_what_is_secret(as_owner, owner, view, settings):
    settings.BASE_URL = "https://vestnik.example"
    message = MessageFactory(owner=owner, body="{отписаться} {в браузере}")
    frame = as_owner.get(f"/messages/{message.pk}/preview/letter/?view={view}").text
    assert "https://vestnik.example/u/…/ https://vestnik.example/w/…/" in frame
