"""Drop the index of picks by mailing alone: that of (mailing, recipient) answers the same.

PostgreSQL takes it for as good as the other where its statistics do not know a new mailing yet,
and reads all who are in that mailing to find out about one.
"""
from django.db import migrations

NAME = "mailings_mailing_recipients_mailing_id_6b5aaece"


class Migration(migrations.Migration):

    dependencies = [("mailings", "0033_providers")]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX IF EXISTS {NAME}",
            f"CREATE INDEX {NAME} ON mailings_mailing_recipients (mailing_id)"),
    ]
