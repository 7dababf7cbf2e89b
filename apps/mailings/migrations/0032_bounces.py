import apps.core.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0031_letters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='mailing',
            name='kind',
            field=models.CharField(choices=[('advertising', 'Advertising'), ('information', 'Information')], default='advertising', max_length=12, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='message',
            name='ad_mark',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='recipient',
            name='resting_until',
            field=models.DateTimeField(editable=False, null=True, verbose_name='rests until'),
        ),
        migrations.AddField(
            model_name='recipient',
            name='wiped_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='wiped at'),
        ),
        migrations.AddField(
            model_name='run',
            name='bounces_to',
            field=models.EmailField(blank=True, default='', editable=False, max_length=254),
        ),
        migrations.AddField(
            model_name='run',
            name='has_return_path',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='run',
            name='kind',
            field=models.CharField(choices=[('advertising', 'Advertising'), ('information', 'Information')], default='advertising', editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name='run',
            name='returned',
            field=models.PositiveIntegerField(default=0, verbose_name='came back'),
        ),
        migrations.AddField(
            model_name='suppression',
            name='delivery',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mailings.delivery', verbose_name='delivery'),
        ),
        migrations.AddField(
            model_name='suppression',
            name='scope',
            field=models.CharField(choices=[('all', 'All letters'), ('advertising', 'Advertising')], default='all', max_length=12, verbose_name='of what'),
        ),
        migrations.AddField(
            model_name='suppression',
            name='why',
            field=models.CharField(blank=True, choices=[('often', 'Too many letters'), ('dull', 'Not interesting'), ('unasked', 'I did not ask for them'), ('other', 'Something else')], max_length=8, verbose_name='why'),
        ),
        migrations.AlterField(
            model_name='suppression',
            name='reason',
            field=models.CharField(choices=[('by_hand', 'By hand'), ('unsubscribed', 'Unsubscribed'), ('complained', 'Complained of spam'), ('wiped', 'Wiped on request')], default='by_hand', max_length=12, verbose_name='reason'),
        ),
        migrations.CreateModel(
            name='BounceMailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('host', models.CharField(max_length=253, verbose_name='mail server')),
                ('port', models.PositiveIntegerField(default=993, verbose_name='port')),
                ('security', models.CharField(choices=[('tls', 'TLS from the first octet (465)'), ('starttls', 'STARTTLS (587)'), ('none', 'No encryption')], default='tls', max_length=8, verbose_name='encryption')),
                ('login', models.CharField(max_length=254, verbose_name='login')),
                ('password', apps.core.fields.EncryptedText(blank=True, default='', editable=False, verbose_name='password')),
                ('folder', models.CharField(default='Vestnik', max_length=100, verbose_name='folder for what was understood')),
                ('is_on', models.BooleanField(default=True)),
                ('read_at', models.DateTimeField(editable=False, null=True, verbose_name='last read at')),
                ('failing_since', models.DateTimeField(editable=False, null=True)),
                ('trouble', models.CharField(blank=True, editable=False, max_length=20)),
                ('server_words', models.TextField(blank=True, editable=False)),
                ('told_at', models.DateTimeField(editable=False, null=True)),
                ('uid_validity', models.PositiveBigIntegerField(editable=False, null=True)),
                ('last_uid', models.PositiveBigIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('sender', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mailbox', to='mailings.sender', verbose_name='sender')),
            ],
            options={
                'verbose_name': 'bounce mailbox',
                'verbose_name_plural': 'bounce mailboxes',
            },
        ),
        migrations.CreateModel(
            name='Machine',
            fields=[
                ('token', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255, verbose_name='host')),
                ('written', models.PositiveBigIntegerField(default=0)),
                ('restores', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('seen_at', models.DateTimeField(auto_now=True, verbose_name='last seen at')),
                ('gone_at', models.DateTimeField(editable=False, null=True, verbose_name='given up at')),
                ('gone_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'machine',
                'verbose_name_plural': 'machines',
                'ordering': ['host', 'token'],
            },
        ),
        migrations.CreateModel(
            name='Bounce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('outcome', models.CharField(choices=[('gone', 'The address does not exist'), ('now', 'For now'), ('letter', 'About the letter'), ('us', 'About the sender'), ('complaint', 'Complaint')], max_length=10, verbose_name='what it means')),
                ('meaning', models.CharField(blank=True, max_length=12)),
                ('words', models.TextField(blank=True, verbose_name="server's answer")),
                ('happened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='came back at')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('delivery', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bounces', to='mailings.delivery', verbose_name='delivery')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bounces', to='mailings.recipient', verbose_name='recipient')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bounces', to='mailings.run', verbose_name='run')),
            ],
            options={
                'verbose_name': 'bounce',
                'verbose_name_plural': 'bounces',
                'ordering': ['-happened_at', '-id'],
                'indexes': [models.Index(fields=['run', 'delivery'], name='bounce_of_run'), models.Index(fields=['owner', '-happened_at', '-id'], name='bounce_owner')],
                'constraints': [models.UniqueConstraint(fields=('delivery', 'outcome'), name='bounce_once')],
            },
        ),
    ]
