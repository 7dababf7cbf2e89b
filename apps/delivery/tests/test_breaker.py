import pytest

from apps.delivery import breaker
from apps.delivery.breaker import Failures
from apps.delivery.ledger import Claimed, Result
from apps.delivery.outcome import Outcome, Phase
from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def test_a_run_that_rests_says_why_whichever_connection_tells_the_database(run):
    failures, row = Failures(), Claimed(1, "a@example.com", "", None, 0, 0, "")
    refused = Outcome(Phase.CONNECT, None, "Connection refused")
    for _ in range(3):
        failures.note(run.pk, refused, row.email)
    breaker.apply(run, [Result(row, Delivery.State.PENDING, 0)], failures)
    run.refresh_from_db()
    assert run.hold_until and run.server_words == "Connection refused"
