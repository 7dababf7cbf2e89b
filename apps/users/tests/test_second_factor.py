import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.audit.models import Entry
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, ON = "/accounts/login/", "/accounts/2fa/totp/activate/"


def log_in(client, user, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


@pytest.fixture
def person(owner):
    """The owner with a confirmed address, logged in, who has just given the password again."""
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    client = Client()
    log_in(client, owner)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def code_for(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def codes(person):
    """Turn the second factor on; return the recovery codes."""
    secret = person.get(ON).context["form"].secret
    person.post(ON, {"code": code_for(secret)})
    return person.get("/accounts/2fa/recovery-codes/").context["unused_codes"]


def test_turning_it_on_shows_a_picture_and_a_key_and_needs_a_right_code(person, owner):
    page = person.get(ON)
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert page.context["form"].secret in page.content.decode()
    wrong = person.post(ON, {"code": "000000"})
    assert wrong.context["form"].errors and not owner.authenticator_set.exists()


def test_with_it_the_password_alone_opens_nothing(codes, owner):
    client = Client()
    assert log_in(client, owner).url == "/accounts/2fa/authenticate/"
    assert client.get("/recipients/").status_code == 302


def test_a_recovery_code_opens_once(codes, owner):
    for attempt, opened in ((codes[0], True), (codes[0], False), (codes[1], True)):
        client = Client()
        log_in(client, owner)
        client.post("/accounts/2fa/authenticate/", {"code": attempt})
        assert (client.get("/recipients/").status_code == 200) == opened
    assert Entry.objects.filter(action="code_refused", object_id=owner.pk).count() == 1


@pytest.mark.django_db(transaction=True)  # what happens on commit is looked at
def test_turning_it_on_and_off_writes_a_letter_and_the_trail(codes, person, owner):
    person.post("/accounts/2fa/totp/deactivate/")
    assert not owner.authenticator_set.exists()
    subjects = [letter.subject for letter in mail.outbox]
    assert "Второй фактор включён" in subjects and "Второй фактор выключен" in subjects
    actions = Entry.objects.filter(action__startswith="factor").order_by("id")
    assert [entry.action for entry in actions] == ["factor_on", "factor_off"]
    assert not any(code in str(list(Entry.objects.values())) for code in codes)


def test_new_codes_make_the_old_ones_useless(codes, person, owner):
    person.post("/accounts/2fa/recovery-codes/generate/")
    client = Client()
    log_in(client, owner)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert client.get("/recipients/").status_code == 302


def test_the_address_can_still_be_changed(codes, person):
    person.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    assert any(letter.to == ["new@example.com"] for letter in mail.outbox)


def test_sensitive_pages_ask_for_the_password_when_the_login_is_not_fresh(as_owner):
    assert as_owner.get(ON).url.startswith("/accounts/reauthenticate/")


def test_logging_out_elsewhere_ends_the_other_session_and_not_this_one(person, owner):
    elsewhere = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    log_in(elsewhere, owner)
    assert "Firefox, Windows" in person.get("/accounts/sessions/").content.decode()
    person.post("/accounts/sessions/")
    assert elsewhere.get("/profile/").status_code == 302
    assert person.get("/profile/").status_code == 200
    assert Entry.objects.get(action="sessions").details == "1"


def test_a_block_ends_every_session_for_good_and_refuses_login(person, owner, as_manager):
    as_manager.post(reverse("users:user_toggle", args=[owner.pk]), {
        "blocked": "1", "reason": "x"})
    assert person.get("/profile/").url.startswith(LOGIN)
    assert "x" in log_in(Client(), owner).content.decode()
    as_manager.post(reverse("users:user_toggle", args=[owner.pk]), {"blocked": "0"})
    assert person.get("/profile/").url.startswith(LOGIN)


def test_a_reset_letter_from_before_the_block_opens_nothing(person, owner, as_manager):
    Client().post("/accounts/password/reset/", {"email": owner.email})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    as_manager.post(reverse("users:user_toggle", args=[owner.pk]), {
        "blocked": "1", "reason": "x"})
    visitor = Client()
    page = visitor.get(link, follow=True)
    visitor.post(page.redirect_chain[-1][0] if page.redirect_chain else link, {
        "password1": "another-horse-8", "password2": "another-horse-8"})
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_block_between_password_and_code_lets_nobody_in(codes, owner, as_manager):
    client = Client()
    log_in(client, owner)
    as_manager.post(reverse("users:user_toggle", args=[owner.pk]), {
        "blocked": "1", "reason": "x"})
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert client.get("/profile/").status_code == 302
