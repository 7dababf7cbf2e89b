import apps.mailings.runs
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('mailings', '0001_initial'),
        ('mailings', '0002_initial'),
        ('mailings', '0003_run_letters_left'),
        ('mailings', '0004_lighter_ledger'),
        ('mailings', '0005_tallies'),
        ('mailings', '0006_count_attempts'),
        ('mailings', '0007_recipient_bounced'),
        ('mailings', '0008_attempt_time'),
        ('mailings', '0009_attempt_fewer_checks'),
        ('mailings', '0010_recipient_bounced_reply'),
        ('mailings', '0011_judge_bounce_marks'),
        ('mailings', '0012_tally_meaning'),
        ('mailings', '0013_judge_refusals_anew'),
        ('mailings', '0014_figures'),
        ('mailings', '0015_run_seed'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('subject', models.CharField(max_length=255, verbose_name='subject')),
                ('body', models.TextField(validators=[django.core.validators.MaxLengthValidator(100000)], verbose_name='body')),
                ('owner', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['-id'],
                'permissions': [('view_all_messages', "Can view everyone's messages")],
                'base_manager_name': 'all_objects',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bounced_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='bounced at')),
                ('bounced_reply', models.TextField(blank=True, default='', editable=False, verbose_name='reply that marked it')),
                ('bounced_key', models.CharField(blank=True, default='', editable=False, max_length=32)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('full_name', models.CharField(max_length=150, verbose_name='full name')),
                ('comment', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(5000)], verbose_name='comment')),
                ('owner', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'recipient',
                'verbose_name_plural': 'recipients',
                'ordering': ['full_name', 'id'],
                'permissions': [('view_all_recipients', "Can view everyone's recipients")],
                'base_manager_name': 'all_objects',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Mailing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('starts_at', models.DateTimeField(verbose_name='first send')),
                ('ends_at', models.DateTimeField(verbose_name='end of sending')),
                ('status', models.CharField(choices=[('Создана', 'Created'), ('Запущена', 'Running'), ('Завершена', 'Completed')], default='Создана', editable=False, max_length=16, verbose_name='status')),
                ('disabled_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='disabled at')),
                ('disabled_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disabled by')),
                ('owner', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mailings', to='mailings.message', verbose_name='message')),
                ('recipients', models.ManyToManyField(related_name='mailings', to='mailings.recipient', verbose_name='recipients')),
            ],
            options={
                'verbose_name': 'mailing',
                'verbose_name_plural': 'mailings',
                'ordering': ['-starts_at', '-id'],
                'permissions': [('view_all_mailings', "Can view everyone's mailings"), ('disable_mailing', 'Can disable mailings')],
                'base_manager_name': 'all_objects',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trigger', models.CharField(choices=[('page', 'from the page'), ('command', 'from the command line'), ('schedule', 'on schedule')], max_length=10, verbose_name='started')),
                ('subject', models.CharField(max_length=255, verbose_name='subject')),
                ('body', models.TextField(verbose_name='body')),
                ('seed', models.CharField(default=apps.mailings.runs.new_seed, editable=False, max_length=32)),
                ('state', models.CharField(choices=[('running', 'Running'), ('paused', 'Paused'), ('stopped', 'Stopped'), ('finished', 'Finished')], default='running', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, choices=[('person', 'by a person'), ('disabled', 'the mailing was disabled by a manager'), ('blocked', 'the owner is blocked'), ('server', 'the mail server refuses to work with us'), ('restore', 'the database was restored from a backup'), ('window', 'the end of sending has come')], max_length=10, verbose_name='reason')),
                ('server_words', models.TextField(blank=True, verbose_name="server's answer")),
                ('hold_until', models.DateTimeField(blank=True, null=True, verbose_name='waits until')),
                ('holds', models.PositiveSmallIntegerField(default=0)),
                ('restores', models.PositiveIntegerField(default=0, editable=False)),
                ('total', models.PositiveIntegerField(default=0, verbose_name='recipients')),
                ('sent', models.PositiveIntegerField(default=0, verbose_name='sent')),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='failed')),
                ('unknown', models.PositiveIntegerField(default=0, verbose_name='outcome unknown')),
                ('skipped', models.PositiveIntegerField(default=0, verbose_name='skipped')),
                ('started_at', models.DateTimeField(auto_now_add=True, verbose_name='started at')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('domains_at', models.DateTimeField(editable=False, null=True)),
                ('mailing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='mailings.mailing', verbose_name='mailing')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
            ],
            options={
                'verbose_name': 'run',
                'verbose_name_plural': 'runs',
                'ordering': ['-id'],
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
            },
        ),
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
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('full_name', models.CharField(max_length=150, verbose_name='full name')),
                ('state', models.CharField(choices=[('pending', 'Queued'), ('claimed', 'Sending'), ('retry', 'Will be retried'), ('sent', 'Sent'), ('failed', 'Failed'), ('unknown', 'Outcome unknown'), ('skipped', 'Skipped'), ('cancelled', 'Cancelled')], default='pending', max_length=10, verbose_name='state')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('crashes', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True, verbose_name='next try at')),
                ('lease_token', models.CharField(blank=True, default='', max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, default='', verbose_name="server's answer")),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='settled at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('settled_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by')),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='mailings.recipient', verbose_name='recipient')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='mailings.run', verbose_name='run')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('attempted_at', models.DateTimeField(verbose_name='time')),
                ('status', models.CharField(choices=[('Успешно', 'Sent'), ('Не успешно', 'Failed')], max_length=16, verbose_name='status')),
                ('outcome_unknown', models.BooleanField(default=False, verbose_name='outcome unknown')),
                ('code', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='reply code')),
                ('server_response', models.TextField(blank=True, verbose_name="server's answer")),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('mailing', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='mailings.mailing', verbose_name='mailing')),
                ('recipient', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='mailings.recipient', verbose_name='recipient')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='mailings.run', verbose_name='run')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'ordering': ['-attempted_at', '-id'],
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
            },
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(fields=['owner', 'full_name', 'id'], name='recipient_owner_name'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('bounced_at__isnull', False)), fields=['owner', 'bounced_key'], name='recipient_bounced_key'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(models.F('owner'), django.db.models.functions.text.Lower('email'), condition=models.Q(('deleted_at', None)), name='recipient_email_unique_per_owner'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(fields=['status', 'ends_at'], name='mailing_status_end'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(fields=['owner', '-starts_at', '-id'], name='mailing_owner_start'),
        ),
        migrations.AddConstraint(
            model_name='mailing',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='mailing_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('total__gt', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sent'), '+', models.F('failed')), '+', models.F('unknown')), '+', models.F('skipped')))), fields=['state'], name='run_with_letters_left'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('domains_at', None), ('domains_at__lt', models.F('updated_at')), ('domains_at__gt', models.F('updated_at')), _connector='OR'), fields=['id'], name='run_domains_stale'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['running', 'paused'])), fields=('mailing',), name='run_one_active_per_mailing'),
        ),
        migrations.AddConstraint(
            model_name='minutetally',
            constraint=models.UniqueConstraint(fields=('run', 'minute'), name='minute_once_per_run'),
        ),
        migrations.AddConstraint(
            model_name='domaintally',
            constraint=models.UniqueConstraint(fields=('run', 'domain'), name='domain_once_per_run'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['run', 'id'], name='delivery_pending'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'retry')), fields=['run', 'next_try_at'], name='delivery_retry'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'claimed')), fields=['lease_until'], name='delivery_lease'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'unknown')), fields=['run', 'id'], name='delivery_unknown'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('settled_at__isnull', False)), fields=['settled_at'], name='delivery_settled'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(models.F('run'), django.db.models.functions.text.Lower('email'), name='delivery_once_per_run'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['owner', '-attempted_at', '-id'], name='attempt_owner_time'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['mailing', '-attempted_at', '-id'], name='attempt_mailing_time'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['-attempted_at', '-id'], name='attempt_time'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['owner', 'quarter'], name='tally_owner_quarter'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['mailing', 'quarter'], name='tally_mailing_quarter'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['quarter'], name='tally_quarter'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(fields=('run', 'quarter', 'meaning'), name='tally_once_per_quarter'),
        ),
    ]
