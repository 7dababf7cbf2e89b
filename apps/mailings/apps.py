from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "apps.mailings"
    verbose_name = _("Mailings")

    def ready(self):
        from apps.jobs import chores, kinds

        from . import receivers  # noqa: F401
        from .fields.job import KIND
        from .figures_for_sqlite import tell_sizes
        from .imports import checking, landing, leftovers, opening, undoing
        from .picks import job
        kinds.register(job.KIND)
        kinds.register(KIND)
        for room in opening, checking, landing, undoing:
            kinds.register(room.KIND)
        chores.register(leftovers.CHORE)
        post_migrate.connect(tell_sizes, sender=self)
