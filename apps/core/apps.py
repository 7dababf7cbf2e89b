from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = _("Service")

    def ready(self) -> None:
        from . import checks  # noqa: F401 they register themselves
        from .read_only import know_read_only
        from .sqlite import teach_unicode

        connection_created.connect(teach_unicode, dispatch_uid="sqlite-unicode-like")
        connection_created.connect(know_read_only, dispatch_uid="postgresql-read-only")
