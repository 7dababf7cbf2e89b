"""The job that checks a sender: it speaks to the server, and writes down what was found.

A check that was killed is simply done again: it sends nothing.
"""
import logging
import ssl
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from apps.core.secrets import Unreadable
from apps.jobs.kinds import Kind
from apps.jobs.models import Job
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.mailings.senders.models import Sender
from apps.mailings.senders.services import CHECK
from apps.mailings.senders.troubles import DEAD, Trouble

from ..wire.account import Account, account_of
from ..wire.login import in_base64
from ..wire.reply_text import decoded
from .diagnosis import diagnosed
from .dialogue import Dialogue, Ended
from .letters import owner_tell
from .services import sender_runs_pause

log = logging.getLogger("vestnik.delivery")
# What a check is of: where one of these has changed since, its result says nothing.
ACCOUNT = ("preset", "host", "port", "security", "login", "password", "address")
LONGEST_WORDS = 500
HIDDEN = "…"


@dataclass(frozen=True)
class Result:
    """What a check has found; `trouble` is None where nothing is wrong."""

    trouble: Trouble | None = None
    words: str = ""  # the server's
    takes_return_path: bool | None = None
    bounces_to: str = ""  # the address whose tag was tried, "" for the sender's own


class CheckKind(Kind):
    """Checks one sender."""

    key = CHECK
    label = gettext_lazy("Check of a sender")
    private = True
    atomic = False
    threads = 4

    def run_batch(self, job: Job) -> bool:
        sender = sender_of(job)
        if sender is None:
            return True
        result = checked(sender)
        if not result_store(sender, result):
            return False  # it is another account by now, which is checked next
        if result.trouble:
            trouble_follow(sender, result.trouble, result.words)
        job.result = {"trouble": result.trouble or ""}
        job.done = 1
        return True

    def title(self, job: Job) -> str:
        sender = sender_of(job)
        if sender is None:
            return str(self.label)
        return gettext("Check of the sender “%(name)s”") % {"name": sender.name}

    def outcome(self, job: Job) -> str:
        trouble = job.result.get("trouble")
        if not job.done:
            return ""
        return str(Trouble(trouble).label) if trouble in Trouble else gettext("All is well.")


def sender_of(job: Job) -> Sender | None:
    senders = Sender.objects.select_related("owner")
    return senders.filter(pk=job.place.get("sender")).first()


def checked(sender: Sender) -> Result:
    """Speak to the sender's server. Returns what was found; it takes ten seconds at the most."""
    if sender.uses_service:
        return Result()
    if not sender.host:
        return Result(Trouble.HOST)
    try:
        account = account_of(sender)
    except Unreadable:
        return Result(Trouble.PASSWORD_LOST)
    bounces_to = bounces_to_of(sender)
    found = Dialogue(account, sender.address, bounces_to).hold()
    if found.ended is None:
        return Result(takes_return_path=found.takes_return_path, bounces_to=bounces_to)
    trouble = diagnosed(found.ended, account, sender.address)
    return Result(trouble, words_of(found.ended, account) if trouble else "")


def bounces_to_of(sender: Sender) -> str:
    """Return the address of the mailbox where what comes back is read; "" without one."""
    mailboxes = BounceMailbox.objects.filter(sender=sender.pk, is_on=True)
    return mailboxes.values_list("address", flat=True).first() or ""


def words_of(ended: Ended, account: Account) -> str:
    """Return what the server said, in a line, without the password that some servers repeat."""
    text = ""
    if ended.code > 0:
        text = f"{ended.code} {decoded(ended.text)}"
    elif isinstance(ended.error, ssl.SSLCertVerificationError):
        text = f"TLS: {ended.error.verify_message}"
    for secret in secrets_of(account):
        text = text.replace(secret, HIDDEN)
    text = " ".join(text.split())
    if len(text) > LONGEST_WORDS:
        text = f"{text[:LONGEST_WORDS - 1]}{HIDDEN}"
    return text


def secrets_of(account: Account) -> list[str]:
    """Return the ways in which the password is said to a server."""
    if not account.password:
        return []
    password = account.password.encode("utf-8", "surrogateescape")
    login = account.login.encode("utf-8", "surrogateescape")
    said = in_base64(b"\0%s\0%s" % (login, password))
    return [said, in_base64(password), account.password]


@transaction.atomic
def result_store(sender: Sender, result: Result) -> bool:
    """Write down what was found. Returns False where the sender is gone or changed by now."""
    now = timezone.now()
    read = {name: getattr(sender, name) for name in ACCOUNT}
    changes: dict[str, object] = {
        "checked_at": now, "trouble": result.trouble or "",
        "server_words": result.words}
    if not result.trouble:
        changes |= {"verified_at": now, "told_at": None,
                    "takes_return_path": result.takes_return_path}
    was_tried = result.takes_return_path is not None
    if was_tried and bounces_to_of(sender) != result.bounces_to:
        return False
    if not Sender.objects.filter(pk=sender.pk, **read).update(**changes):
        return False
    log.info("sender %s is checked: %s", sender.pk, result.trouble or "all is well")
    return True


def trouble_follow(sender: Sender, trouble: Trouble, words: str) -> None:
    """Pause what an account that died would send, and have its owner know."""
    if trouble in DEAD:
        sender_runs_pause(sender=sender, words=words)
    owner_tell(sender=sender, trouble=trouble, words=words)


KIND = CheckKind()
