from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class DeliveryConfig(AppConfig):
    name = "apps.delivery"
    verbose_name = pgettext_lazy("of a mailing", "Sending")

    def ready(self):
        from apps.core import letters
        from apps.jobs import chores, kinds

        from . import checks, own_letters  # noqa: F401 checks register themselves
        from .drivers import merging
        from .sender_checks import chore, job
        kinds.register(own_letters.KIND)
        kinds.register(job.KIND)
        chores.register(chore.CHORE)
        chores.register(merging.CHORE)
        letters.post = own_letters.JobPost()
