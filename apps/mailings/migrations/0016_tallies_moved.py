from django.db import migrations


class Migration(migrations.Migration):
    """The tallies are models of `statistics` now; their tables stay."""

    dependencies = [("mailings", "0001_squashed_0015_run_seed")]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[
        migrations.DeleteModel("DomainTally"),
        migrations.DeleteModel("Increment"),
        migrations.DeleteModel("MinuteTally"),
        migrations.DeleteModel("Tally"),
    ])]
