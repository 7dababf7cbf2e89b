"""Senders: the form's server by its preset, the check that is followed, deletion."""
import pytest

from django.urls import reverse

from apps.delivery.engine import slowing
from apps.jobs.models import Job
from apps.mailings.models import Sender
from tests.factories import SenderFactory

from .inventory import swaps

LIST = "/senders/"
FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def lavka(owner):
    return SenderFactory(owner=owner, name="Лавка чая", host="mx.example.com")


@swaps("mailings:sender_server")
def test_a_preset_fills_in_its_server(open_page):
    page = open_page(f"{LIST}create/")
    page.one('[name=preset][value="gmail"]')["checked"] = ""
    page.send("fieldset[hx-post]")
    assert page.one("[name=host]")["value"] == "smtp.gmail.com"
    assert page.one("[name=per_day]")["value"] == "500"


@swaps("mailings:sender_check", "mailings:sender_detail")
def test_a_check_is_followed_to_its_end(open_page, lavka):
    page = open_page(lavka.get_absolute_url())
    page.send('form[hx-post$="/check/"]')
    page.check_fresh()
    page.send("#sender-poll")
    page.check_fresh()
    Job.objects.update(state=Job.State.DONE)
    Sender.objects.update(trouble="login", verified_at=None)
    page.send("#sender-poll")
    assert not page.tree.select("#sender-poll")
    page.check_fresh()


@swaps("mailings:sender_delete", "request.get_full_path")
def test_a_sender_that_is_deleted_leaves_the_list_and_comes_back_when_undone(
        open_page, as_owner, lavka):
    page = open_page(LIST)
    page.send(f"#sender-{lavka.pk}-delete")
    page.check_modal(as_owner.get(f"{LIST}{lavka.pk}/delete/"))
    page.send(FORM, status=204)
    assert not Sender.objects.exists() and not page.tree.select("#sender-table tbody")
    page.send("#toasts form", status=204)
    assert "Лавка чая" in page.one("#sender-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:sender_delete")
def test_on_its_own_page_the_question_is_the_same(open_page, as_owner, lavka):
    page = open_page(lavka.get_absolute_url())
    page.send('.app-title [hx-get$="/delete/"]')
    page.check_modal(as_owner.get(f"{LIST}{lavka.pk}/delete/"))
    page.check_fresh(but=OUTSIDE)


@swaps("delivery:sender_waits")
def test_what_waits_is_fetched_when_the_page_is_shown(open_page, lavka):
    page = open_page(lavka.get_absolute_url())
    page.send("#sender-waits")
    assert page.one("#sender-waits section")


@pytest.fixture
def slowed(lavka):
    """Mail.ru has asked the sender to go slower."""
    slowing.slow_down(lavka.pk, "mailru", "451 slow down", 24)
    return lavka


def limits_page(open_page, sender):
    return open_page(reverse("delivery:sender_providers", args=[sender.pk]))


@swaps("delivery:sender_providers")
def test_a_preset_fills_in_the_limits_by_provider(open_page, lavka):
    page = limits_page(open_page, lavka)
    page.send("[name=_preset][value=careful]")
    assert page.one("[name=connections-gmail]")["value"] == "5"


@swaps("delivery:sender_providers")
def test_another_preset_empties_them(open_page, lavka):
    page = limits_page(open_page, lavka)
    page.one("[name=connections-gmail]")["value"] = "7"
    page.send("[name=_preset][value=none]")
    assert page.one("[name=connections-gmail]")["value"] == ""


@swaps("delivery:sender_provider_forget", "delivery:sender_pace")
def test_what_a_provider_has_asked_for_is_forgotten(open_page, slowed):
    page = open_page(slowed.get_absolute_url())
    page.send('form[hx-post$="/forget/"]', "[name=provider]", status=204)
    assert "Mail.ru" not in page.one("#by-provider").get_text()
    page.check_fresh()


@swaps("delivery:sender_warm_up", "delivery:sender_pace")
def test_a_warm_up_begins_and_ends(open_page, lavka):
    page = open_page(lavka.get_absolute_url())
    page.send('form[hx-post$="/warm-up/"]', "[name=on]", status=204)
    assert page.one("#ramp")
    page.check_fresh()
    page.send('form[hx-post$="/warm-up/"]', "[name=on]", status=204)
    assert not page.tree.select("#ramp")
