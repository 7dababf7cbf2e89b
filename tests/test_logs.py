"""What the log says: who, which request, which run; never a password, a token or a letter."""
import contextlib
import io
import json
import logging
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.core import logs
from apps.mailings.models import Mailing, Message, Recipient, Run
from tests.factories import PASSWORD, MailingFactory, RecipientFactory
from tests.smtp import sink_server

from .sending import send

BODY, NEW = "The-body-of-a-letter-that-nobody-else-reads", "another-horse-8"


@contextlib.contextmanager
def written(settings, shape):
    """Yield what the whole log writes, as settings print it, with everything from DEBUG on."""
    handler = logging.StreamHandler(io.StringIO())
    handler.addFilter(logs.FieldsFilter())
    handler.setFormatter(logs.JsonFormatter() if shape == "json" else logs.TextFormatter(
        settings.LOGGING["formatters"]["text"]["format"], style="{"))
    root = logging.getLogger()
    level, root.level = root.level, logging.DEBUG
    root.addHandler(handler)
    yield handler.stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def entries(settings):
    with written(settings, "json") as text:
        yield lambda: [json.loads(line) for line in text().splitlines()]


def token(pattern):
    return re.search(pattern, mail.outbox[-1].body)[1]


def sign_up(client):
    """Sign up, confirm, log in wrongly and rightly; return the secrets that went by."""
    address = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), address)
    key = token(r"/confirm-email/([^/\s]+)")
    for path in (key, f"{key}x"):
        client.get(f"/accounts/confirm-email/{path}/")
        client.post(f"/accounts/confirm-email/{path}/")
    for password in ("wrong-horse-9", PASSWORD):
        client.post(reverse("account_login"), {"login": "new@example.com", "password": password})
    return [key, "wrong-horse-9", PASSWORD]


def reset(client):
    """Ask for a new password and set it, with a good link, a bad one and without a token."""
    client.post(reverse("account_logout"))
    client.post(reverse("account_reset_password"), {"email": "new@example.com"})
    key = token(r"/reset/key/([^/\s]+)")
    guarded = Client(enforce_csrf_checks=True)
    guarded.post(f"/accounts/password/reset/key/{key}/", {"password1": NEW})
    client.get(f"/accounts/password/reset/key/{key}x/")
    client.get(f"/accounts/password/reset/key/{key}/nothing-here/")
    page = client.get(f"/accounts/password/reset/key/{key}/", follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    return [key, NEW]


def write_and_send(client, settings):
    """Write a letter with a mistake and without, send it, and have a request fail over it."""
    owner = EmailAddress.objects.get(email="new@example.com").user
    client.force_login(owner, backend="apps.users.backends.ModelBackend")
    url = reverse("mailings:message_create")
    for subject in ("", "News"):
        client.post(url, {"subject": subject, "body": BODY})
    mailing = MailingFactory(owner=owner, message=Message.objects.get(),
                             recipients=[RecipientFactory(owner=owner)])
    with sink_server(settings) as sink:
        run = send(Mailing.objects.get(pk=mailing.pk))
    assert run.sent == 1 and BODY in sink.letters[0][1].decode()
    client.raise_request_exception = False
    client.get("/broken/?token=a-token-in-a-query")
    return [BODY, "a-token-in-a-query", client.cookies["sessionid"].value]


@pytest.mark.parametrize("shape", ["text", "json"])
@pytest.mark.django_db(transaction=True)
def test_no_secret_is_ever_written(client, shape, settings, monkeypatch):
    def broken(*args):
        raise ValueError("postgres://vestnik:db-secret@db/ refused /u/unsubscribe-token/")

    monkeypatch.setattr("apps.reports.views.homepage.home_figures", broken)
    client.raise_request_exception = False
    with written(settings, shape) as log:
        secrets = [*sign_up(client), *reset(client), *write_and_send(client, settings),
                   "db-secret", "unsubscribe-token"]
        client.get("/")
        text = log()
    assert "Not Found" in text and "/confirm-email/***" in text and "reset/key/***" in text
    assert "Traceback" in text and " finished" in text
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.django_db
def test_an_error_is_written_once_with_its_request_and_user(as_owner, owner, entries, monkeypatch):
    monkeypatch.setattr("apps.mailings.mailings.views.add_figures", lambda rows: 1 / 0)
    as_owner.raise_request_exception = False
    answer = as_owner.get("/mailings/")
    errors = [entry for entry in entries() if entry["level"] == "ERROR"]
    assert [(e["request_id"], e["user"]) for e in errors] == [(answer["X-Request-ID"], owner.pk)]
    assert "ZeroDivisionError" in errors[0]["error"]


@pytest.mark.django_db
def test_a_visitors_request_carries_nobody_elses_id(as_owner, client, entries):
    as_owner.get("/nothing/")
    client.get("/nothing/")
    users = [e["user"] for e in entries() if e["logger"] == "django.request"]
    assert users[-1] == "-" and users[0] != "-"


@pytest.mark.django_db
def test_what_happens_to_a_run_carries_its_id(as_owner, owner, entries):
    mailing = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    for name in ("start", "pause", "resume", "stop"):
        as_owner.post(reverse(f"delivery:{name}", args=[mailing.pk]))
    told = [e for e in entries() if e["logger"] == "vestnik.delivery"]
    assert len(told) == 4
    assert {(e["run"], e["user"]) for e in told} == {(Run.objects.get().pk, owner.pk)}


def lines(entries, logger):
    return [e["message"] for e in entries() if e["logger"] == logger]


@pytest.mark.django_db
def test_log_in_log_out_and_a_failed_log_in_are_a_line_each(client, owner, entries):
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    for login, password in [(owner.email, "wrong"), ("nobody@example.com", "wrong"),
                            ("my-secret", "wrong"), (owner.email, PASSWORD)]:
        client.post(reverse("account_login"), {"login": login, "password": password})
    client.post(reverse("account_logout"))
    who = f"user {owner.pk} ({owner.email})"
    assert lines(entries, "vestnik.users") == [
        f"{who}: login_failed", "user - (nobody@example.com): login_failed",
        f"{who}: login", f"{who}: logout"]


@pytest.mark.django_db
def test_what_is_written_of_a_noun_is_a_line_each_with_who_did_it(as_owner, owner, entries):
    form = {"email": "anna@example.com", "full_name": "Анна"}
    as_owner.post(reverse("mailings:recipient_create"), form)
    pk = Recipient.objects.get().pk
    as_owner.post(reverse("mailings:recipient_edit", args=[pk]), {**form, "comment": "x"})
    as_owner.post(reverse("mailings:recipient_delete", args=[pk]))
    as_owner.post(reverse("mailings:recipient_restore", args=[pk]))
    told = [e for e in entries() if e["logger"] == "vestnik.mailings"]
    assert [e["message"] for e in told] == [
        f"recipient {pk} of user {owner.pk}: {what}"
        for what in ("created", "edited", "deleted", "brought back")]
    assert {e["user"] for e in told} == {owner.pk}


@pytest.mark.django_db
def test_a_block_and_a_disabled_mailing_are_a_line_each(as_manager, manager, owner, entries):
    mailing = MailingFactory(owner=owner)
    as_manager.post(reverse("mailings:mailing_toggle", args=[mailing.pk]),
                    {"disabled": 1, "reason": "secret-reason"})
    as_manager.post(reverse("users:user_toggle", args=[owner.pk]),
                    {"blocked": 1, "reason": "secret-reason"})
    told = [e for e in entries() if e["user"] == manager.pk and e["logger"].startswith("vestnik")]
    assert [e["message"] for e in told] == [
        f"mailing {mailing.pk} of user {owner.pk}: disabled by user {manager.pk}",
        f"user {owner.pk} ({owner.email}): block"]


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_run_says_what_came_of_it_and_of_which_meanings_the_refusals_were(
        owner, entries, settings):
    mailing = MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"{name}@example.com") for name in ("anna", "gone")])
    with sink_server(settings, rcpt={"gone": "550 5.1.1 User unknown"}):
        run = send(Mailing.objects.get(pk=mailing.pk))
    assert lines(entries, "vestnik.delivery")[-1] == (
        f"run {run.pk} finished: 1 sent, 1 failed, 0 unknown, 0 skipped; "
        "refusals: no_mailbox 1")
