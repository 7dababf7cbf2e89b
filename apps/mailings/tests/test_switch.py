import json

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.delivery.engine import transitions
from apps.delivery.services import run_start
from apps.mailings.models import Mailing, Run
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])


def toggle(client, mailing, disabled, **headers):
    return client.post(reverse("mailings:mailing_toggle", args=[mailing.pk]),
                       {"disabled": disabled, "reason": "Опечатка в цене"}, headers=headers)


def test_a_manager_disables_and_enables_and_the_owner_sees_who(
        as_manager, as_owner, manager, mailing):
    response = toggle(as_manager, mailing, 1, hx_request="true")
    assert response.status_code == 204 and "mailings:changed" in response["HX-Trigger"]
    mailing.refresh_from_db()
    assert mailing.disabled_by == manager
    for page in (mailing.get_absolute_url(), reverse("mailings:mailing_list")):
        text = as_owner.get(page).content.decode()
        assert "Опечатка в цене" in text and manager.email in text
    assert toggle(as_manager, mailing, 0).url == mailing.get_absolute_url()
    mailing.refresh_from_db()
    assert (mailing.disabled_at, mailing.disabled_by) == (None, None)
    assert mailing.disabled_reason == ""


def test_a_mailing_is_not_disabled_without_a_reason(as_manager, mailing):
    address = reverse("mailings:mailing_toggle", args=[mailing.pk])
    assert "<datalist" in as_manager.get(address, {"disabled": 1}).content.decode()
    for reason in ("", " ", "a\nb", "x" * 201):
        assert as_manager.post(address, {"disabled": 1, "reason": reason}).status_code == 422
    mailing.refresh_from_db()
    assert not mailing.disabled_at


def test_the_toast_of_a_disabled_mailing_undoes_it_with_one_click(as_manager, mailing):
    told = json.loads(toggle(as_manager, mailing, 1, hx_request="true")["HX-Trigger"])
    assert as_manager.post(told["toast"]["undo"]).status_code == 302
    mailing.refresh_from_db()
    assert not mailing.disabled_at


def test_who_comes_second_is_told_and_offered_no_undo_of_what_somebody_else_did(
        as_manager, mailing):
    toggle(as_manager, mailing, 1)
    Mailing.objects.update(disabled_reason="Первая причина")
    second = toggle(as_manager, mailing, 1, hx_request="true")
    toast = json.loads(second["HX-Trigger"])["toast"]
    assert second.status_code == 409 and "уже отключена" in toast["text"] and not toast["undo"]
    mailing.refresh_from_db()
    assert mailing.disabled_reason == "Первая причина"


def test_a_reason_is_in_the_trail(as_manager, mailing):
    toggle(as_manager, mailing, 1)
    assert Entry.objects.get(action="disable").details == "Опечатка в цене"


def test_an_owner_can_not_undo_a_managers_disable(as_manager, as_owner, mailing):
    toggle(as_manager, mailing, 1)
    assert toggle(as_owner, mailing, 0).status_code == 403
    mailing.refresh_from_db()
    assert mailing.disabled_at


def test_disabling_pauses_the_run_and_enabling_does_not_resume_it(as_manager, mailing):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    toggle(as_manager, mailing, 1)
    transitions.refresh_runs(timezone.now())
    toggle(as_manager, mailing, 0)
    transitions.refresh_runs(timezone.now())
    run.refresh_from_db()
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.DISABLED)


def test_the_switch_is_for_managers_only(as_manager, as_owner, mailing):
    address = reverse("mailings:mailing_toggle", args=[mailing.pk])
    for page in (reverse("mailings:mailing_list"), mailing.get_absolute_url()):
        assert address in as_manager.get(page).content.decode()
        assert address not in as_owner.get(page).content.decode()
