"""A picture in a letter, for whoever opens it."""
import pytest
from django.test import Client
from django.urls import reverse

from apps.mailings.media.content import PICTURES, name_of
from apps.mailings.media.services import address_of, picture_add, picture_delete
from tests.matrix import ROLES

from .pictures import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(owner):
    return picture_add(owner, upload())


def answer_to(client, path, **headers):
    """Return the answer, read to its end."""
    answer = client.get(path, headers=headers)
    answer.whole = b"".join(answer)
    return answer


def path_of(picture):
    return reverse("mailings:picture_public", args=[picture.digest])


@pytest.mark.parametrize("role", ROLES)
def test_everybody_sees_it(role, cast, picture):
    assert answer_to(cast[role], path_of(picture)).status_code == 200


def test_it_is_kept_for_ever_and_shown_anywhere(picture, own_storage):
    answer = answer_to(Client(), path_of(picture))
    content = answer.whole
    assert content == (own_storage / name_of(PICTURES, picture.digest)).read_bytes()
    assert answer["Content-Type"] == picture.content_type
    assert answer["Content-Length"] == str(len(content)) == str(picture.size)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["ETag"] == f'"{picture.digest}"'
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert answer["Content-Disposition"] == "inline"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_no_cookie_is_read_or_set_and_no_cache_is_split(
        as_owner, picture, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = answer_to(as_owner, path_of(picture), accept_encoding="gzip")
    assert "Vary" not in answer and not answer.cookies and "Content-Encoding" not in answer


def test_who_has_it_is_told_so(picture):
    for etag in (f'"{picture.digest}"', f'"x", W/"{picture.digest}"'):
        answer = answer_to(Client(), path_of(picture), if_none_match=etag)
        assert answer.status_code == 304 and not answer.whole and answer["ETag"]
    assert answer_to(Client(), path_of(picture), if_none_match='"x"').status_code == 200


def test_its_head_tells_its_size(picture):
    answer = Client().head(path_of(picture))
    answer.close()
    assert answer.status_code == 200 and answer["Content-Length"] == str(picture.size)


def test_a_deleted_one_is_still_in_letters(picture):
    picture_delete(picture=picture)
    assert answer_to(Client(), path_of(picture)).status_code == 200


@pytest.mark.parametrize("digest", [
    "0" * 64, "x", "A" * 64, "..%2f..%2fetc%2fpasswd", "%00", "0" * 64 + "/", "9" * 5000])
def test_what_never_was_is_not_there(digest, db):
    answer = Client().get(f"/i/{digest}")
    assert answer.status_code == 404 and "Vary" not in answer


def test_a_torn_one_is_not_there_yet(picture, own_storage):
    (own_storage / name_of(PICTURES, picture.digest)).write_bytes(b"")
    assert Client().get(path_of(picture)).status_code == 404


def test_a_storage_that_is_away_is_no_error_of_ours(picture, monkeypatch):
    def away(name):
        raise ConnectionError

    monkeypatch.setattr("django.core.files.storage.default_storage.open", away)
    answer = Client().get(path_of(picture))
    assert answer.status_code == 503 and answer["Cache-Control"] == "no-store"


def test_its_address_in_letters_is_whole(picture, settings):
    settings.BASE_URL = "https://vestnik.example"
    assert address_of(picture.digest) == f"https://vestnik.example/i/{picture.digest}"
