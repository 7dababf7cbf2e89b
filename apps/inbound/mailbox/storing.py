"""Writes down what a reading has found of the account that it has read, and of no other."""
import logging
from datetime import datetime

from django.utils import timezone

from apps.mailings.senders.mailboxes import BounceMailbox

from .troubles import Trouble

log = logging.getLogger("vestnik.inbound")
# What a reading is of: where one of these has changed since, its result says nothing.
ACCOUNT = ("host", "port", "security", "login", "password", "folder")
# What is known of an account that is another one now.
UNREAD = {"read_at": None, "failing_since": None, "trouble": "", "server_words": "",
          "told_at": None, "uid_validity": None, "last_uid": 0}


def same_account(mailbox: BounceMailbox) -> dict[str, object]:
    return {"pk": mailbox.pk, **{name: getattr(mailbox, name) for name in ACCOUNT}}


def place_store(mailbox: BounceMailbox, last_uid: int) -> None:
    """Remember up to which letter the mailbox is read."""
    mailbox.last_uid = last_uid
    BounceMailbox.objects.filter(**same_account(mailbox)).update(
        last_uid=last_uid, uid_validity=mailbox.uid_validity)


def reading_store(*, mailbox: BounceMailbox, trouble: Trouble | None, words: str,
                  was_read: bool) -> bool:
    """Write down what was found. Returns False where the mailbox is gone or changed by now."""
    now = timezone.now()
    changes: dict[str, object] = {
        "trouble": trouble or "", "server_words": words, "failing_since": since(mailbox, trouble)}
    if was_read:
        changes["read_at"] = now
    if not trouble:
        changes["told_at"] = None
    return bool(BounceMailbox.objects.filter(**same_account(mailbox)).update(**changes))


def since(mailbox: BounceMailbox, trouble: Trouble | None) -> datetime | None:
    """Return since when the mailbox fails, if it does."""
    if not trouble:
        return None
    return mailbox.failing_since or timezone.now()
