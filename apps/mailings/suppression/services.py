"""Every write of suppressed addresses, with all that follows from it.

The claim of letters and the audience of runs read the same rows, so nothing else is to be told.
"""
import json
import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from apps.audit.services import Action, record
from apps.core.addresses import shown
from apps.users.models import User

from .models import Suppression

log = logging.getLogger("vestnik.mailings")
LIST = {
    "sqlite": "SELECT value FROM json_each(%s) WHERE TRUE",
    "postgresql": "SELECT value FROM json_array_elements_text(%s::json)",
}
ADD = """
INSERT INTO mailings_suppression (owner_id, email, reason, note, created_at)
SELECT %s, value, %s, %s, %s FROM ({}) AS addresses WHERE TRUE
ON CONFLICT (owner_id, email) DO NOTHING
"""


@transaction.atomic
def addresses_suppress(*, owner: User, emails: Iterable[str], note: str = "",
                       reason: Suppression.Reason = Suppression.Reason.BY_HAND) -> int:
    """Write to these `emails` no more, as `addresses_add`, and tell the audit trail of it."""
    addresses = list(emails)
    added = addresses_add(owner=owner, emails=addresses, note=note, reason=reason)
    if added and len({email.lower() for email in addresses}) == 1:
        record(Action.SUPPRESS, label=shown(addresses[0].lower()))
    elif added:
        record(Action.SUPPRESS, details=added)
    return added


def addresses_add(*, owner: User, emails: Iterable[str], note: str = "",
                  reason: Suppression.Reason = Suppression.Reason.BY_HAND) -> int:
    """Suppress these `emails`: no letter that is claimed from now on goes to them.

    They are as `normalized` returns them, in any case. Who is suppressed already stays so, as
    they are. It is one statement: give it some thousands at a time. Returns how many are new.
    """
    # In order, so that two that write the same addresses at once wait for each other one way.
    addresses = sorted({email.lower() for email in emails})
    moment = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(LIST[connection.vendor]), [
            owner.pk, reason.value, note, moment, json.dumps(addresses)])
        added = int(cursor.rowcount)
    if added:
        log.info("user %s: %s addresses suppressed (%s)", owner.pk, added, reason)
    return added


@transaction.atomic
def suppression_lift(*, suppression: Suppression) -> bool:
    """Write to an address again. Returns False where somebody was quicker."""
    lifted, _by_model = Suppression.objects.filter(pk=suppression.pk).delete()
    if not lifted:
        return False
    record(Action.UNSUPPRESS, label=shown(suppression.email))
    log.info("user %s: suppression %s lifted", suppression.owner_id, suppression.pk)
    return True


@transaction.atomic
def suppression_restore(*, owner: User, email: str, note: str, reason: Suppression.Reason,
                        since: datetime) -> None:
    """Suppress an address again as it was, `since` then, after that was lifted by mistake."""
    if addresses_suppress(owner=owner, emails=[email], note=note, reason=reason):
        Suppression.objects.filter(owner=owner, email=email).update(created_at=since)
