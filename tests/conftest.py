"""Fixtures for every test: the cast, and a client for each of them."""
import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def fast_and_clean(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def owner(db):
    return UserFactory(email="owner@example.com")


@pytest.fixture
def other(db):
    return UserFactory(email="other@example.com")


@pytest.fixture
def manager(db):
    user = UserFactory(email="manager@example.com")
    user.user_permissions.set(Permission.objects.filter(codename__in=[
        "view_all_users", "block_user", "view_all_recipients", "view_all_messages",
        "view_all_mailings", "disable_mailing"]))
    return user


@pytest.fixture
def blocked(db):
    return UserFactory(email="blocked@example.com", is_active=False, blocked_at=timezone.now())


def client_of(user, **headers):
    """Return a test client where `user` is logged in; Russian, as the service speaks."""
    client = Client(headers=headers)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_owner(owner):
    return client_of(owner)


@pytest.fixture
def as_other(other):
    return client_of(other)


@pytest.fixture
def as_manager(manager):
    return client_of(manager)


@pytest.fixture
def htmx(owner):
    """The owner's browser, as htmx asks."""
    return client_of(owner, hx_request="true")
