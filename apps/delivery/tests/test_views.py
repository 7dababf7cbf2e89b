import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from apps.delivery.models import Worker
from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Mailing, Run
from tests.factories import MailingFactory, SenderFactory

from ..engine import transitions
from ..progress import speed

pytestmark = pytest.mark.django_db


def url(name, mailing):
    return reverse(f"delivery:{name}", args=[mailing.pk])


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def test_sending_starts_a_run_and_the_panel_polls_while_it_is_active(htmx, mailing):
    response = htmx.post(url("start", mailing))
    run = Run.objects.get()
    assert (run.total, run.trigger, run.started_by) == (3, Run.Trigger.PAGE, mailing.owner)
    assert response["HX-Redirect"] == mailing.get_absolute_url()
    assert 'hx-trigger="every 2s"' in htmx.get(url("progress", mailing)).content.decode()
    Run.objects.update(state=Run.State.FINISHED, sent=3)
    assert "hx-trigger=" not in htmx.get(url("progress", mailing)).content.decode()


def test_without_htmx_sending_leads_back_to_the_mailing(as_owner, mailing):
    assert as_owner.post(url("start", mailing)).url == mailing.get_absolute_url()
    assert as_owner.get(url("progress", mailing)).url == mailing.get_absolute_url()


def test_pressing_send_twice_makes_one_run(htmx, mailing):
    assert htmx.post(url("start", mailing)).status_code == 204
    second = htmx.post(url("start", mailing))
    assert second.status_code == 409 and "уже отправляется" in second.content.decode()
    assert Run.objects.count() == 1


def test_before_the_first_send_time_the_page_asks_once(as_owner, htmx, mailing):
    Mailing.objects.update(starts_at=timezone.now() + timedelta(hours=2))
    assert 'name="confirm"' in as_owner.post(url("start", mailing)).content.decode()
    assert 'name="confirm"' in htmx.get(url("start", mailing)).content.decode()
    assert 'name="confirm"' in htmx.post(url("start", mailing)).content.decode()
    assert not Run.objects.exists()
    htmx.post(url("start", mailing), {"confirm": "1"})
    assert Run.objects.count() == 1


def test_sending_to_everybody_again_is_confirmed_with_how_many_have_it(as_owner, mailing, run):
    run.deliveries.update(state=Delivery.State.SENT)
    Run.objects.update(state=Run.State.FINISHED, sent=3)
    page = as_owner.post(url("start", mailing), {"again": "1"})
    assert page.context["has_it"] == 3 and Run.objects.count() == 1
    as_owner.post(url("start", mailing), {"again": "1", "confirm": "1"})
    assert Run.objects.count() == 2


def test_a_run_is_paused_resumed_and_stopped(htmx, mailing, run):
    htmx.post(url("pause", mailing))
    run.refresh_from_db()
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.PERSON)
    htmx.post(url("resume", mailing))
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING
    htmx.post(url("stop", mailing))
    run.refresh_from_db()
    assert (run.state, run.skipped, run.left) == (Run.State.STOPPED, 3, 0)
    assert htmx.post(url("pause", mailing)).status_code == 409


def test_a_run_that_ends_by_itself_brings_the_list_below_up_to_date(htmx, mailing, run):
    assert "HX-Trigger" not in htmx.get(url("progress", mailing))
    Run.objects.update(state=Run.State.FINISHED, sent=3)
    assert "mailings:changed" in htmx.get(url("progress", mailing))["HX-Trigger"]


@pytest.mark.parametrize("how, state, figures", [
    ("delivered", Run.State.FINISHED, (3, 0)), ("again", Run.State.RUNNING, (2, 0)),
])
def test_unknown_outcomes_are_decided_by_the_owner(htmx, mailing, run, how, state, figures):
    run.deliveries.update(state=Delivery.State.SENT)
    Delivery.objects.filter(email="anna@example.com").update(state=Delivery.State.UNKNOWN)
    Run.objects.update(state=Run.State.FINISHED, sent=2, unknown=1)
    htmx.post(url("resolve", mailing), {"how": how})
    run.refresh_from_db()
    assert (run.state, (run.sent, run.unknown)) == (state, figures)
    assert run.left == (1 if how == "again" else 0)


def test_the_panel_says_when_no_worker_is_alive(htmx, mailing, run):
    assert htmx.get(url("progress", mailing)).context["no_worker"]
    Worker.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())
    assert not htmx.get(url("progress", mailing)).context["no_worker"]


def test_the_figures_on_the_panel_add_up(htmx, mailing, run):
    Run.objects.update(sent=1, failed=1)
    page = htmx.get(url("progress", mailing)).content.decode()
    assert [int(n) for n in re.findall(r"<dd>\s*(\d+)\s*</dd>", page)] == [1, 1, 0, 0, 1]


@pytest.mark.parametrize("name", ["start", "pause", "resume", "stop", "resolve"])
def test_only_the_owner_controls_a_mailing(as_other, as_manager, mailing, name):
    assert as_other.post(url(name, mailing)).status_code == 404
    assert as_manager.post(url(name, mailing)).status_code == 403


def test_progress_is_for_who_may_read_the_mailing(as_other, as_manager, mailing):
    assert as_other.get(url("progress", mailing)).status_code == 404
    page = as_manager.get(url("progress", mailing), headers={"hx-request": "true"})
    assert page.status_code == 200 and "<form" not in page.content.decode()


@pytest.mark.parametrize("name", ["pause", "count_unknown", "stop", "resolve"])
def test_controls_do_nothing_on_get(as_owner, mailing, name):
    assert as_owner.get(url(name, mailing)).status_code == 405


@pytest.fixture
def unknown(run):
    """All three outcomes of a finished run are unknown; Anna's delivery."""
    run.deliveries.update(state=Delivery.State.UNKNOWN)
    Run.objects.update(state=Run.State.FINISHED, unknown=3)
    return Delivery.objects.get(email="anna@example.com")


def test_unknown_outcomes_are_decided_one_by_one(htmx, mailing, run, unknown):
    page = htmx.get(mailing.get_absolute_url()).content.decode()
    assert page.count('name="delivery"') == 3 and f'value="{unknown.pk}"' in page
    response = htmx.post(
        url("resolve", mailing), {"how": "delivered", "delivery": [unknown.pk, "x", "9" * 20]})
    run.refresh_from_db()
    assert (run.sent, run.unknown) == (1, 2) and "mailings:changed" in response["HX-Trigger"]


def test_an_unknown_outcome_of_an_earlier_run_is_decided_too(htmx, mailing, run, unknown):
    Run.objects.update(state=Run.State.FINISHED)
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)
    assert htmx.get(url("progress", mailing)).context["unknown"] == 3
    htmx.post(url("resolve", mailing), {"how": "delivered", "delivery": unknown.pk})
    run.refresh_from_db()
    assert (run.sent, run.unknown) == (1, 2)
    htmx.post(url("resolve", mailing), {"how": "delivered"})
    run.refresh_from_db()
    assert (run.sent, run.unknown) == (3, 0)


def test_unknown_outcomes_of_two_runs_are_sent_again_run_by_run(htmx, mailing, run, unknown):
    later = run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)
    later.deliveries.update(state=Delivery.State.UNKNOWN)
    for left in (3, 0):
        Run.objects.filter(pk=later.pk).update(unknown=left)
        Run.objects.update(state=Run.State.FINISHED)
        assert htmx.post(url("resolve", mailing), {"how": "again"}).status_code == 200
    later.refresh_from_db()
    run.refresh_from_db()
    assert (later.unknown, run.unknown, run.state) == (0, 0, Run.State.RUNNING)


def test_an_id_longer_than_any_is_nowhere(htmx):
    assert htmx.get(f"/mailings/{'9' * 25}/progress/").status_code == 404
    assert "swap-oob" not in htmx.get("/mailings/progress/", {"id": "9" * 25}).content.decode()


def test_a_delivery_of_another_mailing_is_not_decided(htmx, mailing, unknown):
    stranger = MailingFactory(owner=mailing.owner)
    assert htmx.post(url("resolve", stranger), {
        "how": "delivered", "delivery": unknown.pk}).status_code == 409
    unknown.refresh_from_db()
    assert unknown.state == Delivery.State.UNKNOWN


def test_a_managers_view_of_unknown_outcomes_has_no_buttons(as_manager, mailing, unknown):
    assert 'name="how"' not in as_manager.get(mailing.get_absolute_url()).content.decode()


def test_how_many_are_left_follows_each_run_and_the_address_book(htmx, mailing, run):
    def rest():
        return htmx.get(url("progress", mailing)).context["rest"]

    run.deliveries.update(state=Delivery.State.CLAIMED)  # in hand when the run was stopped
    Run.objects.update(state=Run.State.STOPPED)
    Run.objects.create(mailing=mailing, owner=mailing.owner, state=Run.State.FINISHED)
    assert rest() == 0
    run.deliveries.update(state=Delivery.State.PENDING)
    transitions.cancel_some(run.pk)
    assert rest() == 3
    htmx.post(f"/recipients/{run.deliveries.first().recipient_id}/delete/")
    assert rest() == 2


def moving(page):
    """Return the address that a page asks for its active runs' bars, None when it asks no more."""
    found = re.search(r'hx-get="(/mailings/progress/[^"]*)"\s+hx-trigger="every 2s"', page)
    return found and unescape(found[1])


def test_a_lists_bars_move_at_one_request_while_a_run_is_active(htmx, mailing, run):
    second = MailingFactory(owner=mailing.owner)
    second.recipients.set(mailing.recipients.all())
    run_start(mailing=second, trigger=Run.Trigger.PAGE)
    MailingFactory(owner=mailing.owner)  # not sent yet: not asked for
    for page in (reverse("mailings:mailing_list"), reverse("home")):
        page = htmx.get(page, headers={"hx-request": ""}).content.decode()
        asked = moving(page)
        ids = set(asked.partition("?")[2].split("&")) - {"statuses=1"}
        assert {f"id={mailing.pk}", f"id={second.pk}"} == ids
        assert f'<td class="app-cell-bar" id="bar-{mailing.pk}">' in page
    run.deliveries.update(state=Delivery.State.SENT)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FINISHED, sent=3)
    answer = htmx.get(asked).content.decode()
    assert answer.count(f'hx-swap-oob="innerHTML:#bar-{mailing.pk}"') == 1
    assert "3 из 3" in answer and moving(answer).endswith(f"?id={second.pk}")
    Run.objects.update(state=Run.State.FINISHED)
    assert moving(htmx.get(moving(answer)).content.decode()) is None


def test_the_bars_of_a_list_are_ones_own_or_a_managers(htmx, as_other, as_manager, mailing, run):
    asked = f"/mailings/progress/?id={mailing.pk}&id=x&id=0"
    for browser, number in ((htmx, 1), (as_other, 0), (as_manager, 1)):
        answer = browser.get(asked, headers={"hx-request": "true"})
        assert answer.content.decode().count("hx-swap-oob") == number
    assert htmx.get(asked, headers={"hx-request": ""}).url == reverse("mailings:mailing_list")


def test_the_rate_is_of_the_last_seconds_so_a_pause_does_not_count(run):
    now, hours = timezone.now(), timedelta(hours=5)
    assert speed(run, now) == (0, "")
    run.sent = 1
    assert speed(run, now + hours) == (0, "")
    run.sent = 2
    rate, left = speed(run, now + hours + timedelta(seconds=2))
    assert rate == 0.5 and left


def test_the_first_letters_of_a_paced_sender_promise_no_haste(run):
    run.sender = SenderFactory(owner=run.owner, per_minute=10)
    run.total = 25
    now = timezone.now()
    with translation.override("ru"):
        assert speed(run, now) == (0, "")
        run.sent = 1
        assert speed(run, now + timedelta(seconds=2)) == (0.5, "около 2 минут")
