"""Which letter came back: by what only we can have made."""
from datetime import timedelta
from hashlib import blake2b

import pytest
from django.utils import timezone

from apps.delivery.models import LastingKey
from apps.delivery.wire.lasting_key import keys, path
from apps.inbound.reports.report import Event, Outcome
from apps.mailings.models import Delivery, Run

from ..attribution import MOST, deliveries_of, delivery_of
from .conftest import bounce, id_of, link_of, path_of, sent


def old_id_of(delivery, domain="shop.example"):
    """The Message-ID that letters had before it carried a token."""
    seed = delivery.run.seed.encode("ascii")
    return blake2b(b"%d" % delivery.pk, digest_size=16, key=seed).hexdigest() + f"@{domain}"


WAYS = {
    "return path": lambda one: {"return_paths": (path_of(one),)},
    "tagged": lambda one: {"return_paths": (f"bounces+{path_of(one)}",)},
    "in capitals": lambda one: {"return_paths": (f"Bounces+{path_of(one)}".upper(),)},
    "cut MAC": lambda one: {"return_paths": (path_of(one)[:-12],)},
    "Message-ID": lambda one: {"message_ids": (id_of(one),)},
    "Message-ID in capitals": lambda one: {"message_ids": (id_of(one).upper(),)},
    "link": lambda one: {"leaving_tokens": (link_of(one),)},
    "old Message-ID": lambda one: {"message_ids": (old_id_of(one),)},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_letter_is_found_by_what_it_carried(delivery, owner, way):
    assert delivery_of(bounce(**WAYS[way](delivery)), owner) == delivery


@pytest.mark.parametrize("way", WAYS)
def test_a_letter_of_somebody_else_is_never_found(theirs, owner, way):
    assert delivery_of(bounce(**WAYS[way](theirs)), owner) is None


@pytest.mark.parametrize("way", WAYS)
def test_what_was_made_for_one_letter_does_not_do_for_another(delivery, anna, owner, way):
    later = sent(anna)
    [(name, [text])] = WAYS[way](delivery).items()
    forged = text.replace(f"{delivery.pk:x}-", f"{later.pk:x}-", 1)
    if forged != text:
        assert delivery_of(bounce(**{name: (forged,)}), owner) is None


@pytest.mark.parametrize("spoil", [
    lambda token: token[:-13], lambda token: token + token, lambda token: f"{token}0",
    lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"), lambda token: "",
    lambda token: token.replace("-", ""), lambda token: f"{'f' * 40}-{token}",
    lambda token: token.replace("-", "--"), lambda token: f"fffffffffffffff-{token[-32:]}",
    lambda token: f"{token}\x00", lambda token: "а" * 50,
])
@pytest.mark.parametrize("name", ["return_paths", "message_ids", "leaving_tokens"])
def test_a_token_that_is_spoilt_finds_nothing(delivery, owner, name, spoil):
    whole = {"return_paths": path_of, "message_ids": id_of, "leaving_tokens": link_of}[name]
    token = spoil(whole(delivery).partition("@")[0])
    assert delivery_of(bounce(**{name: (token, f"{token}@shop.example")}), owner) is None


@pytest.mark.parametrize("way", ["return path", "Message-ID", "link"])
def test_a_token_of_another_installation_finds_nothing(delivery, owner, way):
    report = bounce(**WAYS[way](delivery))
    LastingKey.objects.all().delete()
    path().unlink()
    keys.cache_clear()
    assert delivery_of(report, owner) is None


def test_a_return_path_tells_more_than_what_is_quoted(delivery, anna, owner):
    later = sent(anna)
    report = bounce(return_paths=(path_of(later),), message_ids=(id_of(delivery),))
    assert deliveries_of(report, owner) == [later]


def test_a_good_token_is_found_among_bad_ones(delivery, theirs, owner):
    ids = ("no token", "", id_of(theirs), f"{'0' * 33}@shop.example", id_of(delivery))
    assert deliveries_of(bounce(message_ids=ids), owner) == [delivery]


def test_of_very_many_tokens_some_are_looked_at(delivery, owner, django_assert_max_num_queries):
    report = bounce(message_ids=(*[id_of(delivery)[1:]] * MOST * 50, id_of(delivery)))
    with django_assert_max_num_queries(3):
        assert delivery_of(report, owner) is None


def test_without_an_owner_a_token_names_one(delivery, theirs):
    assert delivery_of(bounce(return_paths=(path_of(theirs),)), None) == theirs
    assert delivery_of(bounce(message_ids=(old_id_of(theirs),)), None) is None


@pytest.mark.parametrize("said", [
    {"original_to": ("anna@example.com",)}, {"original_to": ("Anna@EXAMPLE.com",)}, {}])
def test_an_address_alone_finds_nothing(delivery, owner, said):
    assert delivery_of(bounce(**said), owner) is None


def test_an_old_message_id_is_found_by_the_address_in_the_headers(delivery, owner):
    forwarded = Event(Outcome.GONE, "anna@else.example")
    report = bounce(forwarded, message_ids=(old_id_of(delivery),))
    assert delivery_of(report, owner) is None
    report = bounce(forwarded, message_ids=(old_id_of(delivery),),
                    original_to=("Anna@example.com",))
    assert delivery_of(report, owner) == delivery


def test_an_old_message_id_tells_letters_to_one_address_apart(anna, owner):
    letters = [sent(anna) for _number in range(3)]
    for letter in letters:
        assert deliveries_of(bounce(message_ids=(old_id_of(letter),)), owner) == [letter]


def test_an_old_message_id_is_looked_for_among_runs_of_late(delivery, owner):
    Run.objects.update(started_at=timezone.now() - timedelta(days=61))
    assert delivery_of(bounce(message_ids=(old_id_of(delivery),)), owner) is None


def test_the_link_of_a_number_that_was_given_again_finds_nobody(delivery, owner):
    """As after a restore: the database has the same number for another person."""
    report = bounce(leaving_tokens=(link_of(delivery),))
    Delivery.objects.update(email="boris@example.com")
    assert delivery_of(report, owner) is None


def test_a_return_path_of_a_number_that_was_given_again_finds_nobody(delivery, owner):
    report = bounce(return_paths=(path_of(delivery),), message_ids=(id_of(delivery),))
    Run.objects.update(seed="0" * 32)
    assert delivery_of(report, owner) is None
