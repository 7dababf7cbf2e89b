"""Write by what recipients are found and ordered; the ledgers of old runs are whole."""
from django.db import migrations
from django.db.models import F

from apps.core.addresses import shown
from apps.core.words import folded, sort_key

AT_ONCE = 2000
WRITE = "UPDATE mailings_recipient SET search_text = %s, sort_name = %s WHERE id = %s"


def write_words(apps, schema_editor):
    recipients = apps.get_model("mailings", "Recipient").objects.order_by("pk")
    columns = recipients.values_list("pk", "full_name", "email", "comment")
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while rows := columns.filter(pk__gt=last)[:AT_ONCE]:
            cursor.executemany(WRITE, [words_of(*row) for row in rows])
            last = rows[len(rows) - 1][0]


def words_of(pk, full_name, email, comment):
    texts = dict.fromkeys([full_name, email, shown(email), comment])
    return folded(" ".join(texts)), sort_key(full_name or shown(email), 200), pk


def call_runs_prepared(apps, schema_editor):
    apps.get_model("mailings", "Run").objects.update(prepared_at=F("started_at"))


def leave_room_for_fates(apps, schema_editor):
    """Let PostgreSQL write a new fate beside the old row, so that no index changes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE mailings_recipient SET (fillfactor = 85)")


class Migration(migrations.Migration):

    dependencies = [
        ("mailings", "0019_a_million"),
    ]

    operations = [
        migrations.RunPython(write_words, migrations.RunPython.noop),
        migrations.RunPython(call_runs_prepared, migrations.RunPython.noop),
        migrations.RunPython(leave_room_for_fates, migrations.RunPython.noop),
    ]
