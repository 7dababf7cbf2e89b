"""Reports read tallies; here each figure is counted anew from the attempts, by viewers' days."""
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.core import keyset
from apps.mailings.models import Attempt, Delivery, Run
from apps.reports.letters import FATE_OF, FATES
from apps.statistics import counting, tallies
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db
# Half an hour, three quarters, whole hours, and zones whose offset moves within the period.
ZONES = ["Asia/Kolkata", "Asia/Kathmandu", "Europe/Moscow", "America/New_York",
         "Australia/Lord_Howe"]
ANSWERS = [(250, "250 Ok"), (250, "250 Ok"), (550, "550 5.1.1 User unknown"),
           (450, "450 4.2.0 Greylisted"), (None, "ConnectionRefusedError: 111"), (0, "lost")]


@pytest.fixture
def attempts(owner):
    """Four hundred attempts of three runs over nine months, many about midnight somewhere."""
    chance, first = random.Random(5), datetime(2026, 1, 20, tzinfo=UTC)
    for _ in range(3):
        mailing = MailingFactory(owner=owner)
        run = Run.objects.create(mailing=mailing, owner=owner, trigger="page", subject="s",
                                 body="b", state=Run.State.FINISHED)
        rows = []
        for _ in range(130):
            code, reply = chance.choice(ANSWERS)
            rows.append(Attempt(
                run=run, mailing=mailing, owner=owner, email="a@example.com",
                status=Attempt.Status.SUCCESS if code == 250 else Attempt.Status.FAILURE,
                outcome_unknown=code == 0, code=code or None, server_response=reply,
                attempted_at=first + timedelta(seconds=chance.choice(
                    [chance.randrange(270 * 86400), 900 * chance.randrange(270 * 96)]))))
        Attempt.objects.bulk_create(rows)
        counting.add(run.pk, {}, tallies.of_attempts(rows))
    counting.fold()
    return list(Attempt.objects.all())


def outcome(attempt):
    if attempt.outcome_unknown:
        return "unknown"
    return "successful" if attempt.status == Attempt.Status.SUCCESS else "failed"


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(("since", "until"), [
    ("2026-03-01", "2026-03-31"), ("2026-02-10", "2026-06-30"), ("2026-01-01", "2026-12-31"),
    ("2026-04-05", "2026-04-05")])
def test_figures_and_chart_equal_a_recount_in_the_viewers_days(
        as_owner, owner, attempts, name, since, until):
    owner.time_zone = name
    owner.save()
    day = {one: one.attempted_at.astimezone(ZoneInfo(name)).date() for one in attempts}
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    inside = [one for one in attempts if first <= day[one] <= last]
    context = as_owner.get("/reports/", {"from": since, "to": until}).context
    counted = Counter(map(outcome, inside))
    assert {key: context["figures"][key] for key in counted} == counted
    assert context["figures"]["attempts"] == len(inside)
    assert {row["of"].pk: row["attempts"] for row in context["page"] if row["attempts"]} == Counter(
        one.mailing_id for one in inside)
    if inside and (last - first).days < 40:
        bars = [(bar.sent, bar.failed, bar.unknown) for bar in context["chart"].bars]
        days = [first + timedelta(days=number) for number in range(len(bars))]
        assert bars == [tuple(sum(outcome(one) == kind for one in inside if day[one] == when)
                              for kind in ("successful", "failed", "unknown")) for when in days]
    elif inside:
        assert sum(bar.total for bar in context["chart"].bars) == len(inside)


def test_months_of_a_chart_equal_a_recount(as_owner, owner, attempts):
    owner.time_zone = "America/New_York"
    owner.save()
    chart = as_owner.get("/reports/", {"period": "all"}).context["chart"]
    months = Counter(one.attempted_at.astimezone(ZoneInfo("America/New_York")).month
                     for one in attempts)
    assert [bar.total for bar in chart.bars][:9] == [months[number] for number in range(1, 10)]


def test_the_course_of_a_run_equals_a_recount(as_owner, attempts):
    run = Run.objects.first()
    chart = as_owner.get(f"/reports/mailings/{run.mailing_id}/").context["chart"]
    mine = [outcome(one) for one in attempts if one.run_id == run.pk]
    assert [sum(getattr(bar, kind) for bar in chart.bars) for kind in (
        "sent", "failed", "unknown")] == [
            mine.count(kind) for kind in ("successful", "failed", "unknown")]
    assert len(chart.bars) <= 60


def test_answers_are_grouped_by_what_they_mean(as_owner, attempts):
    run = Run.objects.first()
    page = as_owner.get(f"/reports/mailings/{run.mailing_id}/")
    replies = Counter(one.server_response for one in attempts if one.run_id == run.pk)
    assert {reply: row["number"] for row in page.context["answers"]
            for reply in row["examples"]} == replies


@pytest.fixture
def ledger(owner):
    """Three runs each of three mailings, a day apart: the later ones take some recipients again."""
    chance = random.Random(6)
    for _ in range(3):
        mailing = MailingFactory(owner=owner)
        people = [RecipientFactory(owner=owner) for _ in range(12)]
        for number in range(3):
            run = Run.objects.create(mailing=mailing, owner=owner, state=Run.State.FINISHED)
            taken = chance.sample(people, 12 - 4 * number)
            rows = [Delivery(run=run, recipient=one, email=one.email,
                             state=chance.choice(Delivery.State.values)) for one in taken]
            Delivery.objects.bulk_create(rows)
            counted = Counter(FATE_OF[row.state] for row in rows)
            counted.pop("left", None)
            Run.objects.filter(pk=run.pk).update(
                started_at=datetime(2026, 5, 1 + number, 12, tzinfo=UTC), total=len(rows),
                **counted)


def listed(client, asked):
    """Return (how many letters a figure's list says that it has, their ids on all pages)."""
    found = []
    page = client.get("/reports/letters/", asked).context["page"]
    number = page.count
    found += [letter.pk for letter in page]
    while page.next:
        page = client.get("/reports/letters/", {**asked, "after": page.next}).context["page"]
        found += [letter.pk for letter in page]
    assert len(found) == len(set(found))
    return number, found


@pytest.mark.parametrize(("since", "until"), [
    ("2026-05-01", "2026-05-01"), ("2026-05-01", "2026-05-03"), ("2026-05-02", "2026-05-03")])
def test_letters_are_counted_by_their_last_fate_and_each_figure_is_its_list(
        as_owner, ledger, since, until, monkeypatch):
    monkeypatch.setattr(keyset, "PER_PAGE", 4)
    asked = {"from": since, "to": until}
    inside = [one for one in Delivery.objects.select_related("run").order_by("run_id")
              if since <= one.run.started_at.date().isoformat() <= until]
    inside.sort(key=lambda one: FATE_OF[one.state] != "skipped")  # these tell it only alone
    last = {(one.run.mailing_id, one.recipient_id): FATE_OF[one.state] for one in inside}
    page = as_owner.get("/reports/", asked).context
    counted = Counter(last.values())
    assert page["fates"] == {"total": len(last), **{fate: counted[fate] for fate in FATES}}
    for fate in FATES:
        number, letters = listed(as_owner, {**asked, "fate": fate})
        assert number == len(letters) == counted[fate]
    for row in page["page"]:
        pk = row["of"].pk
        mine = Counter(fate for (mailing, _one), fate in last.items() if mailing == pk)
        assert {fate: row[fate] for fate in FATES} == {fate: mine[fate] for fate in FATES}
        number, letters = listed(as_owner, {**asked, "fate": "failed", "mailing": pk})
        assert len(letters) == row["failed"] == number


def test_today_is_the_viewers_today(as_owner, owner):
    owner.time_zone = "Pacific/Kiritimati"  # 14 hours ahead
    owner.save()
    with timezone.override("Pacific/Kiritimati"):
        today = timezone.localdate()
    assert as_owner.get("/reports/").context["period"].until == today
