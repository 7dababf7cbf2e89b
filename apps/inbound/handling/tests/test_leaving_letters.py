"""Who asks by letter to be let go is let go, and nobody by what only looks like it."""
import pytest

from apps.inbound.reports.reading import understood
from apps.mailings.models import Suppression

from ..models import InboundLetter
from .conftest import id_of, link_of, path_of
from .leaving_letters import ALIKE, ASKING, encoded_subject

pytestmark = pytest.mark.django_db


def octets_of(letter, delivery):
    """Return a letter about `delivery` as it comes in."""
    token = link_of(delivery)
    return letter.format(
        token=token, TOKEN=token.upper(), cut=token[:-3], encoded=encoded_subject(token),
        path=path_of(delivery), id=id_of(delivery)).encode()


@pytest.mark.parametrize("name", ASKING)
def test_who_asks_by_letter_is_let_go(name, come, delivery):
    applied = come(understood(octets_of(ASKING[name], delivery)))
    left = Suppression.objects.get()
    assert (left.email, left.reason, left.delivery) == (
        "anna@example.com", "unsubscribed", delivery)
    assert applied.understood and not InboundLetter.objects.exists()


@pytest.mark.parametrize("name", ALIKE)
def test_what_only_looks_like_it_lets_nobody_go(name, come, delivery):
    come(understood(octets_of(ALIKE[name], delivery)))
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("name", [
    "a reply that asks", "a forged token", "another's forward that is called so",
    "another's answer that is called so", "no token at all", "words about leaving"])
def test_a_person_decides_where_somebody_may_have_asked(name, come, delivery):
    come(understood(octets_of(ALIKE[name], delivery)))
    assert InboundLetter.objects.get().kind == "asks"


@pytest.mark.parametrize("name", ["the link in the text", "an answer that is called so"])
def test_the_mailbox_of_another_owner_lets_nobody_go(name, come, theirs):
    come(understood(octets_of(ASKING[name], theirs)))
    assert not Suppression.objects.exists()
