import pytest
from django.utils import timezone

from apps.mailings.models import Attempt, Mailing, Run
from apps.mailings.services import user_data_changed
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db


def counts(client):
    context = client.get("/").context
    return (context["mailings_total"], context["mailings_active"], context["recipients_unique"])


def sent_mailing(owner, **counters):
    mailing = MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    run = Run.objects.create(
        mailing=mailing, owner=owner, state=Run.State.FINISHED, subject="s", body="b",
        trigger=Run.Trigger.PAGE, total=sum(counters.values()), **counters)
    for good, unknown, number in ((True, False, counters.get("sent", 0)),
                                  (False, False, counters.get("failed", 0)),
                                  (False, True, counters.get("unknown", 0))):
        for _ in range(number):
            Attempt.objects.create(
                mailing=mailing, run=run, owner=owner, email="a@example.com",
                attempted_at=timezone.now(), outcome_unknown=unknown, code=250 if good else 550,
                status=Attempt.Status.SUCCESS if good else Attempt.Status.FAILURE)
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
    assert counts(as_manager) == (3, 1, 2)
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
    assert as_owner.get("/").context["steps"] == {"recipients": False, "message": False}
    RecipientFactory(owner=owner)
    assert as_owner.get("/").context["steps"]["recipients"]
    MailingFactory(owner=owner)
    user_data_changed(owner_id=owner.pk)
    assert "steps" not in as_owner.get("/").context


def test_what_needs_a_decision_stands_on_the_home_page(as_owner, as_other, owner):
    mailing = sent_mailing(owner, sent=2, unknown=1)
    assert [run.mailing for run in as_owner.get("/").context["undecided"]] == [mailing]
    assert mailing.message.subject not in as_other.get("/").content.decode()


def test_a_report_counts_attempts_and_letters_by_person(as_owner, as_manager, owner, other):
    mailing = sent_mailing(owner, sent=3, failed=2, unknown=1)
    sent_mailing(other, sent=4)
    figures = {"attempts": 6, "successful": 3, "failed": 2, "unknown": 1}
    assert as_owner.get("/reports/").context["figures"] == figures
    assert as_manager.get("/reports/").context["figures"]["attempts"] == 10
    assert as_manager.get("/reports/", {"owner": owner.pk}).context["figures"] == figures
    page = as_owner.get(f"/reports/mailings/{mailing.pk}/")
    assert page.context["figures"] == figures
    assert {(row["code"], row["n"]) for row in page.context["answers"]} == {
        (250, 3), (550, 2), (550, 1)}


def test_nobody_chooses_another_persons_report(as_owner, as_other, owner):
    mailing = sent_mailing(owner, sent=1)
    assert as_other.get("/reports/", {"owner": owner.pk}).context["figures"]["attempts"] == 0
    assert as_other.get(f"/reports/mailings/{mailing.pk}/").status_code == 404


def test_a_period_limits_the_figures(as_owner, owner):
    sent_mailing(owner, sent=1)
    assert as_owner.get("/reports/", {"to": "2020-01-01"}).context["figures"]["attempts"] == 0
