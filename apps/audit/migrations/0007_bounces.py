from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_test_letters'),
    ]

    operations = [
        migrations.AlterField(
            model_name='entry',
            name='action',
            field=models.CharField(choices=[('login', 'Logged in'), ('login_failed', 'Could not log in'), ('code_refused', 'Gave a wrong code'), ('logout', 'Logged out'), ('password', 'Changed the password'), ('email', 'Changed the e-mail'), ('factor_on', 'Turned the second factor on'), ('factor_off', 'Turned the second factor off'), ('codes', 'Made new recovery codes'), ('sessions', 'Logged out elsewhere'), ('role', 'Changed a role'), ('block', 'Blocked'), ('unblock', 'Unblocked'), ('disable', 'Disabled'), ('enable', 'Enabled'), ('start', 'Started sending'), ('test', 'Sent a test of a letter'), ('not_started', 'Was due, but could not start'), ('pause', 'Paused'), ('resume', 'Resumed'), ('stop', 'Stopped'), ('delivered', 'Marked unknown outcomes as delivered'), ('again', 'Put unknown outcomes back in the queue'), ('count_unknown', 'Took unsent letters for unknown after a restore'), ('write_again', 'Took back “No such mailbox”'), ('suppress', 'Put on the list “Not written to”'), ('unsuppress', 'Took off the list “Not written to”'), ('wipe', 'Wiped a person'), ('dossier', 'Took what is known of a person'), ('ground', 'Wrote down a ground'), ('machine_gone', 'Gave up the list of refusals of a machine'), ('delete', 'Deleted'), ('restore', 'Brought back'), ('import', 'Imported'), ('import_undone', 'Took an import back'), ('bulk', 'Changed many recipients'), ('export', 'Exported'), ('confirm', 'Confirmed an address'), ('account', 'Changed a mail account'), ('cancel', 'Cancelled')], max_length=16, verbose_name='what'),
        ),
    ]
