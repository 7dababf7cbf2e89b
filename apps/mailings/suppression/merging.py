"""A machine's file of refusals brought into a database that knows less: a restored one.

What was said last of an address holds, unless the database knows of something later. It can be
done again, and in parts: what is there already changes nothing.
"""
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.users.models import User

from ..models import Recipient
from . import on_disk
from .hashing import DOMAIN, address_hash
from .here import owner_mark
from .models import Suppression
from .on_disk import Line

log = logging.getLogger("vestnik.mailings")
Said = dict[str, Line]  # by the hashes of addresses, or by the addresses
UNSUBSCRIBED = Suppression.Reason.UNSUBSCRIBED
BATCH = 5000  # recipients of one look
AT_ONCE = 1000  # addresses of one transaction
ROWS = {
    "sqlite": """SELECT value->>'email' email, value->>'scope' scope, value->>'reason' reason,
        value->>'moment' moment FROM json_each(%s)""",
    "postgresql": """SELECT email, scope, reason, moment FROM json_to_recordset(%s::json)
        AS v(email text, scope text, reason text, moment timestamptz)""",
}
LEFT = """
INSERT INTO mailings_suppression (owner_id, email, scope, reason, note, why, created_at)
SELECT %s, email, scope, reason, '', '', moment FROM ({}) AS v WHERE TRUE
ON CONFLICT (owner_id, email) DO UPDATE SET scope = excluded.scope, reason = excluded.reason,
    created_at = excluded.created_at
WHERE mailings_suppression.created_at < excluded.created_at
"""


def merge(start: int, end: int) -> int:
    """Bring in the lines of this machine's file between two places. Returns of how many people."""
    said = last_said(on_disk.lines(start, end))
    number = sum(map(len, said.values()))
    if not number:
        return 0
    found = {}
    for owner in User.objects.only("address_key").order_by("pk"):
        if lines := said.pop(owner_mark(owner), None):
            found[owner.pk] = Owned(owner, lines)
    if said:
        log.warning("%s refusals are of accounts that this database does not know",
                    sum(map(len, said.values())))
    # Those without a recipient may be on the list by their addresses.
    for rows in (Recipient.all_objects.all(), Suppression.objects.all()):
        for batch in batches(rows.filter(owner__in=list(found))):
            bring_known(found, batch)
    for one in found.values():
        bring(one.owner, {f"{digest}@{DOMAIN}": line for digest, line in one.lines.items()
                          if digest not in one.met})
    return number


@dataclass(slots=True)
class Owned:
    """What was said of addresses of one owner, by their hashes; `met` are those that are known."""

    owner: User
    lines: Said
    met: set[str] = field(default_factory=set)


def last_said(lines: Iterable[Line]) -> dict[str, Said]:
    """Return what was said last of each address, by owners' marks."""
    said: dict[str, Said] = {}
    for line in lines:
        said.setdefault(line.owner, {})[line.digest] = line
    return said


def batches(rows: QuerySet) -> Iterator[list[tuple[int, str]]]:
    """Yield the owners and addresses of `rows`; no transaction is open meanwhile."""
    last = 0
    rows = rows.order_by("pk")
    while batch := list(rows.filter(pk__gt=last).values_list("pk", "owner_id", "email")[:BATCH]):
        last = batch[-1][0]
        yield [(owner_id, email) for _pk, owner_id, email in batch]


def bring_known(found: dict[int, Owned], batch: list[tuple[int, str]]) -> None:
    """Bring in what was said of these addresses, which the database knows."""
    met: dict[int, Said] = {}
    for owner_id, email in batch:
        one = found[owner_id]
        digest = address_hash(one.owner, email)
        if line := one.lines.get(digest):
            met.setdefault(owner_id, {})[email.lower()] = line
            one.met.add(digest)
    for owner_id, lines in met.items():
        bring(found[owner_id].owner, lines)


def bring(owner: User, lines: Said) -> None:
    """Have the suppressions of these addresses, or hashes, of `owner`'s as the lines say."""
    rest = iter(sorted(lines.items()))
    while some := list(islice(rest, AT_ONCE)):
        with transaction.atomic():
            suppress(owner, [(email, line) for email, line in some if line.sign == "+"])
            lift(owner, [(email, line) for email, line in some if line.sign == "-"])


def suppress(owner: User, lines: list[tuple[str, Line]]) -> None:
    rows = [{
        "email": email, "moment": str(connection.ops.adapt_datetimefield_value(line.at)),
        "scope": line.scope if line.scope in Suppression.Scope else Suppression.Scope.ALL,
        # A newer version may have had reasons of its own.
        "reason": line.reason if line.reason in Suppression.Reason else UNSUBSCRIBED,
    } for email, line in lines]
    with connection.cursor() as cursor:
        cursor.execute(LEFT.format(ROWS[connection.vendor]), [owner.pk, json.dumps(rows)])


def lift(owner: User, lines: list[tuple[str, Line]]) -> None:
    """Take addresses off the list, but for those who have left again: by another machine."""
    last = {email: line.at for email, line in lines}
    there = Suppression.objects.filter(owner=owner, email__in=last).values_list(
        "pk", "email", "created_at")
    older = [pk for pk, email, since in there if since <= last[email]]
    Suppression.objects.filter(pk__in=older).delete()
