
import django.core.validators
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0030_sender_troubles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('content_type', models.CharField(editable=False, max_length=127)),
                ('size', models.PositiveIntegerField(editable=False, verbose_name='size')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='BlockStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('blocks', models.JSONField()),
                ('what', models.CharField(max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Branding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accent', models.CharField(default='#2f5bd7', max_length=7, validators=[django.core.validators.RegexValidator('\\A#[0-9a-fA-F]{6}\\Z', 'A colour is # and six digits or letters.')], verbose_name='colour of buttons and links')),
                ('text_colour', models.CharField(default='#1f2328', max_length=7, validators=[django.core.validators.RegexValidator('\\A#[0-9a-fA-F]{6}\\Z', 'A colour is # and six digits or letters.')], verbose_name='colour of text')),
                ('background', models.CharField(default='#f2f3f5', max_length=7, validators=[django.core.validators.RegexValidator('\\A#[0-9a-fA-F]{6}\\Z', 'A colour is # and six digits or letters.')], verbose_name='background')),
                ('paper', models.CharField(default='#ffffff', max_length=7, validators=[django.core.validators.RegexValidator('\\A#[0-9a-fA-F]{6}\\Z', 'A colour is # and six digits or letters.')], verbose_name='colour of the letter')),
                ('font', models.CharField(choices=[('Arial, Helvetica, sans-serif', 'Arial'), ('Verdana, Geneva, sans-serif', 'Verdana'), ("'Trebuchet MS', Tahoma, sans-serif", 'Trebuchet MS'), ("Georgia, 'Times New Roman', serif", 'Georgia')], default='Arial, Helvetica, sans-serif', max_length=64, verbose_name='font')),
                ('company', models.CharField(blank=True, max_length=150, verbose_name='name of the shop')),
                ('site', models.URLField(blank=True, verbose_name='site')),
                ('requisites', models.TextField(blank=True, help_text='Name, address, taxpayer number, phone: they stand below each letter.', max_length=2000, verbose_name='requisites')),
                ('social', models.JSONField(default=dict, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'branding',
                'verbose_name_plural': 'brandings',
            },
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted at')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('alt', models.CharField(blank=True, max_length=255, verbose_name='what it shows')),
                ('content_type', models.CharField(editable=False, max_length=32)),
                ('width', models.PositiveIntegerField(editable=False)),
                ('height', models.PositiveIntegerField(editable=False)),
                ('size', models.PositiveIntegerField(editable=False, verbose_name='size')),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
                'ordering': ['-id'],
                'base_manager_name': 'all_objects',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('all_objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='message',
            name='blocks',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='html',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('text', 'Text'), ('blocks', 'Blocks'), ('html', 'HTML'), ('mjml', 'MJML')], default='text', editable=False, max_length=8, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='message',
            name='own_text',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='preheader',
            field=models.CharField(blank=True, default='', max_length=200, verbose_name='preheader'),
        ),
        migrations.AddField(
            model_name='message',
            name='source',
            field=models.TextField(blank=True, default='', editable=False, verbose_name='source'),
        ),
        migrations.AddField(
            model_name='run',
            name='attachments',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name='run',
            name='html',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='run',
            name='message',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='mailings.message', verbose_name='message'),
        ),
        migrations.AddField(
            model_name='run',
            name='test',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='mailing',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='mailings.mailing', verbose_name='mailing'),
        ),
        migrations.AlterField(
            model_name='run',
            name='mailing',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='mailings.mailing', verbose_name='mailing'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mailing__isnull', False), ('message', None), ('test', False)), models.Q(('mailing', None), ('message__isnull', False), ('test', True)), _connector='OR'), name='run_of_mailing_or_test'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='message',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='mailings.message', verbose_name='message'),
        ),
        migrations.AddField(
            model_name='blockstep',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='mailings.message'),
        ),
        migrations.AddField(
            model_name='branding',
            name='owner',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='branding', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='picture',
            name='owner',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AddField(
            model_name='branding',
            name='logo',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mailings.picture', verbose_name='logo'),
        ),
        migrations.AddIndex(
            model_name='picture',
            index=models.Index(fields=['digest'], name='picture_digest'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.UniqueConstraint(fields=('owner', 'digest'), name='picture_once_per_owner'),
        ),
    ]
