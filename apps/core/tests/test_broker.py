"""Wake-ups: who sends them neither waits for a broker that is away nor breaks on it."""
import logging

import pytest

from ..broker import PAUSE, Broker, is_chosen


class Away(Broker):
    """A broker that does not answer while `error` is set."""

    def __init__(self):
        super().__init__()
        self.error = OSError("connection refused")
        self.published = []

    def publish(self, task, ids, queue, expires):
        if self.error:
            raise self.error
        self.published.append((task, ids))


@pytest.fixture
def away(caplog):
    caplog.set_level(logging.WARNING)
    return Away()


def test_a_broker_that_is_away_is_told_once_and_its_return_too(away, caplog):
    for _ in range(3):
        assert not away.send("t", 1, queue="q")
        away.ask_at = 0
    away.error = None
    assert away.send("t", 1, queue="q") and away.published == [("t", (1,))]
    assert ["answer" in line.message for line in caplog.records] == [True, True]


def test_a_broker_that_did_not_answer_is_let_be_for_a_while(away, monkeypatch):
    assert not away.send("t", queue="q")
    away.error = None
    assert not away.send("t", queue="q") and not away.published
    later = away.ask_at + PAUSE
    monkeypatch.setattr("apps.core.broker.time.monotonic", lambda: later)
    assert away.send("t", queue="q")


def test_celery_is_used_only_where_it_is_chosen(settings):
    assert not is_chosen()
    settings.SENDER_ENGINE = "celery"
    assert is_chosen()
