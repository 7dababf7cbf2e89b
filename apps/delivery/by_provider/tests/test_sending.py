"""What the pages have saved is what leaves: letters go by a real server."""
import pytest
from django.utils import timezone

from apps.delivery.models import Throttle
from apps.delivery.why_slow import why_slow
from apps.mailings.models import Run
from apps.mailings.providers.families import Pace
from tests.factories import MailingFactory, RecipientFactory, SenderFactory
from tests.sending import data_dir, send, sink, work  # noqa: F401

from ..services import provider_limits_save, warm_up_start, warm_up_stop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sender(owner, settings, sink):  # noqa: F811
    settings.SMTP_ALLOW_PRIVATE = True
    return SenderFactory(owner=owner, port=settings.EMAIL_PORT)


def mailing_to(sender, *addresses):
    return MailingFactory(owner=sender.owner, sender=sender, recipients=[
        RecipientFactory(owner=sender.owner, email=address) for address in addresses])


def people(domain, number):
    return [f"client{place}@{domain}" for place in range(number)]


def test_on_the_first_day_of_a_warm_up_only_so_many_letters_leave_to_a_provider(sender):
    warm_up_start(sender=sender)
    run = send(mailing_to(sender, *people("gmail.com", 30), *people("shop.example", 40)))
    assert (run.sent, run.left, run.state) == (65, 5, Run.State.RUNNING)
    held = why_slow(run, timezone.now(), is_held=True).providers
    assert [(one.pace.key, one.left) for one in held] == [("gmail", 5)]


def test_the_rest_leaves_once_the_warm_up_is_ended(sender):
    warm_up_start(sender=sender)
    mailing = mailing_to(sender, *people("gmail.com", 30))
    assert send(mailing).left == 5
    warm_up_stop(sender=sender)
    run = mailing.runs.get()
    work(run)
    assert (run.sent, run.state) == (30, Run.State.FINISHED)


def test_limits_of_connections_do_not_keep_letters_back(sender):
    provider_limits_save(
        sender=sender, limits={"gmail": Pace(per_connection=2, connections=1)})
    run = send(mailing_to(sender, *people("gmail.com", 5), *people("shop.example", 5)))
    assert (run.sent, run.state) == (10, Run.State.FINISHED)
    assert Throttle.objects.get(sender=sender, provider="gmail").per_connection == 2
