"""What else a migration does where a model moves to another app and its table stays."""
from functools import partial

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Value
from django.db.models.functions import Replace


def rename_content_type(old: str, new: str) -> migrations.RunPython:
    """Return the operation by which a model's content type follows it, permissions and all.

    `old` and `new` are labels as in "app.model". A new database has neither yet. The
    migration must depend on contenttypes and auth.
    """

    return migrations.RunPython(
        partial(rename, old=old, new=new), partial(rename, old=new, new=old))


def rename(apps: Apps, schema_editor: BaseDatabaseSchemaEditor, old: str, new: str) -> None:
    """Rename the content type `old` and its permissions, if it is there."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    app_label, model = old.split(".")
    found = ContentType.objects.filter(app_label=app_label, model=model).first()
    if found is None:
        return
    found.app_label, found.model = new.split(".")
    found.save()
    apps.get_model("auth", "Permission").objects.filter(content_type=found).update(
        codename=Replace("codename", Value(f"_{model}"), Value(f"_{found.model}")))
