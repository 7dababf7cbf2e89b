import pytest

from apps.mailings.models import Run
from tests.factories import SenderFactory

from ..wire.from_whom import from_of_run, from_of_sender, snapshot_of


@pytest.fixture(autouse=True)
def service(settings):
    settings.DEFAULT_FROM_EMAIL = "Вестник <vestnik@service.example>"


def sender(**fields):
    return SenderFactory.build(pk=7, name="Лавка", address="olga@lavka.example", **fields)


def test_letters_without_a_sender_come_from_the_service():
    whole = ("Вестник", "vestnik@service.example", "")
    assert from_of_sender(None) == from_of_run(Run()) == whole


@pytest.mark.parametrize("fields, expected", [
    ({}, ("Лавка", "olga@lavka.example", "")),
    ({"reply_to": "box@lavka.example"}, ("Лавка", "olga@lavka.example", "box@lavka.example")),
    ({"preset": "service"}, ("Лавка", "vestnik@service.example", "olga@lavka.example")),
    ({"preset": "service", "reply_to": "box@lavka.example"},
     ("Лавка", "vestnik@service.example", "box@lavka.example")),
])
def test_letters_come_from_their_sender(fields, expected):
    assert from_of_sender(sender(**fields)) == expected
    assert from_of_run(Run(**snapshot_of(sender(**fields)))) == expected


def test_a_run_keeps_the_name_that_its_sender_had():
    shop = sender()
    run = Run(**snapshot_of(shop))
    shop.name = "Другая"
    shop.address = "another@lavka.example"
    assert from_of_run(run) == ("Лавка", "olga@lavka.example", "")
