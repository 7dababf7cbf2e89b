"""An address sends once its owner has followed a link that was sent there."""
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.models import Sender
from tests.factories import SenderFactory

from .. import confirming
from ..confirming import Confirmation, confirmation_send, is_token_of, sender_confirm, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner, address="olga@lavka.example", confirmed_at=None)


def is_confirmed(sender):
    return Sender.objects.filter(pk=sender.pk, confirmed_at__isnull=False).exists()


def test_the_link_of_the_letter_confirms_the_address(sender, settings):
    settings.BASE_URL = "https://vestnik.example"
    assert confirmation_send(sender=sender) == Confirmation.SENT
    letter, = mail.outbox
    link = re.search(rf"https://vestnik.example/senders/{sender.pk}/confirm/(\S+)/\n", letter.body)
    assert letter.to == ["olga@lavka.example"] and not is_confirmed(sender)
    assert sender_confirm(sender=sender, token=link[1]) and is_confirmed(sender)
    assert Entry.objects.get(action="confirm").object_id == sender.pk


def test_a_letter_is_in_the_owners_language_and_says_nothing_that_they_wrote(sender, owner):
    owner.language = "en"
    sender.name = "Win a car"
    confirmation_send(sender=sender)
    letter, = mail.outbox
    assert letter.subject == "Confirm the address for your mailings"
    assert "Win a car" not in letter.body and "\n\n\n" not in letter.body
    assert owner.email in letter.body


def test_the_owners_own_confirmed_address_is_confirmed_at_once(sender, owner):
    owner.emailaddress_set.create(email="olga@lavka.example", verified=True)
    sender.address = "Olga@lavka.example"
    sender.save()
    assert confirmation_send(sender=sender) == Confirmation.CONFIRMED
    assert is_confirmed(sender) and not mail.outbox


def test_an_address_that_the_owner_only_claims_is_not(sender, owner):
    owner.emailaddress_set.create(email="olga@lavka.example", verified=False)
    assert confirmation_send(sender=sender) == Confirmation.SENT


def test_a_link_is_good_for_its_sender_and_address_alone(sender):
    token = token_of(sender)
    assert is_token_of(sender, token)
    assert not is_token_of(SenderFactory(address=sender.address), token)
    sender.address = "ivan@lavka.example"
    assert not is_token_of(sender, token)


@pytest.mark.parametrize("token", ["", ".", "a.b", "\0", "ё" * 300])
def test_no_other_text_is_a_token(sender, token):
    assert not sender_confirm(sender=sender, token=token) and not is_confirmed(sender)


def test_a_link_is_good_for_three_days(sender, monkeypatch):
    token = token_of(sender)
    monkeypatch.setattr(confirming, "VALID", timedelta(seconds=-1))
    assert not is_token_of(sender, token)


def test_a_link_to_an_address_that_was_changed_meanwhile_confirms_nothing(sender):
    token = token_of(sender)
    Sender.objects.filter(pk=sender.pk).update(address="ivan@lavka.example")
    assert not sender_confirm(sender=sender, token=token) and not is_confirmed(sender)


def test_a_deleted_sender_is_not_confirmed(sender):
    token = token_of(sender)
    Sender.objects.filter(pk=sender.pk).update(deleted_at=timezone.now())
    assert not sender_confirm(sender=sender, token=token)


def test_a_second_click_changes_nothing(sender):
    token = token_of(sender)
    assert sender_confirm(sender=sender, token=token)
    assert sender_confirm(sender=sender, token=token)
    assert Entry.objects.filter(action="confirm").count() == 1


def test_nobody_is_sent_many_letters(sender, owner, monkeypatch):
    assert confirmation_send(sender=sender) == Confirmation.SENT
    assert confirmation_send(sender=sender) == Confirmation.TOO_SOON
    cache.clear()
    monkeypatch.setattr(confirming, "LETTERS_A_DAY", {"owner": 1, "address": 5})
    assert confirmation_send(sender=sender) == Confirmation.SENT
    another = SenderFactory(owner=owner, address="ivan@lavka.example", confirmed_at=None)
    assert confirmation_send(sender=another) == Confirmation.TOO_MANY
    assert len(mail.outbox) == 2


def test_an_address_is_not_sent_many_letters_by_many_people(sender, monkeypatch):
    monkeypatch.setattr(confirming, "LETTERS_A_DAY", {"owner": 10, "address": 1})
    assert confirmation_send(sender=sender) == Confirmation.SENT
    same = SenderFactory(address="OLGA@lavka.example", confirmed_at=None)
    assert confirmation_send(sender=same) == Confirmation.TOO_MANY
