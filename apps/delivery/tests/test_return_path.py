"""The address that bounces go to: its token fits, whatever the delivery's number is."""
import pytest

from ..wire.return_path import mac_octets, return_address, sample_address
from ..wire.tokens import delivery_in, is_of

SEED = "ab" * 16


@pytest.mark.parametrize(("length", "octets"), [
    (1, 16), (21, 16), (22, 15), (23, 15), (33, 10), (34, None), (64, None)])
def test_a_longer_own_part_leaves_less_to_the_mac(length, octets):
    assert mac_octets("a" * length) == octets


@pytest.mark.parametrize("own_part", ["", '"olga b"', "a b", "a@b"])
def test_no_token_goes_behind_what_is_no_plain_own_part(own_part):
    assert mac_octets(own_part) is None


def test_octets_are_counted_not_signs():
    assert mac_octets("ж" * 11) == 15


@pytest.mark.django_db
@pytest.mark.parametrize("own_part", ["o", "a" * 20, "a" * 33, "shop+news", "olga.petrova"])
@pytest.mark.parametrize("delivery", [1, 16 ** 9 - 1])
def test_the_local_part_is_never_too_long_and_its_token_is_known(own_part, delivery):
    local, _at, domain = return_address(f"{own_part}@xn--e1afmkfd.example", delivery,
                                        SEED).rpartition("@")
    assert len(local) <= 64 and domain == "xn--e1afmkfd.example"
    own, _plus, token = local.rpartition("+")
    assert own == own_part and is_of(token, delivery, SEED)


def test_an_own_part_without_room_is_refused():
    address = f"{'a' * 34}@lavka.example"
    assert sample_address(address) is None
    with pytest.raises(ValueError, match="no room"):
        return_address(address, 1, SEED)


@pytest.mark.parametrize("own_part", ["o", "a" * 33])
def test_a_sample_has_the_shape_and_the_length_of_the_longest(own_part):
    local = sample_address(f"{own_part}@lavka.example").partition("@")[0]
    own, _plus, token = local.rpartition("+")
    assert own == own_part and delivery_in(token) >= 16 ** 8
    assert len(token) == 9 + 1 + 2 * mac_octets(own_part)
