from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from apps.delivery.models import Throttle
from apps.delivery.services import run_resume
from apps.mailings.fields.values import plain, read
from apps.mailings.messages.merge_fields import check_fields, unknown_fields
from apps.mailings.models import (
    Attempt, Delivery, Field, Mailing, Message, Picture, Recipient, Run, Segment, Sender, Tag)
from apps.mailings.recipients.addresses import normalized
from apps.mailings.segments.conditions import check
from apps.mailings.segments.finding import members
from apps.mailings.senders.readiness import sender_refusal
from apps.users.models import User
from tests.sending import work
from tests.smtp import sink_server


@pytest.fixture
def demo_settings(settings, tmp_path):
    settings.DEMO = settings.CATCHER = True
    settings.MEDIA_ROOT = tmp_path


def test_the_demo_is_made_once_and_looks_alive(db, demo_settings):
    for _ in range(2):
        call_command("demo", verbosity=0)
    owner = User.objects.get(email="owner@example.com")
    assert Recipient.objects.owned_by(owner).count() == 200
    assert Message.objects.owned_by(owner).count() == 11
    statuses = list(Mailing.objects.owned_by(owner).values_list("status", flat=True))
    assert len(statuses) == 12 and set(statuses) == set(Mailing.Status.values)
    assert owner.check_password("vestnik-demo")
    assert User.objects.get(email="manager@example.com").is_manager


def test_the_demo_has_letters_of_designs_and_of_raw_html(db, demo_settings):
    call_command("demo", verbosity=0)
    owner = User.objects.get(email="owner@example.com")
    there = Message.objects.owned_by(owner).exclude(kind=Message.Kind.TEXT)
    assert sorted(there.values_list("kind", flat=True)) == ["blocks", "blocks", "html"]
    for message in there:
        assert unknown_fields(message) == []
        assert "Тёплый хлеб" in message.html and "{имя отчество|" in message.body
    assert Picture.objects.owned_by(owner).count() == 2


def test_the_demos_book_has_tags_fields_and_segments_that_find_people(db, demo_settings):
    call_command("demo", verbosity=0)
    owner = User.objects.get(email="owner@example.com")
    tags = Tag.objects.owned_by(owner)
    assert all(Recipient.objects.filter(tags=tag).exists() for tag in tags) and len(tags) == 3
    fields = Field.objects.owned_by(owner)
    for person in Recipient.objects.owned_by(owner):
        for field in fields:
            text = plain(field, person.fields.get(field.key))
            assert read(field, text) == person.fields.get(field.key)
    now = timezone.now()
    for segment in Segment.objects.owned_by(owner):
        check(segment.conditions, owner)
        assert members(segment, now).exists()


def test_the_demos_figures_add_up(db, demo_settings):
    call_command("demo", verbosity=0)
    for run in Run.objects.all():
        states = Counter(run.deliveries.values_list("state", flat=True))
        assert states.total() == run.total
        assert sum(states[state] for state in Delivery.OPEN) == run.left
        assert states["skipped"] + states["cancelled"] == run.skipped
        assert (states["sent"], states["failed"], states["unknown"]) == (
            run.sent, run.failed, run.unknown)
        assert run.attempts.filter(status=Attempt.Status.SUCCESS).count() == run.sent
        assert run.attempts.filter(outcome_unknown=True).count() == run.unknown
        assert run.attempts.filter(attempted_at__lt=run.started_at).count() == 0
        assert bool(run.finished_at) != run.is_active
    figures = Run.objects.aggregate(*(Sum(name) for name in ("failed", "unknown", "skipped")))
    assert all(figures.values())


def test_the_demo_shows_each_way_a_run_can_stand(db, demo_settings):
    call_command("demo", verbosity=0)
    assert set(Run.objects.values_list("state", flat=True)) == {"finished", "paused", "stopped"}
    assert Mailing.objects.filter(disabled_at__isnull=False).count() == 1
    now = timezone.now()
    for mailing in Mailing.objects.all():
        expected = "Завершена" if mailing.ends_at <= now else (
            "Запущена" if mailing.runs.exists() else "Создана")
        assert mailing.status == expected
    assert not Mailing.objects.due(now).exists()  # nothing is sent unless a person asks


def test_the_demo_has_a_draft_a_scheduled_mailing_and_named_ones(db, demo_settings):
    call_command("demo", verbosity=0)
    fresh = Mailing.objects.filter(runs=None, disabled_at=None)
    assert set(fresh.values_list("autostart", flat=True)) == {True, False}
    assert Mailing.objects.filter(status=Mailing.Status.COMPLETED).exclude(name="").exists()


def test_the_demo_writes_to_reserved_domains_only_and_would_pass_its_own_forms(db, demo_settings):
    call_command("demo", verbosity=0)
    for email in Recipient.all_objects.values_list("email", flat=True):
        assert email.partition("@")[2] in ("example.com", "example.org", "example.net")
        assert normalized(email) == email
    for message in Message.objects.all():
        message.full_clean()
        check_fields(message.subject + message.body)
    for user in User.objects.all():
        assert not user.phone or user.phone.is_valid()
        assert user.emailaddress_set.get().verified


@pytest.mark.django_db(transaction=True)
def test_the_paused_run_of_the_demo_can_be_sent_to_its_end(demo_settings, settings):
    call_command("demo", verbosity=0)
    run = Run.objects.get(state=Run.State.PAUSED)
    run_resume(run=run)
    settings.SMTP_ALLOW_PRIVATE = True
    with sink_server(settings) as sink:
        Sender.objects.update(port=settings.EMAIL_PORT)
        work(run)
    assert run.state == Run.State.FINISHED and len(sink.letters) == 32


def test_each_shop_of_the_demo_writes_from_an_address_of_its_own(db, demo_settings, settings):
    settings.SMTP_ALLOW_PRIVATE = True
    call_command("demo", verbosity=0)
    settings.CATCHER_PORT = 8026
    call_command("demo", verbosity=0)
    for address in ("owner@example.com", "other@example.com"):
        sender = Sender.objects.get(owner__email=address)
        assert (sender.address, sender.port, sender.is_default) == (address, 8026, True)
        assert sender_refusal(sender) == ""
        assert {mailing.sender for mailing in Mailing.objects.owned_by(sender.owner)} == {sender}
        assert {run.from_name for run in sender.runs.all()} == {sender.name}


def test_the_demo_shows_a_provider_that_has_asked_to_go_slower(db, demo_settings):
    call_command("demo", verbosity=0)
    sender = Sender.objects.get(owner__email="owner@example.com")
    limited, asked = Throttle.objects.filter(sender=sender).order_by("provider")
    assert (limited.provider, limited.per_minute) == ("gmail", 60)
    assert asked.provider == "mailru" and asked.slow_rate is None
    answers = Attempt.objects.filter(owner=sender.owner, server_response=asked.slow_words)
    assert asked.slow_at == answers.latest("attempted_at").attempted_at


def test_the_demo_has_no_senders_without_its_own_mail_server(db, demo_settings, settings):
    settings.CATCHER = False
    call_command("demo", verbosity=0)
    assert not Sender.objects.exists()


def test_public_passwords_are_made_only_for_debugging(db):
    with pytest.raises(CommandError):
        call_command("demo")
