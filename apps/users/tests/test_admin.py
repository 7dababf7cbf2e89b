"""Accounts in the admin: the profile's rules, blocking as on the users' page, no way around."""
import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.urls import reverse

from apps.audit.models import Entry
from apps.users.admin import UserForm
from apps.users.models import User
from tests.conftest import client_of
from tests.factories import PASSWORD, RecipientFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admins(superuser):
    return client_of(superuser)


def change(user):
    return reverse("admin:users_user_change", args=[user.pk])


def fields(user, **changes):
    return {"email": user.email, "is_active": "on", **changes}


def errors(response):
    assert response.status_code == 200
    return set(response.context["adminform"].form.errors)


def trail(user):
    entries = Entry.objects.filter(object_type="users.user", object_id=user.pk)
    return list(entries.exclude(action="login").order_by("id").values_list("who_label", "action"))


@pytest.mark.parametrize("wrong", [
    {"first_name": "Анна\x0bЛи"}, {"last_name": "Ли\rBcc: a@b.c"}, {"time_zone": "Mars/Olympus"}])
def test_a_person_is_held_to_the_profiles_rules(admins, owner, wrong):
    assert errors(admins.post(change(owner), fields(owner, **wrong))) == set(wrong)
    assert admins.post(change(owner), fields(owner, time_zone="Asia/Tokyo")).status_code == 302
    assert User.objects.get(pk=owner.pk).time_zone == "Asia/Tokyo"


def test_an_address_in_another_case_is_a_twin_and_an_error_at_the_field(admins, owner, other):
    twin = other.email.upper()
    assert errors(admins.post(change(owner), fields(owner, email=twin))) == {"email"}
    body = {"email": twin, "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert errors(admins.post(reverse("admin:users_user_add"), body)) == {"email"}


def test_a_person_is_added_with_an_address_and_a_password(admins):
    body = {"email": "New@Example.com", "usable_password": "true",
            "password1": PASSWORD, "password2": PASSWORD}
    assert admins.post(reverse("admin:users_user_add"), body).status_code == 302
    assert User.objects.get(email="new@example.com").check_password(PASSWORD)


def test_blocking_is_what_it_is_on_the_users_page(admins, superuser, owner):
    as_owner = client_of(owner)
    UserSession.objects.create(
        user=owner, ip="127.0.0.1", session_key=as_owner.session.session_key)
    body = fields(owner, first_name="Анна")
    del body["is_active"]
    admins.post(change(owner), body)
    owner.refresh_from_db()
    assert (owner.is_active, owner.blocked_by, owner.first_name) == (False, superuser, "Анна")
    assert owner.blocked_at and not UserSession.objects.filter(user=owner).exists()
    admins.post(change(owner), fields(owner))
    owner.refresh_from_db()
    assert owner.is_active and not owner.blocked_at
    assert trail(owner) == [(superuser.email, "block"), (superuser.email, "unblock")]


def test_nobody_blocks_themselves_or_another_superuser(admins, superuser):
    for user in (superuser, UserFactory(is_superuser=True)):
        admins.post(change(user), {"email": user.email})
        assert User.objects.get(pk=user.pk).is_active


def test_a_block_meanwhile_stays_a_block(admins, owner, monkeypatch):
    def clean_late(form):
        User.objects.filter(pk=owner.pk).update(is_active=False)
        return owner.email

    monkeypatch.setattr(UserForm, "clean_email", clean_late)
    admins.post(change(owner), fields(owner, first_name="Анна"))
    owner.refresh_from_db()
    assert (owner.first_name, owner.is_active) == ("Анна", False)


def test_a_password_is_set_and_its_hash_never_shown(admins, owner):
    page = admins.get(change(owner)).content.decode()
    assert "../password/" in page and "md5" not in page and "salt" not in page


def test_who_owns_something_is_not_deleted(admins, superuser, owner, other):
    RecipientFactory(owner=owner)
    for user in (owner, superuser):
        url = reverse("admin:users_user_delete", args=[user.pk])
        assert admins.post(url, {"post": "yes"}).status_code == 403
    admins.post(reverse("admin:users_user_changelist"), {
        "action": "delete_selected", "post": "yes", "_selected_action": [owner.pk, other.pk]})
    assert User.objects.count() == 3
    admins.post(reverse("admin:users_user_delete", args=[other.pk]), {"post": "yes"})
    assert not User.objects.filter(pk=other.pk).exists()
    assert trail(other) == [(superuser.email, "delete")]


@pytest.mark.parametrize("bulk", [False, True])
def test_a_session_that_is_deleted_is_over(admins, superuser, owner, bulk):
    as_owner = client_of(owner)
    key = as_owner.session.session_key
    row = UserSession.objects.create(user=owner, ip="127.0.0.1", session_key=key)
    remove(admins, row, bulk)
    assert not Session.objects.filter(pk=key).exists() and as_owner.get("/profile/").url
    assert trail(owner) == [(superuser.email, "sessions")]


def remove(client, row, bulk):
    """Delete `row` on its page, or as one of those chosen in the list."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
    if bulk:
        client.post(reverse(f"{name}_changelist"), {
            "action": "delete_selected", "post": "yes", "_selected_action": [row.pk]})
    else:
        client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"})


@pytest.mark.parametrize("bulk", [False, True])
def test_a_lost_second_factor_is_taken_away_with_its_codes(admins, superuser, owner, bulk):
    Type = Authenticator.Type
    Authenticator.objects.create(user=owner, type=Type.RECOVERY_CODES, data={})
    remove(admins, Authenticator.objects.create(user=owner, type=Type.TOTP, data={}), bulk)
    assert not Authenticator.objects.filter(user=owner).exists()
    assert trail(owner) == [(superuser.email, "factor_off")]
