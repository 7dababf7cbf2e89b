import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from apps.core.moved_models import rename_content_type


class Migration(migrations.Migration):
    """Its table is there already, the one of `core`."""

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0005_trail_moved'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('happened_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='time')),
                ('who_label', models.CharField(blank=True, max_length=254, verbose_name='who')),
                ('action', models.CharField(choices=[('login', 'Logged in'), ('login_failed', 'Could not log in'), ('code_refused', 'Gave a wrong code'), ('logout', 'Logged out'), ('password', 'Changed the password'), ('email', 'Changed the e-mail'), ('factor_on', 'Turned the second factor on'), ('factor_off', 'Turned the second factor off'), ('codes', 'Made new recovery codes'), ('sessions', 'Logged out elsewhere'), ('role', 'Changed a role'), ('block', 'Blocked'), ('unblock', 'Unblocked'), ('disable', 'Disabled'), ('enable', 'Enabled'), ('start', 'Started sending'), ('not_started', 'Was due, but could not start'), ('pause', 'Paused'), ('resume', 'Resumed'), ('stop', 'Stopped'), ('delivered', 'Marked unknown outcomes as delivered'), ('again', 'Put unknown outcomes back in the queue'), ('count_unknown', 'Took unsent letters for unknown after a restore'), ('write_again', 'Took back “No such mailbox”'), ('delete', 'Deleted'), ('restore', 'Brought back'), ('import', 'Imported'), ('export', 'Exported')], max_length=16, verbose_name='what')),
                ('via', models.CharField(choices=[('page', 'from a page'), ('command', 'from the command line'), ('schedule', 'on schedule')], default='page', max_length=8, verbose_name='how')),
                ('object_type', models.CharField(blank=True, max_length=64)),
                ('object_id', models.BigIntegerField(null=True)),
                ('object_label', models.CharField(blank=True, max_length=300, verbose_name='object')),
                ('details', models.CharField(blank=True, max_length=300, verbose_name='details')),
                ('who', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'audit trail entry',
                'verbose_name_plural': 'audit trail',
                'db_table': 'core_trailentry',
                'ordering': ['-happened_at', '-id'],
                'indexes': [models.Index(fields=['-happened_at', '-id'], name='trail_time'), models.Index(fields=['who', '-happened_at', '-id'], name='trail_who_time'), models.Index(fields=['action', '-happened_at', '-id'], name='trail_what_time')],
            },
        ),
    ]), rename_content_type("core.trailentry", "audit.entry")]
