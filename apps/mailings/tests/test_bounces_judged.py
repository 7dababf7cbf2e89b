"""The migration that takes back what 0.1.0 marked by words about somebody else."""
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from apps.mailings.models import Attempt, Run
from tests.factories import MailingFactory, RecipientFactory

judge_marks = import_module("apps.mailings.migrations.0011_judge_bounce_marks").judge_marks
pytestmark = pytest.mark.django_db
MARKED_AT = timezone.now()
GONE = "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"
DOUBTED = ("550 Verification failed for <info@shop.example>\nResponse: 550 5.1.1 "
           "<info@shop.example>: Recipient address rejected: User unknown\nSender verify failed")


@pytest.fixture
def run(owner):
    mailing = MailingFactory(owner=owner)
    return Run.objects.create(mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE)


@pytest.fixture
def marked(owner):
    return RecipientFactory(owner=owner, email="anna@example.com", bounced_at=MARKED_AT)


def refuse(run, recipient, reply, minutes=0):
    """Store an attempt so many minutes before the mark."""
    return Attempt.objects.create(
        run=run, owner=run.owner, mailing=run.mailing, status=Attempt.Status.FAILURE, code=550,
        attempted_at=MARKED_AT - timedelta(minutes=minutes),
        server_response=reply.format(recipient.email), recipient=recipient, email=recipient.email)


def stays(recipient):
    """Judge all marks; return whether the recipient's is there still."""
    judge_marks(apps, SimpleNamespace(connection=connection))
    recipient.refresh_from_db()
    return recipient.bounced_at is not None


def test_a_mark_by_words_about_the_sender_is_taken_back(run, marked, capsys):
    refuse(run, marked, DOUBTED)
    assert not stays(marked) and marked.bounced_reply == ""
    assert capsys.readouterr().out.strip() == "Bounce marks: 1 taken back, 0 stay"


def test_a_mark_by_words_about_the_address_stays_and_keeps_them(run, marked, capsys):
    refuse(run, marked, GONE)
    assert stays(marked) and marked.bounced_reply == GONE.format(marked.email)
    assert marked.bounced_key
    assert capsys.readouterr().out.strip() == "Bounce marks: 0 taken back, 1 stay"


def test_the_last_reply_before_the_mark_decides(run, marked):
    refuse(run, marked, GONE, 60)
    refuse(run, marked, DOUBTED, 1)
    refuse(run, marked, GONE, -60)
    assert not stays(marked)


def test_where_clocks_differ_a_reply_after_the_mark_decides(run, marked):
    refuse(run, marked, DOUBTED, -1)
    assert not stays(marked)


def test_refusals_that_set_no_mark_do_not_decide(run, marked):
    refuse(run, marked, GONE, 2)
    refuse(run, marked, "450 4.2.0 Greylisted", 1)
    refuse(run, marked, "550 5.7.1 Relaying denied, see rule 15.1.12", 0)
    assert stays(marked) and "User unknown" in marked.bounced_reply


def test_an_attempt_that_lost_its_recipient_is_found_by_owner_and_address(run, marked, other):
    refuse(run, marked, DOUBTED)
    Attempt.objects.update(recipient=None)
    theirs = RecipientFactory(owner=other, email=marked.email, bounced_at=MARKED_AT)
    assert not stays(marked)
    assert stays(theirs)


def test_a_mark_that_no_attempt_explains_stays(marked):
    assert stays(marked) and marked.bounced_reply == marked.bounced_key == ""


def test_without_marks_nothing_is_printed(run, capsys):
    refuse(run, RecipientFactory(owner=run.owner), GONE)
    judge_marks(apps, SimpleNamespace(connection=connection))
    assert capsys.readouterr().out == ""
