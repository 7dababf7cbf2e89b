"""What is said at start about mail settings with which no letter could ever leave."""
from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import Error as DatabaseError

from apps.core import broker

from .engine import refusals, sharing
from .wire.faults import SettingsFault
from .wire.login import chosen_name, credential
from .wire.mailboxes import BadMailbox, parsed


@register
def mail_settings_can_be_used(app_configs, **kwargs):
    errors = []
    try:
        parsed(settings.DEFAULT_FROM_EMAIL)
    except BadMailbox as reason:
        errors.append(Error(f"DEFAULT_FROM_EMAIL: {reason}", id="delivery.E001",
                            hint="Write it as: Shop <info@example.com>"))
    try:
        credential(settings.EMAIL_HOST_USER)
        credential(settings.EMAIL_HOST_PASSWORD)
    except SettingsFault as reason:
        errors.append(Error(str(reason), id="delivery.E003"))
    try:
        if settings.EHLO_NAME:
            chosen_name(settings.EHLO_NAME)
    except SettingsFault as reason:
        errors.append(Error(
            str(reason), id="delivery.E004",
            hint="Write a host name (mail.example.com) or an address ([192.0.2.1])."))
    return errors


@register
def engine_can_be_used(app_configs, **kwargs):
    """Celery must be there, and a database that several processes can write to at once."""
    if not broker.is_chosen():
        return []
    errors = []
    if not broker.is_installed():
        errors.append(Error(
            "SENDER_ENGINE is celery, and Celery is not installed.", id="delivery.E005",
            hint="Install it (requirements-celery.txt), or set SENDER_ENGINE=local."))
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        errors.append(Error(
            "SENDER_ENGINE is celery, and the database is SQLite, where one process sends.",
            id="delivery.E006",
            hint="Set DATABASE_URL to a PostgreSQL, or SENDER_ENGINE=local."))
    return errors


@register(Tags.database)
def this_machine_shares_files_and_keys(app_configs, databases=None, **kwargs):
    """`manage.py check --database default`: what the other machines have is here too."""
    if "default" not in (databases or []):
        return []
    try:
        fault = sharing.fault()
        gate = refusals.gate_refusal()
    except DatabaseError:  # it has no tables yet, or is away: others tell of that
        return []
    found = []
    if fault:
        found.append(Error(fault, id="delivery.E007"))
    if gate:
        found.append(Warning(gate, id="delivery.W001"))
    return found
