"""Let imports keep a sample of their file, and find deleted recipients by address."""

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0026_book'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='last_row',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='import',
            name='made',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='import',
            name='sample',
            field=models.JSONField(default=dict),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(django.db.models.functions.text.Lower('email'), condition=models.Q(('deleted_at__isnull', False)), name='recipient_deleted_email'),
        ),
    ]
