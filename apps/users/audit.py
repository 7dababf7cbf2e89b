"""What accounts write into the audit trail: logins, passwords, second factors, roles."""
from allauth.account import signals as account
from allauth.mfa import signals as factor
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from apps.audit.services import Action, record

from .models import User

FLAGS = ("is_superuser", "is_staff", "is_active")


@receiver(auth.user_logged_in)
def logged_in(user, **kwargs):
    record(Action.LOGIN, on=user, by=user, label=user.email)


@receiver(auth.user_login_failed)
def login_failed(credentials, **kwargs):
    """The address as it was typed, and the account if there is one."""
    typed = next((str(credentials[name]) for name in ("email", "username", "login")
                  if credentials.get(name)), "")
    record(Action.LOGIN_FAILED, label=typed[:254],
           on=User.objects.filter(email__iexact=typed[:254].replace("\x00", "")).first())


@receiver(factor.authentication_failed)
def code_refused(user, **kwargs):
    record(Action.CODE_REFUSED, on=user, label=user.email)


@receiver(auth.user_logged_out)
def logged_out(user, **kwargs):
    if user is not None:
        record(Action.LOGOUT, on=user, by=user, label=user.email)


@receiver([account.password_changed, account.password_reset, account.password_set])
def password_changed(user, **kwargs):
    record(Action.PASSWORD, on=user, by=user, label=user.email)


@receiver(account.email_changed)
def email_changed(user, from_email_address, to_email_address, **kwargs):
    old = from_email_address.email if from_email_address else "—"
    record(Action.EMAIL, on=user, by=user, label=user.email,
           details=f"{old} → {to_email_address.email}")


@receiver(factor.authenticator_added)
@receiver(factor.authenticator_removed)
@receiver(factor.authenticator_reset)
def factor_changed(signal, user, authenticator, **kwargs):
    """Recovery codes come and go with the app's codes; alone, they were made anew."""
    codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    if signal is factor.authenticator_reset:
        record(Action.CODES, on=user, label=user.email)
    elif not codes:
        added = signal is factor.authenticator_added
        record(Action.SECOND_FACTOR_ON if added else Action.SECOND_FACTOR_OFF, on=user,
               label=user.email)


@receiver(pre_save, sender=User)
def remember_flags(instance, update_fields, **kwargs):
    """Keep what the roles were, where this save may change them."""
    if update_fields is None or set(update_fields) & set(FLAGS):
        new = {"is_superuser": False, "is_staff": False}  # what is said of somebody new
        instance._flags = User.objects.filter(pk=instance.pk).values(*FLAGS).first() or new


@receiver(post_save, sender=User)
def flags_changed(instance, **kwargs):
    for name, old in instance.__dict__.pop("_flags", {}).items():
        if getattr(instance, name) == old:
            continue
        if name == "is_active":
            record(Action.BLOCK if old else Action.UNBLOCK, on=instance, label=instance.email)
        else:
            details = f"{'−' if old else '+'} {name}"
            record(Action.ROLE, on=instance, label=instance.email, details=details)


@receiver(m2m_changed, sender=User.groups.through)
def groups_changed(instance, action, reverse, pk_set, **kwargs):
    """A group given or taken, from either side."""
    sign = {"post_add": "+", "post_remove": "−", "pre_clear": "−"}.get(action)
    if not sign:
        return
    model = User if reverse else Group
    others = model.objects.filter(pk__in=pk_set) if pk_set is not None else (
        instance.user_set.all() if reverse else instance.groups.all())
    for other in others:
        user, group = (other, instance) if reverse else (instance, other)
        record(Action.ROLE, on=user, label=user.email, details=f"{sign} {group.name}")
