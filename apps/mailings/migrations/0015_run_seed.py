from django.db import migrations, models

from apps.mailings.runs import new_seed


def seed_each(apps, schema_editor):
    """Give each run a secret of its own; a column's default would give all the same."""
    Run = apps.get_model("mailings", "Run")
    for pk in Run.objects.filter(seed="").values_list("pk", flat=True):
        Run.objects.filter(pk=pk).update(seed=new_seed())


class Migration(migrations.Migration):

    dependencies = [
        ("mailings", "0014_figures"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="seed",
            field=models.CharField(default="", editable=False, max_length=32),
        ),
        migrations.RunPython(seed_each, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="run",
            name="seed",
            field=models.CharField(
                default=new_seed, editable=False, max_length=32),
        ),
    ]
