"""The apps' tests share the cast of `tests/conftest.py`."""
from tests.conftest import *  # noqa: F401,F403
