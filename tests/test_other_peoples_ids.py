"""Each id of the owner's is tried by somebody else in query, body and `next`."""
import pytest
from django.urls import reverse

from tests.conftest import MARK
from tests.factories import PASSWORD
from tests.matrix import DONE, expected_of, names_read, read, rows_of, url_of
from tests.test_access_matrix import TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_pages", "few_choices")]
NAMES = ("owner", "user", "who", "message", "recipient", "recipients", "mailing", "run", "delivery",
         "attempt", "object", "id", "ids", "pk", "selected", "tag", "tags", "excluded_tags",
         "segment", "segments", "excluded_segments", "field", "import", "cursor")
CHOICES = {"how": "delivered", "action": "delete", "blocked": "1", "disabled": "1", "edit": "1",
           "again": "1", "confirm": "1", "tab": "attempts", "_add": "1",
           "starts_at": "2026-01-01T10:00", "ends_at": "2099-01-01T10:00", "everyone": ""}


def ids_of(pks, owner):
    """Return, for each name that an address or a form might take, ids of the owner's."""
    values = sorted({str(pk) for pk in (*pks.values(), owner.pk)})
    return {name: [str(owner.pk)] if name in ("owner", "user", "who") else
            [str(pks[name])] if name in pks else values for name in NAMES}


def open_to_other(method):
    return sorted(name for name, rows in TABLE.items()
                  if expected_of(rows, method, "other") & {*DONE, 404})


def try_each(asked, ask, monkeypatch):
    """Ask with all names at once, then with each alone that the view was seen to look at."""
    waiting, met = [asked], set()
    while waiting:
        values = waiting.pop()
        looked_at = names_read(monkeypatch, lambda: ask(values))
        new = sorted(looked_at & set(asked) - met)
        met.update(new)
        waiting += [{name: asked[name]} for name in new]


@pytest.mark.parametrize("name", open_to_other("GET"))
def test_no_query_shows_what_is_somebody_elses(name, pks, owner, others, as_other, monkeypatch):
    url, asked = url_of(name, others), ids_of(pks, owner)

    def ask(query):
        response = as_other.get(url, {**CHOICES, **query}, headers={"hx-request": "true"})
        assert response.status_code < 500 and MARK not in read(response), query

    try_each(asked, ask, monkeypatch)
    assert MARK not in read(as_other.get(url, asked))


@pytest.mark.parametrize("name", open_to_other("POST"))
def test_no_body_reaches_what_is_somebody_elses(
        name, pks, owner, others, as_other, settings, monkeypatch):
    settings.ACCOUNT_RATE_LIMITS = False
    url, asked, before = url_of(name, others), ids_of(pks, owner), rows_of(owner)

    def ask(body):
        response = as_other.post(url, {**CHOICES, **body})
        assert response.status_code < 500 and MARK not in read(response), body

    if name != "account_logout":
        try_each(asked, ask, monkeypatch)
    assert rows_of(owner) == before


@pytest.mark.parametrize("noun", ["recipient", "message", "mailing"])
@pytest.mark.parametrize("door", ["account_login", "users:language_set", "core:theme_set"])
def test_a_next_that_is_somebody_elses_leads_to_404(client, door, noun, pks, other, as_other):
    body = {"next": reverse(f"mailings:{noun}_detail", args=[pks[noun]]),
            "login": other.email, "password": PASSWORD}
    if door == "account_login":
        other.emailaddress_set.create(email=other.email, verified=True, primary=True)
    else:
        client = as_other
    response = client.post(reverse(door), body)
    assert response.url == body["next"]
    assert client.get(response.url).status_code == 404
