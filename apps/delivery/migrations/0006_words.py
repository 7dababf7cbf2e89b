from django.db import migrations, models


class Migration(migrations.Migration):
    """One word for one thing; leases and throttles have names."""

    dependencies = [("delivery", "0001_squashed_0005_guard_is_there")]

    operations = [
        migrations.RenameModel("Sender", "Worker"),
        # Its table stays: delivery_lease is the name of an index of the ledger.
        migrations.AlterModelTable("clocklease", "delivery_clocklease"),
        migrations.RenameModel("ClockLease", "Lease"),
        migrations.RenameModel("RateSlot", "Throttle"),
        migrations.RenameModel("Connection", "LettersTaken"),
        migrations.AddField(
            "lease", "name", models.CharField(max_length=32, unique=True, default="clock"),
            preserve_default=False),
        migrations.AddField(
            "throttle", "name", models.CharField(max_length=32, unique=True, default="all"),
            preserve_default=False),
        migrations.AlterModelOptions("worker", {
            "ordering": ["-seen_at"], "verbose_name": "sending process",
            "verbose_name_plural": "sending processes"}),
        migrations.AlterModelOptions(
            "lease", {"verbose_name": "lease", "verbose_name_plural": "leases"}),
        migrations.AlterModelOptions(
            "throttle", {"verbose_name": "throttle", "verbose_name_plural": "throttles"}),
        migrations.AlterModelOptions("letterstaken", {
            "verbose_name": "connection's letters",
            "verbose_name_plural": "connections' letters"}),
    ]
