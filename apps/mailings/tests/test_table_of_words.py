"""SQLite keeps its table of words by triggers, and reads books by ids where these are few."""
import pytest
from django.db import connection

from apps.core.sieve import Sifted
from tests.factories import RecipientFactory

from ..models import Recipient
from ..search import with_words


@pytest.fixture(autouse=True)
def sqlite(db):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its index by itself")


def test_no_migration_has_dropped_the_triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND "
                       "tbl_name = 'mailings_recipient' AND name LIKE 'recipient_words%%'")
        assert len(cursor.fetchall()) == 3


@pytest.mark.parametrize("text, table", [
    ("рояль", "VIRTUAL TABLE"), ("ян", "recipient_owner"), ("рояль ян", "VIRTUAL TABLE")])
def test_words_of_three_letters_are_looked_up_in_the_table(owner, text, table):
    book = Recipient.objects.owned_by(owner)
    assert table in Sifted(book, with_words(text)).kept.explain()


def test_a_page_is_read_by_its_ids_and_not_by_walking_the_book(owner):
    rows = Recipient.objects.owned_by(owner).filter(pk__in=range(26)).order_by("sort_name", "pk")
    assert "INTEGER PRIMARY KEY" in rows[:26].explain()


def test_the_table_has_what_each_recipient_is_found_by_now(owner):
    one, two = RecipientFactory(owner=owner), RecipientFactory(owner=owner)
    Recipient.all_objects.filter(pk=one.pk).delete()
    two.full_name = "Рояль"
    two.save()
    with connection.cursor() as cursor:  # it is an error where they differ
        cursor.execute("INSERT INTO mailings_recipient_words(mailings_recipient_words, rank) "
                       "VALUES ('integrity-check', 1)")
