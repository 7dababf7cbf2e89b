"""Blocking, and what else is done to somebody's account by another."""
import logging

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.utils import timezone

from apps.audit.services import Action, record

from .models import User

log = logging.getLogger("vestnik.users")


def blockable_by(user):
    """Return the users whom `user` may block and unblock.

    Nobody themselves or a superuser; a manager, blocked or not, only by a superuser.
    """
    users = User.objects.exclude(pk=user.pk).exclude(is_superuser=True)
    if user.is_superuser:
        return users
    managers = ModelBackend().with_perm("users.block_user", is_active=None)
    return users.exclude(pk__in=managers.values("pk"))


def user_block(*, user, by, blocked):
    """Block or unblock. A block ends the sessions at the next request, and stops sends."""
    now = timezone.now() if blocked else None
    changed = User.objects.filter(pk=user.pk, is_active=blocked).update(
        is_active=not blocked, blocked_at=now, blocked_by=by if blocked else None)
    if blocked:
        for session in UserSession.objects.filter(user=user):
            session.end()  # else it would be back after an unblock
    if changed:
        record(Action.BLOCK if blocked else Action.UNBLOCK, on=user, by=by, label=user.email)
    log.warning("user %s %s by user %s", user.pk, "blocked" if blocked else "unblocked", by.pk)


@transaction.atomic
def second_factor_remove(*, authenticator: Authenticator, by: User) -> None:
    """Take a second factor from who lost it; recovery codes go with the last one."""
    user = authenticator.user
    authenticator.delete()
    codes = Authenticator.Type.RECOVERY_CODES
    left = Authenticator.objects.filter(user=user)
    if not left.exclude(type=codes).exists():
        left.delete()
    if authenticator.type != codes:
        record(Action.SECOND_FACTOR_OFF, on=user, by=by, label=user.email)


@transaction.atomic
def session_end(*, session: UserSession, by: User) -> None:
    """Log somebody out where this session is."""
    session.end()
    record(Action.SESSIONS, on=session.user, by=by, label=session.user.email, details=1)


@transaction.atomic
def user_delete(*, user: User, by: User) -> None:
    """Delete an account that owns nothing; ProtectedError for one that does."""
    record(Action.DELETE, on=user, by=by, label=user.email)
    user.delete()
