from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "apps.mailings"
    verbose_name = _("Mailings")

    def ready(self):
        from apps.jobs import kinds

        from . import receivers  # noqa: F401
        from .fields.job import KIND
        from .figures_for_sqlite import tell_sizes
        from .picks import job
        kinds.register(job.KIND)
        kinds.register(KIND)
        post_migrate.connect(tell_sizes, sender=self)
