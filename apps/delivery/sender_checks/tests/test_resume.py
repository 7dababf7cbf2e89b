"""Mailings that a sender's trouble has paused go on by one button once it is over."""
import pytest

from apps.mailings.attempts.explanations import SAME, explained
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Run, Sender

from .conftest import fresh

pytestmark = pytest.mark.django_db
PAUSED = Run.State.PAUSED
LOGIN = explained(Meaning.LOGIN, "535 5.7.8 no")
SPAM = explained(Meaning.SPAM, "554 5.7.1 spam")


def resume(client, sender):
    return client.post(f"/senders/{sender.pk}/resume/", headers={"hx-request": "true"})


@pytest.mark.parametrize("reason, words", [("sender", ""), ("server", LOGIN)])
def test_what_the_account_has_paused_goes_on(as_owner, sender, run_of, reason, words):
    run = run_of(sender, state=PAUSED, reason=reason, server_words=words)
    assert as_owner.post(f"/senders/{sender.pk}/resume/").status_code == 302
    assert (fresh(run).state, fresh(run).reason) == (Run.State.RUNNING, "")


@pytest.mark.parametrize("reason, words", [
    ("person", ""), ("server", SPAM), ("server", f"{SAME}: 550 no"), ("restore", "")])
def test_what_was_paused_for_something_else_stays(as_owner, sender, run_of, reason, words):
    run = run_of(sender, state=PAUSED, reason=reason, server_words=words)
    assert resume(as_owner, sender).status_code == 409
    assert fresh(run).state == PAUSED


def test_nothing_goes_on_while_the_sender_is_in_trouble(as_owner, sender, run_of):
    run = run_of(sender, state=PAUSED, reason="sender")
    Sender.objects.update(trouble="login")
    assert resume(as_owner, sender).status_code == 409
    assert fresh(run).state == PAUSED


def test_another_senders_mailings_stay(as_owner, sender, run_of, owner):
    from tests.factories import SenderFactory
    run = run_of(SenderFactory(owner=owner), state=PAUSED, reason="sender")
    resume(as_owner, sender)
    assert fresh(run).state == PAUSED


def test_nobody_else_can(as_other, as_manager, sender, run_of):
    run = run_of(sender, state=PAUSED, reason="sender")
    assert resume(as_other, sender).status_code == 404
    assert resume(as_manager, sender).status_code == 403
    assert fresh(run).state == PAUSED
