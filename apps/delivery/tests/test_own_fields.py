"""What the owner's own fields say in letters."""
import pytest

from apps.delivery.services import RunRefused, run_start
from apps.mailings.fields.services import field_delete
from apps.mailings.fields.values import fields_of, letter_values
from apps.mailings.models import Delivery, Recipient, Run
from tests.factories import FieldFactory, RecipientFactory
from tests.sending import send, work
from tests.smtp import sink_server

from .. import audience
from .big_runs import prepare, start

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = {"город": "Казань", "сумма": 1234.5, "с нами с": "2026-03-08", "чай": "Улун", "лет": 7}


@pytest.fixture
def fields(owner):
    kinds = {"город": "text", "сумма": "number", "с нами с": "date", "чай": "choice",
             "лет": "number"}
    return [FieldFactory(owner=owner, key=key, label=key, kind=kind)
            for key, kind in kinds.items()]


@pytest.fixture
def letter(mailing, fields):
    """The mailing's letter says what is known of Anna alone."""
    Recipient.objects.filter(email="anna@example.com").update(fields=ANNA)
    message = mailing.message
    message.subject = "{Город|Привет}: {ЧАЙ}"
    message.body = "{имя}, {сумма|0} ₽, {с  нами с}, {лет}.{ГОРОД}"
    message.save()
    return message


def texts(sink, address):
    letter = sink.parsed(address)
    return letter["Subject"], letter.get_content().partition("\nUnsubscribe: ")[0].strip()


def test_each_gets_their_own_values_or_the_fallback_or_nothing(mailing, letter, sink):
    run = send(mailing)
    assert run.sent == 3
    assert texts(sink, "anna@example.com") == (
        "Казань: Улун", "Анна, 1234,5 ₽, 08.03.2026, 7.Казань")
    assert texts(sink, "boris@example.com") == ("Привет: ", ", 0 ₽, , .")
    assert run.fields == {
        "город": "text", "лет": "number", "с нами с": "date", "сумма": "number", "чай": "choice"}


def test_the_ledger_says_what_pages_say(mailing, letter, owner):
    odd = {"город": "О'Генри \"и\" {имя}", "сумма": -0.0001, "с нами с": "0001-01-01",
           "лет": 123456789012345}
    mailing.recipients.add(RecipientFactory(owner=owner, email="odd@example.com", fields=odd))
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    for delivery in run.deliveries.select_related("recipient"):
        said = {key: value or "" for key, value in delivery.values.items()}
        assert said == letter_values(fields_of(owner), delivery.recipient.fields)


def test_a_letter_without_own_fields_keeps_no_values(mailing, fields, sink):
    Recipient.objects.update(fields=ANNA)
    run = send(mailing)
    assert run.fields is None
    assert set(run.deliveries.values_list("values", flat=True)) == {None}


def test_a_retry_says_what_the_first_try_said_whatever_was_changed_since(
        mailing, letter, settings, fields):
    with sink_server(settings, rcpt={"anna": "450 4.2.0 Greylisted"}) as sink:
        run = send(mailing)
        Recipient.objects.update(fields={})
        for field in fields:
            field_delete(field=field)
        sink.rcpt.clear()
        run.deliveries.filter(state=Delivery.State.RETRY).update(state=Delivery.State.PENDING)
        work(run)
        assert run.sent == 3
        assert texts(sink, "anna@example.com")[0] == "Казань: Улун"


def test_a_field_that_goes_before_the_ledger_is_made_is_still_a_field_of_the_run(
        mailing, letter, fields, monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 0)
    run = start(mailing)
    for field in fields:
        field_delete(field=field)
    prepare(run)
    anna = run.deliveries.get(email="anna@example.com")
    assert anna.values["чай"] == "Улун"


def test_a_letter_with_a_field_that_is_gone_is_not_sent(mailing, letter, fields):
    field_delete(field=fields[0])
    with pytest.raises(RunRefused, match="{Город|Привет}"):
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    assert not Run.objects.exists()


def test_somebody_elses_field_is_none_of_this_letter(mailing, other):
    FieldFactory(owner=other, key="город", label="Город")
    mailing.message.body = "{город}"
    mailing.message.save()
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def test_the_check_page_shows_the_values_and_names_what_nobody_can_fill(
        as_owner, mailing, letter, fields):
    page = as_owner.get(f"/mailings/{mailing.pk}/start/")
    assert page.context["letter"].body.startswith("Анна, 1234,5 ₽, 08.03.2026, 7.Казань\r\n")
    assert b'name="expected"' in page.content
    field_delete(field=fields[0])
    page = as_owner.get(f"/mailings/{mailing.pk}/start/")
    assert page.context["unknown_fields"] == ["{Город|Привет}", "{ГОРОД}"]
    assert b'name="expected"' not in page.content


def test_long_values_do_not_make_long_lines(mailing, letter, sink):
    Recipient.objects.update(fields={"город": "я" * 500})
    letter.body = "{город} " * 5
    letter.subject = "x"
    letter.save()
    send(mailing)
    assert texts(sink, "anna@example.com")[1] == " ".join(["я" * 500] * 5)
