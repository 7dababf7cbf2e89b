import pytest

from tests.factories import MessageFactory, RecipientFactory
from tests.sending import data_dir, sink  # noqa: F401  # fixtures


@pytest.fixture
def owner(owner):
    """The owner, whose own address is confirmed."""
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    return owner


@pytest.fixture
def client_of_shop(owner):
    return RecipientFactory(owner=owner, email="anna@example.com", full_name="Анна Ли")


@pytest.fixture
def message(owner, client_of_shop):
    return MessageFactory(owner=owner, subject="Новый чай, {имя}",
                          body="Здравствуйте, {имя|уважаемый клиент}!")
