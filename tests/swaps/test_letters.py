"""The fate of a letter that a session asked for, until it has an end."""
import pytest
from django.test import Client

from apps.core.letters import Fate
from tests.factories import PASSWORD
from tests.letters import post  # noqa: F401

from .inventory import swaps

FATE = "#letter-confirm"


@pytest.fixture
def shown(open_page, db, post):  # noqa: F811
    """The page after a sign-up."""
    visitor = Client()
    visitor.post("/accounts/signup/", {
        "email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD})
    return open_page("/accounts/confirm-email/", visitor)


@swaps("users:letter")
def test_a_letter_is_followed_until_it_has_an_end(shown, post):  # noqa: F811
    post.happens(Fate.RETRYING, reason="Сервер просит подождать.")
    shown.send(FATE)
    assert "Сервер просит подождать." in shown.one(FATE).get_text()
    post.happens(Fate.SENT)
    shown.send(FATE)
    assert not shown.one(FATE).has_attr("hx-get")
    shown.check_fresh()
