from django.db import migrations, models


class Migration(migrations.Migration):
    """Senders are known by their token: the table holds only who lives now, so it is made anew."""

    dependencies = [("delivery", "0003_restore_guard")]

    operations = [
        migrations.DeleteModel("Sender"),
        migrations.CreateModel(
            "Sender",
            fields=[
                ("token", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=255, verbose_name="host")),
                ("pid", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="started at")),
                ("seen_at", models.DateTimeField(db_index=True, verbose_name="last seen at")),
            ],
            options={
                "verbose_name": "sender",
                "verbose_name_plural": "senders",
                "ordering": ["-seen_at"],
            },
        ),
        migrations.CreateModel(
            "Connection",
            fields=[
                ("token", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("letters", models.PositiveBigIntegerField()),
            ],
            options={"verbose_name": "connection", "verbose_name_plural": "connections"},
        ),
        migrations.AddField(
            "clocklease", "ticked_at", models.DateTimeField(null=True, verbose_name="last tick")),
        migrations.AddField(
            "restoreguard", "identity", models.CharField(blank=True, default="", max_length=100)),
        migrations.AddField("restoreguard", "restores", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "restoreguard", "dumped_at",
            models.DateTimeField(null=True, verbose_name="backup made at")),
        migrations.AddField(
            "restoreguard", "left_at",
            models.DateTimeField(null=True, verbose_name="last letter left at")),
    ]
