"""Whether letters can go by a sender now."""
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from .models import Sender, is_service_offered
from .troubles import PASSING

if TYPE_CHECKING:
    from ..runs import Run


def sender_refusal(sender: Sender | None) -> str:
    """Return why no letter can go by `sender` now; "" when it can.

    None is a mailing without a sender: its letters come from the service's own address.
    """
    if sender is None:
        return ""
    if sender.deleted_at:
        return _("Its sender was deleted. Choose another one.")
    if not sender.confirmed_at:
        return _("The address of its sender is not confirmed yet: open the link in the letter "
                 "that was sent there.")
    if sender.uses_service:
        if is_service_offered():
            return ""
        return _("The service's own mail server is not offered any more. Give the sender "
                 "another one.")
    if sender.is_password_lost:
        return _("The password of its sender can not be read any more. Enter it again.")
    if not sender.verified_at:
        return _("The mail server of its sender has not been checked yet.")
    if sender.trouble and sender.trouble not in PASSING:
        return _("The mail server of its sender does not let us in: see the sender's page.")
    return ""


def run_sender_refusal(run: "Run") -> str:
    """Return why `run` can not go on by its sender; "" when it can."""
    if reason := sender_refusal(run.sender):
        return reason
    if run.sender and run.sender.uses_service == bool(run.from_address):
        return _("Its sender has changed between a server of its own and the service's since. "
                 "Send to the rest anew.")
    return ""
