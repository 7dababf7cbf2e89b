import pytest
from django.utils import translation

from apps.delivery.letter_values import letter_snapshot
from apps.delivery.services import run_start
from apps.mailings.models import Message, Run
from tests import factories

from ..ad_mark import as_sent, is_inn, mark_line, mark_warnings
from ..services import message_copy

INN = "7707083893"  # of a bank that everybody may look up
MARK = {"advertiser": "ООО «Ромашка»", "inn": INN, "erid": "2VtzqwXyZab"}
LINE = f"Реклама. ООО «Ромашка», ИНН {INN}, erid: 2VtzqwXyZab"
TYPED = {"ad_advertiser": " ООО «Ромашка» ", "ad_inn": "7707 083893", "ad_erid": "2VtzqwXyZab"}


def test_a_text_ends_with_the_mark_and_its_source_stays():
    message = Message(subject="Hi", body="Goods\n\n", ad_mark=MARK)
    assert as_sent(message).body == f"Goods\n\n{LINE}\n"
    assert message.body == "Goods\n\n"


def test_html_ends_with_the_mark_inside_its_body():
    message = Message(html="<body><p>Goods</p></body></html>", body="Goods",
                      ad_mark=MARK | {"advertiser": "A & <b>"})
    html = as_sent(message).html
    assert html.startswith("<body><p>Goods</p><p style=")
    assert html.endswith(f">Реклама. A &amp; &lt;b&gt;, ИНН {INN}, erid: 2VtzqwXyZab</p>"
                         "</body></html>")


def test_a_letter_without_a_mark_is_sent_as_it_is():
    message = Message(subject="Hi", body="Goods\n\n", html="<p>Goods</p>")
    sent = as_sent(message)
    assert (sent.subject, sent.body, sent.html) == ("Hi", "Goods\n\n", "<p>Goods</p>")


@pytest.mark.parametrize("mark, line", [
    ({"advertiser": "A"}, "Реклама. A"), ({"erid": "e"}, "Реклама. erid: e"), ({}, "")])
def test_a_mark_says_what_there_is(mark, line):
    assert mark_line(mark) == line


@pytest.mark.parametrize("inn, right", [
    (INN, True), ("7707083894", False), ("500100732259", True), ("500100732258", False),
    ("500100732249", False), ("770708389", False), ("", False), ("٧٧٠٧٠٨٣٨٩٣", False)])
def test_the_check_digits_of_an_inn_are_counted(inn, right):
    assert is_inn(inn) is right


@pytest.mark.parametrize("mark, warnings", [
    (MARK, 0), ({}, 0), ({"erid": "2VtzqwXyZab"}, 1), (MARK | {"inn": "1"}, 1),
    (MARK | {"erid": "with a blank"}, 1), ({"inn": "1", "erid": "1"}, 3)])
def test_what_looks_wrong_is_told(mark, warnings):
    assert len(mark_warnings(mark)) == warnings


@pytest.mark.parametrize("kind, content", [
    ("text", {"body": "Goods"}), ("html", {"kind": "html", "source": "<p>Goods</p>"}),
    ("mjml", {"kind": "mjml", "source": "<mjml><mj-body></mj-body></mjml>"})])
def test_each_editor_keeps_a_mark(as_owner, owner, kind, content):
    as_owner.post("/messages/create/", {"subject": "Hi", **content, **TYPED})
    message = Message.objects.get(owner=owner)
    assert message.kind == kind
    assert message.ad_mark == MARK
    page = as_owner.get(f"/messages/{message.pk}/edit/").content.decode()
    assert INN in page and 'value="2VtzqwXyZab"' in page


def test_a_letter_of_blocks_keeps_a_mark(as_owner, owner):
    message = factories.MessageFactory(owner=owner, kind="blocks", subject="Hi", body="Goods")
    as_owner.post(f"/messages/{message.pk}/edit/", {"subject": "Hi", "preheader": "", **TYPED})
    message.refresh_from_db()
    assert message.ad_mark == MARK


def test_a_mark_that_looks_wrong_is_saved_and_told_of(as_owner, owner):
    as_owner.post("/messages/create/",
                  {"subject": "Hi", "body": "Goods", **TYPED, "ad_inn": "7707083894"})
    message = Message.objects.get(owner=owner)
    for page in (message.get_absolute_url(), f"/messages/{message.pk}/edit/"):
        with translation.override("en"):
            told = as_owner.get(page, headers={"accept-language": "en"}).content.decode()
        assert told.count('class="app-note app-amber" role="status"') == 1, page


@pytest.mark.parametrize("name, value", [
    ("ad_advertiser", "{имя}"), ("ad_inn", "1" * 21), ("ad_erid", "x" * 101)])
def test_a_mark_that_no_letter_can_carry_is_refused_and_stays_typed(as_owner, name, value):
    page = as_owner.post("/messages/create/",
                         {"subject": "Hi", "body": "Goods", **TYPED, name: value})
    assert page.status_code == 422
    assert value in page.content.decode()
    assert not Message.objects.exists()


def test_a_mark_is_taken_off_again(as_owner, owner):
    message = factories.MessageFactory(owner=owner, ad_mark=MARK)
    as_owner.post(f"/messages/{message.pk}/edit/", {"subject": "Hi", "body": "Goods"})
    message.refresh_from_db()
    assert message.ad_mark == {}


def test_a_copy_has_the_mark(owner):
    message = factories.MessageFactory(owner=owner, ad_mark=MARK)
    assert message_copy(message=message).ad_mark == MARK
    assert message_copy(message=message, kind="html").ad_mark == MARK


def test_the_letters_of_a_run_have_the_mark(owner):
    message = factories.MessageFactory(owner=owner, body="Goods", ad_mark=MARK)
    assert letter_snapshot(message)["body"] == f"Goods\n\n{LINE}\n"
    mailing = factories.MailingFactory(owner=owner, message=message, recipients=[
        factories.RecipientFactory(owner=owner)])
    assert run_start(mailing=mailing, trigger=Run.Trigger.PAGE, by=owner).body.endswith(f"{LINE}\n")


def test_the_letter_beside_an_editor_has_the_mark_as_it_is_typed(as_owner):
    page = as_owner.post("/messages/preview/", {"subject": "Hi", "body": "Goods", **TYPED})
    assert LINE in page.content.decode()


def test_the_preview_of_a_saved_letter_has_the_mark(as_owner, owner):
    message = factories.MessageFactory(owner=owner, body="Goods", html="<p>Goods</p>",
                                       kind="html", source="<p>Goods</p>", ad_mark=MARK)
    for view in ("letter", "text"):
        frame = as_owner.get(f"/messages/{message.pk}/preview/letter/?view={view}").content.decode()
        assert LINE in frame, view
