"""What accounts add to the audit: logins, passwords, second factors, roles."""
import logging

from allauth.account import signals as account
from allauth.mfa import signals as factor
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from apps.audit.services import Action, record

from .models import User
from .services import record_user

log = logging.getLogger("vestnik.users")
FLAGS = ("is_superuser", "is_staff", "is_active")
GIVEN = "+"
TAKEN = "−"
GROUP_SIGNS = {"post_add": GIVEN, "post_remove": TAKEN, "pre_clear": TAKEN}
OWN = {  # what people do to their own account
    auth.user_logged_in: Action.LOGIN,
    auth.user_logged_out: Action.LOGOUT,
    account.password_changed: Action.PASSWORD,
    account.password_reset: Action.PASSWORD,
    account.password_set: Action.PASSWORD,
}


def record_role(user, sign, role):
    """Record that the request's user gave a role to `user`, or took it away."""
    record_user(Action.ROLE, user, details=f"{sign} {role}")


@receiver([*OWN])
def done_by_oneself(signal, user, **kwargs):
    if user is not None:
        record_user(OWN[signal], user, by=user)


@receiver(auth.user_login_failed)
def login_failed(credentials, **kwargs):
    """Record the address as it was typed, and the account if there is one."""
    typed = str(credentials.get("email") or credentials.get("username") or "")
    typed = typed[:254].replace("\x00", "")
    user = User.objects.filter(email__iexact=typed).first()
    record(Action.LOGIN_FAILED, label=typed, on=user)
    # The form lets nothing but addresses through: no password typed into the wrong field.
    log.info("user %s (%s): %s", user.pk if user else "-", typed, Action.LOGIN_FAILED)


@receiver(factor.authentication_failed)
def code_refused(user, **kwargs):
    record_user(Action.CODE_REFUSED, user)


@receiver(account.email_changed)
def email_changed(user, from_email_address, to_email_address, **kwargs):
    old = getattr(from_email_address, "email", "—")
    record_user(Action.EMAIL, user, user, f"{old} → {to_email_address.email}")


@receiver([factor.authenticator_added, factor.authenticator_removed])
def factor_changed(signal, user, authenticator, **kwargs):
    """Recovery codes come and go with the app's codes, so nothing is recorded of them."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    added = signal is factor.authenticator_added
    record_user(Action.SECOND_FACTOR_ON if added else Action.SECOND_FACTOR_OFF, user)


@receiver(factor.authenticator_reset)
def codes_made_anew(user, **kwargs):
    record_user(Action.CODES, user)


@receiver(pre_save, sender=User)
def remember_flags(instance, update_fields, **kwargs):
    """Keep what the flags were, where this save may change them."""
    if update_fields is None or update_fields.intersection(FLAGS):
        new = {"is_superuser": False, "is_staff": False}  # to compare a new user with
        instance._flags = User.objects.filter(pk=instance.pk).values(*FLAGS).first() or new


@receiver(post_save, sender=User)
def flags_changed(instance, created, **kwargs):
    if created:
        log.info("user %s (%s): created", instance.pk, instance.email)
    for name, old in instance.__dict__.pop("_flags", {}).items():
        if getattr(instance, name) == old:
            continue
        if name == "is_active":
            record_user(Action.BLOCK if old else Action.UNBLOCK, instance)
        else:
            record_role(instance, TAKEN if old else GIVEN, name)


@receiver(m2m_changed, sender=User.groups.through)
def groups_changed(instance, action, reverse, model, pk_set, **kwargs):
    """Record a group given or taken, from either side."""
    if action not in GROUP_SIGNS:
        return
    if pk_set is not None:
        others = model.objects.filter(pk__in=pk_set)
    elif reverse:
        others = instance.user_set.all()
    else:
        others = instance.groups.all()
    for other in others:
        if reverse:
            record_role(other, GROUP_SIGNS[action], instance.name)
        else:
            record_role(instance, GROUP_SIGNS[action], other.name)
