from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "apps.mailings"
    verbose_name = _("Mailings")

    def ready(self):
        from apps.jobs import kinds

        from . import receivers  # noqa: F401
        from .picks import job
        kinds.register(job.KIND)
