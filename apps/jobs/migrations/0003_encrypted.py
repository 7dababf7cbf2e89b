import apps.core.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0002_job_time'),
    ]

    operations = [
        migrations.AlterField(
            model_name='job',
            name='secret',
            field=apps.core.fields.EncryptedText(blank=True),
        ),
    ]
