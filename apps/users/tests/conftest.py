"""Fixtures of the tests of accounts."""
from tests.letters import post  # noqa: F401
