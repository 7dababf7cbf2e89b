import re
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Attempt, Delivery, Mailing, Run
from apps.statistics.models import DomainTally, Tally
from apps.users.models import User
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db
MEANINGS = {"sent": (Meaning.ACCEPTED, "250 2.0.0 Ok: queued as 1"),
            "failed": (Meaning.NO_MAILBOX, "550 5.1.1 User unknown"),
            "unknown": (Meaning.UNKNOWN, "The server closed the connection.")}


def counts(client):
    context = client.get("/").context
    return (context["mailings_total"], context["mailings_active"], context["recipients_unique"])


def sent_mailing(owner, **counters):
    mailing = MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    run = Run.objects.create(
        mailing=mailing, owner=owner, state=Run.State.FINISHED, subject="s", body="b",
        trigger=Run.Trigger.PAGE, total=sum(counters.values()), **counters)
    for name, number in counters.items():
        Tally.objects.create(
            run=run, mailing=mailing, owner=owner, meaning=MEANINGS[name][0], number=number,
            example=MEANINGS[name][1], quarter=int(timezone.now().timestamp()) // 900)
    return mailing


def test_each_sees_their_own_figures_and_a_manager_everyones(
        client, as_owner, as_other, as_manager, owner, other):
    for person in (owner, other):
        RecipientFactory(owner=person, email="same@example.com")
        MailingFactory(owner=person)
    RecipientFactory(owner=owner)
    RecipientFactory(owner=owner, deleted_at=timezone.now())
    sent_mailing(owner, sent=1)
    assert counts(as_owner) == (2, 1, 2)
    assert counts(as_other) == (1, 0, 1)
    assert counts(as_manager) == (3, 1, 3)
    assert counts(client) == (3, 1, 3)


def test_a_disabled_mailing_is_not_active(as_owner, owner):
    sent_mailing(owner, sent=1)
    Mailing.objects.update(disabled_at=timezone.now())
    assert counts(as_owner)[:2] == (1, 0)


def test_a_visitors_totals_do_not_tell_who_is_added_within_the_hour(client, owner):
    before = counts(client)
    RecipientFactory(owner=owner)
    assert counts(client) == before


def test_a_newcomer_gets_three_steps_that_tick_off(as_owner, owner):
    page = as_owner.get("/")
    assert not any(page.context["steps"].values()) and "/senders/create/" in page.text
    RecipientFactory(owner=owner)
    assert as_owner.get("/").context["steps"]["recipients"]
    MailingFactory(owner=owner)
    assert not as_owner.get("/").context["steps"]


def test_what_needs_a_decision_stands_on_the_home_page(as_owner, as_other, owner):
    mailing = sent_mailing(owner, sent=2, unknown=1)
    assert [run.mailing for run in as_owner.get("/").context["undecided"]] == [mailing]
    assert mailing.message.subject not in as_other.get("/").content.decode()


def test_an_unknown_outcome_of_an_earlier_run_still_needs_a_decision(as_owner, owner):
    mailing = sent_mailing(owner, unknown=1)
    later = Run.objects.create(mailing=mailing, owner=owner, state=Run.State.FINISHED, total=1,
                               sent=1, trigger=Run.Trigger.PAGE, subject="s", body="b")
    assert [run.unknown for run in as_owner.get("/").context["undecided"]] == [1]
    assert later.mailing == mailing


def test_a_manager_sees_what_needs_eyes_and_others_do_not(
        as_manager, as_owner, owner, blocked, manager):
    disabled = MailingFactory(owner=owner, disabled_at=timezone.now(), disabled_by=manager)
    stuck = sent_mailing(owner, sent=1)
    Run.objects.update(state=Run.State.PAUSED, reason=Run.Reason.SERVER)
    context = as_manager.get("/").context
    assert [run.mailing for run in context["stuck"]] == [stuck]
    assert list(context["disabled"]) == [disabled] and list(context["blocked"]) == [blocked]
    assert blocked.email not in as_owner.get("/").content.decode()


def test_a_report_counts_attempts_and_letters_by_person(as_owner, as_manager, owner, other):
    mailing = sent_mailing(owner, sent=3, failed=2, unknown=1)
    sent_mailing(other, sent=4)
    figures = {"attempts": 6, "successful": 3, "failed": 2, "unknown": 1}
    fates = {"total": 6, "sent": 3, "failed": 2, "returned": 0, "unknown": 1, "skipped": 0,
             "left": 0}
    assert as_manager.get("/reports/").context["figures"]["attempts"] == 10
    assert as_manager.get("/reports/").context["fates"]["total"] == 10
    page = as_owner.get(f"/reports/mailings/{mailing.pk}/")
    for one in (page, as_owner.get("/reports/"), as_manager.get("/reports/", {"owner": owner.pk})):
        assert one.context["figures"] == figures and one.context["fates"] == fates
        assert "Дошло 3 из 6" in " ".join(one.text.split()) and "50,0 %" in one.text
    assert [(row["meaning"], row["number"]) for row in page.context["answers"]] == [
        (Meaning.ACCEPTED, 3), (Meaning.NO_MAILBOX, 2), (Meaning.UNKNOWN, 1)]
    assert "Такого ящика нет" in page.content.decode()
    assert "550 5.1.1 User unknown" in page.content.decode()


def test_a_letter_marked_as_delivered_counts_as_sent_and_its_attempt_stays_unknown(
        as_owner, as_manager, as_other, owner, other):
    other.user_permissions.set(Permission.objects.filter(codename="view_all_users"))  # no mailings
    mailing = sent_mailing(owner, unknown=2)
    run = mailing.runs.get()
    Delivery.objects.create(run=run, email="a@example.com", settled_by=owner, answer="",
                            settled_at=timezone.now(), state=Delivery.State.SENT)
    Run.objects.update(sent=1, unknown=1)  # as deciding has counted it
    for client, sent in ((as_owner, 1), (as_manager, 1), (as_other, 0)):
        context = client.get("/reports/").context
        assert (context["fates"]["sent"], context["fates"]["unknown"]) == (sent, sent)
        assert (context["confirmed"], context["figures"]["successful"]) == (sent, 0)


def test_a_greylisting_that_a_retry_cured_is_no_failure(as_owner, owner):
    mailing = sent_mailing(owner, sent=1)
    Tally.objects.create(run=mailing.runs.get(), mailing=mailing, owner=owner, number=1,
                         meaning=Meaning.WAIT, quarter=int(timezone.now().timestamp()) // 900)
    page = as_owner.get(f"/reports/mailings/{mailing.pk}/")
    assert page.context["fates"]["failed"] == 0 and page.context["figures"]["failed"] == 1
    assert "app-dot-failed\">Сервер попросил" not in page.text


def test_each_figure_leads_to_its_letters(as_owner, as_other, as_manager, owner):
    mailing = sent_mailing(owner, failed=1, sent=1)
    for name, state in (("Анна", Delivery.State.FAILED), ("Борис", Delivery.State.SENT)):
        Delivery.objects.create(run=mailing.runs.get(), email=f"{name}@example.com",
                                full_name=name, state=state, answer="550 5.1.1 User unknown")
    for address in ("/reports/", f"/reports/mailings/{mailing.pk}/"):
        page = BeautifulSoup(as_owner.get(address).content, "html.parser")
        letters = as_owner.get(page.select_one(".app-outcome a.app-dot-failed")["href"]).text
        assert "Анна" in letters and "Борис" not in letters
        letters = as_owner.get(page.select_one(".app-outcome-first a")["href"]).text
        assert "Борис" in letters and "Анна" not in letters
    asked = {"fate": "failed", "mailing": mailing.pk}
    assert "Анна" not in as_other.get("/reports/letters/", asked).text
    assert owner.email in as_manager.get("/reports/letters/", asked).text


def test_a_share_is_a_hundred_only_where_all_arrived(as_owner, owner):
    sent_mailing(owner, sent=9999, failed=1)
    assert "99,9 %" in as_owner.get("/reports/").text


def test_the_last_attempt_is_told_to_the_second(as_owner, owner):
    User.objects.filter(pk=owner.pk).update(time_zone="UTC")
    mailing = sent_mailing(owner, sent=1)
    at = datetime(2026, 1, 2, 3, 14, 15, tzinfo=UTC)
    Tally.objects.update(quarter=int(at.timestamp()) // 900)
    Attempt.objects.create(mailing=mailing, run=mailing.runs.get(), owner=owner,
                           email="a@example.com", attempted_at=at, status=Attempt.Status.SUCCESS)
    report = lines(as_owner.get("/reports/export/", {"from": "2026-01-01", "to": "2026-01-31"}))
    assert report[1].endswith("2026-01-02 03:14:15")


def test_a_manager_compares_users(as_manager, as_owner, owner, other):
    sent_mailing(owner, sent=1)
    sent_mailing(owner, sent=1)
    sent_mailing(other, sent=5)
    page = as_manager.get("/reports/", {"by": "user", "sort": "-attempts"})
    assert [(row["of"], row["attempts"]) for row in page.context["page"]] == [
        (other, 5), (owner, 2)]
    assert as_owner.get("/reports/", {"by": "user"}).context["by"] == "mailing"


@pytest.mark.parametrize("sort", ["name", "last", "total", "sent", "failed", "unknown", "attempts"])
def test_the_table_sorts_by_each_column_both_ways(as_owner, owner, sort):
    first, second = sent_mailing(owner, sent=1), sent_mailing(owner, sent=3, failed=1, unknown=1)
    second.message.subject = "Яблоки"
    second.message.save()
    Tally.objects.filter(mailing=first).update(quarter=Tally.objects.first().quarter - 1)
    for asked, order in ((sort, [first, second]), (f"-{sort}", [second, first])):
        page = as_owner.get("/reports/", {"sort": asked}).context["page"]
        assert [row["of"] for row in page] == order


def test_a_deleted_mailing_stays_in_the_figures_without_a_link(as_owner, owner):
    mailing = sent_mailing(owner, sent=1)
    Mailing.objects.filter(pk=mailing.pk).update(deleted_at=timezone.now())
    page = as_owner.get("/reports/")
    assert page.context["fates"]["sent"] == 1
    assert f"/reports/mailings/{mailing.pk}/" not in page.content.decode()


def test_figures_move_by_themselves_while_a_run_is_on_and_then_rest(as_owner, owner):
    mailing = sent_mailing(owner, sent=1)
    for address in ("/reports/", f"/reports/mailings/{mailing.pk}/"):
        Run.objects.update(state=Run.State.RUNNING)
        assert "every 5s" in as_owner.get(address).content.decode()
        for state in (Run.State.PAUSED, Run.State.FINISHED):
            Run.objects.update(state=state)
            assert "every 5s" not in as_owner.get(address).content.decode()
        Run.objects.update(state=Run.State.PAUSED)  # a person may resume it
        assert "every 15s" in as_owner.get(address).content.decode()


def test_a_report_costs_the_same_queries_however_much_there_is(
        as_owner, owner, django_assert_max_num_queries):
    mailings = [sent_mailing(owner, sent=9, failed=2) for _ in range(12)]
    with django_assert_max_num_queries(16):  # two count those who left and who complained
        as_owner.get("/reports/")
    with django_assert_max_num_queries(21):  # and one what came back from each domain
        as_owner.get(f"/reports/mailings/{mailings[0].pk}/")


def lines(response):
    return b"".join(response.streaming_content).decode().splitlines()


def test_exports_open_in_a_spreadsheet_and_run_nothing(as_owner, as_other, owner):
    mailing = sent_mailing(owner, sent=1)
    mailing.message.subject = "=HYPERLINK(1)"
    mailing.message.save()
    Delivery.objects.create(run=mailing.runs.get(), email="a@example.com", full_name="+7 Анна",
                            state=Delivery.State.SENT, answer="250 Ok; thanks")
    report = lines(as_owner.get("/reports/export/"))
    assert report[0] == ("\ufeffРассылка;Владелец;Письма;Дошло;Не дошло;Вернулось;Неизвестно;"
                         "Пропущено;В пути;Попытки;Последняя попытка")
    assert report[1].startswith("'=HYPERLINK(1);")
    fates = lines(as_owner.get(f"/reports/mailings/{mailing.pk}/export/"))
    assert ";a@example.com;'+7 Анна;Успешно;0;\"250 Ok; thanks\";" in fates[1]
    assert len(lines(as_other.get("/reports/export/"))) == 1


def test_an_export_is_in_the_readers_language_and_time_zone(as_owner, owner):
    User.objects.filter(pk=owner.pk).update(language="en", time_zone="Asia/Vladivostok")
    mailing = sent_mailing(owner)
    Run.objects.update(started_at=datetime(2026, 1, 1, 15, tzinfo=UTC))
    Delivery.objects.create(run=mailing.runs.get(), email="a@example.com")
    fates = lines(as_owner.get(f"/reports/mailings/{mailing.pk}/export/"))
    assert fates[1].startswith("2026-01-02 01:00:00,a@example.com,,Queued,")


def test_the_link_to_the_export_follows_the_filters(as_owner):
    page = as_owner.get("/reports/", {"period": "all"}, headers={"hx-request": "true"}).text
    link = re.search(r'<a [^>]*id="export"[^>]*>', page)[0]
    assert 'hx-swap-oob="true"' in link and "/reports/export/?period=all" in link
    assert as_owner.get("/reports/").text.count('id="export"') == 1


def test_nobody_chooses_another_persons_report(as_owner, as_other, owner):
    mailing = sent_mailing(owner, sent=1)
    assert as_other.get("/reports/", {"owner": owner.pk}).context["figures"]["attempts"] == 0
    assert as_other.get(f"/reports/mailings/{mailing.pk}/").status_code == 404


def test_a_period_limits_the_figures(as_owner, owner):
    sent_mailing(owner, sent=1)
    assert as_owner.get("/reports/", {"to": "2020-01-01"}).context["figures"]["attempts"] == 0


def test_a_bar_tells_its_figures_to_who_does_not_see_it(as_owner, owner):
    mailing = sent_mailing(owner, sent=3)
    DomainTally.objects.create(
        run=mailing.runs.get(), mailing=mailing, domain="example.com", total=3, sent=3, failed=0,
        unknown=0, skipped=0)
    for page in (f"/reports/mailings/{mailing.pk}/", "/reports/"):
        # Of those that arrived, came back, failed, and nobody knows of.
        assert re.search(r'aria-label="\D+3\D+0\D+0\D+0"', as_owner.get(page).text)
