"""What is said at start about mail settings by which no letter could ever leave."""
from django.conf import settings
from django.core.checks import Error, register

from .wire.login import SettingsFault, credential, ehlo_name
from .wire.mailboxes import BadMailbox, parsed


@register
def sender_can_be_written(app_configs, **kwargs):
    try:
        parsed(settings.DEFAULT_FROM_EMAIL)
    except BadMailbox as reason:
        return [Error(f"DEFAULT_FROM_EMAIL: {reason}", id="delivery.E001",
                      hint="Write it as: Shop <info@example.com>")]
    return []


@register
def mail_server_can_be_reached(app_configs, **kwargs):
    if settings.EMAIL_FAULT:
        return [Error(settings.EMAIL_FAULT, id="delivery.E002")]
    return []


@register
def login_can_be_sent(app_configs, **kwargs):
    try:
        credential(settings.EMAIL_HOST_USER)
        credential(settings.EMAIL_HOST_PASSWORD)
    except SettingsFault as reason:
        return [Error(str(reason), id="delivery.E003")]
    return []


@register
def ehlo_name_is_a_name(app_configs, **kwargs):
    if not settings.EHLO_NAME:
        return []
    try:
        ehlo_name()
    except SettingsFault as reason:
        return [Error(str(reason), id="delivery.E004",
                      hint="Write a host name (mail.example.com) or an address ([192.0.2.1]).")]
    return []
