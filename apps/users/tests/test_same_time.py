"""Known and unknown addresses take the same work, so that the time tells nothing of them."""
import re

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.users.models import User
from tests.factories import PASSWORD, UserFactory

from .test_accounts import verified

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("post")]
BOUNDARY = re.compile(r"^(BEGIN|SAVEPOINT|RELEASE|ROLLBACK)")
CURSOR = re.compile(r"_django_curs_\w+")  # PostgreSQL's, with a number of its own each time


@pytest.fixture
def hashes(monkeypatch):
    """The passwords that are hashed, in a list."""
    made = []
    plain = hashers.MD5PasswordHasher.encode

    def encode(self, password, salt):
        made.append(password)
        return plain(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", encode)
    return made


def work(address, fields, hashes, client=None):
    """Return how many hashes and which statements a POST takes."""
    client = client or Client()
    hashes.clear()
    with CaptureQueriesContext(connection) as statements:
        client.post(address, fields)
    told = [CURSOR.sub("cursor", statement["sql"]) for statement in statements]
    return len(hashes), [" ".join(sql.split()[:3]) for sql in told if not BOUNDARY.match(sql)]


def fields(email):
    return {"email": email, "login": email, "password": "wrong-horse-9",
            "password1": PASSWORD, "password2": PASSWORD}


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/password/reset/"])
@pytest.mark.parametrize("is_verified", [True, False])
def test_a_known_address_takes_the_same_work_as_an_unknown_one(address, is_verified, hashes):
    user = UserFactory(email="known@example.com")
    user.emailaddress_set.create(email=user.email, verified=is_verified, primary=True)
    known = work(address, fields(user.email), hashes)
    assert known == work(address, fields("nobody@example.com"), hashes)


def test_another_address_that_is_known_takes_the_same_work_as_an_unknown_one(hashes, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    verified(UserFactory(email="known@example.com"))
    told = []
    for number, email in enumerate(("known@example.com", "nobody@example.com")):
        user = UserFactory(email=f"new{number}@example.com")
        user.emailaddress_set.create(email=user.email, verified=False, primary=True)
        client = Client()
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        told.append(work("/accounts/address/", {"email": email}, hashes, client))
    assert told[0] == told[1]


def test_a_wrong_password_is_hashed_as_often_for_an_unknown_address(hashes):
    verified(UserFactory(email="known@example.com"))
    known, _statements = work("/accounts/login/", fields("known@example.com"), hashes)
    unknown, _statements = work("/accounts/login/", fields("nobody@example.com"), hashes)
    assert known == unknown == 2


def test_a_sign_up_with_a_known_address_leaves_nothing_behind():
    verified(UserFactory(email="known@example.com"))
    Client().post("/accounts/signup/", fields("known@example.com"))
    assert list(User.objects.values_list("email", flat=True)) == ["known@example.com"]


def test_of_two_sign_ups_at_once_one_makes_the_account(monkeypatch):
    monkeypatch.setattr("allauth.account.forms.flows.manage_email.email_already_exists",
                        lambda email: (email, False))
    for _number in range(2):
        answer = Client().post("/accounts/signup/", fields("twice@example.com"))
        assert answer.url == "/accounts/confirm-email/"
    assert User.objects.count() == 1
