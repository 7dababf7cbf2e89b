"""The envelope's sender of each letter is its own, where the server takes that."""
import re

import pytest

from apps.mailings.models import Mailing, Run, Sender
from tests.factories import BounceMailboxFactory, SenderFactory
from tests.sending import send, work
from tests.smtp import Sink, sink_server

from ..engine.envelopes import may_be_about_sender
from ..engine.results import Claimed
from ..services import run_start
from ..wire.from_whom import way_back_of
from ..wire.outcome import Outcome, Phase
from ..wire.tokens import is_of

SIGNED = re.compile(r"back\+([0-9a-f]+-[0-9a-f]+)@shop\.example")


class Strict(Sink):
    """Notes from whom letters come, and refuses what it is told to, once so many were taken."""

    def __init__(self, *, refuses="", at="MAIL", after=0, **fields):
        super().__init__(**fields)
        self.refuses, self.at, self.after = refuses, at, after
        self.senders = []

    def answer(self, step, envelope, usual):
        is_signed = "+" in envelope.mail_from
        enough = len(self.letters) >= self.after
        return self.refuses if step == self.at and is_signed and enough and self.refuses else usual

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        answer = self.answer("MAIL", envelope, "250 2.1.0 Ok")
        if not answer.startswith("2"):
            envelope.mail_from = None
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        usual = await super().handle_RCPT(server, session, envelope, address, options)
        answer = self.answer("RCPT", envelope, usual)
        if not answer.startswith("2"):
            envelope.rcpt_tos.clear()
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = self.answer("dot", envelope, "")
        if answer:
            return answer
        self.senders.append(envelope.mail_from)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def serving(settings, monkeypatch, mailing):
    """Return what starts a Strict server, with a sender whose letters it takes."""
    def serve(**how):
        settings.SMTP_ALLOW_PRIVATE = True
        monkeypatch.setattr("tests.smtp.Sink", lambda **fields: Strict(**how, **fields))
        server = sink_server(settings, pipelining=how.pop("pipelining", True))
        sink = server.__enter__()
        servers.append(server)
        sender = SenderFactory(owner=mailing.owner, address="olga@shop.example",
                               port=settings.EMAIL_PORT, takes_return_path=True)
        BounceMailboxFactory(sender=sender, address="back@shop.example")
        Mailing.objects.update(sender=sender)
        mailing.refresh_from_db()
        return sink

    servers = []
    yield serve
    for server in servers:
        server.__exit__(None, None, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pipelining", [True, False])
def test_each_letter_comes_back_to_an_address_of_its_own(serving, mailing, pipelining):
    sink = serving(pipelining=pipelining)
    run = send(mailing)
    assert run.sent == 3 and run.has_return_path
    for (address, _letter), sender in zip(sink.letters, sink.senders, strict=True):
        delivery = run.deliveries.get(email=address)
        assert is_of(SIGNED.fullmatch(sender)[1], delivery.pk, run.seed)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("at", ["MAIL", "RCPT", "dot"])
@pytest.mark.parametrize("after", [0, 1])
def test_a_server_that_takes_no_such_address_gets_the_senders(
        serving, mailing, at, after, pipelining):
    sink = serving(refuses="553 5.7.1 Sender address rejected: not owned by auth user", at=at,
                   after=after, pipelining=pipelining)
    run = send(mailing, connections=1)
    assert (run.sent, run.failed, run.unknown, run.state) == (3, 0, 0, "finished")
    assert sorted(sink.addresses) == ["anna@example.com", "boris@example.com", "vera@example.com"]
    assert [sender == "olga@shop.example" for sender in sink.senders] == [
        number >= after for number in range(3)]
    assert not run.has_return_path and Sender.objects.get().takes_return_path is False
    again = run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)
    assert (again.has_return_path, again.bounces_to) == (False, "back@shop.example")


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_is_refused_itself_pauses_the_run_and_is_signed_still(
        serving, mailing, monkeypatch):
    sink = serving()
    monkeypatch.setattr(sink, "answer", lambda step, envelope, usual:
                        "550 5.7.1 not local sender over smtp" if step == "MAIL" else usual)
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    work(run)
    assert (run.state, run.sent, run.left) == ("paused", 0, 3)
    assert run.has_return_path and Sender.objects.get().takes_return_path


@pytest.mark.django_db
@pytest.mark.parametrize("takes, mailbox, expected", [
    (True, {"address": "b@x.org"}, {"bounces_to": "b@x.org", "has_return_path": True}),
    (None, {"address": "b@x.org"}, {"bounces_to": "b@x.org", "has_return_path": False}),
    (True, {"address": f"{'b' * 50}@x.org"},
     {"bounces_to": f"{'b' * 50}@x.org", "has_return_path": False}),
    (True, {"address": "b@x.org", "is_on": False}, {}), (True, None, {})])
def test_a_run_comes_back_to_the_mailbox_that_is_read(owner, takes, mailbox, expected):
    sender = SenderFactory(owner=owner, takes_return_path=takes)
    if mailbox:
        BounceMailboxFactory(sender=sender, **mailbox)
    assert way_back_of(sender) == expected and way_back_of(None) == {}


@pytest.mark.parametrize("phase, code, text, told", [
    (Phase.MAIL, 553, "5.7.1 Sender address rejected: not owned by auth user", True),
    (Phase.RCPT, 550, "not local sender over smtp", True),
    (Phase.RCPT, 550, "5.1.1 User unknown", False),
    (Phase.MAIL, 451, "4.7.1 Sender address rejected: try later", False),
    (Phase.DATA, None, "closed", False), (Phase.DOT, 554, "5.7.1 Spam message rejected", False),
    (Phase.DOT, 550, "5.7.1 Sender address rejected: not owned by auth user", True)])
def test_what_is_about_a_recipient_or_passes_is_not_about_the_sender(phase, code, text, told):
    row = Claimed(1, "anna@example.com", "", 1, 0, 0, "")
    assert may_be_about_sender(Outcome(phase, code, text), row) is told
