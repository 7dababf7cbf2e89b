"""What `manage.py check` says of the engine that was chosen."""
import pytest

from apps.core import broker

from ..checks import engine_can_be_used

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"


def ids(settings, engine):
    """Return the ids of what is said where the database has this `engine`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.DATABASES["default"], "ENGINE", engine)
        return [error.id for error in engine_can_be_used(None)]


@pytest.fixture
def celery(settings, monkeypatch):
    settings.SENDER_ENGINE = "celery"
    monkeypatch.setattr(broker, "is_installed", lambda: True)


def test_the_local_engine_needs_nothing(settings):
    assert not ids(settings, SQLITE)


def test_celery_that_is_not_installed_is_told(celery, settings, monkeypatch):
    monkeypatch.setattr(broker, "is_installed", lambda: False)
    assert ids(settings, POSTGRESQL) == ["delivery.E005"]


def test_celery_on_sqlite_is_refused(celery, settings):
    assert ids(settings, SQLITE) == ["delivery.E006"]


def test_celery_on_postgresql_is_taken(celery, settings):
    assert not ids(settings, POSTGRESQL)
