"""Give everybody a key of their own; a default in AddField would be one for all."""
from django.db import migrations, models

from apps.core.secrets import new_key


def make_keys(apps, schema_editor):
    users = apps.get_model("users", "User")
    for pk in users.objects.values_list("pk", flat=True).iterator():
        users.objects.filter(pk=pk).update(address_key=new_key())


class Migration(migrations.Migration):

    dependencies = [
        ("users", "0004_user_joined"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="address_key",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
        migrations.RunPython(make_keys, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="user",
            name="address_key",
            field=models.CharField(default=new_key, editable=False, max_length=64),
        ),
    ]
