"""Test letters: asked for in the modal, sent, and followed to their end."""
import pytest
from django.utils import timezone

from apps.delivery.models import Worker
from apps.delivery.test_letters.services import test_start as start
from apps.mailings.models import Delivery, Run
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

from .inventory import swaps

FORM = "#modal-content form"
BUTTON = '[hx-get$="/test/"]'
PROGRESS = "#test-progress"
LINE = 'li[hx-get$="?check=1"]'
OUTSIDE = "#modal-content > *"


@pytest.fixture(autouse=True)
def ready(owner):
    """Letters are sent, and the owner's own address is confirmed."""
    Worker.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)


@pytest.fixture
def message(owner):
    return MessageFactory(owner=owner)


@pytest.fixture
def run(message, owner):
    return start(message=message, by=owner, emails=[owner.email], sender=None,
                 recipient=RecipientFactory(owner=owner))


def finish(run):
    run.deliveries.update(state=Delivery.State.SENT, answer="250 2.0.0 Ok")
    Run.objects.filter(pk=run.pk).update(state=Run.State.FINISHED, sent=1)


def run_page(run):
    return f"/messages/{run.message_id}/test/{run.pk}/"


@swaps("request.get_full_path")
def test_a_test_that_is_sent_is_followed_in_the_modal(open_page, message):
    page = open_page(f"/messages/{message.pk}/")
    page.send(BUTTON)
    page.send(FORM)
    run = Run.objects.get()
    assert run.test and page.one(f"#modal-content {PROGRESS}")["hx-get"] == run_page(run)
    page.check_fresh(but=OUTSIDE)


@swaps("delivery:test_letter_run")
def test_a_test_is_followed_to_its_end_on_its_page(open_page, run):
    page = open_page(run_page(run))
    page.send(PROGRESS)
    page.check_fresh()
    finish(run)
    page.send(PROGRESS)
    assert "hx-get" not in page.one(PROGRESS).attrs
    page.check_fresh()


@swaps("delivery:test_letter_last?check=1")
def test_the_page_before_a_start_learns_of_a_test(open_page, owner, message):
    recipient = RecipientFactory(owner=owner)
    mailing = MailingFactory(owner=owner, message=message, recipients=[recipient])
    page = open_page(f"/mailings/{mailing.pk}/start/")
    before = page.one(LINE).get_text()
    finish(start(message=message, by=owner, emails=[owner.email], sender=None,
                 recipient=recipient))
    page.fire("tests:changed", {})
    assert page.one(LINE).get_text() != before
    page.check_fresh()
