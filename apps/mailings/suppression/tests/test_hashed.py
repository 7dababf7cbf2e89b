"""Who is known by a hash alone is recognised wherever the address comes into a book."""
import pytest
from django.http import QueryDict
from django.utils import timezone

from apps.jobs.tests.conftest import work
from apps.mailings.bulk.chosen import chosen_in
from apps.mailings.bulk.services import bulk_start, bulk_undo
from apps.mailings.imports.tests.conftest import landed, table
from apps.mailings.models import Suppression
from apps.mailings.services import owned_delete, owned_restore
from tests.factories import RecipientFactory

from ..hashing import hashed_address

pytestmark = pytest.mark.django_db
ANNA = "anna@example.com"


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, email="Anna@example.com")


@pytest.fixture
def hashed(owner):
    """Somebody of whom a restored database knows the hash alone."""
    return Suppression.objects.create(
        owner=owner, email=hashed_address(owner, ANNA), reason=Suppression.Reason.UNSUBSCRIBED)


def is_known(suppression):
    suppression.refresh_from_db()
    return suppression.email == ANNA and suppression.reason == "unsubscribed"


def test_an_import_recognises_them_and_says_so(owner, hashed):
    of = landed(owner, table("Anna@example.com;Анна;", "boris@example.com;Борис;"))
    assert is_known(hashed) and of.suppressed == 1


def test_the_form_of_a_recipient_recognises_them(as_owner, owner, hashed):
    as_owner.post("/recipients/create/", {"email": ANNA, "full_name": "Анна"})
    assert is_known(hashed)


def test_a_new_address_of_somebody_is_recognised(as_owner, owner, hashed):
    person = RecipientFactory(owner=owner, email="old@example.com")
    as_owner.post(f"/recipients/{person.pk}/edit/", {"email": ANNA, "full_name": "Анна"})
    assert is_known(hashed)


def test_to_bring_one_back_recognises_them(anna, hashed):
    owned_delete(owned=anna)
    owned_restore(owned=anna)
    assert is_known(hashed)


def test_to_bring_many_back_recognises_them(owner, anna, hashed):
    job = bulk_start(chosen=chosen_in(QueryDict(f"tick={anna.pk}"), owner), do="delete", given={})
    undo = bulk_undo(job=job)
    while undo.ended_at is None:
        work(undo)
        undo.refresh_from_db()
    anna.refresh_from_db()
    assert anna.deleted_at is None and is_known(hashed)


def test_who_stays_deleted_stays_a_hash(owner, hashed):
    RecipientFactory(owner=owner, email=ANNA, deleted_at=timezone.now())
    assert not is_known(hashed)
