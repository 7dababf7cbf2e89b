import threading

import pytest

from apps.delivery.services import run_start
from apps.mailings.attempts.explanations import explained
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Delivery, Run

from ..engine import breaker, transitions
from ..engine.admission import Admission
from ..engine.failures import Effect, Failures, Seen
from ..engine.results import Claimed, Result
from ..wire.outcome import Outcome, Phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def test_a_run_that_rests_says_why_whichever_connection_tells_the_database(run):
    failures, row = Failures(), Claimed(1, "a@example.com", "", None, 0, 0, "")
    refused = Outcome(Phase.CONNECT, None, "Connection refused")
    for _ in range(3):
        failures.note(run.pk, refused, row.email)
    breaker.apply(run, [Result(row, Delivery.State.PENDING, 0)], failures, Admission(1))
    run.refresh_from_db()
    assert run.hold_until and run.server_words == "Connection refused"


def test_two_connections_that_meet_the_same_failure_make_one_rest(run):
    failures = Failures()
    failures.note(run.pk, Outcome(Phase.RCPT, 421, "4.3.2 busy"), "a@example.com")
    effects = [failures.called_for(run.pk)[0]]
    other = threading.Thread(target=lambda: effects.append(failures.called_for(run.pk)[0]))
    other.start()
    other.join()
    assert effects == [Effect.BUSY, Effect.NONE] and failures.enough(run.pk, 0)
    failures.told(run.pk)
    assert failures.enough(run.pk, 0) and not failures.enough(run.pk, failures.number)


@pytest.mark.parametrize("replies, effect", [
    ([(550, "5.1.1 no such user {}")] * 19, Effect.NONE),
    ([(550, "5.1.1 no such user {}")] * 20, Effect.SAME),
    ([(250, "Ok")] + [(550, "5.1.1 no such user {}")] * 99, Effect.NONE),
    ([(250, "Ok")] + [(550, "5.1.1 no such user {}")] * 100, Effect.SAME),
    ([(550, "5.1.1 no such user"), (550, "5.1.1 unknown user")] * 20, Effect.NONE),
    ([(450, "4.2.0 greylisted")] * 50, Effect.NONE),
    ([(554, "5.7.1 spam")] * 9, Effect.NONE),
    ([(554, "5.7.1 spam")] * 10, Effect.POLICY),
    ([(250, "Ok")] + [(554, "5.7.1 spam")] * 10, Effect.NONE),
    ([(250, "Ok")] * 79 + [(554, "5.7.1 spam")] * 21, Effect.POLICY),
    ([(550, "relay not permitted")] * 2, Effect.NONE),
    ([(550, "relay not permitted")] * 3, Effect.REFUSED),
    ([(550, "relay not permitted"), (250, "Ok")] * 9, Effect.NONE),
    ([(451, "4.7.1 too many messages")], Effect.BUSY),
])
def test_how_many_failures_it_takes(replies, effect):
    seen = Seen()
    for number, (code, text) in enumerate(replies):
        if code == 250:
            seen.accept()
            continue
        outcome = Outcome(Phase.RCPT, code, text.format(f"<c{number}@example.com> id={number}"))
        seen.add(outcome, outcome.verdict(f"c{number}@example.com"))
    assert seen.due() is effect


def test_the_page_of_a_paused_run_says_what_is_refused_and_what_to_do(run, cast):
    words = explained(Meaning.RELAY, "554 5.7.1 Relay access denied")
    transitions.pause(run.pk, Run.Reason.SERVER, words)
    page = cast["owner"].get(f"/mailings/{run.mailing_id}/progress/",
                             headers={"hx-request": "true"}).content.decode()
    assert "Сервер не принимает от нас письма для чужих доменов." in page
    assert "Проверьте логин и адрес отправителя" in page
    assert "<pre>554 5.7.1 Relay access denied</pre>" in page and "спам" not in page
