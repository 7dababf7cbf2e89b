"""Deleted fields and former choices; which own fields the letter of a run uses."""

import django.db.models.functions.text
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0027_import_sample'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='field',
            options={'base_manager_name': 'all_objects', 'ordering': ['id'], 'verbose_name': 'field', 'verbose_name_plural': 'fields'},
        ),
        migrations.AlterModelManagers(
            name='field',
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='field',
            name='field_label_once_per_owner',
        ),
        migrations.AddField(
            model_name='field',
            name='deleted_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='deleted at'),
        ),
        migrations.AddField(
            model_name='field',
            name='former',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name='run',
            name='fields',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='field',
            constraint=models.UniqueConstraint(models.F('owner'), django.db.models.functions.text.Lower('label'), condition=models.Q(('deleted_at', None)), name='field_label_once_per_owner'),
        ),
    ]
