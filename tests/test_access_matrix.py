"""Roles by addresses by methods, over every address that the resolver knows.

An address that the table does not list fails the build. A cell is the set of statuses allowed.
"""
import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch
from django.utils import timezone

from apps.delivery.services import run_start
from apps.mailings.models import Run
from tests.conftest import client_of
from tests.factories import MailingFactory, MessageFactory, RecipientFactory, UserFactory

ROLES = ("anonymous", "owner", "other", "manager", "blocked", "superuser")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
LOGIN, DONE = "login", "done"
ANY_WRITE = {200, 204, 302, 400, 403, 409, 422}


def row(owner, other=None, manager=None, superuser=None, *, anonymous=LOGIN):
    """One method's answers by role; a blocked person is as a visitor."""
    other = owner if other is None else other
    manager = owner if manager is None else manager
    return {"anonymous": anonymous, "owner": owner, "other": other, "manager": manager,
            "blocked": anonymous, "superuser": manager if superuser is None else superuser}


def everybody(answer):
    return row(answer, anonymous=answer)


LIST = {"GET": row(200)}
MANAGERS_LIST = {"GET": row(403, 403, 200, 200)}
CREATE = {"GET": row(200), "POST": row(DONE)}
DETAIL = {"GET": row(200, 404, 200, 200)}
CHANGE = {"GET": row(200, 404, 403, 403), "POST": row(DONE, 404, 403, 403)}
ACTION = {"POST": row(DONE, 404, 403, 403)}
OWN = {"GET": row(200), "POST": row(DONE)}

TABLE = {
    "home": {"GET": everybody(200)},
    "core:healthz": {"GET": everybody(200)},
    "core:theme_set": {"POST": everybody(DONE)},
    "users:language_set": {"POST": everybody(DONE)},
    "users:profile": {"GET": row(200)},
    "users:profile_edit": OWN,
    "users:avatar": {"GET": row(404)},  # the name here is nobody's
    "users:user_list": MANAGERS_LIST,
    "users:user_toggle": {"POST": row(403, 403, DONE, DONE)},
    "mailings:recipient_list": LIST,
    "mailings:recipient_create": CREATE,
    "mailings:recipient_detail": DETAIL,
    "mailings:recipient_edit": CHANGE,
    "mailings:recipient_row": {"GET": row(200, 404, {200, 302, 403}), "POST": CHANGE["POST"]},
    "mailings:recipient_delete": CHANGE,
    "mailings:recipient_restore": ACTION,
    "mailings:message_list": LIST,
    "mailings:message_create": CREATE,
    "mailings:message_detail": DETAIL,
    "mailings:message_edit": CHANGE,
    "mailings:message_delete": CHANGE,
    "mailings:message_restore": ACTION,
    "mailings:message_preview": {"POST": row(DONE)},
    "mailings:mailing_list": LIST,
    "mailings:mailing_create": CREATE,
    "mailings:mailing_detail": DETAIL,
    "mailings:mailing_edit": CHANGE,
    "mailings:mailing_delete": CHANGE,
    "mailings:mailing_restore": ACTION,
    "mailings:mailing_toggle": {"POST": row(403, 404, DONE, DONE)},
    "mailings:recipient_pick": LIST,
    "mailings:attempt_list": LIST,
    "delivery:progress": {"GET": row({200, 302}, 404)},
    "delivery:start": CHANGE,
    "delivery:pause": ACTION,
    "delivery:resume": ACTION,
    "delivery:stop": ACTION,
    "delivery:settle": ACTION,
    "delivery:outbox": {"GET": everybody(404)},  # there only in the demo
    "delivery:outbox_letter": {"GET": everybody(404)},
    "reports:report_list": LIST,
    "reports:mailing_report": DETAIL,
}
# allauth's own addresses: what a visitor gets on GET; to the logged in they are about themselves.
ALLAUTH_OPEN = {
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_email_verification_sent", "account_confirm_email", "account_inactive",
    "account_logout", "account_confirm_login_code",
}
ALLAUTH_PRIVATE = {
    "account_email", "account_change_password", "account_set_password", "account_reauthenticate",
}
OWN_RULES = {"admin"}  # Django's admin asks for staff at every address


def addresses(patterns=None, namespace=""):
    """Yield the name of each address that the resolver knows, namespaced."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"
        elif entry.namespace not in OWN_RULES:
            prefix = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, prefix)


def url_of(name, pks):
    pk = pks.get(name.rpartition(":")[2].split("_")[0], pks["mailing"])
    for args in ([], [pk], ["x" * 8], ["x", "y"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address for {name}")


def answer_of(response):
    if response.status_code == 302 and response.url.startswith(reverse("account_login")):
        return LOGIN
    return response.status_code


def matches(answer, expected, method):
    if expected == DONE:
        return answer in ANY_WRITE - {403}
    if isinstance(expected, set):
        return answer in expected
    return answer == expected


def test_every_address_is_in_the_table():
    known = set(TABLE) | ALLAUTH_OPEN | ALLAUTH_PRIVATE
    assert sorted(set(addresses()) - known) == []
    assert sorted(set(TABLE) - set(addresses())) == []


@pytest.fixture
def pks(owner):
    """An object of each kind, the owner's; the mailing has an active run."""
    message = MessageFactory(owner=owner)
    recipient = RecipientFactory(owner=owner)
    mailing = MailingFactory(owner=owner, message=message, recipients=[recipient])
    return {"message": message.pk, "recipient": recipient.pk, "mailing": mailing.pk,
            "report": mailing.pk, "user": UserFactory().pk,
            "run": run_start(mailing=mailing, trigger=Run.Trigger.PAGE).pk}


@pytest.fixture
def cast(owner, other, manager):
    blocked = UserFactory()
    superuser = UserFactory(is_superuser=True, is_staff=True)
    clients = {"anonymous": Client(), "owner": client_of(owner), "other": client_of(other),
               "manager": client_of(manager), "blocked": client_of(blocked),
               "superuser": client_of(superuser)}
    blocked.is_active, blocked.blocked_at = False, timezone.now()
    blocked.save()
    return clients


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.django_db
def test_each_role_gets_what_the_table_says(name, cast, pks):
    url, wrong = url_of(name, pks), []
    allowed = dict(TABLE[name])
    if "GET" in allowed:
        allowed["HEAD"] = allowed["GET"]
    public = allowed.get("GET", allowed.get("POST"))["anonymous"] != LOGIN
    refused = row({404, 405}, anonymous={404, 405} if public else LOGIN)
    # The owner comes last: what the owner does changes what is there.
    for role in sorted(ROLES, key="owner".__eq__):
        for method in METHODS:
            expected = allowed.get(method, refused)[role]
            answer = answer_of(cast[role].generic(method, url))
            if not matches(answer, expected, method):
                wrong.append(f"{role} {method}: {answer}, not {expected}")
    assert not wrong


@pytest.mark.parametrize("name", sorted(ALLAUTH_PRIVATE))
@pytest.mark.django_db
def test_a_visitor_is_sent_to_login_from_private_account_pages(name, cast, pks):
    for role in ("anonymous", "blocked"):
        assert answer_of(cast[role].get(url_of(name, pks))) == LOGIN


@pytest.mark.parametrize("name", sorted(ALLAUTH_OPEN | ALLAUTH_PRIVATE))
@pytest.mark.django_db
def test_account_pages_answer_everybody_without_an_error(name, cast, pks):
    for role in ROLES:
        for method in METHODS:
            assert cast[role].generic(method, url_of(name, pks)).status_code < 500


@pytest.mark.parametrize("name", sorted(name for name, rows in TABLE.items() if "POST" in rows))
@pytest.mark.django_db
def test_a_write_without_a_token_is_refused_before_anything_else(name, owner, pks):
    for user in (None, owner):
        client = Client(enforce_csrf_checks=True)
        if user:
            client.force_login(user)
        assert client.post(url_of(name, pks)).status_code == 403


@pytest.mark.django_db
def test_the_admin_lets_in_nobody_but_staff(cast):
    for role in ROLES:
        status = cast[role].get(reverse("admin:index")).status_code
        assert status == (200 if role == "superuser" else 302), role
