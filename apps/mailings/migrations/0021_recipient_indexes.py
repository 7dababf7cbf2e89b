import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0020_words'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'sort_name', 'id'], name='recipient_owner_sort'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'created_at', 'id'], name='recipient_owner_added'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('deleted_at', None), ('bounced_at__isnull', False)), fields=['owner', 'sort_name', 'id'], name='recipient_owner_bounced'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['sort_name', 'id'], name='recipient_sort'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['created_at', 'id'], name='recipient_added'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(django.db.models.functions.text.Lower('email'), models.F('id'), condition=models.Q(('deleted_at', None)), name='recipient_email'),
        ),
    ]
