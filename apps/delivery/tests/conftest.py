"""The tests of sending share the fixtures of `tests/sending.py`."""
from tests.sending import data_dir, mailing, sink  # noqa: F401

from .many_senders import servers, short_waits  # noqa: F401
