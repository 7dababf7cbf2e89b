"""Count refusals by what they mean to the one verdict; 0.1.0 read some of them otherwise."""
from django.db import migrations

from apps.mailings.attempts.verdicts import meaning_of

QUARTER = 15 * 60
NO_REFUSAL = ("accepted", "unknown")


def judge_refusals(apps, schema_editor):
    Run, Attempt, Tally = (apps.get_model("mailings", name) for name in ("Run", "Attempt", "Tally"))
    for run in Run.objects.only("mailing", "owner"):
        refused = Tally.objects.filter(run=run).exclude(meaning__in=NO_REFUSAL)
        if not refused.exists():
            continue
        attempts = Attempt.objects.filter(
            mailing=run.mailing_id, run=run, status="Не успешно", outcome_unknown=False)
        counted = count_by_meaning(attempts.order_by("attempted_at"))
        refused.delete()
        Tally.objects.bulk_create([
            Tally(run=run, mailing_id=run.mailing_id, owner_id=run.owner_id, quarter=quarter,
                  meaning=meaning, number=number, example=reply)
            for (quarter, meaning), (number, reply) in counted.items()], batch_size=1000)


def count_by_meaning(attempts):
    """Return (how many, the last reply) by (quarter, meaning)."""
    counted = {}
    rows = attempts.values_list("attempted_at", "email", "code", "server_response")
    for moment, email, code, reply in rows.iterator():
        meaning = meaning_of(
            accepted=False, unknown=False, code=code, reply=reply, recipient=email)
        key = int(moment.timestamp()) // QUARTER, meaning
        number, _ = counted.get(key, (0, ""))
        counted[key] = number + 1, reply
    return counted


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0012_tally_meaning'),
    ]

    operations = [
        migrations.RunPython(judge_refusals, migrations.RunPython.noop, elidable=True),
    ]
