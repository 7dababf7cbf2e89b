"""The corpus against every form field, query parameter and upload.

It passes with an error at the field, an empty result or an exact round trip: never an error of
ours, never what is somebody else's, never a changed row that is not the person's.
"""
import itertools
import os
from urllib.parse import urlencode, urlsplit
from zlib import crc32

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.http import MAX_URL_REDIRECT_LENGTH

from apps.mailings.messages.forms import LINE_END
from apps.mailings.models import Message, Recipient
from apps.users.models import User
from tests import corpus
from tests.conftest import MARK, client_of
from tests.matrix import (
    DONE, WITHOUT_TOKEN, expected_of, names_read, read, rows_of, url_of)
from tests.test_access_matrix import TABLE

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
WINDOW = {"starts_at": "2026-01-01T10:00", "ends_at": "2099-01-01T10:00"}
REFUSED = {400, 403, 404, 409, 422}
SAVED = {200, 204, 302}
bare = pytest.mark.usefixtures("bare_pages")


def post(client, url, body, headers=None):
    """Post `body` as a browser would, but with anything in it, lone surrogates too."""
    text = urlencode(body, doseq=True, errors="surrogatepass")
    return client.generic("POST", url, text, FORM, headers=headers)


def by_turns(values):
    """Yield each of `values` with the headers of a request for a page or, in turn, for a part."""
    return zip(values, itertools.cycle([{}, {"hx-request": "true"}]))


def throw(values, names, address, ask, monkeypatch):
    """Call `ask` with values and headers, in rounds: at a time each name has another of `values`.

    The first round fills all of `names`, the others what the view was seen to look at. With
    `CORPUS=all` each value comes into each name; else a quarter, another one at each address.
    """
    step = 1 if os.environ.get("CORPUS") == "all" else 4
    starts, seen = range(crc32(address.encode()) % step, len(values), step), set()
    for start, headers in by_turns([*starts, starts[0]]):
        given = {name: values[(start + crc32(name.encode())) % len(values)] for name in names}
        seen |= names_read(monkeypatch, lambda: ask(given, headers))
        names = sorted(seen)
        if not names:
            break


@pytest.fixture(autouse=True)
def light(settings, tmp_path, few_choices):
    """No limits, no real media folder."""
    settings.ACCOUNT_RATE_LIMITS = False
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mallory(other, others):
    client = client_of(other)
    client.raise_request_exception = False
    return client


def addresses(method):
    """Return the names of what answers `method` to a person, or to a visitor."""
    return sorted(name for name, rows in TABLE.items()
                  if expected_of(rows, method, "other") & {*DONE, 404}
                  or expected_of(rows, method, "anonymous") & DONE)


@bare
@pytest.mark.parametrize("name", addresses("GET"))
def test_every_query_is_answered(name, mallory, others, pks, monkeypatch):
    url, bad = url_of(name, others), []
    usual = {200, 204, 302, 404} | expected_of(TABLE[name], "GET", "owner")

    def ask(query, headers):
        text = urlencode(query, errors="surrogatepass")
        response = mallory.get(f"{url}?{text}", headers={"hx-request": "true"})
        too_long = {400} if len(text) > MAX_URL_REDIRECT_LENGTH else set()  # to lead to login with
        if response.status_code not in usual | too_long or MARK in read(response):
            bad.append((response.status_code, query))

    throw(corpus.QUERY_VALUES, corpus.PARAMETERS, name, ask, monkeypatch)
    assert bad == []


def stored(value):
    """What a text is after its way through a form."""
    text = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return LINE_END.sub("\n", text.strip())


TEXT_FIELDS = {  # address: (model, its other fields, the fields)
    "mailings:recipient_create": (Recipient, {"email": "new@x.org", "full_name": "N"},
                                  ("full_name", "comment")),
    "mailings:recipient_edit": (Recipient, {"email": "new@x.org", "full_name": "N"},
                                ("full_name", "comment")),
    "mailings:recipient_row": (Recipient, {"email": "new@x.org", "full_name": "N"},
                               ("full_name", "comment")),
    "mailings:message_create": (Message, {"subject": "S", "body": "B"}, ("subject", "body")),
    "mailings:message_edit": (Message, {"subject": "S", "body": "B"}, ("subject", "body")),
    "users:profile_edit": (User, {}, ("first_name", "last_name")),
}


@pytest.mark.parametrize("name, field", [
    (name, field) for name, (*_, fields) in TEXT_FIELDS.items() for field in fields])
def test_every_text_is_kept_exactly_or_refused_at_its_field(name, field, mallory, other, others,
                                                            pks, owner):
    model, base, _ = TEXT_FIELDS[name]
    before, bad = rows_of(owner), []
    for value, headers in by_turns(corpus.VALUES):
        headers = {} if name.endswith("_row") else headers  # the part of a row tells no context
        if name.endswith("_create"):
            model.objects.filter(owner=other).exclude(
                pk=others[model._meta.model_name]).delete()
        response = post(mallory, url_of(name, others), {**base, field: value}, headers)
        if response.status_code == 422:
            right = field in response.context["form"].errors
        else:
            last = other.pk if model is User else None
            row = model.objects.get(pk=last) if last else (
                model.objects.filter(owner=other).order_by("updated_at").last())
            right = response.status_code in SAVED and stored(getattr(row, field)) == stored(value)
        if not right or "<script>alert" in read(response):
            bad.append((response.status_code, value[:60]))
    assert bad == [] and rows_of(owner) == before


@pytest.mark.parametrize("name", ["mailings:recipient_create", "mailings:recipient_edit"])
def test_every_address_is_stored_as_it_can_be_sent_or_refused(name, mallory, other, others, pks):
    bad = []
    for (typed, kept), headers in by_turns(corpus.ADDRESSES.items()):
        Recipient.objects.filter(owner=other).exclude(pk=others["recipient"]).delete()
        response = post(
            mallory, url_of(name, others), {"email": typed, "full_name": "N"}, headers)
        found = list(Recipient.objects.filter(owner=other).order_by("updated_at").values_list(
            "email", flat=True))
        if response.status_code == 422:
            right = kept is None and "email" in response.context["form"].errors
        else:
            right = response.status_code in SAVED and found[-1] == kept
        if not right:
            bad.append((response.status_code, typed[:60], found[-1][:60]))
    assert bad == []


@bare
@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York"])
@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
def test_every_moment_is_kept_or_refused_at_its_field(field, zone, mallory, other, others):
    User.objects.filter(pk=other.pk).update(time_zone=zone)
    base = {**WINDOW, "message": others["message"], "recipients": others["recipient"]}
    bad = []
    for value, headers in by_turns([*corpus.MOMENTS, *corpus.NUMBERS]):
        response = post(
            mallory, reverse("mailings:mailing_create"), {**base, field: value}, headers)
        if response.status_code not in (*SAVED, 422):
            bad.append((response.status_code, value[:60]))
    assert bad == []


@bare
@pytest.mark.parametrize("name", addresses("POST"))
def test_every_field_of_every_form_is_answered(name, mallory, others, pks, owner, monkeypatch):
    url, before, bad = url_of(name, others), rows_of(owner), []
    person = Client(raise_request_exception=False) if may_visit(name) else mallory

    def ask(body, headers):
        response = post(person, url, body, headers)
        away = urlsplit(response.get("Location", "")).netloc
        if response.status_code not in {*DONE, *REFUSED} or MARK in read(response) or away:
            bad.append((response.status_code, away, body))

    throw(corpus.FIELD_VALUES, {*corpus.FIELDS, *corpus.PARAMETERS}, name, ask, monkeypatch)
    assert bad == [] and rows_of(owner) == before


def may_visit(name):
    return bool(expected_of(TABLE[name], "POST", "anonymous") & DONE)


@bare
@pytest.mark.parametrize("name", addresses("POST"))
def test_every_kind_of_body_is_answered(name, mallory, others, pks, owner):
    before, bad = rows_of(owner), []
    for (kind, (content_type, body)), headers in by_turns(corpus.BODIES.items()):
        response = mallory.generic(
            "POST", url_of(name, others), body, content_type, headers=headers)
        if response.status_code not in {*DONE, *REFUSED, 413, 415} or MARK in read(response):
            bad.append((response.status_code, kind))
    assert bad == [] and rows_of(owner) == before


@bare
@pytest.mark.parametrize("name", sorted({*addresses("POST")} - WITHOUT_TOKEN))
def test_a_form_from_elsewhere_is_refused(name, others, other):
    client = Client(enforce_csrf_checks=True, headers={"origin": "https://evil.example"})
    client.force_login(other, backend="apps.users.backends.ModelBackend")
    client.get(reverse("core:help"))
    body = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert post(client, url_of(name, others), body).status_code == 403


@pytest.mark.parametrize("kind", corpus.PICTURES)
def test_every_picture_is_made_anew_or_refused(kind, mallory, other, tmp_path):
    name, content, taken = corpus.PICTURES[kind]
    response = mallory.post(reverse("users:profile_edit"), {
        "avatar": SimpleUploadedFile(name or "x", content) if name else ""})
    other.refresh_from_db()
    assert response.status_code in (302, 422) and bool(other.avatar) == taken
    assert [path.suffix for path in tmp_path.rglob("*.*")] == [".webp"] * taken
    assert taken is False or other.avatar_name.removesuffix(".webp").isalnum()
