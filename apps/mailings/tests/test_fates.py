"""What became of the letter to each recipient of a mailing, over all of its runs."""
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Delivery, Mailing, Recipient, Run
from tests.factories import MailingFactory, RecipientFactory

from ..mailings.fates import NOT_SENT, add_letters, failed_counts, fates_of, with_letters

pytestmark = pytest.mark.django_db
GONE = "550 5.1.1 User unknown"


@pytest.fixture
def people(owner):
    return [RecipientFactory(owner=owner, email=f"{name}@example.com", full_name=name.title())
            for name in ("anna", "boris", "vera", "gleb")]


@pytest.fixture
def mailing(owner, people):
    return MailingFactory(owner=owner, recipients=people)


def run_of(mailing, state=Run.State.FINISHED, **fates):
    """Add a run that gave each of the people named this state; return it."""
    run = Run.objects.create(
        mailing=mailing, owner=mailing.owner, state=state, total=len(fates),
        sent=list(fates.values()).count("sent"), failed=list(fates.values()).count("failed"),
        finished_at=timezone.now())
    for name, fate in fates.items():
        person = Recipient.all_objects.get(email=f"{name}@example.com")
        Delivery.objects.create(run=run, recipient=person, email=person.email, state=fate,
                                answer=GONE if fate == "failed" else "")
    return run


def told(mailing):
    """Return each one's fate as the rows tell it, and see that the figures tell the same."""
    rows = {row.full_name.lower(): row.fate for row in with_letters(mailing)}
    fates = fates_of(mailing)
    assert fates.total == len(rows)
    assert all(list(rows.values()).count(fate) == n for fate, n in fates.counts.items())
    assert fates.sent + fates.failed + fates.unknown + fates.skipped + fates.left == fates.total
    return rows


@pytest.mark.parametrize("runs, fate", [
    ([], NOT_SENT), ([{"anna": "sent"}], "sent"), ([{"anna": "pending"}], "pending"),
    ([{"anna": "failed"}, {"anna": "sent"}], "sent"),
    ([{"anna": "sent"}, {"anna": "failed"}], "failed"),
    ([{"anna": "sent"}, {"anna": "cancelled"}], "sent"),
    ([{"anna": "sent"}, {"anna": "skipped"}], "sent"),
    ([{"anna": "skipped"}, {"anna": "cancelled"}], "cancelled"),
    ([{"anna": "unknown"}, {"boris": "sent"}], "unknown"),
])
def test_the_latest_letter_tells_the_fate_unless_it_was_set_aside(mailing, runs, fate):
    for run in runs:
        run_of(mailing, **run)
    assert told(mailing)["anna"] == fate


def test_a_recipient_who_was_added_anew_has_the_fate_of_the_address(mailing, owner, people):
    run_of(mailing, anna="sent")
    Recipient.objects.filter(pk=people[0].pk).update(deleted_at=timezone.now())
    mailing.recipients.add(
        RecipientFactory(owner=owner, email="ANNA@example.com", full_name="Anna"))
    assert told(mailing)["anna"] == "sent"


def test_letters_of_another_mailing_tell_nothing(mailing, owner, people):
    run_of(MailingFactory(owner=owner, recipients=people), anna="sent")
    assert set(told(mailing).values()) == {NOT_SENT}


def test_the_page_tells_who_has_the_letter_though_the_last_run_was_of_one(as_owner, mailing):
    run_of(mailing, anna="sent", boris="sent", vera="sent", gleb="failed")
    run_of(mailing, gleb="failed")
    page = words(as_owner.get(mailing.get_absolute_url()))
    assert "3 из 4 получили" in page and "1 не дошло: такого ящика нет" in page
    assert "Отправлена" in page and "Исправить адрес" in page


def words(response):
    return words_of(response.content.decode())


def words_of(html):
    text = re.sub(r"<(?!input)[^>]*>", " ", html)
    return re.sub(r"\s+([.,:])", r"\1", " ".join(text.split()))


def test_who_has_the_letter_is_never_called_not_sent_while_a_run_goes(as_owner, mailing):
    run_of(mailing, Run.State.RUNNING, anna="sent", boris="claimed", vera="pending", gleb="retry")
    page = words(as_owner.get(mailing.get_absolute_url()))
    assert "Ещё не отправляли" not in page
    assert all(word in page for word in ("Успешно 1", "Отправляется 1", "В очереди 1"))


@pytest.mark.parametrize("query, found", [
    ("?fate=failed", {"gleb"}), ("?fate=none", {"vera"}), ("?fate=sent", {"anna", "boris"}),
    ("?q=boris", {"boris"}), ("?q=ANNA@", {"anna"}), ("?q=b&fate=sent", {"boris"}),
    ("?q=nobody", set()), ("?fate=nonsense", {"anna", "boris", "vera", "gleb"}),
])
def test_recipients_are_found_by_name_address_and_fate(as_owner, mailing, query, found):
    run_of(mailing, anna="sent", boris="sent", gleb="failed")
    page = as_owner.get(mailing.get_absolute_url() + query)
    assert {row.full_name.lower() for row in page.context["page"]} == found


def test_the_counts_beside_the_fates_are_of_all_recipients(as_owner, mailing):
    run_of(mailing, anna="sent", boris="sent", gleb="failed")
    page = as_owner.get(mailing.get_absolute_url() + "?fate=failed&q=gleb")
    assert [(name, number) for name, _words, number in page.context["fates"]] == [
        ("sent", 2), ("failed", 1), ("none", 1)]
    assert page.context["recipients"].counted == 4


@pytest.mark.parametrize("answer, reason, raw", [
    (GONE, "Такого ящика нет", True),
    ("554 5.7.1 Message rejected as spam", "спам", True),
    ("550 no", "Сервер не принял письмо", True),
    ("Set aside: the sender crashed three times over this letter.", "", False),
])
def test_a_failed_row_tells_a_plain_reason_and_folds_the_servers_words(
        as_owner, mailing, answer, reason, raw):
    run_of(mailing, anna="failed")
    Delivery.objects.update(answer=answer)
    page = as_owner.get(mailing.get_absolute_url() + "?fate=failed").content.decode()
    row = page[page.index('<tr id="recipient-'):]
    assert reason in row and ("<summary" in row) == raw


def correct(client, mailing, person, email):
    return client.post(
        reverse("mailings:mailing_recipient", args=[mailing.pk, person.pk]), {"email": email})


def test_a_corrected_address_keeps_the_rest_and_offers_to_send_again(htmx, mailing, people):
    run_of(mailing, gleb="failed")
    gleb = people[3]
    Recipient.objects.filter(pk=gleb.pk).update(
        bounced_at=timezone.now(), bounced_reply=GONE, comment="важный")
    assert correct(htmx, mailing, gleb, "gleb@example.org").status_code == 204
    gleb.refresh_from_db()
    assert (gleb.email, gleb.full_name, gleb.comment, gleb.bounced_at) == (
        "gleb@example.org", "Gleb", "важный", None)
    page = words(htmx.get(mailing.get_absolute_url() + "?fate=failed"))
    assert "Адрес исправлен. Отправить ещё раз" in page
    assert f'{reverse("delivery:start", args=[mailing.pk])}"' in htmx.get(
        mailing.get_absolute_url() + "?fate=failed").content.decode()


def test_a_wrong_address_stays_in_the_row_with_what_is_wrong(htmx, mailing, people):
    run_of(mailing, gleb="failed")
    answer = correct(htmx, mailing, people[3], "anna@example.com")
    assert answer.status_code == 422 and "data-inline" in answer.content.decode()
    assert 'value="anna@example.com"' in answer.content.decode()


def test_without_javascript_the_address_is_corrected_on_the_recipients_page(
        as_owner, mailing, people):
    answer = as_owner.get(reverse("mailings:mailing_recipient", args=[mailing.pk, people[0].pk]))
    assert answer.url == reverse("mailings:recipient_edit", args=[people[0].pk])


def test_who_is_not_in_the_mailing_is_not_corrected_there(htmx, mailing, owner):
    stranger = RecipientFactory(owner=owner)
    assert correct(htmx, mailing, stranger, "x@example.org").status_code == 404


@pytest.mark.parametrize("number", [1, 50])
def test_the_page_costs_as_many_queries_for_one_recipient_as_for_fifty(
        as_owner, owner, number, django_assert_max_num_queries):
    people = RecipientFactory.create_batch(number, owner=owner)
    mailing = MailingFactory(owner=owner, recipients=people)
    run = Run.objects.create(mailing=mailing, owner=owner, state=Run.State.FINISHED, failed=number,
                             total=number)
    Delivery.objects.bulk_create(Delivery(
        run=run, recipient=person, email=person.email, state="failed", answer=GONE)
        for person in people)
    with django_assert_max_num_queries(36):
        as_owner.get(mailing.get_absolute_url())


def test_failures_that_later_letters_cured_are_not_counted(mailing, owner):
    run_of(mailing, anna="failed", boris="failed", vera="failed")
    run_of(mailing, anna="sent", boris="failed", vera="cancelled")
    assert failed_counts([mailing]) == {mailing.pk: 2}
    assert fates_of(mailing).failed == 2
    assert failed_counts(Mailing.objects.none()) == {}


def test_a_row_has_the_letter_that_tells_its_fate(mailing):
    run_of(mailing, anna="sent")
    run_of(mailing, anna="skipped")
    rows = list(with_letters(mailing).filter(fate="sent"))
    add_letters(rows)
    assert [row.letter.state for row in rows] == ["sent"]


def row_of(client):
    page = client.get(reverse("mailings:mailing_list")).content.decode()
    return words_of(page[page.index("<tbody>"):page.index("</tbody>")])


def test_the_lists_row_tells_who_has_the_letter_though_the_last_run_was_of_one(as_owner, mailing):
    run_of(mailing, anna="sent", boris="sent", vera="sent", gleb="failed")
    assert "3 из 4" in row_of(as_owner)
    run_of(mailing, gleb="failed")
    assert "3 из 4" in row_of(as_owner)
    run_of(mailing, Run.State.RUNNING, gleb="pending")
    assert "0 из 1 · Идёт" in row_of(as_owner)


def test_the_lists_row_follows_who_is_in_the_mailing_and_what_becomes_of_them(
        as_owner, mailing, people, owner):
    run = run_of(mailing, anna="sent", boris="sent", vera="sent", gleb="failed")
    mailing.recipients.add(RecipientFactory(owner=owner))
    assert "3 из 5" in row_of(as_owner)
    Recipient.objects.filter(pk=people[0].pk).update(deleted_at=timezone.now())
    assert "2 из 4" in row_of(as_owner)
    run.deliveries.filter(state="failed").update(state="sent")
    run.save()
    assert "3 из 4" in row_of(as_owner)


def test_the_list_costs_as_many_queries_for_one_mailing_as_for_twenty(
        as_owner, owner, people, django_assert_max_num_queries):
    for _ in range(20):
        run_of(MailingFactory(owner=owner, recipients=people), anna="sent")
    with django_assert_max_num_queries(15):
        row_of(as_owner)


def test_fates_of_a_big_mailing_are_counted_once_until_something_changes(
        as_owner, mailing, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("apps.mailings.mailings.figures.DEAR", 3)
    run_of(mailing, anna="sent", boris="sent", vera="sent", gleb="failed")
    second = run_of(mailing, gleb="failed")
    assert "3 из 4" in row_of(as_owner)
    with django_assert_max_num_queries(13):
        assert "3 из 4" in row_of(as_owner)
    second.deliveries.update(state="sent")
    second.save()
    assert "4 из 4" in row_of(as_owner)
