"""A bounced recipient tells how many others the same reply has marked."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import RecipientFactory

from ..models import Recipient
from ..recipients import same_reply

LIST = "/recipients/"


def bounced(owner, number, key):
    for _ in range(number):
        RecipientFactory(owner=owner, bounced_at=timezone.now(), bounced_reply="550 no",
                         bounced_key=key)


@pytest.fixture
def marked(owner, other):
    bounced(owner, 3, "a")
    bounced(owner, 1, "b")
    bounced(owner, 2, "")
    bounced(other, 9, "a")


def test_each_row_counts_those_of_its_own_reply_and_book(as_owner, marked):
    rows = as_owner.get(LIST).context["page"]
    assert sorted((row.bounced_key, row.same_reply) for row in rows) == [
        ("", 0), ("", 0), ("a", 3), ("a", 3), ("a", 3), ("b", 1)]


def test_no_more_are_counted_than_are_worth_it(as_owner, marked, monkeypatch):
    monkeypatch.setattr(same_reply, "MANY", 2)
    page = as_owner.get(LIST)
    assert "более 2" in page.content.decode()
    assert {row.same_reply for row in page.context["page"] if row.bounced_key == "a"} == {2}


def test_more_replies_take_no_more_queries(as_owner, owner, marked):
    with CaptureQueriesContext(connection) as few:
        as_owner.get(LIST)
    for key in "cdefg":
        bounced(owner, 2, key)
    with CaptureQueriesContext(connection) as many:
        as_owner.get(LIST)
    assert len(many) == len(few) and Recipient.objects.count() == 25
