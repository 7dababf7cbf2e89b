"""The panel that pages ask for again and again: right at each look, and cheap."""
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models import Worker
from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Mailing, Recipient, Run
from apps.mailings.services import mailing_disable, owned_delete, recipient_bounce_clear
from apps.users.services import user_block
from tests.conftest import client_of
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def url(mailing):
    return reverse("delivery:progress", args=[mailing.pk])


@pytest.fixture
def worker():
    return Worker.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())


@pytest.fixture
def run(mailing, worker):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def running(run):
    """As it was made."""


def paused(run):
    Run.objects.update(state=Run.State.PAUSED, reason=Run.Reason.SERVER, server_words="535 no")


def resting(run):
    Run.objects.update(hold_until=timezone.now() + HOUR, server_words="421 busy")


def waiting(run):
    run.deliveries.update(state=Delivery.State.RETRY, next_try_at=timezone.now() + HOUR)


def without_worker(run):
    Worker.objects.update(seen_at=timezone.now() - HOUR)


def finished(run):
    run.deliveries.update(state=Delivery.State.UNKNOWN)
    Run.objects.update(state=Run.State.FINISHED, unknown=3)


STATES = [running, paused, resting, waiting, without_worker, finished]


def text(client, url):
    page = client.get(url).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.mark.parametrize("state", STATES)
def test_a_look_at_the_panel_costs_few_queries_and_is_kept_by_nobody(
        htmx, url, run, state, django_assert_max_num_queries):
    state(run)
    # It is asked once then; of the machines twice: who has left, and whether they share files.
    with django_assert_max_num_queries(21 if state is finished else 12):
        response = htmx.get(url)
    assert response.status_code == 200 and "ETag" not in response
    assert response["Cache-Control"] == "private, no-cache"
    assert {"HX-Request", "Cookie"} <= set(response["Vary"].split(", "))


def test_only_an_active_run_is_asked_about_again(htmx, url, run):
    for state in Run.State:
        Run.objects.update(state=state)
        assert ("hx-trigger=" in text(htmx, url)) == (state in Run.ACTIVE)


def in_hand(run):
    paused(run)
    run.deliveries.filter(pk=run.deliveries.first().pk).update(state=Delivery.State.CLAIMED)


def resting_for(seconds):
    return lambda run: Run.objects.update(hold_until=timezone.now() + timedelta(seconds=seconds))


def waiting_for(seconds):
    return lambda run: run.deliveries.update(
        state=Delivery.State.RETRY, next_try_at=timezone.now() + timedelta(seconds=seconds))


def one_of_them_due(run):
    waiting(run)
    run.deliveries.filter(pk=run.deliveries.first().pk).update(state=Delivery.State.PENDING)


def all_recorded(run):
    run.deliveries.update(state=Delivery.State.SENT)


def standing(run):
    Run.objects.update(updated_at=timezone.now() - timedelta(seconds=20))


QUIET = [paused, resting, waiting, standing]
MOVING = [running, in_hand, resting_for(10), waiting_for(10), one_of_them_due, all_recorded]


def test_while_letters_are_called_off_the_panel_says_so_and_goes_on(htmx, url, mailing, run):
    Run.objects.update(state="stopped", reason="person", total=80_000, sent=900, skipped=20_000)
    answer = htmx.get(url).text
    assert "Останавливаем" in answer and "59\xa0100" in answer and "every 2s" in answer
    assert "Отправить оставшимся" not in answer
    Run.objects.update(skipped=79_100)
    assert "Останавливаем" not in htmx.get(url).text


def test_a_list_that_is_not_made_yet_is_not_said_to_be_of_nobody(htmx, url, run):
    Run.objects.update(total=0)
    assert "В этом запуске" not in htmx.get(url).text


@pytest.mark.parametrize("state, seconds", [
    *((state, 15) for state in QUIET), *((state, 2) for state in MOVING)])
def test_a_run_that_can_not_move_is_asked_about_seldom(htmx, url, mailing, run, state, seconds):
    state(run)
    assert f'hx-trigger="every {seconds}s"' in text(htmx, url)
    if state is waiting:
        standing(run)  # a list looks at runs alone, not at their letters
    assert f'hx-trigger="every {seconds}s"' in text(htmx, f"/mailings/progress/?id={mailing.pk}")


def test_one_moving_run_of_a_list_is_enough_for_it_to_ask_often(htmx, mailing, run):
    paused(run)
    second = MailingFactory(owner=mailing.owner)
    second.recipients.set(mailing.recipients.all())
    bars = f"/mailings/progress/?id={mailing.pk}&id={second.pk}"
    assert "every 15s" in text(htmx, bars)
    run_start(mailing=second, trigger=Run.Trigger.PAGE)
    assert "every 2s" in text(htmx, bars)


def runs(**changes):
    return lambda mailing, run: Run.objects.update(**changes)


def mailings(**changes):
    return lambda mailing, run: Mailing.objects.update(**changes)


def another_run(mailing, run):
    Run.objects.update(state=Run.State.FINISHED)
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)


PAST, FUTURE = timezone.now() - HOUR, timezone.now() + 50 * HOUR
CHANGES = [
    (running, runs(sent=1)), (running, runs(failed=1)), (paused, runs(skipped=1)),
    (finished, runs(unknown=2)), (paused, runs(total=9)), (running, runs(state="paused")),
    (paused, runs(state="stopped")), (paused, runs(reason=Run.Reason.PERSON)),
    (paused, runs(server_words="535 other")), (running, runs(hold_until=FUTURE)),
    (finished, mailings(starts_at=PAST - HOUR, ends_at=PAST)),
    (paused, mailings(disabled_at=PAST)), (finished, another_run),
    (waiting, lambda mailing, run: run.deliveries.update(state="pending", next_try_at=None)),
    (waiting, lambda mailing, run: run.deliveries.update(next_try_at=FUTURE - HOUR / 7)),
    (running, lambda mailing, run: Worker.objects.update(seen_at=PAST)),
    (without_worker, lambda mailing, run: Worker.objects.update(seen_at=FUTURE)),
]


@pytest.mark.parametrize("state, change", CHANGES)
def test_what_has_changed_is_seen_with_the_next_look(htmx, url, mailing, run, state, change):
    state(run)
    before = text(htmx, url)
    assert text(htmx, url) == before
    change(mailing, run)
    assert text(htmx, url) != before


def test_time_alone_changes_it_too(htmx, url, run, monkeypatch):
    without_worker(run)
    resting(run)
    rests = text(htmx, url)
    later = timezone.now() + 2 * HOUR
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert text(htmx, url) != rests


def button(client, url):
    """Return the number on the button that sends; None without one."""
    number = re.search(r"Отправить (\d+) получател|Отправить оставшимся: (\d+)", text(client, url))
    return int(number[1] or number[2]) if number else None


def test_the_number_on_the_button_is_counted_anew_at_each_look(htmx, mailing):
    url = reverse("delivery:start", args=[mailing.pk])
    assert button(htmx, url) == 3
    owned_delete(owned=mailing.recipients.first())
    assert button(htmx, url) == 2
    mailing.recipients.add(*RecipientFactory.create_batch(3, owner=mailing.owner))
    assert button(htmx, url) == 5
    user_block(user=mailing.owner, by=mailing.owner, blocked=True)
    assert button(htmx, url) is None


def test_the_button_knows_of_what_was_sent_and_of_bounces(htmx, url, mailing, run):
    run.deliveries.update(state=Delivery.State.FAILED)
    Run.objects.update(state=Run.State.FINISHED, failed=3)
    assert button(htmx, url) == 3
    gone = Recipient.objects.get(email="boris@example.com")
    Recipient.objects.filter(pk=gone.pk).update(bounced_at=timezone.now())
    assert button(htmx, url) == 2
    recipient_bounce_clear(recipient=gone)
    assert button(htmx, url) == 3
    Delivery.objects.filter(recipient=gone).update(state=Delivery.State.SENT)
    assert button(htmx, url) == 2


def test_who_may_not_send_costs_no_count_of_recipients(as_manager, url, mailing):
    as_manager.defaults["HTTP_HX_REQUEST"] = "true"
    assert "rest" not in as_manager.get(url).context
    Mailing.objects.update(ends_at=timezone.now())
    assert "rest" not in client_of(mailing.owner, hx_request="true").get(url).context


def test_a_managers_switch_reaches_a_page_that_was_quiet(htmx, url, mailing, run, manager):
    paused(run)
    assert str(manager) not in text(htmx, url)
    mailing_disable(mailing=mailing, by=manager, disabled=True)
    assert str(manager) in text(htmx, url)


def test_a_lists_bars_follow_the_counters_of_ones_own_runs(
        htmx, as_other, mailing, run, django_assert_max_num_queries):
    second = Run.objects.create(
        mailing=MailingFactory(owner=mailing.owner), owner=mailing.owner, total=3)
    bars = f"/mailings/progress/?id={mailing.pk}&id={second.mailing_id}"
    with django_assert_max_num_queries(5):
        before = htmx.get(bars)
    assert "ETag" not in before and before["Cache-Control"] == "private, no-cache"
    Run.objects.filter(pk=second.pk).update(sent=1)
    assert htmx.get(bars).content != before.content
    as_other.defaults["HTTP_HX_REQUEST"] = "true"
    assert not list(as_other.get(bars).context["runs"])  # theirs are no business of others


def test_the_panel_is_in_the_language_of_who_looks(htmx, as_manager, url, run, owner):
    paused(run)
    as_manager.defaults["HTTP_HX_REQUEST"] = "true"
    russian = text(as_manager, url)
    type(owner).objects.filter(pk=owner.pk).update(language="en")
    assert "Paused" in text(htmx, url) and "Paused" not in text(as_manager, url) == russian
