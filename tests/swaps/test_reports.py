"""The filters, the table and the live figures of reports."""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Delivery, Run
from apps.statistics.models import QUARTER, Tally
from tests.factories import MailingFactory, UserFactory

from .inventory import swaps

DAY = timedelta(days=1)
LIVE = "#report-live"  # the tables below it stay as they are while somebody reads them


def sent_mailing(owner, number, **run):
    """A mailing with as many letters sent today, and as many days ago."""
    mailing = MailingFactory(owner=owner)
    run = Run.objects.create(mailing=mailing, owner=owner, total=number * 3, sent=number * 2,
                             **{"state": Run.State.FINISHED, **run})
    for when in (timezone.now(), timezone.now() - number * DAY):
        Tally.objects.create(run=run, mailing=mailing, owner=owner, meaning=Meaning.ACCEPTED,
                             number=number, quarter=int(when.timestamp()) // QUARTER)
    return run


@pytest.fixture
def runs(owner):
    """Five mailings of the owner, for three pages; one is of long ago too."""
    return [sent_mailing(owner, number) for number in (1, 2, 3, 40, 400)]


@pytest.fixture
def report(open_page, runs):
    return open_page("/reports/")


@pytest.fixture
def whole_report(open_page, runs, as_manager):
    """The report of everybody, as a manager sees it."""
    sent_mailing(UserFactory(email="zoe@example.com"), 7)
    return open_page("/reports/", as_manager)


@swaps("list_query period=name from=None to=None")
def test_each_period_is_what_its_address_shows(report):
    for name in ("7", "90", "365", "all", "30"):
        report.send(f"#period-{name}")
        assert report.address.endswith(f"?period={name}")
        report.check_fresh()


@pytest.mark.parametrize("since, until", [("2026-01-01", ""), ("", "2026-01-01"),
                                          ("2026-01-01", "2026-02-01")])
@swaps("request.path")
def test_days_from_and_to_are_what_their_address_shows(report, since, until):
    report.fill("#id_from", since)
    report.fill("#id_to", until)
    report.send("#filters")
    report.check_fresh()


@swaps("list_query period='all' from=None to=None")
def test_a_period_without_letters_leads_to_all_of_them(open_page, runs):
    page = open_page("/reports/?from=2001-01-01&to=2001-01-02")
    page.send(".app-empty [hx-get]")
    assert page.tree.select("tbody tr")
    page.check_fresh()


@pytest.mark.parametrize("name", [
    "name", "last", "total", "sent", "failed", "unknown", "skipped", "attempts"])
@swaps("list_query sort=asked")
def test_a_sorted_report_is_what_its_address_shows(report, name):
    report.send(f"#sort-{name}")
    report.check_fresh()
    report.send(f"#sort-{name}")
    report.check_fresh()


@swaps("address")
def test_pages_of_a_report_are_what_their_addresses_show(report):
    report.send("[rel=next]")
    assert "?after=" in report.address
    report.check_fresh()
    report.send("[rel=prev]")
    report.check_fresh()


@swaps("list_query by='user' sort=None", "list_query by=None sort=None")
def test_a_report_by_user_and_by_mailing_is_what_its_address_shows(whole_report):
    whole_report.send("#by-user")
    assert whole_report.one("#by-user")["aria-current"] == "page"
    whole_report.check_fresh()
    whole_report.send("#period-all")
    whole_report.check_fresh()
    whole_report.send("#by-mailing")
    whole_report.check_fresh()


@swaps("request.path", "address")
def test_the_letters_behind_a_figure_are_what_their_address_shows(open_page, owner):
    run = sent_mailing(owner, 40)
    Delivery.objects.bulk_create(
        Delivery(run=run, email=f"{n}@example.com", state="sent") for n in range(80))
    page = open_page(f"/reports/letters/?fate=sent&mailing={run.mailing_id}")
    page.send("[rel=next]")
    page.check_fresh()
    page.fill("[name=fate]", "failed")
    page.send("#filters")
    assert "fate=failed" in page.address and "after" not in page.address
    page.check_fresh()


def test_the_report_of_one_user_is_what_its_address_shows(whole_report, owner):
    whole_report.send("#by-user")
    whole_report.fill("#id_owner", str(owner.pk))
    whole_report.send("#filters")
    assert f"owner={owner.pk}" in whole_report.address
    whole_report.check_fresh()


@swaps("request.get_full_path")
def test_figures_follow_a_run_that_is_on(open_page, owner):
    run = sent_mailing(owner, 2, state=Run.State.RUNNING)
    page = open_page("/reports/?period=7")
    Tally.objects.filter(run=run).update(number=5)
    page.send("#report-live")
    assert "10" in page.one("#report-live").get_text()
    page.check_fresh(only=LIVE)


@swaps("request.get_full_path")
def test_the_report_of_a_mailing_follows_its_run(open_page, owner):
    run = sent_mailing(owner, 2, state=Run.State.RUNNING)
    page = open_page(reverse("reports:mailing_report", args=[run.mailing_id]))
    Tally.objects.filter(run=run).update(number=5)
    Run.objects.update(sent=5)
    page.send("#report-live")
    page.check_fresh(only=LIVE)


def test_the_report_of_a_mailing_stands_still_at_the_end_of_its_run(open_page, owner):
    run = sent_mailing(owner, 2, state=Run.State.RUNNING)
    page = open_page(reverse("reports:mailing_report", args=[run.mailing_id]))
    Run.objects.update(state=Run.State.FINISHED)
    page.send("#report-live")
    assert "hx-get" not in page.one("#report-live").attrs
    page.check_fresh()
