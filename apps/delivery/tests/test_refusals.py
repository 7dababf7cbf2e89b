"""The server refuses us, the letter, or everybody: the run stops before people are burnt."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.delivery.services import run_resume
from apps.mailings.models import Attempt, Delivery, Recipient, Run
from tests.factories import RecipientFactory
from tests.sending import send, work
from tests.smtp import sink_server

from ..engine import failures
from .test_replies import GOOD, Script

pytestmark = pytest.mark.django_db(transaction=True)
HANDFUL = 8  # tries of four connections before they have all heard of it
CALLOUT = ("550-Verification failed for <info@shop.example>\r\n"
           "550-Response: 550 5.1.1 <info@shop.example>: Recipient address rejected: User unknown "
           "in virtual mailbox table\r\n550 Sender verify failed")
AUTH = b"250-hi\r\n250 AUTH PLAIN\r\n"


class Everybody:
    """One reply for whoever is asked about."""

    def __init__(self, reply):
        self.reply = reply

    def get(self, name):
        return self.reply


@pytest.fixture
def crowd(mailing):
    """Fill the mailing with so many clients, c0 … in their order; return it."""
    def fill(number):
        clients = [RecipientFactory.build(owner=mailing.owner, email=f"c{one}@client.example")
                   for one in range(number)]
        mailing.recipients.set(Recipient.objects.bulk_create(clients))
        return mailing
    return fill


def assert_nobody_pays(run):
    assert not Recipient.objects.exclude(bounced_at=None).exists()
    assert not Delivery.objects.exclude(tries=0).exists()
    assert run.left == run.total


@pytest.mark.parametrize("reply, meaning", [
    (CALLOUT, "sender's address"), ("550 Sender verify failed", "sender's address"),
    ("550 relay not permitted", "other domains"),
    ("554 5.7.1 Relay access denied", "other domains"),
    ("454 4.7.1 Relay access denied", "other domains"),
    ("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", "greet"),
    ("550 5.4.5 Daily user sending limit exceeded", "limit"),
])
def test_who_refuses_us_from_the_first_recipient_on_pauses_the_run(
        crowd, settings, reply, meaning):
    with sink_server(settings, rcpt=Everybody(reply)):
        run = send(crowd(120), connections=4)
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.SERVER)
    assert meaning in run.server_words.partition(":")[0]
    assert Attempt.objects.count() <= HANDFUL
    assert_nobody_pays(run)


def test_relaying_that_is_refused_after_the_letter_pauses_too(crowd, settings):
    with sink_server(settings, data=Everybody("550 relay not permitted")):
        run = send(crowd(120), connections=4)
    assert run.state == Run.State.PAUSED and "other domains" in run.server_words
    assert_nobody_pays(run)


def test_those_of_whom_it_is_said_that_there_is_no_such_user_are_marked_and_no_others(
        crowd, settings):
    gone = {f"c{number}": "550 5.7.1 No such user!" for number in range(0, 90, 3)}
    with sink_server(settings, rcpt=gone):
        run = send(crowd(90), connections=4)
    assert (run.state, run.sent, run.failed) == (Run.State.FINISHED, 60, 30)
    marked = Recipient.objects.exclude(bounced_at=None).values_list("email", flat=True)
    assert {email.partition("@")[0] for email in marked} == set(gone)


def test_too_many_logins_make_the_run_wait_and_it_goes_on_by_itself(crowd, settings):
    script = Script(EHLO=AUTH, AUTH=b"454 4.7.0 Too many login attempts\r\n")
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", script.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "right"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    run = send(crowd(3), connections=1)
    assert (run.state, run.reason) == (Run.State.RUNNING, "") and run.hold_until > timezone.now()
    assert_nobody_pays(run)
    script.answers["AUTH"] = b"235 2.7.0 welcome\r\n"
    Run.objects.update(hold_until=timezone.now() - timedelta(seconds=1))
    work(run, connections=1)
    script.close()
    assert (run.state, run.sent) == (Run.State.FINISHED, 3)


@pytest.mark.parametrize("step, reply", [
    ("MAIL", b"452 4.3.1 Insufficient system storage\r\n"),
    ("RCPT", b"452 4.3.1 Insufficient system storage\r\n"),
    ("dot", b"454 Throttling failure: Maximum sending rate exceeded\r\n"),
    ("RCPT", b"451 4.7.1 Too many messages from you, try again later\r\n"),
    ("banner", b"451 4.3.0 come back later\r\n"),
])
def test_a_server_that_can_not_keep_up_makes_the_run_wait_and_nobody_pays(
        crowd, settings, step, reply):
    script = Script(**{step: reply})
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", script.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    run = send(crowd(20), connections=1)
    assert run.state == Run.State.RUNNING and run.hold_until > timezone.now()
    assert Attempt.objects.count() == 1
    assert_nobody_pays(run)
    script.answers[step] = GOOD[step]
    Run.objects.update(hold_until=timezone.now() - timedelta(seconds=1))
    work(run, connections=1)
    script.close()
    assert (run.state, run.sent, run.holds) == (Run.State.FINISHED, 20, 0)


def test_everybody_refused_in_the_same_words_pauses_before_anybody_is_marked(crowd, settings):
    with sink_server(settings, rcpt=Everybody("550 5.1.1 User unknown, id=77-1")):
        run = send(crowd(120), connections=4)
        assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.SERVER)
        assert run.server_words.startswith("The server refuses everybody in the same words: ")
        assert Attempt.objects.count() < failures.SAME_FIRST + HANDFUL
        assert not Recipient.objects.exclude(bounced_at=None).exists()
        run_resume(run=run)  # a person has looked: these addresses are dead
        work(run, connections=4)
    assert (run.state, run.left, run.failed) == (Run.State.FINISHED, 0, 120)
    assert Recipient.objects.exclude(bounced_at=None).count() >= 100


def test_a_slow_servers_first_groups_are_not_marked_either(crowd, settings, monkeypatch):
    monkeypatch.setattr("apps.delivery.engine.claiming.FIRST_GROUP", 5)
    monkeypatch.setattr("apps.delivery.engine.claiming.LARGEST_GROUP", 5)
    with sink_server(settings, rcpt=Everybody("550 5.1.1 User unknown")):
        run = send(crowd(60), connections=1)
    assert run.state == Run.State.PAUSED and Attempt.objects.count() == failures.SAME_FIRST
    assert not Recipient.objects.exclude(bounced_at=None).exists()


def test_a_list_that_begins_with_dead_addresses_is_not_stopped(crowd, settings):
    gone = {f"c{number}": "550 5.1.1 User unknown" for number in range(15)}
    with sink_server(settings, rcpt=gone):
        run = send(crowd(40), connections=1)
    assert (run.state, run.sent, run.failed) == (Run.State.FINISHED, 25, 15)
    assert Recipient.objects.exclude(bounced_at=None).count() == 15


def test_a_letter_that_is_refused_from_the_first_on_pauses_after_ten(crowd, settings):
    with sink_server(settings, data=Everybody("554 5.7.1 Message looks like spam")):
        run = send(crowd(120), connections=4)
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.SERVER)
    assert "spam" in run.server_words.partition(":")[0]
    assert failures.POLICY_FIRST <= run.failed <= failures.POLICY_FIRST + HANDFUL
    assert not Recipient.objects.exclude(bounced_at=None).exists()


def test_who_is_full_or_switched_off_fails_and_is_not_marked(crowd, settings):
    replies = {"c0": "552 5.2.2 Mailbox full", "c1": "550 5.2.1 This mailbox is disabled",
               "c2": "550 Requested action not taken: mailbox unavailable"}
    with sink_server(settings, rcpt=replies):
        run = send(crowd(5), connections=1)
    assert (run.state, run.sent, run.failed) == (Run.State.FINISHED, 2, 3)
    assert not Recipient.objects.exclude(bounced_at=None).exists()
