"""Take back the marks of recipients that 0.1.0 set by replies about somebody else.

It took 5.1.1 anywhere in a refusal at RCPT for «no such mailbox», also where the words were about
the sender. The reply that set a mark is found among the attempts; what stays keeps it.
"""
import json
import re

from django.db import migrations

from apps.mailings.attempts.verdicts import verdict
from ..attempts.reply_key import reply_key

BATCH = 1000
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")  # as 0.1.0 read a reply
NO_MAILBOX = ("5.1.1", "5.1.10")
STORE = """
UPDATE mailings_recipient SET bounced_reply = v.value->>1, bounced_key = v.value->>2
FROM {rows} AS v WHERE mailings_recipient.id = {pk}
"""
ROWS = {
    "sqlite": {"rows": "json_each(%s)", "pk": "v.value->>0"},
    "postgresql": {"rows": "json_array_elements(%s::json)", "pk": "(v.value->>0)::bigint"},
}


def judge_marks(apps, schema_editor):
    Recipient, Attempt = (apps.get_model("mailings", name) for name in ("Recipient", "Attempt"))
    connection = schema_editor.connection
    taken_back = stay = 0
    for marked in batches(Recipient.objects.filter(bounced_at__isnull=False)):
        wrong, right = [], []
        replies = replies_that_marked(Attempt, marked)
        for recipient in marked:
            reply = replies.get(recipient.pk, "")
            if reply and verdict(reply, "rcpt", recipient.email).outcome != "gone":
                wrong.append(recipient.pk)
            else:
                key = reply_key(reply, recipient.email) if reply else ""
                right.append((recipient.pk, reply, key))
        Recipient.objects.filter(pk__in=wrong).update(bounced_at=None)
        with connection.cursor() as cursor:
            cursor.execute(STORE.format(**ROWS[connection.vendor]), [json.dumps(right)])
        taken_back, stay = taken_back + len(wrong), stay + len(right)
    if taken_back or stay:
        print(f"\n  Bounce marks: {taken_back} taken back, {stay} stay")


def batches(recipients):
    """Yield all of `recipients` as lists that memory holds."""
    rows = recipients.order_by("pk").only("owner", "email", "bounced_at")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def replies_that_marked(Attempt, marked):
    """Return by id the reply that marked each recipient, where it is known.

    Attempts of a recipient's row that is gone tell by owner and address.
    """
    refusals = Attempt.objects.filter(
        status="Не успешно", outcome_unknown=False, server_response__contains="5.1.1")
    by_pk = {recipient.pk: recipient for recipient in marked}
    found = newest(refusals.filter(recipient__in=by_pk), by_pk, lambda row: row.recipient_id)
    rest = [recipient for recipient in marked if recipient.pk not in found]
    if rest:
        of_nobody = refusals.filter(recipient=None, email__in=[one.email for one in rest])
        by_address = {(one.owner_id, one.email): one for one in rest}
        found |= newest(of_nobody, by_address, lambda row: (row.owner_id, row.email))
    return {pk: reply for pk, (_, reply) in found.items()}


def newest(refusals, marked, key):
    """Return by recipient's id (rank, reply): the newest that 0.1.0 took for a bounce.

    `marked` has recipients by what `key` returns for a row. What came before the mark goes first;
    where clocks differ, all may have come after it.
    """
    found = {}
    rows = refusals.values_list(
        "recipient_id", "owner_id", "email", "attempted_at", "server_response", named=True)
    for row in rows.iterator():
        recipient = marked.get(key(row))
        if recipient is None or not was_bounce(row.server_response):
            continue
        rank = row.attempted_at <= recipient.bounced_at, row.attempted_at
        if recipient.pk not in found or rank > found[recipient.pk][0]:
            found[recipient.pk] = rank, row.server_response
    return found


def was_bounce(reply):
    """Whether 0.1.0 took a refusal for «no such mailbox»."""
    code = ENHANCED.search(reply)
    return code is not None and code[1] in NO_MAILBOX


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0010_recipient_bounced_reply'),
    ]

    operations = [
        migrations.RunPython(judge_marks, migrations.RunPython.noop, elidable=True),
    ]
