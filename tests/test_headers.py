"""What every answer tells the browser: what may run, who may frame it, what may be kept."""
import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from apps.core.middleware import PERMISSIONS
from tests.factories import PASSWORD
from tests.matrix import addresses, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_pages", "few_choices")]
# Letters are shown in frames: what people wrote runs nothing there, and is sent nowhere.
OF_LETTERS = ("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; "
              "font-src 'none'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'; "
              "sandbox")
# They know no session; their own tests say what they tell.
FOR_ANYBODY = {"delivery:letter_in_browser", "inbound:leaving", "mailings:picture_public"}
VALIDATORS = {"ETag", "Last-Modified"}  # a person's page changes in ways that neither tells


def answers(client, pks, **headers):
    """Yield (name, answer to GET) for each address; errors become pages as in production."""
    client.raise_request_exception = False
    for name in sorted(addresses()):
        if name != "account_logout" and name not in FOR_ANYBODY:
            yield name, client.get(url_of(name, pks), headers=headers)
    for url in ("/nothing-here/", "/admin/", "/admin/users/user/", "/recipients/?page=\0"):
        yield url, client.get(url, headers=headers)


def is_letter(answer):
    return answer["Content-Security-Policy"].endswith("; sandbox")


def has_our_policy(name, answer):
    policy = dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["form-action"] == "'self'", name
    assert policy["frame-ancestors"] in ("'none'", "'self'"), name
    assert policy["base-uri"] == policy["object-src"] == "'none'", name
    assert "unsafe" not in str(policy) and "*" not in str(policy), name


def forbids_what_is_foreign(name, answer):
    if is_letter(answer):
        assert answer["Content-Security-Policy"] == OF_LETTERS, name
    else:
        has_our_policy(name, answer)
    assert answer["X-Content-Type-Options"] == "nosniff", name
    assert answer["X-Frame-Options"] in ("DENY", "SAMEORIGIN"), name
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer"), name
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin", name
    assert answer["Permissions-Policy"] == PERMISSIONS, name


@pytest.mark.parametrize("role", ["anonymous", "owner", "manager", "superuser"])
def test_every_answer_forbids_foreign_code_and_what_is_personal_is_kept_nowhere(role, cast, pks):
    for name, answer in answers(cast[role], pks):
        forbids_what_is_foreign(name, answer)
        if role != "anonymous":
            assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", ")), name
            assert not VALIDATORS & set(answer.headers), name


@pytest.mark.parametrize("role", ["anonymous", "owner"])
def test_a_fragment_is_asked_about_again_and_never_taken_for_a_page(role, cast, pks):
    for name, answer in answers(cast[role], pks, **{"hx-request": "true"}):
        assert "private" in answer["Cache-Control"], name
        assert not VALIDATORS & set(answer.headers), name
        assert "no-cache" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"], name
        if answer["Content-Type"].startswith("text/html") and answer.content:
            assert {"HX-Request", "Cookie"} <= set(answer["Vary"].split(", ")), name


def test_at_logout_the_browser_forgets_pages_and_keeps_language_and_theme(as_owner):
    assert "Clear-Site-Data" not in as_owner.get("/recipients/")
    as_owner.cookies["theme"] = "dark"
    answer = as_owner.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache"' and as_owner.cookies["theme"].value == "dark"
    assert "Clear-Site-Data" not in as_owner.get("/")


def test_a_visitors_page_does_not_end_a_session(client):
    assert "Clear-Site-Data" not in client.get("/") and "sessionid" not in client.cookies


def test_cookies_cross_only_tls_and_only_from_our_pages(client, owner, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    csrf, session = client.cookies["csrftoken"], client.cookies["sessionid"]
    assert csrf["secure"] and session["secure"] and session["httponly"]
    assert csrf["samesite"] == session["samesite"] == "Lax"


def test_a_form_whose_token_is_gone_gets_our_own_page():
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert page.status_code == 403 and "Эта страница вам недоступна" in page.text
