from django.db import migrations


def make_guard(apps, schema_editor):
    """A database without a guard is one that a dump is loaded into; a new one has it from here."""
    apps.get_model("delivery", "RestoreGuard").objects.get_or_create(pk=1)


class Migration(migrations.Migration):

    dependencies = [("delivery", "0004_what_tells_of_a_restore")]

    operations = [migrations.RunPython(make_guard, migrations.RunPython.noop)]
