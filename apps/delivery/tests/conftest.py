"""The tests of sending share the fixtures of `tests/sending.py`."""
import pytest

from tests.sending import data_dir, mailing, sink  # noqa: F401

from .many_senders import servers, short_waits  # noqa: F401


@pytest.fixture
def known_key(monkeypatch):
    """Letters are signed without a database."""
    monkeypatch.setattr("apps.delivery.wire.lasting_key.keys", lambda: (b"k" * 32,))
