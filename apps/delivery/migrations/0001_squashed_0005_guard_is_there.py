from django.db import migrations, models


def make_guard(apps, schema_editor):
    """A database without a guard is one that a dump is loaded into; a new one has it from here."""
    apps.get_model("delivery", "RestoreGuard").objects.get_or_create(pk=1)


class Migration(migrations.Migration):

    replaces = [('delivery', '0001_initial'), ('delivery', '0002_rate_slot'), ('delivery', '0003_restore_guard'), ('delivery', '0004_what_tells_of_a_restore'), ('delivery', '0005_guard_is_there')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ClockLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(blank=True, max_length=32)),
                ('until', models.DateTimeField()),
                ('ticked_at', models.DateTimeField(null=True, verbose_name='last tick')),
            ],
            options={
                'verbose_name': 'clock lease',
                'verbose_name_plural': 'clock leases',
            },
        ),
        migrations.CreateModel(
            name='RateSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('free_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'rate slot',
                'verbose_name_plural': 'rate slots',
            },
        ),
        migrations.CreateModel(
            name='Sender',
            fields=[
                ('token', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255, verbose_name='host')),
                ('pid', models.PositiveIntegerField()),
                ('started_at', models.DateTimeField(auto_now_add=True, verbose_name='started at')),
                ('seen_at', models.DateTimeField(db_index=True, verbose_name='last seen at')),
            ],
            options={
                'verbose_name': 'sender',
                'verbose_name_plural': 'senders',
                'ordering': ['-seen_at'],
            },
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('token', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('letters', models.PositiveBigIntegerField()),
            ],
            options={
                'verbose_name': 'connection',
                'verbose_name_plural': 'connections',
            },
        ),
        migrations.CreateModel(
            name='RestoreGuard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(default=0)),
                ('restored_at', models.DateTimeField(null=True, verbose_name='restored at')),
                ('identity', models.CharField(blank=True, default='', max_length=100)),
                ('restores', models.PositiveIntegerField(default=0)),
                ('dumped_at', models.DateTimeField(null=True, verbose_name='backup made at')),
                ('left_at', models.DateTimeField(null=True, verbose_name='last letter left at')),
            ],
            options={
                'verbose_name': 'restore guard',
                'verbose_name_plural': 'restore guards',
            },
        ),
        migrations.RunPython(make_guard, migrations.RunPython.noop),
    ]
