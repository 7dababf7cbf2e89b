from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "apps.mailings"
    verbose_name = _("Mailings")

    def ready(self):
        from apps.jobs import chores, kinds

        from . import receivers  # noqa: F401
        from .branding import restyling
        from .bulk import job as bulk
        from .fields import job as fields
        from .figures_for_sqlite import tell_sizes
        from .imports import checking, landing, leftovers, opening, undoing
        from .picks import job
        from .providers import chore as lookups
        from .providers import job as lookup
        from .senders import ending as sender_end
        from .tags import ending as tag_end
        kinds.register(bulk.KIND)
        kinds.register(restyling.KIND)
        kinds.register(tag_end.KIND)
        kinds.register(job.KIND)
        kinds.register(fields.KIND)
        kinds.register(lookup.KIND)
        kinds.register(sender_end.KIND)
        for room in opening, checking, landing, undoing:
            kinds.register(room.KIND)
        chores.register(leftovers.CHORE)
        chores.register(lookups.CHORE)
        post_migrate.connect(tell_sizes, sender=self)
