"""People leave, leave more, and come back; the file beside the database knows it too."""
import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.models import Machine, Mailing, Recipient, Suppression
from apps.mailings.services import recipient_save
from tests.factories import MailingFactory, RecipientFactory, UserFactory

from .. import on_disk
from ..hashing import hashed_address
from ..merging import merge
from ..recognising import recognise
from ..services import (
    address_back, address_leave, addresses_add, addresses_suppress, scope_for, suppression_lift)

pytestmark = pytest.mark.django_db
Scope, Reason = Suppression.Scope, Suppression.Reason
ANNA = "anna@example.com"


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    on_disk.waiting.clear()


def leave(owner, email=ANNA, scope=Scope.ALL, reason=Reason.UNSUBSCRIBED, **more):
    return address_leave(owner=owner, email=email, scope=scope, reason=reason, **more)


def signs():
    return [line.sign for line in on_disk.lines(0, on_disk.size())]


def forget():
    """Lose what the database knows, as a restored one has."""
    Suppression.objects.all().delete()
    Machine.objects.all().delete()


def emails():
    return sorted(Suppression.objects.values_list("email", flat=True))


def test_to_leave_twice_is_to_leave(owner):
    assert leave(owner, "Anna@Example.com") and not leave(owner)
    assert emails() == [ANNA] and not Entry.objects.exists() and signs() == ["+"]


def test_who_leaves_all_after_advertising_has_left_all(owner):
    assert leave(owner, scope=Scope.ADVERTISING) and leave(owner)
    assert not leave(owner, scope=Scope.ADVERTISING)
    assert Suppression.objects.get().is_all


def test_who_is_put_on_the_list_by_hand_after_advertising_has_left_all(owner):
    leave(owner, scope=Scope.ADVERTISING)
    assert addresses_suppress(owner=owner, emails=[ANNA]) == 1
    assert Suppression.objects.get().is_all and Suppression.objects.get().is_own_wish


def test_why_is_told_later(owner):
    leave(owner)
    assert not leave(owner, why="often")
    assert Suppression.objects.get().why == "often"


def test_a_complaint_says_more_than_leaving(owner):
    leave(owner)
    assert leave(owner, reason=Reason.COMPLAINED) and not address_back(owner=owner, email=ANNA)


def test_a_person_of_ours_who_does_it_is_in_the_trail(owner):
    leave(owner, by=owner)
    assert Entry.objects.get().action == Entry.Action.SUPPRESS


def test_who_has_left_comes_back_and_who_was_put_there_does_not(owner):
    leave(owner)
    addresses_add(owner=owner, emails=["boris@example.com"])
    assert address_back(owner=owner, email="ANNA@example.com")
    assert not address_back(owner=owner, email=ANNA)
    assert not address_back(owner=owner, email="boris@example.com")
    assert emails() == ["boris@example.com"] and signs() == ["+", "+", "-"]


@pytest.mark.parametrize("kinds, kind, scope", [
    (["advertising", "information"], "advertising", Scope.ADVERTISING),
    (["advertising", "information"], "information", Scope.ALL),
    (["advertising"], "advertising", Scope.ALL),
    (["information"], "information", Scope.ALL),
])
def test_advertising_alone_is_left_where_there_is_something_else(owner, kinds, kind, scope):
    for one in kinds:
        Mailing.objects.filter(pk=MailingFactory(owner=owner).pk).update(kind=one)
    assert scope_for(owner=owner, kind=kind) == scope


def test_the_file_names_nobody(owner):
    leave(owner)
    text = on_disk.path().read_text()
    assert "anna" not in text and owner.address_key not in text
    assert text.split()[-1] == "unsubscribed" and "all" in text.split()


def test_many_are_one_write_and_the_database_knows_it(owner, monkeypatch):
    written = []
    monkeypatch.setattr(on_disk.os, "fsync", written.append)
    addresses_add(owner=owner, emails=[f"client{n}@example.com" for n in range(300)])
    assert len(signs()) == 300 and Machine.objects.get().written == on_disk.size()
    assert len(written) <= 4  # the file, and the names of new files


def test_a_full_disk_refuses_nobody_and_is_made_up_for(owner, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(on_disk.os, "fsync", lambda file: (_ for _ in ()).throw(OSError("full")))
        on_disk.path().touch()
        assert on_disk.append([]) is None and leave(owner)
    assert emails() == [ANNA] and on_disk.size() == 0
    leave(owner, "boris@example.com")
    assert signs() == ["+", "+"]


def test_a_torn_line_is_left_out_and_the_next_begins_anew(owner):
    leave(owner)
    with on_disk.path().open("ab") as file:
        file.write(b"2026-01-01T00:00:00.0+00:00 + all 0123")
    leave(owner, "boris@example.com")
    assert signs() == ["+", "+"]


def test_a_restored_database_learns_who_has_left(owner, django_assert_max_num_queries):
    RecipientFactory(owner=owner, email="Anna@example.com")
    RecipientFactory(owner=owner, email="vera@example.com", deleted_at=timezone.now())
    for email in (ANNA, "vera@example.com", "gone@example.com"):
        leave(owner, email)
    leave(owner, "boris@example.com")
    address_back(owner=owner, email="boris@example.com")
    forget()
    for _again in range(2):
        with django_assert_max_num_queries(40):
            assert merge(0, on_disk.size()) == 4
        assert emails() == sorted([
            ANNA, "vera@example.com", hashed_address(owner, "gone@example.com")])


def test_another_owner_with_the_address_is_not_hit(owner):
    other = UserFactory()
    RecipientFactory(owner=other, email=ANNA)
    leave(owner)
    forget()
    merge(0, on_disk.size())
    assert not Suppression.objects.filter(owner=other).exists()


def test_an_owner_whom_the_database_does_not_know_is_passed_over(owner):
    leave(owner)
    forget()
    type(owner).objects.filter(pk=owner.pk).update(address_key="00" * 32)
    merge(0, on_disk.size())
    assert not emails()


def test_who_was_taken_off_the_list_is_off_it_unless_they_left_again(owner):
    RecipientFactory(owner=owner, email=ANNA)
    leave(owner)
    suppression_lift(suppression=Suppression.objects.get())
    end = on_disk.size()
    forget()
    leave(owner)  # by another machine, later
    merge(0, end)
    assert emails() == [ANNA]
    Suppression.objects.update(created_at="2020-01-01T00:00:00Z")  # as the backup has it
    merge(0, end)
    assert not emails()


def test_an_address_known_by_its_hash_is_recognised_when_it_comes_into_the_book(owner):
    Suppression.objects.create(owner=owner, email=hashed_address(owner, ANNA), reason="wiped")
    recipient_save(recipient=Recipient(owner=owner, email="Anna@example.com"))
    assert emails() == [ANNA] and Suppression.objects.get().reason == "wiped"


def test_what_is_known_twice_becomes_one_and_the_wider_holds(owner):
    Suppression.objects.create(owner=owner, email=hashed_address(owner, ANNA))
    Suppression.objects.create(owner=owner, email=ANNA, scope=Scope.ADVERTISING)
    assert recognise(owner=owner, emails=[ANNA]) == 1
    assert emails() == [ANNA] and Suppression.objects.get().is_all
