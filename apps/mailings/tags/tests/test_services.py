"""Tags are made, given and taken."""
import pytest
from django.core.exceptions import ValidationError

from apps.mailings.models import Recipient, Tag, Tagging
from apps.mailings.tags import services
from apps.mailings.tags.finding import tagged, untagged, with_tag
from apps.mailings.tags.marks import add_tags
from apps.mailings.tags.names import names_in
from tests.factories import RecipientFactory, TagFactory

pytestmark = pytest.mark.django_db


def test_names_are_the_same_whatever_their_case_and_blanks(owner):
    first, = services.tags_named(owner=owner, names=["Опт  Казань"])
    again, new = services.tags_named(owner=owner, names=[" опт казань", "Актёры"])
    assert again == first and first.name == "Опт Казань"
    assert services.tags_named(owner=owner, names=["АКТЁРЫ", "актёры"]) == [new]
    assert Tag.objects.count() == 2


def test_somebody_elses_tag_of_the_same_name_is_not_ones_own(owner, other):
    theirs = TagFactory(owner=other, name="Опт")
    mine, = services.tags_named(owner=owner, names=["Опт"])
    assert mine != theirs and mine.owner == owner


@pytest.mark.parametrize("name", ["", "  ", "а" * 61, "a\0b", "a,b", "a;b", "a\x1bb"])
def test_a_name_that_no_tag_can_have_is_refused_with_a_sentence(owner, name):
    with pytest.raises(ValidationError):
        services.tags_named(owner=owner, names=[name])
    assert not Tag.objects.exists()


def test_a_text_names_tags_with_commas_between_them():
    assert names_in(" Опт, казань;;ОПТ\n Новые  люди,") == ["Опт", "казань", "Новые люди"]


def test_nobody_has_more_tags_than_a_page_can_hold(owner, monkeypatch):
    monkeypatch.setattr(services, "MOST", 2)
    services.tags_named(owner=owner, names=["1", "2"])
    services.tags_named(owner=owner, names=["2"])
    with pytest.raises(ValidationError, match="2"):
        services.tags_named(owner=owner, names=["3"])
    with pytest.raises(ValidationError):
        services.tag_save(tag=Tag(owner=owner, name="4"))


def test_only_the_owners_recipients_get_a_tag_and_each_once(owner, other):
    tag = TagFactory(owner=owner)
    mine, theirs = RecipientFactory(owner=owner), RecipientFactory(owner=other)
    assert services.recipients_tag(recipients=[mine.pk, theirs.pk], tag=tag) == 1
    assert services.recipients_tag(recipients=Recipient.objects.all(), tag=tag) == 0
    assert [one.recipient for one in Tagging.objects.all()] == [mine]
    assert services.recipients_untag(recipients=Recipient.objects.all(), tag=tag) == 1
    assert not Tagging.objects.exists()


def test_a_recipients_tags_become_just_the_named_ones(owner):
    anna = RecipientFactory(owner=owner)
    services.recipient_tags_set(recipient=anna, names=["Опт", "Казань"])
    services.recipient_tags_set(recipient=anna, names=["казань", "Новые"])
    add_tags([anna], owner)
    assert [tag.name for tag in anna.tag_list] == ["Казань", "Новые"]


def test_tags_are_shown_to_their_owner_alone(owner, manager):
    anna = RecipientFactory(owner=owner)
    services.recipient_tags_set(recipient=anna, names=["Опт"])
    add_tags([anna], manager)
    assert anna.tag_list == []


def test_those_with_a_tag_are_found_and_those_with_none(owner):
    anna, boris, vera = RecipientFactory.create_batch(3, owner=owner)
    opt, city = TagFactory.create_batch(2, owner=owner)
    Tagging.objects.create(tag=opt, recipient=anna)
    Tagging.objects.create(tag=city, recipient=anna)
    Tagging.objects.create(tag=city, recipient=boris)
    book = Recipient.objects.order_by("pk")
    assert list(book.filter(tagged([opt.pk, city.pk]))) == [anna, boris]
    assert list(book.filter(tagged([]))) == []
    assert list(book.filter(untagged())) == [vera]
    sieve = with_tag(opt.pk)
    assert list(book.filter(sieve.keeps)) == list(book.filter(sieve.indexed)) == [anna]
