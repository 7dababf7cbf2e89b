from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboundConfig(AppConfig):
    name = "apps.inbound"
    verbose_name = _("What comes back")

    def ready(self) -> None:
        from apps.jobs import chores, kinds

        from apps.mailings.dossier import sections

        from .handling import wiping  # noqa: F401
        from .handling.dossier import letters_from
        from .mailbox import chore, job
        kinds.register(job.KIND)
        chores.register(chore.CHORE)
        sections.register(letters_from)
