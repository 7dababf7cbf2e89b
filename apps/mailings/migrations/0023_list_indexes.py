"""An index for each order and filter of the lists; names of mailings that can be ordered."""
import apps.core.fields
from django.conf import settings
from django.db import migrations, models

from apps.core.words import sort_key
from apps.mailings.titles import without_fields


AT_ONCE = 2000


def write_sort_names(apps, schema_editor):
    mailings = apps.get_model("mailings", "Mailing").objects.order_by("pk").select_related(
        "message").only("name", "message__subject")
    last = 0
    while rows := list(mailings.filter(pk__gt=last)[:AT_ONCE]):
        for mailing in rows:
            title = mailing.name or without_fields(mailing.message.subject)
            mailing.sort_name = sort_key(title, 200)
        mailings.model.objects.bulk_update(rows, ["sort_name"], batch_size=200)
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0022_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='mailing',
            name='mailing_owner_start',
        ),
        migrations.AddField(
            model_name='mailing',
            name='sort_name',
            field=apps.core.fields.SortKey(default='', editable=False, max_length=200),
        ),
        migrations.RunPython(write_sort_names, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('status', 'Не успешно')), fields=['owner', 'outcome_unknown', '-attempted_at', '-id'], name='attempt_owner_refused'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('status', 'Не успешно')), fields=['mailing', 'outcome_unknown', '-attempted_at', '-id'], name='attempt_mailing_refused'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('status', 'Не успешно')), fields=['outcome_unknown', '-attempted_at', '-id'], name='attempt_refused'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['status', 'starts_at', 'id'], name='mailing_of_status'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'status', 'starts_at', 'id'], name='mailing_own_of_status'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['starts_at', 'id'], name='mailing_starts_at'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'starts_at', 'id'], name='mailing_own_starts_at'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['ends_at', 'id'], name='mailing_ends_at'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'ends_at', 'id'], name='mailing_own_ends_at'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['status', 'id'], name='mailing_status'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'status', 'id'], name='mailing_own_status'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['sort_name', 'id'], name='mailing_sort_name'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'sort_name', 'id'], name='mailing_own_sort_name'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['created_at', 'id'], name='mailing_created_at'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'created_at', 'id'], name='mailing_own_created_at'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['subject', 'id'], name='message_subject'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'subject', 'id'], name='message_own_subject'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['created_at', 'id'], name='message_created_at'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'created_at', 'id'], name='message_own_created_at'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['updated_at', 'id'], name='message_updated_at'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', 'updated_at', 'id'], name='message_own_updated_at'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['owner', 'deleted_at'], name='recipient_deleted'),
        ),
    ]
