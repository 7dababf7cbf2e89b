from django.db import migrations


class Migration(migrations.Migration):
    """The audit trail is a model of `audit` now; its table stays."""

    dependencies = [("core", "0001_squashed_0004_trail_count_unknown")]

    operations = [migrations.SeparateDatabaseAndState(
        state_operations=[migrations.DeleteModel("TrailEntry")])]
