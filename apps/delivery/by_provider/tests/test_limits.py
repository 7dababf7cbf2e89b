"""A sender's limits by provider: the page, presets, what is wrong, what is forgotten."""
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.delivery.engine import slowing
from apps.delivery.engine.booking import SLOWED
from apps.delivery.models import Throttle
from apps.mailings.models import Sender
from tests.factories import SenderFactory

WORDS = "451 4.7.1 Slow down, please"


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner, name="Лавка чая")


def address(sender, name="sender_providers"):
    return reverse(f"delivery:{name}", args=[sender.pk])


def save(client, sender, **limits):
    """Post the form; `gmail__per_minute` is a field."""
    posted = {"-".join(reversed(name.split("__"))): value for name, value in limits.items()}
    return client.post(address(sender), posted)


def field(response, name):
    tree = BeautifulSoup(response.content, "html.parser")
    return tree.select_one(f"[name={name}]")


def rows(sender):
    return dict(Throttle.objects.filter(sender=sender).exclude(provider="").values_list(
        "provider", "per_minute"))


def test_limits_are_saved_and_what_waits_looks_anew(as_owner, sender):
    before = Sender.objects.get(pk=sender.pk).limits_at
    answer = save(as_owner, sender, gmail__per_minute="60", gmail__connections="2",
                  mailru__per_connection="10")
    assert answer.status_code == 302
    assert rows(sender) == {"gmail": 60, "mailru": None}
    assert Throttle.objects.get(provider="mailru").per_connection == 10
    assert Sender.objects.get(pk=sender.pk).limits_at > before
    assert Entry.objects.get(object_type="mailings.sender").details == "gmail, mailru"
    assert field(as_owner.get(address(sender)), "per_minute-gmail")["value"] == "60"


def test_limits_that_are_taken_away_leave_no_row(as_owner, sender):
    save(as_owner, sender, gmail__per_minute="60")
    save(as_owner, sender)
    assert rows(sender) == {}


def test_what_a_provider_has_said_outlives_its_limits(as_owner, sender):
    slowing.slow_down(sender.pk, "mailru", WORDS, 100)
    save(as_owner, sender, mailru__per_minute="60")
    save(as_owner, sender)
    row = Throttle.objects.get(sender=sender, provider="mailru")
    assert (row.per_minute, row.slow_rate, row.slow_words) == (None, 50, WORDS)


def test_nothing_changes_where_nothing_was_changed(as_owner, sender):
    save(as_owner, sender, gmail__per_minute="60")
    before = Sender.objects.get(pk=sender.pk).limits_at
    save(as_owner, sender, gmail__per_minute="60")
    assert Sender.objects.get(pk=sender.pk).limits_at == before


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "much", "9" * 400, "٣٣٣٣٣٣٣٣٣٣"])
def test_what_is_no_limit_is_told_beside_its_field_and_nothing_is_lost(as_owner, sender, number):
    answer = save(as_owner, sender, gmail__per_minute=number, yandex__connections="3")
    assert answer.status_code == 422
    wrong = field(answer, "per_minute-gmail")
    assert wrong["value"] == number and "is-invalid" in wrong["class"]
    assert field(answer, "connections-yandex")["value"] == "3"
    assert rows(sender) == {}


@pytest.mark.parametrize("preset, gmail, mailru", [("careful", "5", "2"), ("none", "", "")])
def test_a_preset_fills_the_form_in_and_saves_nothing(as_owner, sender, preset, gmail, mailru):
    save(as_owner, sender, gmail__connections="77")
    answer = as_owner.post(address(sender), {"_preset": preset})
    assert field(answer, "connections-gmail")["value"] == gmail
    assert field(answer, "connections-mailru")["value"] == mailru
    assert Throttle.objects.get(provider="gmail").connections == 77


def test_a_manager_reads_the_limits(as_owner, as_manager, sender):
    save(as_owner, sender, gmail__per_minute="61")
    page = as_manager.get(address(sender))
    assert "61 письмо в минуту" in page.content.decode()
    assert field(page, "per_minute-gmail") is None


def test_the_services_own_server_has_no_limits_of_its_owners(as_owner, owner):
    sender = SenderFactory(owner=owner, preset="service", host="")
    assert field(as_owner.get(address(sender)), "per_minute-gmail") is None
    save(as_owner, sender, gmail__per_minute="60")
    assert not Throttle.objects.exists()


def test_the_page_of_a_sender_tells_who_asked_to_go_slower_in_its_own_words(as_owner, sender):
    slowing.slow_down(sender.pk, "mailru", WORDS, 24)
    Throttle.objects.update(used_up="", free_at=Now())
    page = as_owner.get(sender.get_absolute_url()).content.decode()
    assert "Mail.ru просит не спешить: 12 писем в минуту." in page
    assert "Slow down, please" in page


def test_a_provider_that_wants_us_to_wait_is_told_with_the_end_of_it(as_owner, sender):
    slowing.slow_down(sender.pk, "mailru", WORDS, 24)
    Throttle.objects.update(free_at=timezone.now() + timedelta(hours=1))
    page = as_owner.get(sender.get_absolute_url()).content.decode()
    assert "Mail.ru просит подождать. Продолжим сами" in page


def test_what_was_learnt_is_forgotten_and_its_letters_leave_at_once(as_owner, sender):
    slowing.slow_down(sender.pk, "mailru", WORDS, 24)
    save(as_owner, sender, mailru__per_minute="60")
    as_owner.post(address(sender, "sender_provider_forget"), {"provider": "mailru"})
    row = Throttle.objects.get(sender=sender, provider="mailru")
    assert (row.slow_rate, row.slow_words, row.used_up, row.per_minute) == (None, "", "", 60)
    assert row.free_at <= timezone.now()


def test_a_row_that_only_remembered_is_gone_when_it_is_forgotten(as_owner, sender):
    slowing.slow_down(sender.pk, "mailru", WORDS, 24)
    as_owner.post(address(sender, "sender_provider_forget"), {"provider": "mailru"})
    assert rows(sender) == {}


@pytest.mark.parametrize("provider", ["", "gmail", "'; --"])
def test_where_nothing_was_learnt_nothing_is_forgotten(htmx, sender, provider):
    Throttle.objects.create(sender=sender, provider="yandex", free_at=Now(), used_up=SLOWED)
    answer = htmx.post(address(sender, "sender_provider_forget"), {"provider": provider})
    assert answer.status_code == 409
    assert rows(sender) == {"yandex": None}
