"""Keys may be changed: what older ones encrypted is encrypted anew, and nothing is lost."""
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.jobs.models import Job
from apps.jobs.services import job_create
from apps.mailings.models import Sender
from tests.factories import SenderFactory

from .. import rotation
from ..rotation import columns, secrets_rotate
from ..secrets import Unreadable, decrypted, encrypted

pytestmark = pytest.mark.django_db


def sender_with(password, **fields):
    sender = SenderFactory(**fields)
    sender.set_password(password)
    sender.save()
    return sender


@pytest.fixture
def change_key(settings):
    def change(new, *old):
        settings.SECRET_KEY = new
        settings.SECRET_KEY_FALLBACKS = list(old)

    change("first")
    return change


def test_every_table_with_secrets_is_known():
    found = {f"{column.model._meta.label}.{column.name}" for column in columns()}
    assert {"jobs.Job.secret", "mailings.Sender.password"} <= found


def test_what_an_older_key_encrypted_is_encrypted_anew(change_key):
    sender = sender_with("пароль")
    SenderFactory()  # without a password
    letter = job_create(kind="letter", owner=None, secret="a letter")
    change_key("second", "first")
    told = StringIO()
    call_command("rotate_keys", stdout=told)
    assert "Encrypted anew: 2. Under the newest key already: 0." in told.getvalue()
    change_key("second")
    sender.refresh_from_db()
    letter.refresh_from_db()
    assert (sender.read_password(), decrypted(letter.secret)) == ("пароль", "a letter")


def test_to_do_it_again_changes_nothing(change_key):
    sender = sender_with("secret")
    change_key("second", "first")
    assert secrets_rotate().anew == 1
    stored = Sender.objects.get(pk=sender.pk).password
    again = secrets_rotate()
    assert (again.anew, again.current, again.unreadable) == (0, 1, [])
    assert Sender.objects.get(pk=sender.pk).password == stored


def test_a_deleted_senders_password_is_encrypted_anew_too(change_key):
    sender = sender_with("secret")
    sender.deleted_at = sender.confirmed_at
    sender.save()
    change_key("second", "first")
    assert secrets_rotate().anew == 1


def test_what_no_key_can_read_is_named_and_stays(change_key):
    lost = sender_with("secret")
    change_key("second")
    kept = sender_with("other")
    change_key("third", "second")
    told, faults = StringIO(), StringIO()
    with pytest.raises(CommandError, match="not known any more: 1") as end:
        call_command("rotate_keys", stdout=told, stderr=faults)
    assert end.value.returncode == 1
    assert f"mailings.Sender {lost.pk}\n" in faults.getvalue()
    assert "secret" not in told.getvalue() + faults.getvalue() + str(end.value)
    assert Sender.objects.get(pk=lost.pk).password == lost.password
    assert Sender.objects.get(pk=kept.pk).read_password() == "other"
    with pytest.raises(Unreadable):
        Sender.objects.get(pk=lost.pk).read_password()


def test_a_password_that_is_changed_meanwhile_stays_as_it_was_changed(change_key, monkeypatch):
    sender = sender_with("old")
    change_key("second", "first")

    def renewed(token):
        Sender.objects.filter(pk=sender.pk).update(password=encrypted("new"))
        return encrypted("old")

    monkeypatch.setattr(rotation, "renewed", renewed)
    assert secrets_rotate().anew == 0
    assert Sender.objects.get(pk=sender.pk).read_password() == "new"


def test_many_rows_are_gone_through_in_batches(change_key, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    Job.objects.bulk_create([Job(kind="letter", secret=encrypted(str(n))) for n in range(5)])
    change_key("second", "first")
    assert secrets_rotate().anew == 5
    change_key("second")
    assert sorted(map(decrypted, Job.objects.values_list("secret", flat=True))) == list("01234")
