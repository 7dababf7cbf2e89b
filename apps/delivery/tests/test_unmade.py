"""Letters that can not be made, and what a letter is called: over retries, runs and restores."""
import importlib

import pytest
from django.apps import apps
from django.core import mail
from django.utils import timezone

from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Recipient, Run
from tests.sending import send, work
from tests.smtp import sink_server

from ..engine.recovery import promote_retries
from .test_logins import PASSWORD
from .test_replies import Script

pytestmark = pytest.mark.django_db(transaction=True)


def ids(sink):
    return [sink.parsed(address)["Message-ID"] for address in sink.addresses]


def test_a_sender_that_can_not_be_written_pauses_the_run_and_is_named(mailing, sink, settings):
    settings.DEFAULT_FROM_EMAIL = "Лавка"
    run = send(mailing)
    assert (run.state, run.reason, run.left) == (Run.State.PAUSED, Run.Reason.SERVER, 3)
    assert "Лавка" in run.server_words and not run.attempts.exists() and not sink.letters


def test_a_run_whose_every_letter_fails_pauses_with_the_reason(mailing, sink, monkeypatch):
    def broken(*letter, **options):
        raise TypeError("no such template")

    monkeypatch.setattr(mail, "send_mail", broken)
    mailing.recipients.add(*Recipient.objects.bulk_create(
        Recipient(owner=mailing.owner, email=f"n{n}@example.com", full_name="N")
        for n in range(5)))
    run = send(mailing, connections=1)
    assert (run.state, run.skipped, run.left) == (Run.State.PAUSED, 3, 5)
    assert run.server_words == "no such template"


def test_one_letter_that_can_not_be_made_stops_no_other(mailing, sink):
    Recipient.objects.filter(email="boris@example.com").update(full_name="a\x0bBcc: b")
    run = send(mailing, connections=1)
    assert (run.sent, run.skipped, run.state) == (2, 1, Run.State.FINISHED)


@pytest.mark.parametrize("sender, domain", [
    ("Магазин <info@магазин.рф>", "xn--80aairftm.xn--p1ai"),
    ("Shop, Inc. <info@shop.example>", "shop.example"),
])
def test_a_sender_with_a_domain_or_a_name_of_any_kind_sends(
        mailing, sink, settings, sender, domain):
    settings.DEFAULT_FROM_EMAIL = sender
    assert send(mailing).sent == 3
    assert sink.parsed("anna@example.com")["From"].addresses[0].addr_spec == f"info@{domain}"
    assert all(name.endswith(f"@{domain}>") for name in ids(sink))


def test_a_login_that_can_not_be_sent_pauses_the_run_instead_of_resting_for_ever(
        mailing, sink, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", f"{PASSWORD}\0"
    run = send(mailing, connections=1)
    assert (run.state, run.reason, run.left) == (Run.State.PAUSED, Run.Reason.SERVER, 3)
    assert "NUL" in run.server_words and PASSWORD not in run.server_words


def test_a_letter_keeps_its_id_when_it_is_tried_again(mailing, settings):
    with sink_server(settings) as sink:
        run = send(mailing)
        first = set(ids(sink))
        sink.letters.clear()
        run.deliveries.update(state=Delivery.State.RETRY, next_try_at=timezone.now())
        Run.objects.update(state=Run.State.RUNNING, sent=0)
        promote_retries()
        work(run)
        assert set(ids(sink)) == first and len(first) == 3


def test_numbers_that_come_again_after_a_restore_are_not_the_same_letters(mailing, sink):
    numbers, made = [], []
    for _ in range(2):
        run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)
        for row, number in zip(run.deliveries.order_by("pk"), numbers):
            Delivery.objects.filter(pk=row.pk).update(id=number)
        work(run, connections=1)
        numbers = list(run.deliveries.order_by("pk").values_list("pk", flat=True))
        made += ids(sink)
        sink.letters.clear()
        run.attempts.all().delete()
        run.deliveries.all().delete()
    assert len(set(made)) == 6


def test_words_in_another_encoding_are_kept_readable_in_the_database(mailing, settings):
    words = "5.1.1 Ящик\0 не найден"
    script = Script(RCPT=f"550 {words}\r\n".encode("cp1251"))
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", script.port
    run = send(mailing, connections=1)
    script.close()
    kept = set(run.attempts.values_list("server_response", flat=True))
    assert kept == {"550 5.1.1 Ящик\u2400 не найден [cp1251]"}


def test_each_run_from_before_gets_a_secret_of_its_own(mailing, sink):
    for _ in range(2):
        send(mailing, again=True)
    Run.objects.update(seed="")
    importlib.import_module("apps.mailings.migrations.0015_run_seed").seed_each(apps, None)
    seeds = set(Run.objects.values_list("seed", flat=True))
    assert len(seeds) == 2 and all(len(seed) == 32 for seed in seeds)
