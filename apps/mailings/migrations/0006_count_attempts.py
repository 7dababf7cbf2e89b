"""Count the attempts that there are; domains are counted by the sender's first upkeep."""
from django.db import migrations

from apps.mailings.attempts.verdicts import meaning_of

OUTCOME = {"accepted": "sent", "unknown": "unknown"}


def count_attempts(apps, schema_editor):
    Run, Attempt, Tally, MinuteTally = (
        apps.get_model("mailings", name) for name in ("Run", "Attempt", "Tally", "MinuteTally"))
    for run in Run.objects.defer("body"):
        quarters, minutes = {}, {}
        attempts = Attempt.objects.filter(mailing=run.mailing_id, run=run).order_by("attempted_at")
        for moment, status, unknown, code, reply in attempts.values_list(
                "attempted_at", "status", "outcome_unknown", "code",
                "server_response").iterator():
            meaning = meaning_of(
                accepted=status == "Успешно", unknown=unknown, code=code, reply=reply)
            minute = int(moment.timestamp()) // 60
            tally = quarters.setdefault((minute // 15, meaning), [0, ""])
            tally[0], tally[1] = tally[0] + 1, reply
            numbers = minutes.setdefault(minute, {"sent": 0, "failed": 0, "unknown": 0})
            numbers[OUTCOME.get(meaning, "failed")] += 1
        Tally.objects.bulk_create([
            Tally(run=run, mailing_id=run.mailing_id, owner_id=run.owner_id, quarter=quarter,
                  meaning=meaning, number=number, example=reply)
            for (quarter, meaning), (number, reply) in quarters.items()], batch_size=1000)
        MinuteTally.objects.bulk_create([
            MinuteTally(run=run, minute=minute, **numbers)
            for minute, numbers in minutes.items()], batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0005_tallies'),
    ]

    operations = [
        migrations.RunPython(count_attempts, migrations.RunPython.noop, elidable=True),
    ]
