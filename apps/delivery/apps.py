from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class DeliveryConfig(AppConfig):
    name = "apps.delivery"
    verbose_name = pgettext_lazy("of a mailing", "Sending")

    def ready(self):
        from . import checks  # noqa: F401 they register themselves
