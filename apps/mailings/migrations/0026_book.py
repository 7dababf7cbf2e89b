"""Fields of an owner's own, tags, segments, imports, and whom a mailing is for."""
from importlib import import_module

import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# Recipients' new columns make SQLite's table anew, without what follows it.
search = import_module("apps.mailings.migrations.0022_search")


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0002_job_time'),
        ('mailings', '0025_runs_at_any_size'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='values',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='mailing',
            name='everyone',
            field=models.BooleanField(default=False, verbose_name='everyone'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='quiet_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='quiet days'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='skip_same',
            field=models.BooleanField(default=False, verbose_name='less who has this message'),
        ),
        migrations.AddField(
            model_name='recipient',
            name='fields',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='recipient',
            name='source',
            field=models.CharField(choices=[('hand', 'Added by hand'), ('import', 'Import')], default='hand', editable=False, max_length=8, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='mailing',
            name='recipients',
            field=models.ManyToManyField(blank=True, related_name='mailings', to='mailings.recipient', verbose_name='recipients'),
        ),
        migrations.CreateModel(
            name='Field',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, verbose_name='key')),
                ('label', models.CharField(max_length=60, verbose_name='label')),
                ('kind', models.CharField(choices=[('text', 'Text'), ('number', 'Number'), ('date', 'Date'), ('choice', 'One of several')], default='text', max_length=8, verbose_name='kind')),
                ('choices', models.JSONField(blank=True, default=list, verbose_name='choices')),
                ('in_list', models.BooleanField(default=True, verbose_name='column of the list')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'field',
                'verbose_name_plural': 'fields',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Ground',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='text')),
                ('version', models.CharField(blank=True, max_length=60, verbose_name='version of the text')),
                ('agreed_on', models.DateField(blank=True, null=True, verbose_name='date')),
                ('proof', models.CharField(blank=True, max_length=500, verbose_name='where the proof lies')),
                ('purpose', models.CharField(choices=[('advertising', 'Advertising'), ('information', 'Information')], default='advertising', max_length=12, verbose_name='for')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'ground',
                'verbose_name_plural': 'grounds',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='recipient',
            name='ground',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mailings.ground', verbose_name='ground'),
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('opening', 'Is being opened'), ('mapping', 'Waits for its columns'), ('checking', 'Is being checked'), ('checked', 'Checked, nothing is written yet'), ('landing', 'Is being added'), ('landed', 'Added'), ('undoing', 'Is being taken back'), ('undone', 'Taken back'), ('refused', 'Can not be read'), ('dropped', 'Dropped')], default='opening', max_length=8, verbose_name='stage')),
                ('name', models.CharField(blank=True, max_length=255, verbose_name='file')),
                ('file', models.CharField(blank=True, max_length=255)),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('reading', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=list)),
                ('header_key', models.CharField(blank=True, max_length=64)),
                ('known', models.CharField(choices=[('update', 'Update: what the file has replaces what is there'), ('fill', 'Fill: only what is empty'), ('leave', 'Leave as they are')], default='update', max_length=8, verbose_name='who is there already')),
                ('people', models.PositiveIntegerField(default=0, verbose_name='people read')),
                ('added', models.PositiveIntegerField(default=0, verbose_name='added')),
                ('updated', models.PositiveIntegerField(default=0, verbose_name='updated')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='unchanged')),
                ('rejected', models.PositiveIntegerField(default=0, verbose_name='rejected')),
                ('suppressed', models.PositiveIntegerField(default=0, verbose_name='not written to')),
                ('returning', models.PositiveIntegerField(default=0, verbose_name='deleted before')),
                ('refusal', models.CharField(blank=True, max_length=500, verbose_name='why it can not be read')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('landed_at', models.DateTimeField(null=True, verbose_name='added at')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='taken back at')),
                ('ground', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mailings.ground', verbose_name='ground')),
                ('job', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='recipient',
            name='added_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mailings.import', verbose_name='import'),
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added', models.BooleanField()),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('kept', models.JSONField(null=True)),
                ('of_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='mailings.import')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mailings.recipient')),
            ],
            options={
                'verbose_name': 'change by an import',
                'verbose_name_plural': 'changes by imports',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fate', models.CharField(choices=[('rejected', 'Rejected'), ('updated', 'Updated'), ('suppressed', 'Not written to'), ('returning', 'Deleted before'), ('doubtful', 'To look at')], max_length=10)),
                ('number', models.PositiveIntegerField()),
                ('part', models.PositiveIntegerField(default=0)),
                ('cells', models.JSONField(default=list)),
                ('column', models.PositiveIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=32)),
                ('details', models.JSONField(default=dict)),
                ('mended', models.JSONField(null=True)),
                ('of_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='mailings.import')),
            ],
            options={
                'verbose_name': 'row of an import',
                'verbose_name_plural': 'rows of imports',
                'ordering': ['number', 'part', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('conditions', models.JSONField(default=dict, verbose_name='conditions')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'segment',
                'verbose_name_plural': 'segments',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='mailing',
            name='excluded_segments',
            field=models.ManyToManyField(blank=True, related_name='excluded_from', to='mailings.segment', verbose_name='less these segments'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='segments',
            field=models.ManyToManyField(blank=True, related_name='mailings', to='mailings.segment', verbose_name='segments'),
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('colour', models.CharField(choices=[('grey', 'Grey'), ('blue', 'Blue'), ('green', 'Green'), ('amber', 'Amber'), ('red', 'Red'), ('violet', 'Violet')], default='grey', max_length=8, verbose_name='colour')),
                ('key', apps.core.fields.SortKey(default='', editable=False, max_length=180)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'tag',
                'verbose_name_plural': 'tags',
                'ordering': ['key', 'id'],
            },
        ),
        migrations.AddField(
            model_name='import',
            name='tags',
            field=models.ManyToManyField(related_name='+', to='mailings.tag', verbose_name='tags'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='excluded_tags',
            field=models.ManyToManyField(blank=True, related_name='excluded_from', to='mailings.tag', verbose_name='less these tags'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='tags',
            field=models.ManyToManyField(blank=True, related_name='mailings', to='mailings.tag', verbose_name='tags'),
        ),
        migrations.CreateModel(
            name='Tagging',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='mailings.recipient')),
                ('tag', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='mailings.tag')),
            ],
            options={
                'verbose_name': 'tag of a recipient',
                'verbose_name_plural': 'tags of recipients',
            },
        ),
        migrations.AddField(
            model_name='recipient',
            name='tags',
            field=models.ManyToManyField(editable=False, related_name='recipients', through='mailings.Tagging', to='mailings.tag', verbose_name='tags'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('added_by__isnull', False)), fields=['added_by', 'sort_name', 'id'], name='recipient_of_import'),
        ),
        migrations.AddConstraint(
            model_name='field',
            constraint=models.UniqueConstraint(fields=('owner', 'key'), name='field_key_once_per_owner'),
        ),
        migrations.AddConstraint(
            model_name='field',
            constraint=models.UniqueConstraint(models.F('owner'), django.db.models.functions.text.Lower('label'), name='field_label_once_per_owner'),
        ),
        migrations.AddConstraint(
            model_name='importchange',
            constraint=models.UniqueConstraint(fields=('of_import', 'recipient'), name='import_change_once'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('of_import', 'fate', 'number', 'part'), name='import_row_once'),
        ),
        migrations.AddConstraint(
            model_name='segment',
            constraint=models.UniqueConstraint(models.F('owner'), django.db.models.functions.text.Lower('name'), name='segment_once_per_owner'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(fields=('owner', 'key'), name='tag_once_per_owner'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['owner', 'id'], name='import_owner'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['owner', 'header_key', 'id'], name='import_header'),
        ),
        migrations.AddConstraint(
            model_name='tagging',
            constraint=models.UniqueConstraint(fields=('tag', 'recipient'), name='tagging_once'),
        ),
        migrations.RunPython(search.prepare_sqlite, migrations.RunPython.noop),
    ]
