"""What is said at start about mail settings with which no letter could ever leave."""
from django.conf import settings
from django.core.checks import Error, register

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
