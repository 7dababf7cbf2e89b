import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0028_own_fields'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='from_address',
            field=models.EmailField(blank=True, default='', editable=False, max_length=254),
        ),
        migrations.AddField(
            model_name='run',
            name='from_name',
            field=models.CharField(blank=True, default='', editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name='run',
            name='reply_to',
            field=models.EmailField(blank=True, default='', editable=False, max_length=254),
        ),
        migrations.AlterField(
            model_name='run',
            name='reason',
            field=models.CharField(blank=True, choices=[('person', 'by a person'), ('disabled', 'the mailing was disabled by a manager'), ('blocked', 'the owner is blocked'), ('server', 'the mail server refuses to work with us'), ('restore', 'the database was restored from a backup'), ('window', 'the end of sending has come'), ('nobody', 'there was nobody left to send to'), ('audience', 'the recipients had changed since they were counted'), ('sender', 'its sender was deleted, or its server does not let us in')], max_length=10, verbose_name='reason'),
        ),
        migrations.CreateModel(
            name='Sender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('name', models.CharField(max_length=100, verbose_name='name that recipients see')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='answers go to')),
                ('preset', models.CharField(default='own', max_length=16)),
                ('host', models.CharField(blank=True, max_length=253, verbose_name='mail server')),
                ('port', models.PositiveIntegerField(default=465, verbose_name='port')),
                ('security', models.CharField(choices=[('tls', 'TLS from the first octet (465)'), ('starttls', 'STARTTLS (587)'), ('none', 'No encryption')], default='tls', max_length=8, verbose_name='encryption')),
                ('login', models.CharField(blank=True, max_length=254, verbose_name='login')),
                ('password', apps.core.fields.EncryptedText(blank=True, default='', editable=False, verbose_name='password')),
                ('is_default', models.BooleanField(default=False, verbose_name='default sender')),
                ('per_minute', models.PositiveIntegerField(blank=True, null=True, verbose_name='letters a minute')),
                ('per_hour', models.PositiveIntegerField(blank=True, null=True, verbose_name='letters an hour')),
                ('per_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='letters a day')),
                ('connections', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='connections at once')),
                ('limits_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed at')),
                ('checked_at', models.DateTimeField(editable=False, null=True, verbose_name='checked at')),
                ('verified_at', models.DateTimeField(editable=False, null=True, verbose_name='verified at')),
                ('trouble', models.CharField(blank=True, choices=[('host', 'There is no such mail server'), ('private', 'This server is in a private network'), ('port', 'Letters are not handed in at this port'), ('refused', 'The server does not take connections at this port'), ('silent', 'The server does not answer'), ('not_smtp', 'What answers there is no mail server'), ('no_tls', 'The server offers no encryption at this port'), ('tls_kind', 'The server wants another kind of encryption at this port'), ('certificate', "The server's certificate is not to be trusted"), ('no_login', 'The server takes no login here'), ('login', 'The server does not accept the login or the password'), ('app_password', 'The server wants a password for apps'), ('basic_off', 'The server takes no passwords from programs any more'), ('later', 'The server asks to log in later'), ('quota', 'The limit at the server is used up, or the account there is blocked'), ('not_owned', 'This login may not send from this address'), ('our_name', 'The server does not accept the name that we greet it with'), ('password_lost', 'The password can not be read any more'), ('credentials', 'No login can carry these signs'), ('busy', 'The server is busy and asked us to come again later'), ('other', 'The server refuses us')], editable=False, max_length=20, verbose_name='trouble')),
                ('server_words', models.TextField(blank=True, editable=False, verbose_name="server's answer")),
                ('takes_return_path', models.BooleanField(editable=False, null=True)),
                ('told_at', models.DateTimeField(editable=False, null=True)),
                ('owner', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'sender',
                'verbose_name_plural': 'senders',
                'ordering': [models.OrderBy(models.F('is_default'), descending=True), 'name', 'id'],
                'base_manager_name': 'all_objects',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='mailing',
            name='sender',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mailings', to='mailings.sender', verbose_name='sender'),
        ),
        migrations.AddField(
            model_name='run',
            name='sender',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='mailings.sender', verbose_name='sender'),
        ),
        migrations.AddConstraint(
            model_name='sender',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('is_default', True)), fields=('owner',), name='sender_one_default_per_owner'),
        ),
    ]
