"""Test letters go to mailboxes that somebody has shown to be theirs."""
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse

from apps.audit.models import Entry
from tests.factories import SenderFactory

from ...models import TestAddress
from .. import addresses
from ..addresses import address_add, addresses_of, token_of

pytestmark = pytest.mark.django_db
URL = "/test-addresses/"


@pytest.fixture
def address(owner):
    return address_add(owner=owner, email="olga@lavka.example")


def confirm_url(address, token=None):
    return reverse("delivery:address_confirm", args=[address.pk, token or token_of(address)])


def test_the_accounts_own_comes_first_and_nothing_that_is_only_claimed(owner):
    SenderFactory(owner=owner, address="shop@lavka.example")
    SenderFactory(owner=owner, address="claimed@lavka.example", confirmed_at=None)
    SenderFactory(address="strange@lavka.example")
    owner.emailaddress_set.create(email="new@lavka.example", verified=False)
    TestAddress.objects.create(owner=owner, email="more@lavka.example")
    assert addresses_of(owner) == ["owner@example.com", "shop@lavka.example"]


def test_an_address_stands_once_however_it_is_written(owner):
    SenderFactory(owner=owner, address="Owner@example.com")
    assert addresses_of(owner) == ["owner@example.com"]


def test_the_link_of_the_letter_confirms_the_address(as_owner, owner, settings):
    settings.BASE_URL = "https://vestnik.example"
    as_owner.post(URL, {"email": "olga@lavka.example"})
    letter, = mail.outbox
    path = re.search(r"https://vestnik.example(/test-addresses/\S+/)\n", letter.body)[1]
    assert letter.to == ["olga@lavka.example"] and "olga@lavka.example" not in addresses_of(owner)
    assert "<button" in as_owner.get(path).text
    assert "olga@lavka.example" not in addresses_of(owner)  # a program followed the link
    as_owner.post(path)
    assert "olga@lavka.example" in addresses_of(owner)
    assert Entry.objects.filter(action="confirm").count() == 1


def test_a_link_is_its_owners_alone(as_other, address):
    assert as_other.post(confirm_url(address)).status_code == 404
    assert not TestAddress.objects.filter(confirmed_at__isnull=False).exists()


@pytest.mark.parametrize("token", ["x", "a.b", "ё" * 300])
def test_no_other_text_confirms(as_owner, address, token):
    as_owner.post(confirm_url(address, token))
    assert not TestAddress.objects.filter(confirmed_at__isnull=False).exists()


def test_the_link_of_one_address_confirms_no_other(as_owner, owner, address):
    another = TestAddress.objects.create(owner=owner, email="ivan@lavka.example")
    as_owner.post(confirm_url(another, token_of(address)))
    assert not TestAddress.objects.filter(confirmed_at__isnull=False).exists()


def test_a_link_is_good_for_three_days(as_owner, address, monkeypatch):
    monkeypatch.setattr(addresses, "VALID", timedelta(seconds=-1))
    assert as_owner.get(confirm_url(address)).status_code == 302
    as_owner.post(confirm_url(address))
    assert not TestAddress.objects.filter(confirmed_at__isnull=False).exists()


def test_a_removed_address_is_not_confirmed_by_its_link(as_owner, address):
    url = confirm_url(address)
    as_owner.post(reverse("delivery:address_delete", args=[address.pk]))
    assert as_owner.post(url).status_code == 404 and not TestAddress.objects.exists()


def test_a_stranger_is_sent_few_letters_whoever_asks(owner, other):
    for _ in range(2):
        address_add(owner=owner, email="stranger@example.org")
    address_add(owner=other, email="stranger@example.org")
    with pytest.raises(ValidationError):
        address_add(owner=other, email="Stranger@example.org")
    assert len(mail.outbox) == 3


def test_nobody_has_many_letters_sent_within_an_hour(as_owner):
    for number in range(7):
        answer = as_owner.post(URL, {"email": f"stranger{number}@example.org"})
    assert answer.status_code == 422 and "через час" in answer.text
    assert len(mail.outbox) == TestAddress.objects.count() == 5


def test_only_so_many_addresses_are_kept(owner):
    for number in range(10):
        cache.clear()
        address_add(owner=owner, email=f"mine{number}@example.org")
    with pytest.raises(ValidationError):
        address_add(owner=owner, email="one@too.many")
    cache.clear()
    assert address_add(owner=owner, email="MINE3@example.org").email == "mine3@example.org"


def test_an_address_that_is_confirmed_needs_no_letter(as_owner, owner):
    assert address_add(owner=owner, email="Owner@Example.com") is None
    assert as_owner.post(URL, {"email": "owner@example.com"}).status_code == 302
    assert not mail.outbox


@pytest.mark.parametrize("text", ["", "no address", "a@b.c,d@e.f", "x" * 400, "a@b.c\nBcc: d@e.f"])
def test_what_is_no_address_is_told_at_the_field(as_owner, text):
    answer = as_owner.post(URL, {"email": text})
    assert answer.status_code == 422 and not mail.outbox


def test_the_letter_says_nothing_that_the_owner_has_written(owner):
    owner.first_name = "Win a car"
    owner.language = "en"
    address_add(owner=owner, email="olga@lavka.example")
    letter, = mail.outbox
    assert "Win a car" not in letter.body and "\n\n\n" not in letter.body
    assert letter.subject == "Confirm the address for test letters"
