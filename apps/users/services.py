"""Every write to an account: by its owner, and by another person."""
import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import get_random_string

from apps.audit.models import Entry
from apps.audit.services import Action, record
from apps.core.rows import changed_columns

from .models import MANAGERS_GROUP, User

log = logging.getLogger("vestnik.users")
user_unblocked = Signal()  # in the transaction of the unblock, with `user` and `by`
zone_changed = Signal()  # in the transaction that writes another time zone, with `user`
MANAGERS_PERMISSIONS = (
    "users.view_all_users", "users.block_user", "mailings.view_all_recipients",
    "mailings.view_all_messages", "mailings.view_all_mailings", "mailings.disable_mailing",
)


def record_user(
        action: Entry.Action, user: User, by: User | None = None, details: object = "",
) -> None:
    """Add to the audit, and to the log, what `by`, or the request's user, did to an account."""
    record(action, on=user, by=by, label=user.email, details=details)
    log.info("user %s (%s): %s", user.pk, user.email, action)


@transaction.atomic
def managers_group_create() -> bool:
    """Give the managers' group its permissions; return whether the group was made now.

    Raises Permission.DoesNotExist with the name of a permission that is not there yet.
    """
    group, made = Group.objects.get_or_create(name=MANAGERS_GROUP)
    group.permissions.set(map(permission, MANAGERS_PERMISSIONS))
    return made


def permission(name: str) -> Permission:
    app, codename = name.split(".")
    found = Permission.objects.filter(content_type__app_label=app, codename=codename).first()
    if found is None:
        raise Permission.DoesNotExist(name)
    return found


@transaction.atomic
def user_save(*, user: User, fields: Collection[str]) -> None:
    """Save only these fields: what somebody else changes meanwhile, a block above all, stays."""
    user.save(update_fields=fields)
    if "time_zone" in fields:
        zone_changed.send(User, user=user)
    log.info("user %s (%s): edited %s", user.pk, user.email, ", ".join(sorted(fields)))


def profile_save(*, user: User, fields: Iterable[str]) -> None:
    """Save what people say of themselves, and delete the picture that was there before."""
    old = User.objects.get(pk=user.pk).avatar
    changed = changed_columns(user, fields)
    if changed:
        user_save(user=user, fields=changed)
    if old.name and old.name != user.avatar.name:
        old.storage.delete(old.name)


class Taken(Exception):
    """Somebody has the address already: what was written is taken back."""


def email_replace(*, user: User, email: str) -> EmailAddress | None:
    """Give an account that has confirmed no address another one; None when it may not have it.

    Where somebody has the address, a made-up one is written and taken back, so that nobody learns
    from the time whether there is an account.
    """
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        return None
    old = user.email
    is_taken = has_account(email, user)
    try:
        with transaction.atomic():
            free = f"{get_random_string(len(email))}@example.invalid" if is_taken else email
            address = email_write(user, free)
            if is_taken:
                raise Taken
    except (IntegrityError, Taken):
        user.email = old
        return None
    log.info("user %s (%s): %s", user.pk, user.email, Action.EMAIL)
    return address


def has_account(email: str, user: User) -> bool:
    """Whether somebody else than `user` has an account with this address."""
    return User.objects.filter(email=email).exclude(pk=user.pk).exists()


def email_write(user: User, email: str) -> EmailAddress:
    record(Action.EMAIL, on=user, by=user, label=user.email, details=f"{user.email} → {email}")
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    return EmailAddress.objects.create(user=user, email=email, primary=True)


def blockable_by(user: User) -> QuerySet[User]:
    """Return the users whom `user` may block and unblock.

    Nobody blocks themselves or a superuser; only a superuser blocks a manager.
    """
    users = User.objects.exclude(pk=user.pk).exclude(is_superuser=True)
    if user.is_superuser:
        return users
    managers = ModelBackend().with_perm(
        "users.block_user",
        is_active=None)  # type: ignore[arg-type]  # None, active or not, is not in the stubs
    return users.exclude(pk__in=managers.values("pk"))


@transaction.atomic
def user_block(*, user: User, by: User, blocked: bool, reason: str = "") -> bool:
    """Block, for a reason that the person will read, or unblock.

    A block ends the sessions at the next request, and stops sends. Returns False where it was so
    already.
    """
    action = Action.UNBLOCK
    block: dict[str, datetime | User | str | None] = {
        "blocked_at": None, "blocked_by": None, "blocked_reason": ""}
    if blocked:
        action = Action.BLOCK
        block = {"blocked_at": timezone.now(), "blocked_by": by, "blocked_reason": reason}
    changed = User.objects.filter(pk=user.pk, is_active=blocked).update(
        is_active=not blocked, **block)
    if blocked:
        for session in UserSession.objects.filter(user=user):
            session.end()  # else it would be back after an unblock
    if changed:
        record_user(action, user, by, details=block["blocked_reason"])
    if changed and not blocked:
        user_unblocked.send(User, user=user, by=by)
    return bool(changed)


@transaction.atomic
def second_factor_remove(*, authenticator: Authenticator, by: User) -> None:
    """Take a second factor from a person who lost it; recovery codes go with the last one."""
    user = authenticator.user
    authenticator.delete()
    codes = Authenticator.Type.RECOVERY_CODES
    left = Authenticator.objects.filter(user=user)
    if not left.exclude(type=codes).exists():
        left.delete()
    if authenticator.type != codes:
        record_user(Action.SECOND_FACTOR_OFF, user, by)


@transaction.atomic
def session_end(*, session: UserSession, by: User) -> None:
    """Log somebody out of one browser."""
    session.end()
    record_user(Action.SESSIONS, session.user, by, details=1)


@transaction.atomic
def user_delete(*, user: User, by: User) -> None:
    """Delete an account that owns nothing; ProtectedError for one that does."""
    record_user(Action.DELETE, user, by)
    user.delete()
