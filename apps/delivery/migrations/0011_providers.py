from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0010_bounces'),
    ]

    operations = [
        migrations.AddField(
            model_name='openconnection',
            name='provider',
            field=models.CharField(blank=True, db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='throttle',
            name='connections',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='connections at once'),
        ),
        migrations.AddField(
            model_name='throttle',
            name='per_connection',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='letters a connection'),
        ),
        migrations.AddField(
            model_name='throttle',
            name='per_minute',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='letters a minute'),
        ),
        migrations.AddField(
            model_name='throttle',
            name='slow_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='throttle',
            name='slow_most',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='throttle',
            name='slow_rate',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='throttle',
            name='slow_taken',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='throttle',
            name='slow_times',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='throttle',
            name='slow_words',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
