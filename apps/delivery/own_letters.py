"""The service's own letters: each is a job, tried until the mail server takes or refuses it.

A page never waits for a mail server. What a letter says waits encrypted, since it may hold a link
that lets somebody in. Before its dot leaves, its row says that it is in hand: after a kill it is
told as unknown, and never sent again by itself.
"""
import copy
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from apps.audit.services import request_var
from apps.core.addresses import shown
from apps.core.letters import Fate, Letter
from apps.core.secrets import Unreadable, decrypted
from apps.jobs.kinds import Failed, Kind, Later
from apps.jobs.models import Job
from apps.jobs.services import job_create, job_fail, job_hasten
from apps.jobs.worker import hold
from apps.mailings.attempts.faults import Fault, Meaning
from apps.mailings.attempts.verdicts import Verdict
from apps.users.models import User

from .engine import restore
from .mail import new_message_id, rendered
from .wire.account import service_account
from .wire.mailboxes import BadMailbox, parsed
from .wire.outcome import Outcome
from .wire.transport import Transport

KEY = "letter"
TIMEOUT_AFTER_DOT = 120  # seconds; then the outcome is unknown
# Seconds between one try and the next; the last one over and over.
WAITS = (5, 15, 30, 60, 300, 900, 3600, 2 * 3600, 4 * 3600)
GIVE_UP = timedelta(days=2)
PASSES = (Fault.WAY, Fault.US_FOR_NOW)  # by itself, whatever the code was
MESSAGE_ID = re.compile(r"^Message-ID: <\w+@([^>]+)>", re.MULTILINE)
# The words of failures, in English: pages translate them.
BAD_ADDRESS = gettext_noop("No letter can be sent to such an address.")
REFUSED = gettext_noop("The server refused the letter.")
INTERRUPTED = gettext_noop(
    "We were interrupted while the letter was leaving; whether it left is not known.")
CANCELLED = gettext_noop("It was cancelled before it left.")
RESTORED = gettext_noop(
    "The database was restored from a backup; whether the letter left before is not known.")
UNREADABLE = gettext_noop("The letter can not be read any more: the service has another key now.")


class Backend(BaseEmailBackend):
    """Django's mail backend: queues each message, once for each address."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; each gets `letters`, the ids of its jobs. Returns how many.

        Raises ValueError for a message of which no letter can be made.
        """
        for message in email_messages:
            message.letters = letters_create(message)  # type: ignore[attr-defined]
        return len(email_messages)


@transaction.atomic
def letters_create(message: EmailMessage) -> list[int]:
    """Queue `message` for each of its addresses. Returns the ids of the jobs.

    To an address that SMTP can not carry it fails at once; the others get it.
    """
    recipients = list(map(str.strip, message.recipients()))
    bad = [text for text in recipients if not address_of(text)]
    jobs = [refused_create(text) for text in bad]
    if len(bad) == len(recipients):
        return jobs
    sendable = copy.copy(message)
    sendable.to = [text for text in message.to if address_of(text)]
    sendable.cc = [text for text in message.cc if address_of(text)]
    octets = rendered(sendable).decode("ascii")
    sender = parsed(message.from_email).address
    # One letter for each address, however often and in which ways it is written.
    by_address = {address_of(text): text for text in reversed(recipients) if text not in bad}
    for address, text in by_address.items():
        jobs.append(letter_create(email=text, to=address, sender=sender, octets=octets).pk)
    return jobs


def address_of(text: str) -> str:
    """Return the address as SMTP takes it, "" where it can not."""
    try:
        return parsed(text).address
    except BadMailbox:
        return ""


def letter_create(*, owner: User | None = None, **letter: str) -> Job:
    return job_create(
        kind=KEY, owner=owner or owner_of(letter["email"]), secret=json.dumps(letter), total=1,
        place={"tries": 0, "restores": restore.restores()})


def refused_create(email: str) -> int:
    """Keep a letter to an address that SMTP can not carry, as one that failed."""
    job = letter_create(email=email, to="", sender="", octets="")
    job_fail(job=job, error=BAD_ADDRESS, result={"address": True})
    return job.pk


def owner_of(email: str) -> User | None:
    """Return whose letter it is: of who asked for it, else of the account with that address.

    The requester comes first: whether an address has an account is nothing that they may learn.
    """
    requester = getattr(request_var.get(), "user", None)
    if requester and requester.is_authenticated:
        return User.objects.get(pk=requester.pk)
    return User.objects.filter(email=email.lower()).first()


class LetterKind(Kind):
    """Sends one letter to one address."""

    key = KEY
    label = gettext_lazy("Letter of the service")
    private = True
    atomic = False
    at_home = True  # a new password waits for no broker

    def __init__(self) -> None:
        self.transport: Transport | None = None

    def run_batch(self, job: Job) -> bool:
        if job.in_hand:
            raise unknown(job, INTERRUPTED)
        restore.check()
        if job.place["restores"] != restore.restores():
            raise unknown(job, RESTORED)
        try:
            letter = content_of(job)
        except Unreadable:
            raise Failed(UNREADABLE) from None
        outcome = self.send(job, letter)
        job.result = {"answer": outcome.reply}
        if outcome.accepted:
            job.done = 1
            return True
        raise refusal(job, outcome, outcome.verdict(letter["to"]))

    def send(self, job: Job, letter: dict[str, str]) -> Outcome:
        if self.transport is None:
            self.transport = Transport(service_account(), after_dot=TIMEOUT_AFTER_DOT)
        self.transport.before_dot = partial(hold, job)
        return self.transport.send(
            letter["octets"].encode("ascii"), letter["sender"], letter["to"])

    def idle(self) -> None:
        if self.transport is not None:
            self.transport.close()
            self.transport = None

    def reason(self, job: Job) -> str:
        if job.state == Job.State.CANCELLED:
            return gettext(CANCELLED)
        return super().reason(job)

    def title(self, job: Job) -> str:
        try:
            return gettext("Letter to %(email)s") % {"email": shown(content_of(job)["email"])}
        except Unreadable:
            return str(self.label)


def content_of(job: Job) -> dict[str, str]:
    """Return what `letter_create` kept. Raises Unreadable, also when it was forgotten."""
    content: dict[str, str] = json.loads(decrypted(job.secret))
    return content


def unknown(job: Job, words: str) -> Failed:
    job.result = {**job.result, "unknown": True}
    return Failed(words)


def refusal(job: Job, outcome: Outcome, verdict: Verdict) -> Failed | Later:
    """Return what a try that did not succeed leads to."""
    words = source_of(verdict.meaning)
    if outcome.unknown:
        return unknown(job, words)
    job.result["address"] = verdict.fault is Fault.ADDRESS
    if not verdict.temporary and verdict.fault not in PASSES:
        return Failed(words)
    tries = job.place["tries"]
    at = timezone.now() + timedelta(seconds=WAITS[min(tries, len(WAITS) - 1)])
    if at > job.created_at + GIVE_UP:
        return Failed(words)
    job.place["tries"] = tries + 1
    job.error = words
    return Later(at)


def source_of(meaning: Meaning) -> str:
    """Return a meaning's words in English, as they are stored."""
    if meaning is Meaning.OTHER:
        return REFUSED
    with translation.override(None):
        return str(meaning.label)


KIND = LetterKind()


class JobPost:
    """`core.letters.Post` over jobs."""

    def find(self, letter_id: int) -> Letter | None:
        job = letter_job(letter_id)
        if job is None:
            return None
        try:
            email = content_of(job)["email"]
        except Unreadable:
            return None
        fate = fate_of(job)
        return Letter(
            id=job.pk, email=email, fate=fate, reason=job.reason,
            answer=job.result.get("answer", "") if fate != Fate.SENT else "",
            is_address_refused=job.result.get("address", False),
            next_try_at=job.next_try_at if fate == Fate.RETRYING else None)

    def send_again(self, letter_id: int) -> int | None:
        """Queue the letter anew, under another Message-ID; one that waits is tried at once."""
        job = letter_job(letter_id)
        if job is None:
            return None
        if job.is_active:
            job_hasten(job=job)
            return job.pk
        try:
            letter = content_of(job)
        except Unreadable:
            return None
        letter["octets"] = MESSAGE_ID.sub(with_new_id, letter["octets"], count=1)
        if not letter["to"]:
            return refused_create(letter["email"])
        return letter_create(owner=job.owner, **letter).pk


def letter_job(letter_id: int) -> Job | None:
    return Job.objects.filter(pk=letter_id, kind=KEY).exclude(secret="").first()


def with_new_id(found: re.Match[str]) -> str:
    return f"Message-ID: {new_message_id(found[1])}"


def fate_of(job: Job) -> Fate:
    if job.state == Job.State.DONE:
        return Fate.SENT
    if job.is_active:
        return Fate.RETRYING if job.place["tries"] else Fate.WAITING
    return Fate.UNKNOWN if job.result.get("unknown") else Fate.FAILED
