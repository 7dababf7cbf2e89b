"""People change things over the web while letters leave: what holds at once, what never moves."""
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.delivery import schedule
from apps.delivery.services import run_start
from apps.mailings.models import Attempt, Mailing, Recipient, Run
from tests.factories import MailingFactory, RecipientFactory
from tests.smtp import Sink, sink_server

from ..engine import recovery
from ..engine.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 40


class Gate(Sink):
    """Holds the third letter's answer until a person has done what they do."""

    def __init__(self, **replies):
        super().__init__(**replies)
        self.reached, self.go_on = threading.Event(), threading.Event()

    async def handle_DATA(self, server, session, envelope):
        if len(self.letters) == 2:
            self.reached.set()
            self.go_on.wait(10)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"c{number:02}@example.com")
        for number in range(NUMBER)])


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


@pytest.fixture
def during(settings, run, monkeypatch):
    """Call a function while the third letter waits for its answer; then send on to the end."""
    monkeypatch.setattr("tests.smtp.Sink", Gate)
    monkeypatch.setattr("apps.delivery.engine.claiming.LARGEST_GROUP", 10)

    def send(change):
        with sink_server(settings) as sink:
            engine = Engine(connections=1, run_ids=[run.pk])
            engine.start()
            assert sink.reached.wait(10)
            change()
            sink.go_on.set()
            assert engine.join(20)
            recovery.recover()
        run.refresh_from_db()
        return sink

    return send


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def end_now(client, mailing):
    """Move the mailing's end into the past, by its form."""
    assert client.post(f"/mailings/{mailing.pk}/edit/", {
        "message": mailing.message_id, "everyone": "on",
        "starts_at": local(timezone.now() - timedelta(hours=2)),
        "ends_at": local(timezone.now() - timedelta(minutes=1))}).status_code == 302


CHANGES = {
    "paused": lambda mailing, owner, manager: owner.post(f"/mailings/{mailing.pk}/pause/"),
    "stopped": lambda mailing, owner, manager: owner.post(f"/mailings/{mailing.pk}/stop/"),
    "disabled": lambda mailing, owner, manager: manager.post(
        f"/mailings/{mailing.pk}/toggle/", {"disabled": "1", "reason": "x"}),
    "blocked": lambda mailing, owner, manager: manager.post(
        f"/users/{mailing.owner_id}/toggle/", {"blocked": "1", "reason": "x"}),
    "ended": lambda mailing, owner, manager: end_now(owner, mailing),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_over_the_web_holds_after_the_group_in_hand(
        change, during, mailing, run, as_owner, as_manager):
    sink = during(lambda: CHANGES[change](mailing, as_owner, as_manager))
    state = Run.State.STOPPED if change in ("stopped", "ended") else Run.State.PAUSED
    assert run.state == state and run.sent == len(sink.letters) <= 11
    assert run.total == run.sent + run.skipped + run.left
    page = as_manager.get(f"/mailings/{mailing.pk}/progress/", headers={"HX-Request": "true"})
    told = "Время вышло" if change == "ended" else run.get_state_display()
    assert told in page.content.decode()


def test_what_is_edited_or_deleted_during_a_run_touches_later_runs_only(
        during, mailing, run, as_owner, htmx):
    last = Recipient.objects.get(email=f"c{NUMBER - 1}@example.com")
    moved = Recipient.objects.get(email=f"c{NUMBER - 2}@example.com")

    def change():
        message = f"/messages/{mailing.message_id}"
        assert as_owner.post(
            f"{message}/edit/", {"subject": "Другое", "body": "Другое"}).status_code == 302
        assert as_owner.post(f"/recipients/{moved.pk}/edit/", {
            "email": "moved@example.com", "full_name": "Новое имя"}).status_code == 302
        assert as_owner.post(f"/recipients/{last.pk}/delete/").status_code == 302
        for url in (f"{message}/delete/", f"/mailings/{mailing.pk}/delete/"):
            refused = htmx.post(url)
            assert refused.status_code == 409 and "toast" in refused["HX-Trigger"]

    sink = during(change)
    assert (run.state, run.sent, run.skipped) == (Run.State.FINISHED, NUMBER - 1, 1)
    assert moved.email in sink.addresses and "moved@example.com" not in sink.addresses
    assert last.email not in sink.addresses
    assert all("Здравствуйте" in sink.parsed(to).get_content() for to in sink.addresses)
    assert Attempt.objects.filter(run=run).count() == NUMBER - 1


def test_a_late_clock_starts_inside_the_window_and_not_after_it(owner):
    MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)],
                   starts_at=timezone.now() - timedelta(hours=20))
    missed = MailingFactory(
        owner=owner, recipients=[RecipientFactory(owner=owner)],
        starts_at=timezone.now() - timedelta(hours=20), ends_at=timezone.now())
    [late] = schedule.start_due()
    assert (late.trigger, late.total) == (Run.Trigger.SCHEDULE, 1)
    missed.refresh_from_db()
    assert missed.status == Mailing.Status.COMPLETED and not missed.runs.exists()
    assert schedule.start_due() == []
