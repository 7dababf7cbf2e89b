import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0007_run_letters'),
        ('mailings', '0029_senders'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpenConnection',
            fields=[
                ('token', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'open connection',
                'verbose_name_plural': 'open connections',
            },
        ),
        migrations.RemoveField(
            model_name='throttle',
            name='name',
        ),
        migrations.AddField(
            model_name='throttle',
            name='booked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='throttle',
            name='provider',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='throttle',
            name='sender',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mailings.sender'),
        ),
        migrations.AddField(
            model_name='throttle',
            name='spent',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='throttle',
            name='used_up',
            field=models.CharField(blank=True, default='', max_length=12),
        ),
        migrations.AddConstraint(
            model_name='throttle',
            constraint=models.UniqueConstraint(condition=models.Q(('sender__isnull', False)), fields=('sender', 'provider'), name='throttle_of_sender'),
        ),
        migrations.AddConstraint(
            model_name='throttle',
            constraint=models.UniqueConstraint(condition=models.Q(('sender', None)), fields=('provider',), name='throttle_of_all'),
        ),
        migrations.AddField(
            model_name='openconnection',
            name='sender',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mailings.sender'),
        ),
    ]
