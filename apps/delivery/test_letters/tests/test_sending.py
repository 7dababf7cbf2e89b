"""A test letter goes through the engine like any other, and is counted nowhere."""
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.media.content import ATTACHMENTS, store
from apps.mailings.messages.services import message_save
from apps.mailings.models import (
    Attempt, Delivery, Field, Mailing, Message, Recipient, Run, Suppression)
from apps.mailings.whom.rests import letters_of_late, same_letters
from apps.mailings.whom.rules import Whom
from apps.reports.homepage import home_lists, oversight
from apps.statistics.models import DomainTally, Increment, MinuteTally, Tally
from apps.statistics.recount import differences
from tests.factories import (
    AttachmentFactory, MailingFactory, RecipientFactory, SenderFactory)
from tests.sending import work
from tests.smtp import sink_server

from ...engine import ledger, recovery
from ...engine.journal import Journal
from ...engine.transitions import pause, refresh_runs
from ...services import RunRefused
from ...wire.outcome import Outcome, Phase
from .. import services
from ..services import subject_of, test_start as start

pytestmark = pytest.mark.django_db(transaction=True)
Reason = Run.Reason


@pytest.fixture
def test_of(owner, message, client_of_shop):
    """Start a test of the message; the fixture is the function."""
    def begin(*emails, **how):
        how = {"message": message, "by": owner, "sender": None, "recipient": client_of_shop} | how
        return start(emails=emails or [owner.email], **how)
    return begin


def lettered(run):
    return list(run.deliveries.order_by("pk").values_list("email", "state", "answer"))


def test_the_writer_gets_what_the_client_would_see(test_of, sink, owner):
    run = test_of()
    work(run, connections=1)
    letter = sink.parsed(owner.email)
    assert sink.addresses == [owner.email]
    assert letter["Subject"] == "[Проба] Новый чай, Анна"
    assert letter.get_content().startswith("Здравствуйте, Анна!")
    assert owner.email in letter["To"]
    (email, state, answer), = lettered(run)
    assert (email, state, run.state) == (owner.email, "sent", Run.State.FINISHED)
    assert answer.startswith("250 2.0.0 Ok: queued as")


def test_own_fields_say_what_the_client_has(test_of, sink, owner, message, client_of_shop):
    Field.objects.create(owner=owner, key="город", label="Город")
    client_of_shop.fields = {"город": "Пермь"}
    message.body = "Скидка в городе {город|вашем}"
    message.save()
    work(test_of(), connections=1)
    assert "Скидка в городе Пермь" in sink.parsed(owner.email).get_content()


def test_html_and_attachments_come_as_they_stand_now(
        test_of, sink, owner, message, client):
    Field.objects.create(owner=owner, key="город", label="Город")
    message.kind = Message.Kind.HTML
    message.source = '<p>{имя}, <b>{город|ваш}</b></p><a href="{ссылка на письмо}">web</a>'
    message_save(message=message)
    digest = store(b"%PDF-1.4 menu", ATTACHMENTS)
    AttachmentFactory(message=message, digest=digest, name="Меню.pdf", size=13)
    work(test_of(recipient=Recipient(full_name="Р&Б", fields={"город": "<Пермь>"})), 1)
    letter = sink.parsed(owner.email)
    html = letter.get_body(["html"]).get_content()
    assert "Р&amp;Б, <b>&lt;Пермь&gt;</b>" in html
    assert [one.get_filename() for one in letter.iter_attachments()] == ["Меню.pdf"]
    address = re.search(r'href="[^"]+(/w/[^"]+)"', html)[1]
    assert "&lt;Пермь&gt;" in client.get(address).text


def test_nothing_counts_a_test(test_of, sink, owner, manager):
    run = test_of()
    work(run, connections=1)
    recovery.recover()
    for model in (Attempt, Tally, MinuteTally, DomainTally, Increment):
        assert not model.objects.exists()
    run.refresh_from_db()
    assert (run.total, run.sent, run.left) == (1, 1, 0)
    assert not Run.objects.visible_to(owner).exists() and not Run.objects.visible_to(manager)
    assert differences(run) == []
    assert run.domains_at == run.updated_at  # it is not looked at for ever


def test_the_home_page_shows_no_test(test_of, owner, manager):
    run = test_of()
    assert not home_lists(owner)["running"] and not home_lists(manager)["running_count"]
    pause(run.pk, Reason.SERVER, "535 no")
    assert not home_lists(owner)["undecided"] and not oversight(manager)["stuck"]


def test_a_refused_test_address_marks_nobody(test_of, settings, owner):
    same = RecipientFactory(owner=owner, email=owner.email)
    with sink_server(settings, rcpt={"owner": "550 5.1.1 User unknown"}):
        run = test_of()
        work(run, connections=1)
    assert lettered(run) == [(owner.email, "failed", "550 5.1.1 User unknown")]
    assert Recipient.objects.get(pk=same.pk).bounced_at is None


def test_a_test_goes_to_an_own_address_that_nobody_else_writes_to(test_of, sink, owner):
    Suppression.objects.create(owner=owner, email=owner.email)
    RecipientFactory(owner=owner, email=owner.email, bounced_at=timezone.now())
    work(test_of(), connections=1)
    assert sink.addresses == [owner.email]


def test_a_temporary_refusal_is_tried_again_within_the_hour(test_of, settings):
    with sink_server(settings, rcpt={"owner": "450 4.2.0 Greylisted"}) as server:
        run = test_of()
        work(run, connections=1)
        waiting = run.deliveries.get(state=Delivery.State.RETRY)
        assert waiting.next_try_at < run.ends_at and run.state == Run.State.RUNNING
        server.rcpt.clear()
        run.deliveries.update(next_try_at=timezone.now())
        recovery.promote_retries()
        work(run, connections=1)
    assert run.state == Run.State.FINISHED and run.sent == 1


def test_after_an_hour_a_test_is_called_off(test_of):
    run = test_of()
    later = timezone.now() + timedelta(minutes=61)
    refresh_runs(later)
    run.refresh_from_db()
    assert (run.state, run.reason, run.skipped) == (Run.State.STOPPED, Reason.WINDOW, 1)


def test_no_letter_of_an_old_test_leaves(test_of, sink):
    run = test_of()
    Run.objects.update(started_at=timezone.now() - timedelta(hours=2))
    work(run, connections=1)
    assert not sink.letters


@pytest.mark.parametrize("reason", [Reason.SERVER, Reason.SENDER, Reason.RESTORE])
def test_what_pauses_a_mailing_ends_a_test_with_the_servers_words(test_of, reason):
    run = test_of()
    pause(run.pk, reason, "535 5.7.8 Wrong password")
    refresh_runs(timezone.now())
    run.refresh_from_db()
    assert (run.state, run.reason, run.left) == (Run.State.STOPPED, reason, 0)
    assert run.server_words == "535 5.7.8 Wrong password" or reason == Reason.RESTORE


def test_the_test_of_a_blocked_owner_waits(test_of, owner, sink):
    run = test_of()
    owner.is_active = False
    owner.save()
    work(run, connections=1)
    refresh_runs(timezone.now())
    run.refresh_from_db()
    assert (run.state, run.reason) == (Run.State.PAUSED, Reason.BLOCKED) and not sink.letters


def test_two_tests_and_a_mailing_may_be_under_way_at_once(test_of, sink):
    runs = [test_of(), test_of()]
    for run in runs:
        work(run, connections=1)
    assert len(sink.letters) == 2


def test_letters_that_come_back_after_the_end_go_out_though_another_test_is_active(test_of):
    first = test_of()
    test_of()
    Run.objects.filter(pk=first.pk).update(state=Run.State.FINISHED, finished_at=timezone.now())
    refresh_runs(timezone.now())
    first.refresh_from_db()
    assert first.state == Run.State.RUNNING


def test_a_killed_worker_leaves_the_test_as_unknown_and_it_goes_to_nobody_twice(test_of, sink):
    run = test_of()
    run.deliveries.update(state=Delivery.State.CLAIMED, lease_token="dead",
                          lease_until=timezone.now() - timedelta(minutes=1))
    recovery.recover()
    work(run, connections=1)
    assert not sink.letters and not Attempt.objects.exists()
    assert lettered(run) == [(run.owner.email, "unknown", recovery.LOST)]
    assert run.unknown == 1 and run.state == Run.State.FINISHED


def test_a_dead_workers_journal_tells_what_was_sent_and_what_was_not(test_of, sink, owner):
    SenderFactory(owner=owner, address="shop@lavka.example")
    SenderFactory(owner=owner, address="more@lavka.example")
    run = test_of(owner.email, "shop@lavka.example", "more@lavka.example")
    lost = Journal()
    first, second, third = ledger.claim(run.pk, 3, lost.token)
    lost.mark(first.id)
    lost.answer(first.id, Outcome(Phase.DOT, 250, "2.0.0 Ok: queued as 1"))
    lost.mark(second.id)
    lost.close(forget=False)
    recovery.recover()
    work(run, connections=1)
    assert sink.addresses == [third.email]
    assert [state for _, state, _ in lettered(run)] == ["sent", "unknown", "sent"]
    assert lettered(run)[0][2] == "250 2.0.0 Ok: queued as 1"
    assert (run.sent, run.unknown, run.state) == (2, 1, Run.State.FINISHED)
    assert not Attempt.objects.exists() and not Tally.objects.exists()


def test_a_test_changes_no_mailing_of_its_message(test_of, sink, message, owner):
    mailing = Mailing.objects.create(owner=owner, message=message,
                                     starts_at=timezone.now() - timedelta(hours=1))
    before = Mailing.objects.filter(pk=mailing.pk).values().get()
    work(test_of(), connections=1)
    assert Mailing.objects.due(timezone.now()).get() == mailing
    assert Mailing.objects.filter(pk=mailing.pk).values().get() == before


@pytest.mark.parametrize("asked", [{"quiet_days": 7}, {"skip_same": True}])
def test_a_test_rests_nobody(test_of, sink, owner, message, asked):
    RecipientFactory(owner=owner, email=owner.email)
    work(test_of(), connections=1)
    mailing = MailingFactory(owner=owner, message=message)
    whom = Whom(owner.pk, mailing.pk, message.pk, everyone=True, **asked)
    assert letters_of_late(whom, timezone.now()) == same_letters(whom) == []


def test_the_subject_is_cut_before_a_field(message):
    message.subject = "ч" * 242 + " {имя|друг}"
    assert subject_of(message) == f"[Проба] {'ч' * 242} "
    message.subject = "{имя} " + "ч" * 249
    assert len(subject_of(message)) == 255


@pytest.mark.parametrize("emails", [
    [], ["stranger@example.com"], [f"shop{n}@lavka.example" for n in range(6)]])
def test_a_test_goes_to_some_of_the_owners_addresses_alone(owner, message, emails):
    for number in range(6):
        SenderFactory(owner=owner, address=f"shop{number}@lavka.example")
    with pytest.raises(RunRefused):
        start(message=message, by=owner, emails=emails, sender=None, recipient=Recipient())
    assert not Run.objects.exists()


def test_only_so_many_test_letters_leave_within_an_hour(test_of, monkeypatch):
    monkeypatch.setattr(services, "AN_HOUR", 1)
    test_of()
    with pytest.raises(RunRefused):
        test_of()
    Run.objects.update(started_at=timezone.now() - timedelta(minutes=61))
    test_of()


def test_a_message_with_an_unknown_field_is_not_tested(test_of, message):
    message.body = "{имечко}"
    with pytest.raises(RunRefused):
        test_of()


def test_a_sender_that_can_not_send_is_refused(test_of, owner):
    sender = SenderFactory(owner=owner, confirmed_at=None)
    with pytest.raises(RunRefused):
        test_of(sender=sender)


def test_the_trail_tells_who_tested_which_message(test_of, owner, message):
    test_of()
    entry = Entry.objects.get(action="test")
    assert (entry.who_id, entry.object_id, entry.details) == (owner.pk, message.pk, "1")


def test_a_deleted_message_keeps_its_tests(test_of, sink, message):
    run = test_of()
    Message.objects.filter(pk=message.pk).update(deleted_at=timezone.now())
    work(run, connections=1)
    assert run.sent == 1


def test_a_recount_of_everything_finds_nothing_wrong(test_of, sink, capsys):
    work(test_of(), connections=1)
    recovery.recover()
    call_command("recount")
    assert "differ: 0" in capsys.readouterr().out
