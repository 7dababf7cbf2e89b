import apps.core.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0009_letters'),
    ]

    operations = [
        migrations.CreateModel(
            name='LastingKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', apps.core.fields.EncryptedText()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'lasting key',
                'verbose_name_plural': 'lasting keys',
            },
        ),
    ]
