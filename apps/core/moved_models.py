"""What else a migration does where a model moves to another app and its table stays."""
from django.db import migrations


def rename_content_type(old: str, new: str) -> migrations.RunPython:
    """Return the operation by which a model's content type follows it, permissions and all.

    `old` and `new` are labels as in "mailings.tally". A new database has neither yet. The
    migration must depend on contenttypes and auth.
    """

    def forwards(apps, schema_editor):
        rename(apps, old, new)

    def backwards(apps, schema_editor):
        rename(apps, new, old)

    return migrations.RunPython(forwards, backwards)


def rename(apps, old, new):
    ContentType = apps.get_model("contenttypes", "ContentType")
    app_label, model = old.split(".")
    found = ContentType.objects.filter(app_label=app_label, model=model).first()
    if found is None:
        return
    found.app_label, found.model = new.split(".")
    found.save()
    Permission = apps.get_model("auth", "Permission")
    for permission in Permission.objects.filter(content_type=found):
        permission.codename = permission.codename.replace(f"_{model}", f"_{found.model}")
        permission.save()
