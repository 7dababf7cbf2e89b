import json

import pytest
from django.urls import reverse

from apps.users.adapter import AccountAdapter
from apps.users.forms import ProfileForm
from apps.users.models import User
from tests.conftest import client_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def toggle(client, user, blocked, **headers):
    return client.post(reverse("users:user_toggle", args=[user.pk]),
                       {"blocked": blocked, "reason": "Жалобы на спам"}, headers=headers)


def test_a_manager_blocks_and_unblocks_and_the_list_says_who_did(as_manager, manager, owner):
    response = toggle(as_manager, owner, 1, hx_request="true")
    assert response.status_code == 204 and "users:changed" in response["HX-Trigger"]
    owner.refresh_from_db()
    assert (owner.is_active, owner.blocked_by) == (False, manager) and owner.blocked_at
    page = as_manager.get(reverse("users:user_list")).content.decode()
    assert str(manager) in page and "Жалобы на спам" in page
    assert toggle(as_manager, owner, 0).url == reverse("users:user_list")
    owner.refresh_from_db()
    assert (owner.is_active, owner.blocked_at, owner.blocked_by) == (True, None, None)
    assert owner.blocked_reason == ""


def test_a_block_without_a_reason_is_asked_for_one(as_manager, owner):
    address = reverse("users:user_toggle", args=[owner.pk])
    assert "<datalist" in as_manager.get(address, {"blocked": 1}).content.decode()
    for reason in ("", "  ", "a\nb", "x" * 201):
        answer = as_manager.post(address, {"blocked": 1, "reason": reason})
        assert answer.status_code == 422 and answer.context["form"].errors["reason"]
    owner.refresh_from_db()
    assert owner.is_active


def test_the_toast_of_a_block_undoes_it_with_one_click(as_manager, owner):
    told = json.loads(toggle(as_manager, owner, 1, hx_request="true")["HX-Trigger"])
    assert as_manager.post(told["toast"]["undo"]).status_code == 302
    owner.refresh_from_db()
    assert owner.is_active and not owner.blocked_reason


def test_who_comes_second_is_told_and_offered_no_undo_of_what_somebody_else_did(as_manager, owner):
    toggle(as_manager, owner, 1)
    User.objects.filter(pk=owner.pk).update(blocked_reason="Первая причина")
    second = toggle(as_manager, owner, 1, hx_request="true")
    toast = json.loads(second["HX-Trigger"])["toast"]
    assert second.status_code == 409 and "уже закрыт" in toast["text"] and not toast["undo"]
    owner.refresh_from_db()
    assert owner.blocked_reason == "Первая причина"


def test_to_look_at_the_address_of_undo_undoes_nothing(as_manager, owner):
    toggle(as_manager, owner, 1)
    as_manager.get(reverse("users:user_toggle", args=[owner.pk]), {"blocked": 0})
    owner.refresh_from_db()
    assert not owner.is_active


def test_a_block_ends_the_session_at_the_next_request(as_manager, as_owner, owner):
    assert as_owner.get(reverse("users:profile")).status_code == 200
    toggle(as_manager, owner, 1)
    assert reverse("account_login") in as_owner.get(reverse("users:profile")).url


@pytest.mark.parametrize("save", [
    lambda user: ProfileForm({"first_name": "Ольга"}, instance=user).save(),
    lambda user: AccountAdapter().set_password(user, "another-horse-8"),
], ids=["profile", "password"])
def test_what_a_person_saves_while_being_blocked_does_not_unblock_them(as_manager, owner, save):
    loaded = User.objects.get(pk=owner.pk)
    toggle(as_manager, owner, 1)
    save(loaded)
    owner.refresh_from_db()
    assert not owner.is_active and owner.blocked_at


def test_blocking_twice_keeps_who_did_it_first(as_manager, manager, owner):
    toggle(as_manager, owner, 1)
    first = User.objects.get(pk=owner.pk).blocked_at
    toggle(client_of(UserFactory(is_superuser=True)), owner, 1)
    owner.refresh_from_db()
    assert (owner.blocked_at, owner.blocked_by) == (first, manager)


def test_a_manager_can_not_block_themselves_a_manager_or_a_superuser(as_manager, manager):
    colleague, root = UserFactory(), UserFactory(is_superuser=True)
    colleague.user_permissions.set(manager.user_permissions.all())
    for user in (manager, colleague, root):
        assert toggle(as_manager, user, 1).status_code == 403
    assert not User.objects.filter(is_active=False).exists()


def test_a_manager_can_not_unblock_a_manager_whom_a_superuser_blocked(as_manager, manager):
    colleague, root = UserFactory(), UserFactory(is_superuser=True)
    colleague.user_permissions.set(manager.user_permissions.all())
    assert toggle(client_of(root), colleague, 1).status_code == 302
    assert toggle(as_manager, colleague, 0).status_code == 403
    colleague.refresh_from_db()
    assert not colleague.is_active


@pytest.mark.parametrize("value", ["", "2", "yes"])
def test_a_switch_without_a_clear_value_changes_nothing(as_manager, owner, value):
    assert toggle(as_manager, owner, value, hx_request="true").status_code == 409
    owner.refresh_from_db()
    assert owner.is_active


def test_only_those_whom_the_manager_may_block_have_a_switch(as_manager, owner, manager):
    page = as_manager.get(reverse("users:user_list")).content.decode()
    assert reverse("users:user_toggle", args=[owner.pk]) in page
    assert reverse("users:user_toggle", args=[manager.pk]) not in page
