"""Runs with a sender: what is fixed at the start, and what waits while it can not send."""
import email
import email.policy
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.models import Delivery, Mailing, Run, Sender
from apps.jobs.services import job_create
from apps.mailings.senders.readiness import sender_refusal
from apps.mailings.senders.services import CHECK
from tests.factories import SenderFactory

from .. import schedule
from ..engine.transitions import refresh_runs
from ..models import Throttle, Worker
from ..run_letters import owners_write
from ..services import RunRefused, run_resume, run_start, run_stop, unknown_resolve

pytestmark = pytest.mark.django_db
BROKEN = [{"deleted_at": timezone.now()}, {"confirmed_at": None}, {"verified_at": None},
          {"trouble": "login"}, {"password": "what no key reads"},
          {"preset": "service"}]  # the operator does not offer it
PAUSED = {"state": Run.State.PAUSED, "reason": Run.Reason.SENDER}


@pytest.fixture
def shop(mailing, settings):
    settings.SERVICE_SENDER = False
    sender = SenderFactory(owner=mailing.owner, name="Лавка чая", address="olga@lavka.example",
                           reply_to="box@lavka.example")
    Mailing.objects.update(sender=sender)
    mailing.refresh_from_db()
    return sender


@pytest.fixture
def url(mailing):
    return reverse("delivery:start", args=[mailing.pk])


@pytest.fixture
def ticks(monkeypatch):
    """The clock ticks in the test's own connection."""
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)


def change(**fields):
    Sender.all_objects.update(**fields)


def start(mailing, **how):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE, **how)


def test_a_run_keeps_from_whom_it_went(mailing, shop):
    run = start(mailing)
    change(name="Другая", address="another@lavka.example", reply_to="")
    run.refresh_from_db()
    assert run.sender == shop
    assert (run.from_name, run.from_address, run.reply_to) == (
        "Лавка чая", "olga@lavka.example", "box@lavka.example")


def test_a_run_by_the_services_server_leaves_the_address_to_it(mailing, shop, settings):
    settings.SERVICE_SENDER = True
    change(preset="service", reply_to="")
    run = start(mailing)
    assert (run.from_name, run.from_address, run.reply_to) == (
        "Лавка чая", "", "olga@lavka.example")


@pytest.mark.parametrize("fields", BROKEN)
def test_no_run_starts_by_a_sender_that_can_not_send(mailing, shop, fields):
    change(**fields)
    with pytest.raises(RunRefused):
        start(mailing)
    assert not Run.objects.exists()


@pytest.mark.parametrize("fields", BROKEN)
def test_the_check_page_says_what_the_sender_needs(as_owner, url, shop, fields):
    change(**fields)
    page = as_owner.get(url)
    assert page.context["sender_reason"] in page.text
    assert "Отправить 3" not in page.text
    assert (shop.get_absolute_url() in page.text) == ("deleted_at" not in fields)


def test_the_check_page_says_from_whom_and_where_answers_go(as_owner, url, shop):
    page = as_owner.get(url).text
    assert "Лавка чая" in page and "&lt;olga@lavka.example&gt;" in page
    assert "Ответы придут на box@lavka.example" in page


@pytest.mark.parametrize("fields", [
    {"name": "Другая"}, {"address": "another@lavka.example"}, {"reply_to": ""}])
def test_a_sender_that_changed_since_the_check_is_shown_anew(as_owner, url, shop, fields):
    seen = as_owner.get(url).context["seen"]
    change(**fields)
    answer = as_owner.post(url, {"confirm": "1", "seen": seen, "expected": 3})
    assert answer.status_code == 409 and not Run.objects.exists()


def test_what_a_check_of_the_server_finds_changes_nothing_that_was_seen(as_owner, url, shop):
    seen = as_owner.get(url).context["seen"]
    change(checked_at=timezone.now(), verified_at=timezone.now(), takes_return_path=True)
    as_owner.post(url, {"confirm": "1", "seen": seen, "expected": 3})
    assert Run.objects.exists()


@pytest.mark.parametrize("fields", BROKEN)
def test_a_due_mailing_becomes_a_draft_and_its_owner_hears_of_it_once(
        as_owner, mailing, owner, shop, ticks, fields):
    change(**fields)
    for _ in range(3):
        assert schedule.start_due() == []
    assert not Mailing.objects.get().autostart and not Run.objects.exists()
    entry = Entry.objects.get(action=Entry.Action.NOT_STARTED)
    assert entry.object_id == mailing.pk and entry.details
    letter, = mail.outbox
    assert letter.to == [owner.email] and letter.subject == f"Не началась: {mailing.title}"
    assert mailing.get_absolute_url() in letter.body
    assert "Время начала прошло, а письма этого отправителя уйти не могли" in as_owner.get(
        mailing.get_absolute_url()).text


def test_a_due_mailing_waits_for_the_check_of_a_sender_that_was_just_changed(mailing, shop, ticks):
    change(verified_at=None)
    job = job_create(kind=CHECK, owner=shop.owner, place={"sender": shop.pk})
    assert schedule.start_due() == []
    assert Mailing.objects.get().autostart and not mail.outbox
    change(verified_at=timezone.now())
    job.delete()
    assert schedule.start_due() == [Run.objects.get()]


def test_who_wants_no_such_letters_gets_none(mailing, owner, shop, ticks):
    owner.wants_run_letters = False
    owner.save()
    change(confirmed_at=None)
    schedule.start_due()
    assert not mail.outbox and not Mailing.objects.get().autostart


@pytest.mark.parametrize("fields", BROKEN)
def test_a_paused_run_does_not_go_on_by_a_sender_that_can_not_send(
        as_owner, mailing, shop, fields):
    run = start(mailing)
    Run.objects.update(**PAUSED)
    change(**fields)
    run.refresh_from_db()
    with pytest.raises(RunRefused):
        run_resume(run=run)
    page = as_owner.get(mailing.get_absolute_url()).text
    assert reverse("delivery:resume", args=[mailing.pk]) not in page
    assert reverse("delivery:stop", args=[mailing.pk]) in page


def test_the_run_of_a_deleted_sender_is_stopped_and_the_rest_goes_by_another(
        as_owner, mailing, shop):
    first = start(mailing)
    Run.objects.update(**PAUSED)
    change(deleted_at=timezone.now())
    page = as_owner.get(mailing.get_absolute_url()).text
    assert "Отправитель Лавка чая удалён" in page and mailing.url("edit", mailing.pk) in page
    run_stop(run=first)
    with pytest.raises(RunRefused):
        start(mailing)
    mailing.sender = SenderFactory(owner=mailing.owner, name="Другая")
    mailing.save()
    assert start(mailing).from_name == "Другая"


def test_a_run_whose_sender_can_send_again_is_resumed(as_owner, mailing, shop):
    start(mailing)
    Run.objects.update(**PAUSED)
    assert "снова может отправлять" in as_owner.get(mailing.get_absolute_url()).text
    as_owner.post(reverse("delivery:resume", args=[mailing.pk]))
    assert Run.objects.get().state == Run.State.RUNNING


def test_unknown_letters_are_sent_again_only_by_the_sender_they_went_by(
        mailing, owner, shop):
    run = start(mailing)
    run.deliveries.update(state=Delivery.State.UNKNOWN)
    Run.objects.update(state=Run.State.FINISHED, unknown=3)
    change(trouble="login")
    mailing.sender = None
    mailing.save()
    with pytest.raises(RunRefused):
        unknown_resolve(run=run, by=owner, how="again")
    assert unknown_resolve(run=run, by=owner, how="delivered") == 3


def test_letters_by_the_services_server_stop_when_it_is_not_offered_any_more(
        mailing, shop, settings):
    settings.SERVICE_SENDER = True
    change(preset="service")
    start(Mailing.objects.get())
    for offered, state in ((True, "running"), (False, "paused")):
        settings.SERVICE_SENDER = offered
        refresh_runs(timezone.now())
        assert Run.objects.get().state == state


@pytest.mark.parametrize("before, after", [("own", "service"), ("service", "own")])
def test_no_run_goes_on_by_the_services_server_with_an_owners_from_or_the_reverse(
        mailing, owner, shop, settings, before, after):
    settings.SERVICE_SENDER = True
    change(preset=before)
    run = start(Mailing.objects.get())
    run.deliveries.update(state=Delivery.State.UNKNOWN)
    change(preset=after)
    for state in (Run.State.PAUSED, Run.State.FINISHED):
        Run.objects.update(state=state, unknown=3)
        again = Run.objects.get()
        with pytest.raises(RunRefused):
            run_resume(run=again) if state == "paused" else unknown_resolve(
                run=again, by=owner, how="again")


def test_the_panel_and_the_list_of_runs_say_from_whom_it_went(as_owner, as_manager, mailing, shop):
    start(mailing)
    change(name="Другая")
    mailing.sender = None
    mailing.save()
    for client in (as_owner, as_manager):
        for page in (client.get(reverse("delivery:progress", args=[mailing.pk]), follow=True),
                     client.get(mailing.get_absolute_url(), {"tab": "runs"})):
            assert "от Лавка чая &lt;olga@lavka.example&gt;" in page.text


def test_the_check_page_forecasts_how_long_limits_make_it_take(as_owner, url, shop):
    change(per_hour=2)
    assert "3 письма: закончится примерно" in as_owner.get(url).text
    change(per_day=1)
    assert "До конца отправки уйдёт около 1 из 3." in as_owner.get(url).text


def test_the_panel_says_until_when_a_run_waits_for_a_limit(as_owner, mailing, shop):
    start(mailing)
    panel = reverse("delivery:progress", args=[mailing.pk])
    change(per_day=500)
    shop.refresh_from_db()
    Throttle.objects.create(sender=shop, free_at=timezone.now() + timedelta(hours=1),
                            booked_at=timezone.now(), used_up="per_day")
    Worker.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())
    page = as_owner.get(panel, headers={"HX-Request": "true"}).text
    assert "Не больше 500 писем в сутки с этого отправителя" in page


def test_the_owner_reads_what_a_run_needs_whose_sender_is_not_let_in(mailing, owner, shop):
    start(mailing)
    Run.objects.update(trigger=Run.Trigger.SCHEDULE, **PAUSED)
    change(trouble="login")
    owners_write(now=timezone.now())
    letter, = mail.outbox
    assert sender_refusal(Sender.objects.get()) in letter.body


def test_what_the_owner_deleted_themselves_is_not_told_to_them(mailing, shop):
    start(mailing)
    Run.objects.update(trigger=Run.Trigger.SCHEDULE, **PAUSED)
    change(deleted_at=timezone.now())
    assert owners_write(now=timezone.now()) == 0


def test_the_command_names_the_sender(mailing, shop, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("send", mailing.pk, dry_run=True)
    assert ended.value.code == 0
    assert "from Лавка чая <olga@lavka.example>" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_command_names_the_sender_of_what_it_sent(mailing, shop, sink, settings, capsys):
    settings.SMTP_ALLOW_PRIVATE = True
    change(port=settings.EMAIL_PORT)
    with pytest.raises(SystemExit):
        call_command("send", mailing.pk, no_progress=True)
    assert "From Лавка чая <olga@lavka.example>." in capsys.readouterr().out
    letter = email.message_from_bytes(sink.letters[0][1], policy=email.policy.default)
    assert letter["From"] == "Лавка чая <olga@lavka.example>"
    assert letter["Reply-To"] == "box@lavka.example"
    assert letter["Message-ID"].endswith("@lavka.example>")


def test_the_command_says_why_nothing_can_be_sent(mailing, shop, capsys):
    change(deleted_at=timezone.now())
    for dry_run in (True, False):
        with pytest.raises(SystemExit) as ended:
            call_command("send", mailing.pk, dry_run=dry_run)
        assert ended.value.code == 2
        assert "sender was deleted" in capsys.readouterr().err
