from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0032_bounces'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MailDomain',
            fields=[
                ('domain', models.CharField(max_length=253, primary_key=True, serialize=False)),
                ('provider', models.CharField(blank=True, default='', max_length=16)),
                ('server', models.CharField(blank=True, default='', max_length=253)),
                ('looked_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='delivery',
            name='provider',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='mailing',
            name='closes_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='mailing',
            name='hours_from',
            field=models.TimeField(blank=True, null=True, verbose_name='not before'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='hours_to',
            field=models.TimeField(blank=True, null=True, verbose_name='not after'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='opens_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='mailing',
            name='weekdays',
            field=models.CharField(blank=True, db_default='', default='', max_length=7, verbose_name='weekdays'),
        ),
        migrations.AddField(
            model_name='sender',
            name='warm_since',
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('next_try_at', None), ('state__in', ['pending', 'retry'])), fields=['run', 'provider', 'id'], name='delivery_by_provider'),
        ),
        migrations.AddIndex(
            model_name='maildomain',
            index=models.Index(fields=['looked_at'], name='mail_domain_looked'),
        ),
    ]
