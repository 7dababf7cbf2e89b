"""The home page tells of those who were written to on no ground."""
import pytest
from django.utils import timezone

from apps.mailings.models import Ground
from apps.reports import homepage
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db
TO_THEM = "/recipients/?ground=missing"


@pytest.fixture(autouse=True)
def book(owner, other):
    MailingFactory(owner=owner)  # with none there are the first steps instead
    RecipientFactory(owner=owner)
    RecipientFactory(owner=other, last_letter_at=timezone.now())
    RecipientFactory(owner=owner, last_letter_at=timezone.now(), ground=Ground.objects.create(
        owner=owner, text="Анкета"))


def test_nobody_is_told_of_where_there_is_nobody(as_owner):
    assert TO_THEM not in as_owner.get("/").text


@pytest.mark.parametrize("many", [10_000, 1])
def test_those_who_are_written_to_are_counted_and_can_be_opened(
        as_owner, owner, monkeypatch, many):
    monkeypatch.setattr(homepage, "MANY", many)
    for _each in range(2):
        RecipientFactory(owner=owner, last_letter_at=timezone.now())
    page = as_owner.get("/")
    assert TO_THEM in page.text and str(page.context["groundless"]) == "2"
    assert as_owner.get(TO_THEM).context["page"].count == 2


def test_a_big_book_is_not_read_for_each_look(
        as_owner, owner, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(homepage, "MANY", 1)
    RecipientFactory(owner=owner, last_letter_at=timezone.now())
    homepage.groundless(owner)
    with django_assert_max_num_queries(1):
        assert homepage.groundless(owner).count == 1
