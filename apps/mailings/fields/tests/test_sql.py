import pytest
from django.db.models.expressions import RawSQL

from apps.mailings.models import Recipient
from tests.factories import RecipientFactory

from ..sql import fields_with, name_in_sql

pytestmark = pytest.mark.django_db
KEYS = ["город", "дата рождения", "city", "id_1с", "поле 2026"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", ["О'Генри \"и\" \\", 12.5, 123456789012345, None])
def test_a_value_that_is_written_to_many_is_found_and_read_as_one_that_was_saved(key, value):
    there = RecipientFactory(fields={key: "Омск", "other": 1})
    new = RecipientFactory(fields={})
    Recipient.objects.update(fields=fields_with(key, value))
    for recipient, rest in (there, {"other": 1}), (new, {}):
        recipient.refresh_from_db()
        assert recipient.fields == (rest if value is None else {**rest, key: value})
    found = Recipient.objects.filter(**{"fields__has_key": key}).count()
    assert found == (0 if value is None else 2)
    if value is not None:
        named = Recipient.objects.annotate(
            said=RawSQL("fields ->> %s", [name_in_sql(key)])).exclude(said=None)
        assert named.filter(pk__in=[there.pk, new.pk]).count() == 2
        assert Recipient.objects.filter(**{f"fields__{key}": value}).count() == 2
