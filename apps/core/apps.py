from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self):
        from .sqlite import teach_unicode

        connection_created.connect(teach_unicode, dispatch_uid="sqlite-unicode-like")
