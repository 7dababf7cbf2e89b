"""No page of accounts fails, does half of what it does, or says what is not so, whatever the mail
server does: letters leave later, and the page tells what became of them."""
import contextlib
import email
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from email.policy import default

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from apps.delivery import own_letters
from apps.jobs.models import Job
from apps.jobs.worker import claim, do_batch
from apps.users.models import User
from tests.factories import PASSWORD, UserFactory
from tests.smtp import free_port, sink_server

from .test_accounts import log_in, verified
from .test_fates import NEW, shown, sign_up
from .test_second_factor import code_for

pytestmark = pytest.mark.django_db(transaction=True)  # some letters are made on commit
OLD = "anna@example.com"
OTHER = "another-horse-8"
LINK = re.compile(r"http://testserver(/\S+)")


@pytest.fixture(autouse=True)
def jobs(settings):
    settings.EMAIL_BACKEND = "apps.delivery.own_letters.Backend"
    settings.EMAIL_TIMEOUT = 0.05
    settings.ACCOUNT_RATE_LIMITS = False


@contextlib.contextmanager
def away(settings):
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = free_port()
    yield


@contextlib.contextmanager
def hanging(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        yield


@contextlib.contextmanager
def answering(settings, reply):
    everybody = {name: reply for name in ("anna", "new")}
    with sink_server(settings, rcpt=everybody):
        yield


FAULTS = {  # what the server does, and how the page tells of it
    "away": (away, "пока не ушло"),
    "hanging": (hanging, "пока не ушло"),
    "greylisting": (lambda settings: answering(settings, "450 4.2.0 Greylisted"), "пока не ушло"),
    "refusing": (lambda settings: answering(settings, "550 5.1.1 User unknown"), "не ушло."),
}


def work():
    """Do what the jobs' process does at once."""
    while job := claim("me"):
        do_batch(job)
    own_letters.KIND.idle()


def link_in_letter():
    """Return the link of the newest letter."""
    octets = own_letters.content_of(Job.objects.latest("pk"))["octets"]
    body = email.message_from_string(octets, policy=default).get_content()
    return LINK.search(body)[1]


def person():
    """Return a client where somebody with a confirmed address has just logged in."""
    verified(UserFactory(email=OLD, language="ru"))
    client = Client()
    log_in(client, OLD)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def with_second_factor():
    client = person()
    second_factor_on(client)
    return client


def without_password():
    client = person()
    user = User.objects.get()
    user.set_unusable_password()
    user.save()
    client.force_login(user, backend="apps.users.backends.ModelBackend")
    return client


def unconfirmed():
    sign_up(Client())
    Job.objects.all().delete()
    return Client()


def pending_change():
    client = person()
    email_change(client)
    Job.objects.all().delete()
    return client


def asked_for_reset():
    client = Client()
    verified(UserFactory(email=OLD, language="ru"))
    reset(client)
    address = client.get(link_in_letter()).url
    Job.objects.all().delete()
    client.reset_form = address
    return client


def reset(client):
    return client.post("/accounts/password/reset/", {"email": OLD})


def new_password(client, address, **fields):
    return client.post(address, {"password1": OTHER, "password2": OTHER, **fields})


def email_change(client):
    return client.post("/accounts/email/", {"action_add": "", "email": NEW})


def second_factor_on(client):
    address = "/accounts/2fa/totp/activate/"
    secret = client.get(address).context["form"].secret
    return client.post(address, {"code": code_for(secret)})


def has_password(password):
    return User.objects.get().check_password(password)


@dataclass
class Act:
    """Something that people do to an account, by which a letter is written."""

    who: Callable
    does: Callable
    is_done: Callable
    page: str  # which tells of the letter


ACTS = {
    "sign-up": Act(Client, sign_up, lambda: User.objects.filter(email=NEW).exists(),
                   "/accounts/confirm-email/"),
    "log-in": Act(unconfirmed, lambda client: log_in(client, NEW), lambda: True,
                  "/accounts/confirm-email/"),
    "reset": Act(lambda: verified(UserFactory(email=OLD)) and Client(), reset, lambda: True,
                 "/accounts/password/reset/done/"),
    "reset, unknown": Act(Client, reset, lambda: True, "/accounts/password/reset/done/"),
    "new e-mail": Act(person, email_change,
                      lambda: EmailAddress.objects.filter(email=NEW).exists(), "/accounts/email/"),
    "once more": Act(pending_change, lambda client: client.post(
        "/accounts/email/", {"action_send": "", "email": NEW}), lambda: True, "/accounts/email/"),
    "reset done": Act(asked_for_reset, lambda client: new_password(client, client.reset_form),
                      lambda: has_password(OTHER), ""),
    "password": Act(
        person, lambda client: new_password(
            client, "/accounts/password/change/", oldpassword=PASSWORD),
        lambda: has_password(OTHER), "/accounts/password/change/"),
    "first password": Act(
        without_password, lambda client: new_password(client, "/accounts/password/set/"),
        lambda: has_password(OTHER), "/accounts/password/change/"),
    "second factor on": Act(person, second_factor_on, lambda: Authenticator.objects.count() == 2,
                            "/accounts/2fa/recovery-codes/"),
    "second factor off": Act(
        with_second_factor, lambda client: client.post("/accounts/2fa/totp/deactivate/"),
        lambda: not Authenticator.objects.exists(), "/accounts/2fa/"),
    "codes anew": Act(
        with_second_factor,
        lambda client: client.post("/accounts/2fa/recovery-codes/generate/"),
        lambda: Authenticator.objects.count() == 2, "/accounts/2fa/recovery-codes/"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("act", ACTS)
def test_it_is_done_whole_and_the_page_tells_the_truth(act, fault, settings):
    act = ACTS[act]
    server, words = FAULTS[fault]
    client = act.who()
    Job.objects.all().delete()
    with server(settings):
        assert act.does(client).status_code == 302
        assert act.is_done()
        assert Job.objects.count() == 1
        work()
    if act.page:
        page = shown(client, act.page)
        assert words in page and "принял письмо" not in page
    assert not mail.outbox


def test_with_the_second_factor_on_the_recovery_codes_are_shown(settings):
    client = person()
    with away(settings):
        page = client.get(second_factor_on(client).url)
    assert len(page.context["unused_codes"]) == 10
    assert page.context["unused_codes"][0] in page.content.decode()
