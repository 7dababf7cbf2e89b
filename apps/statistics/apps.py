from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatisticsConfig(AppConfig):
    name = "apps.statistics"
    verbose_name = _("Reports")

    def ready(self):
        from apps.jobs import chores

        from . import receivers  # noqa: F401
        from .last_letters import followers
        for follower in followers():
            chores.register(follower)
