"""A polled fragment that has not changed is 304; whatever it shows moves its version."""
import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models import Sender
from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Mailing, Run
from apps.mailings.services import mailing_disable, owned_delete, user_data_changed
from apps.users.services import user_block
from tests.conftest import client_of
from tests.factories import MailingFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def url(mailing):
    return reverse("delivery:progress", args=[mailing.pk])


@pytest.fixture
def sender():
    return Sender.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())


@pytest.fixture
def run(mailing, sender):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def paused(run):
    Run.objects.update(state=Run.State.PAUSED, reason=Run.Reason.SERVER, server_words="535 no")


def resting(run):
    Run.objects.update(hold_until=timezone.now() + HOUR, server_words="421 busy")


def waiting(run):
    run.deliveries.update(state=Delivery.State.RETRY, next_try_at=timezone.now() + HOUR)


def without_sender(run):
    Sender.objects.update(seen_at=timezone.now() - HOUR)


def finished(run):
    run.deliveries.update(state=Delivery.State.UNKNOWN)
    Run.objects.update(state=Run.State.FINISHED, unknown=3)


QUIET = [paused, resting, waiting, without_sender, finished]


def get(client, url, etag=""):
    return client.get(url, headers={"if-none-match": etag})


def text(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.mark.parametrize("state", QUIET)
def test_what_has_not_changed_is_304_and_costs_three_queries(
        htmx, url, run, state, django_assert_num_queries):
    state(run)
    etag = get(htmx, url)["ETag"]
    with django_assert_num_queries(3):  # session, user, version
        response = get(htmx, url, etag)
    assert (response.status_code, response.content) == (304, b"")
    assert response["Cache-Control"] == "private, no-cache"
    assert {"HX-Request", "Cookie"} <= set(response["Vary"].split(", "))


def test_a_run_that_moves_is_never_304(htmx, url, run):
    assert "ETag" not in get(htmx, url)
    run.deliveries.update(state=Delivery.State.CLAIMED)
    assert "ETag" not in get(htmx, url)


def runs(**changes):
    return lambda mailing, run: Run.objects.update(**changes)


def mailings(**changes):
    return lambda mailing, run: Mailing.objects.update(**changes)


def retries(run):
    return run.deliveries.filter(state=Delivery.State.RETRY)


def another_run(mailing, run):
    Run.objects.update(state=Run.State.FINISHED)
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)


def recipient_deleted(mailing, run):
    owned_delete(owned=mailing.recipients.first())


def blocked(mailing, run):
    user_block(user=mailing.owner, by=mailing.owner, blocked=True)


PAST, FUTURE = timezone.now() - HOUR, timezone.now() + 50 * HOUR
CHANGES = {
    "sent": runs(sent=F("sent") + 1), "failed": runs(failed=1), "skipped": runs(skipped=1),
    "settled": runs(unknown=F("unknown") + 1), "recipients": runs(total=9),
    "paused": runs(state=Run.State.PAUSED), "stopped": runs(state=Run.State.STOPPED),
    "why": runs(state=Run.State.PAUSED, reason=Run.Reason.PERSON),
    "words": runs(state=Run.State.PAUSED, server_words="535 other"),
    "held": runs(hold_until=FUTURE), "window over": mailings(starts_at=PAST - HOUR, ends_at=PAST),
    "before the window": mailings(starts_at=FUTURE, ends_at=FUTURE + HOUR),
    "disabled": mailings(disabled_at=PAST), "again": another_run,
    "retried": lambda mailing, run: retries(run).update(state="pending", next_try_at=None),
    "retry moved": lambda mailing, run: retries(run).update(next_try_at=FUTURE),
    "sender gone": lambda mailing, run: Sender.objects.update(seen_at=PAST),
    "sender back": lambda mailing, run: Sender.objects.update(seen_at=FUTURE),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("state", QUIET)
def test_whatever_is_shown_moves_the_version(htmx, url, mailing, run, state, change):
    state(run)
    before = get(htmx, url)
    CHANGES[change](mailing, run)
    after = get(htmx, url, before["ETag"])
    shown = get(htmx, url)
    assert after.status_code == 200 or text(shown) == text(before)


@pytest.mark.parametrize("change", [recipient_deleted, blocked])
def test_what_can_be_done_next_moves_the_version(as_manager, htmx, url, mailing, change):
    client = client_of(mailing.owner, hx_request="true")
    as_manager.defaults["HTTP_HX_REQUEST"] = "true"
    before = get(as_manager, url), get(client, url)
    change(mailing, None)
    assert get(as_manager, url, before[0]["ETag"]).status_code == 200
    assert get(client, url, before[1]["ETag"]).status_code != 304


def test_time_moves_it_too(htmx, url, mailing, run, monkeypatch):
    without_sender(run)
    resting(run)
    rests = get(htmx, url)["ETag"]
    Run.objects.update(state=Run.State.FINISHED)
    Mailing.objects.update(starts_at=timezone.now() + HOUR)
    early = get(htmx, url)["ETag"]
    later = timezone.now() + 2 * HOUR
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert get(htmx, url, early).status_code == 200
    Run.objects.update(state=Run.State.RUNNING)
    assert get(htmx, url, rests).status_code == 200


def test_a_managers_switch_reaches_a_page_that_was_quiet(htmx, url, mailing, run, manager):
    paused(run)
    etag = get(htmx, url)["ETag"]
    mailing_disable(mailing=mailing, by=manager, disabled=True)
    assert str(manager) in text(get(htmx, url, etag))


def test_a_lists_bars_are_304_until_a_counter_of_one_moves(
        htmx, as_other, mailing, run, django_assert_num_queries):
    second = Run.objects.create(
        mailing=MailingFactory(owner=mailing.owner), owner=mailing.owner, total=3)
    bars = f"/mailings/progress/?id={mailing.pk}&id={second.mailing_id}"
    etag = get(htmx, bars)["ETag"]
    with django_assert_num_queries(3):
        assert get(htmx, bars, etag).status_code == 304
    as_other.defaults["HTTP_HX_REQUEST"] = "true"
    strangers = get(as_other, bars)["ETag"]
    Run.objects.filter(pk=second.pk).update(sent=1)
    assert get(htmx, bars, etag).status_code == 200
    assert get(as_other, bars, strangers).status_code == 304  # theirs are no business of others


def test_a_version_is_one_persons_in_one_language_and_time_zone(
        htmx, as_other, as_manager, url, run, owner):
    paused(run)
    etag = get(htmx, url)["ETag"]
    for stranger in (as_other, as_manager):
        stranger.defaults["HTTP_HX_REQUEST"] = "true"
        assert get(stranger, url, etag).status_code in (404, 200)
    for changes in ({"language": "en"}, {"time_zone": "Asia/Tokyo"}):
        type(owner).objects.filter(pk=owner.pk).update(**changes)
        assert get(htmx, url, etag).status_code == 200
    assert "ETag" not in client_of(owner).get(url)


def test_a_change_of_ones_data_moves_it_too(htmx, url, owner, mailing):
    etag = get(htmx, url)["ETag"]
    user_data_changed(owner_id=owner.pk)
    assert get(htmx, url, etag).status_code == 200
