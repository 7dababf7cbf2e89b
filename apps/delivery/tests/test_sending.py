from datetime import timedelta

import pytest
from django.utils import timezone

from apps.delivery.services import RunRefused, run_start, run_stop
from apps.mailings.models import Attempt, Delivery, Mailing, Run
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import send, work
from tests.smtp import sink_server

from ..engine import ledger
from ..engine.recovery import promote_retries

pytestmark = pytest.mark.django_db(transaction=True)
Status = Attempt.Status


def figures(run):
    return run.total, run.sent, run.failed, run.unknown, run.skipped, run.left


def test_each_client_gets_one_letter_and_one_attempt_with_the_servers_own_answer(mailing, sink):
    run = send(mailing)
    assert sorted(sink.addresses) == ["anna@example.com", "boris@example.com", "vera@example.com"]
    assert figures(run) == (3, 3, 0, 0, 0, 0) and run.state == Run.State.FINISHED
    attempts = Attempt.objects.filter(mailing=mailing, status=Status.SUCCESS)
    assert attempts.count() == 3
    assert all(row.server_response.startswith("250 2.0.0 Ok: queued as") for row in attempts)


def test_the_letter_carries_the_personal_fields_and_a_name_of_its_own(mailing, sink):
    send(mailing)
    anna, boris = sink.parsed("anna@example.com"), sink.parsed("boris@example.com")
    assert anna.get_content().startswith("Здравствуйте, Анна Ли!")
    assert boris.get_content().startswith("Здравствуйте, уважаемый клиент!")
    assert anna["To"] == "Анна Ли <anna@example.com>"
    assert anna["Message-ID"] != boris["Message-ID"]


def test_one_bad_address_never_stops_the_others(mailing, settings):
    with sink_server(settings, rcpt={"boris": "550 5.1.1 User unknown"}) as sink:
        run = send(mailing)
    assert figures(run) == (3, 2, 1, 0, 0, 0) and len(sink.letters) == 2
    failed = Attempt.objects.get(status=Status.FAILURE)
    assert (failed.email, failed.code) == ("boris@example.com", 550)
    assert failed.server_response == "550 5.1.1 User unknown"


def test_a_pipelining_server_gets_the_same_letters(mailing, settings):
    refuse = {"boris": "550 5.1.1 User unknown"}
    with sink_server(settings, pipelining=True, rcpt=refuse) as sink:
        run = send(mailing, connections=1)
    assert figures(run) == (3, 2, 1, 0, 0, 0)
    assert sorted(sink.addresses) == ["anna@example.com", "vera@example.com"]


def test_a_temporary_refusal_is_tried_again_and_then_sent(mailing, settings):
    with sink_server(settings, rcpt={"boris": "450 4.2.0 Greylisted"}) as sink:
        run = send(mailing)
        waiting = run.deliveries.get(state=Delivery.State.RETRY)
        assert (run.state, run.left, waiting.tries) == (Run.State.RUNNING, 1, 1)
        assert timedelta(seconds=40) < waiting.next_try_at - timezone.now() < timedelta(seconds=80)
        sink.rcpt.clear()
        run.deliveries.update(next_try_at=timezone.now())
        assert promote_retries() == 1
        work(run)
    assert figures(run) == (3, 3, 0, 0, 0, 0) and run.state == Run.State.FINISHED
    assert Attempt.objects.filter(email="boris@example.com").count() == 2


def test_a_server_that_is_down_leaves_failed_attempts_and_the_letters_in_the_queue(
        mailing, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    run = send(mailing, connections=1)
    assert figures(run) == (3, 0, 0, 0, 0, 3) and run.state == Run.State.RUNNING
    assert run.hold_until > timezone.now() and "refused" in run.server_words
    attempt = Attempt.objects.first()
    assert attempt.status == Status.FAILURE and "refused" in attempt.server_response
    assert not attempt.outcome_unknown


def test_a_further_run_takes_only_the_rest_and_again_takes_everybody(mailing, settings):
    with sink_server(settings, rcpt={"boris": "550 no"}) as sink:
        send(mailing)
        sink.rcpt.clear()
        mailing.recipients.add(RecipientFactory(owner=mailing.owner, email="new@example.com"))
        assert send(mailing).total == 2
        assert sorted(sink.addresses) == [
            "anna@example.com", "boris@example.com", "new@example.com", "vera@example.com"]
        with pytest.raises(RunRefused):
            run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        assert send(mailing, again=True).total == 4


def test_a_run_sends_what_was_on_the_screen_when_it_started(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    mailing.message.body = "Совсем другое"
    mailing.message.save()
    mailing.recipients.clear()
    work(run)
    assert run.sent == 3 and "Здравствуйте" in sink.parsed("anna@example.com").get_content()


def test_a_recipient_deleted_meanwhile_is_skipped_with_the_reason(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    mailing.recipients.filter(email="anna@example.com").update(deleted_at=timezone.now())
    work(run)
    assert figures(run) == (3, 2, 0, 0, 1, 0)
    assert not Attempt.objects.filter(email="anna@example.com").exists()
    assert "deleted" in run.deliveries.get(state=Delivery.State.SKIPPED).answer


def test_a_mailing_has_one_active_run(mailing):
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)
    assert mailing.runs.count() == 1


@pytest.mark.parametrize("state", ["ended", "disabled", "blocked", "empty"])
def test_what_may_not_be_sent_is_refused_and_leaves_no_run(owner, state):
    mailing = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    if state == "ended":
        Mailing.objects.update(starts_at=timezone.now() - timedelta(days=2),
                               ends_at=timezone.now() - timedelta(days=1))
    elif state == "disabled":
        Mailing.objects.update(disabled_at=timezone.now())
    elif state == "blocked":
        owner.is_active = False
        owner.save()
    else:
        mailing.recipients.clear()
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    assert not Run.objects.exists()


def test_starting_makes_a_mailing_running_and_a_run_beyond_the_window_stops(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.RUNNING
    Mailing.objects.update(ends_at=timezone.now())
    work(run)
    assert run.state == Run.State.STOPPED and figures(run) == (3, 0, 0, 0, 3, 0)
    assert not sink.letters


def test_a_rate_holds_over_all_connections(mailing, sink, settings):
    settings.SENDER_RATE = 20
    for number in range(9):
        mailing.recipients.add(
            RecipientFactory(owner=mailing.owner, email=f"c{number}@example.com"))
    started = timezone.now()
    run = send(mailing, connections=4)
    assert run.sent == 12
    assert timezone.now() - started > timedelta(seconds=11 / 20)


def test_letters_in_hand_of_a_stopped_run_are_in_no_other_run(mailing, sink):
    """Stop and start within a second: whose letter is under way may have it already."""
    first = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    [anna] = ledger.claim(first.pk, 1, "token")
    run_stop(run=first)
    rest = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    assert rest.total == 2 and anna.email not in rest.deliveries.values_list("email", flat=True)
