from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = _("Service")

    def ready(self) -> None:
        from .sqlite import teach_unicode

        connection_created.connect(teach_unicode, dispatch_uid="sqlite-unicode-like")
