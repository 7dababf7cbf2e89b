from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("mailings", "0024_picks"),
    ]

    operations = [
        migrations.AddField("preparation", "expected", models.PositiveIntegerField(null=True)),
        migrations.AddField("preparation", "made", models.PositiveIntegerField(default=0)),
        migrations.AddField("preparation", "unknown", models.BooleanField(default=False)),
        migrations.AddField("runaudience", "email", models.EmailField(max_length=254)),
        migrations.AlterField("run", "reason", models.CharField(
            blank=True, max_length=10, verbose_name="reason", choices=[
                ("person", "by a person"),
                ("disabled", "the mailing was disabled by a manager"),
                ("blocked", "the owner is blocked"),
                ("server", "the mail server refuses to work with us"),
                ("restore", "the database was restored from a backup"),
                ("window", "the end of sending has come"),
                ("nobody", "there was nobody left to send to"),
                ("audience", "the recipients had changed since they were counted"),
            ])),
    ]
