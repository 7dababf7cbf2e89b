"""Content under its hash: whole, or not there."""
import errno

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from apps.mailings.media.content import ATTACHMENTS, PICTURES, name_of, read, store


def test_what_was_stored_is_read(own_storage):
    digest = store(b"tea", ATTACHMENTS)
    assert read(ATTACHMENTS, digest) == b"tea"
    with pytest.raises(FileNotFoundError):
        read(PICTURES, digest)


def test_the_same_content_is_kept_once(own_storage):
    assert store(b"tea", PICTURES) == store(b"tea", PICTURES)
    assert len([path for path in own_storage.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("digest", ["", "../../x", "0" * 63, "0" * 65, "G" * 64, "0" * 64 + "\n"])
def test_what_is_no_digest_is_not_there(digest):
    with pytest.raises(FileNotFoundError):
        read(PICTURES, digest)


def test_what_a_crash_has_left_is_written_anew(own_storage):
    digest = store(b"green tea", PICTURES)
    (own_storage / name_of(PICTURES, digest)).write_bytes(b"green")
    with pytest.raises(FileNotFoundError):
        read(PICTURES, digest)
    store(b"green tea", PICTURES)
    assert read(PICTURES, digest) == b"green tea"


@pytest.mark.parametrize("error, said", [
    (OSError(errno.ENOSPC, "full"), "места"), (PermissionError(), "позже"),
    (ConnectionError(), "позже"), (RuntimeError("of a storage far away"), "позже")])
def test_a_storage_that_fails_is_told_of_and_leaves_nothing(own_storage, monkeypatch, error, said):
    def save(name, content):
        path = own_storage / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(default_storage, "save", save)
    with pytest.raises(ValidationError) as refused:
        store(b"tea for two", PICTURES)
    assert said in refused.value.messages[0]
    assert not [path for path in own_storage.rglob("*") if path.is_file()]
