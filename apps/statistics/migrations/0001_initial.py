import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.core.moved_models import rename_content_type


class Migration(migrations.Migration):
    """Their tables are there already, those of `mailings`."""

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('mailings', '0016_tallies_moved'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[
        migrations.CreateModel(
            name='Increment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minute', models.PositiveIntegerField()),
                ('meaning', models.CharField(blank=True, choices=[('accepted', 'The server took the letter'), ('unknown', 'It is not known whether the server took the letter'), ('no_mailbox', 'There is no such mailbox'), ('no_domain', 'There is no such domain, or it takes no mail'), ('no_mail', 'The domain takes no mail'), ('moved', 'The mailbox has moved to another address'), ('full', 'The mailbox is full'), ('inactive', 'The mailbox is switched off or blocked for now'), ('wait', 'The server asked to come again later'), ('route', "The letter could not be passed on to the recipient's server"), ('spam', 'The server took the letter for spam'), ('policy', 'The server took the letter for spam, or its rules forbid it'), ('malformed', 'The server finds a fault in how the letter is made'), ('too_big', 'The letter is too big'), ('login', 'The server does not accept our login or password'), ('tls', 'No safe connection with the server: its certificate, or TLS itself'), ('relay', 'The server does not take letters for other domains from us'), ('helo', 'The server does not accept the name that we greet it with'), ('sender', "The server does not accept the sender's address"), ('auth', "The sender's domain does not prove its letters: SPF, DKIM or DMARC"), ('blocked', 'The server our letters come from is blocked, or has no proper name'), ('quota', 'Our limit at the server is used up, or our account there is blocked'), ('settings', "The server refused our login, settings or sender's address"), ('refused', 'The server refuses us and does not say why'), ('crowded', 'The recipient gets letters faster than the server lets them in'), ('connections', 'The server takes fewer connections at once'), ('rate', 'The server finds that we send too fast'), ('busy', 'The server is busy and asked us to come again later'), ('disk', 'The server has no room for letters now'), ('unreachable', 'The server could not be reached'), ('other', 'Something else')], max_length=12)),
                ('number', models.PositiveIntegerField()),
                ('example', models.TextField(blank=True)),
                ('sent', models.IntegerField()),
                ('failed', models.IntegerField()),
                ('unknown', models.IntegerField()),
                ('skipped', models.IntegerField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mailings.run')),
            ],
            options={
                'verbose_name': 'increment',
                'verbose_name_plural': 'increments',
                'db_table': 'mailings_increment',
            },
        ),
        migrations.CreateModel(
            name='DomainTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=254)),
                ('total', models.PositiveIntegerField()),
                ('sent', models.PositiveIntegerField()),
                ('failed', models.PositiveIntegerField()),
                ('unknown', models.PositiveIntegerField()),
                ('skipped', models.PositiveIntegerField()),
                ('mailing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='domains', to='mailings.mailing')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='domains', to='mailings.run')),
            ],
            options={
                'verbose_name': 'tally of a domain',
                'verbose_name_plural': 'tallies of domains',
                'db_table': 'mailings_domaintally',
                'constraints': [models.UniqueConstraint(fields=('run', 'domain'), name='domain_once_per_run')],
            },
        ),
        migrations.CreateModel(
            name='MinuteTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minute', models.PositiveIntegerField()),
                ('sent', models.PositiveIntegerField()),
                ('failed', models.PositiveIntegerField()),
                ('unknown', models.PositiveIntegerField()),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='minutes', to='mailings.run')),
            ],
            options={
                'verbose_name': 'minute of a run',
                'verbose_name_plural': 'minutes of runs',
                'db_table': 'mailings_minutetally',
                'constraints': [models.UniqueConstraint(fields=('run', 'minute'), name='minute_once_per_run')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.PositiveIntegerField()),
                ('meaning', models.CharField(choices=[('accepted', 'The server took the letter'), ('unknown', 'It is not known whether the server took the letter'), ('no_mailbox', 'There is no such mailbox'), ('no_domain', 'There is no such domain, or it takes no mail'), ('no_mail', 'The domain takes no mail'), ('moved', 'The mailbox has moved to another address'), ('full', 'The mailbox is full'), ('inactive', 'The mailbox is switched off or blocked for now'), ('wait', 'The server asked to come again later'), ('route', "The letter could not be passed on to the recipient's server"), ('spam', 'The server took the letter for spam'), ('policy', 'The server took the letter for spam, or its rules forbid it'), ('malformed', 'The server finds a fault in how the letter is made'), ('too_big', 'The letter is too big'), ('login', 'The server does not accept our login or password'), ('tls', 'No safe connection with the server: its certificate, or TLS itself'), ('relay', 'The server does not take letters for other domains from us'), ('helo', 'The server does not accept the name that we greet it with'), ('sender', "The server does not accept the sender's address"), ('auth', "The sender's domain does not prove its letters: SPF, DKIM or DMARC"), ('blocked', 'The server our letters come from is blocked, or has no proper name'), ('quota', 'Our limit at the server is used up, or our account there is blocked'), ('settings', "The server refused our login, settings or sender's address"), ('refused', 'The server refuses us and does not say why'), ('crowded', 'The recipient gets letters faster than the server lets them in'), ('connections', 'The server takes fewer connections at once'), ('rate', 'The server finds that we send too fast'), ('busy', 'The server is busy and asked us to come again later'), ('disk', 'The server has no room for letters now'), ('unreachable', 'The server could not be reached'), ('other', 'Something else')], max_length=12)),
                ('number', models.PositiveIntegerField()),
                ('example', models.TextField(blank=True)),
                ('mailing', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tallies', to='mailings.mailing')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mailings.run')),
            ],
            options={
                'verbose_name': 'tally of attempts',
                'verbose_name_plural': 'tallies of attempts',
                'db_table': 'mailings_tally',
                'indexes': [models.Index(fields=['owner', 'quarter'], name='tally_owner_quarter'), models.Index(fields=['mailing', 'quarter'], name='tally_mailing_quarter'), models.Index(fields=['quarter'], name='tally_quarter')],
                'constraints': [models.UniqueConstraint(fields=('run', 'quarter', 'meaning'), name='tally_once_per_quarter')],
            },
        ),
    ]), *[
        rename_content_type(f"mailings.{name}", f"statistics.{name}")
        for name in ("domaintally", "increment", "minutetally", "tally")
    ]]
