import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from apps.users.models import MANAGERS_GROUP, User
from tests.conftest import client_of
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://testserver(/\S+)")


def verified(user):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def log_in(client, email, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": email, "password": password, **extra})


def test_a_person_signs_up_confirms_the_address_and_logs_in(client):
    client.post("/accounts/signup/", {
        "email": "New@Example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert log_in(client, "new@example.com").url == "/accounts/confirm-email/"
    link = LINK.search(mail.outbox[0].body)[1]
    client.post(link)
    assert log_in(client, "NEW@example.com").url == "/"
    user = User.objects.get()
    assert (user.email, user.language) == ("new@example.com", "ru")


def test_the_confirmation_letter_is_in_russian(client):
    client.post("/accounts/signup/", {
        "email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert mail.outbox[0].subject == "Подтвердите адрес в Вестнике"
    assert mail.outbox[0].body.startswith("Здравствуйте.")


def test_a_wrong_password_is_said_at_the_form(client, owner):
    verified(owner)
    response = log_in(client, owner.email, "wrong-password")
    assert response.status_code == 200 and response.context["form"].errors


def test_a_blocked_person_is_told_so_and_gets_no_reset_letter(client, blocked, manager):
    verified(blocked)
    blocked.blocked_by = manager
    blocked.blocked_reason = "Жалобы на спам"
    blocked.save()
    page = log_in(client, blocked.email)
    assert page.status_code == 403 and "Жалобы на спам" in page.text
    assert "manager@example.com" in page.text
    wrong = log_in(client, blocked.email, "wrong-horse-9")
    assert "Жалобы" not in wrong.text and "manager@" not in wrong.text
    client.post("/accounts/password/reset/", {"email": blocked.email})
    assert not any("password/reset/key" in letter.body for letter in mail.outbox)


def test_a_forgotten_password_is_reset_by_a_letter(client, owner):
    verified(owner)
    client.post("/accounts/password/reset/", {"email": owner.email})
    page = client.get(LINK.search(mail.outbox[0].body)[1])
    client.post(page.url, {"password1": "another-horse-8", "password2": "another-horse-8"})
    assert log_in(client, owner.email, "another-horse-8").url == "/"


def test_logging_out_takes_a_post(as_owner):
    as_owner.get("/accounts/logout/")
    assert as_owner.get("/profile/").status_code == 200
    as_owner.post("/accounts/logout/")
    assert as_owner.get("/profile/").status_code == 302


@pytest.mark.parametrize("change", [
    lambda owner: Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1)),
    lambda owner: Session.objects.all().delete(),
    lambda owner: owner.delete(),
    lambda owner: User.objects.update(password="another"),
], ids=["past its end", "ended", "without its person", "from before another password"])
def test_a_session_that_no_longer_holds_is_a_visitors(change, as_owner, owner):
    assert as_owner.get("/profile/").status_code == 200
    change(owner)
    assert as_owner.get("/profile/").url == "/accounts/login/?next=/profile/"


@pytest.mark.parametrize("target", ["//evil.example", "https:evil", "/\\evil"])
def test_nobody_is_sent_elsewhere_after_login(client, owner, target):
    verified(owner)
    assert log_in(client, owner.email, next=target).url == "/"


def test_the_header_offers_login_or_logout(client, as_owner):
    visitor, person = client.get("/").content.decode(), as_owner.get("/").content.decode()
    assert "/accounts/login/" in visitor and "/accounts/signup/" in visitor
    assert "/recipients/" not in visitor and "/accounts/logout/" not in visitor
    assert "/accounts/logout/" in person and "/accounts/signup/" not in person
    for section in ("recipients", "messages", "mailings", "attempts", "reports"):
        assert f'href="/{section}/"' in person


def test_what_managers_oversee_stands_under_their_avatar_alone(as_owner, as_manager):
    theirs, owners = (BeautifulSoup(client.get("/profile/").content, "html.parser").select_one(
        ".app-own-menu") for client in (as_manager, as_owner))
    assert {"/users/", "/trail/", "/profile/", "/help/"} <= links(theirs)
    assert {"/users/", "/trail/"}.isdisjoint(links(owners)) and "/profile/" in links(owners)


def links(part):
    return {link["href"] for link in part.select("a")}


def test_two_accounts_never_differ_by_case_alone(client, owner):
    verified(owner)
    client.post("/accounts/signup/", {
        "email": owner.email.upper(), "password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.count() == 1


def test_the_managers_group_is_made_once_with_its_permissions(client):
    for _ in range(2):
        call_command("create_managers_group", verbosity=0)
    group = Group.objects.get(name=MANAGERS_GROUP)
    assert group.permissions.count() == 6
    user = UserFactory()
    user.groups.add(group)
    assert client_of(user).get("/users/").status_code == 200


def test_the_list_of_users_shows_people_and_no_hashes(as_manager, owner, blocked):
    page = as_manager.get("/users/").content.decode()
    assert owner.email in page and blocked.email in page
    assert "md5$" not in page and "Заблокирован" in page


def test_an_htmx_request_without_a_session_is_sent_to_login_as_a_whole(client, db):
    response = client.get("/recipients/", headers={
        "hx-request": "true", "hx-current-url": "http://testserver/recipients/?q=a"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Frecipients%2F%3Fq%3Da"


def test_personal_pages_are_never_stored(as_owner, client):
    page = as_owner.get("/recipients/")
    assert page["Cache-Control"] == "private, no-store"
    assert "HX-Request" in page["Vary"] and "Cookie" in page["Vary"]
