"""The clock's executions that django-apscheduler logs: to be read, not started by hand."""
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
# Its own admin registers itself at this import; ours takes its place.
from django_apscheduler import admin as library  # noqa: F401
from django_apscheduler.models import DjangoJob, DjangoJobExecution

from apps.core.admin import ReadOnlyAdmin, name_model
from apps.mailings.models import Machine

from .engine.refusals import machine_give_up

STATUSES = {
    DjangoJobExecution.SENT: pgettext_lazy("execution", "Started"),
    DjangoJobExecution.SUCCESS: pgettext_lazy("execution", "Done"),
    DjangoJobExecution.MISSED: pgettext_lazy("execution", "Missed"),
    DjangoJobExecution.MAX_INSTANCES: pgettext_lazy("execution", "The one before was not over"),
    DjangoJobExecution.ERROR: pgettext_lazy("execution", "Failed"),
}

apps.get_app_config("django_apscheduler").verbose_name = _("Schedule")
name_model(DjangoJob, _("scheduled job"), _("scheduled jobs"),
           id=_("name"), next_run_time=_("next time"))
name_model(DjangoJobExecution, _("execution"), _("executions"),
           id=_("number"), run_time=_("time"),
           duration=_("duration, s"), exception=_("error"), traceback=_("where it happened"))
admin.site.unregister([DjangoJob, DjangoJobExecution])


class LogForm(forms.ModelForm):
    """Fields without what the library says of each in English."""

    class Meta:
        help_texts = dict.fromkeys(
            ["id", "next_run_time", "run_time", "duration", "exception", "traceback"], "")


@admin.register(DjangoJob)
class JobAdmin(ReadOnlyAdmin):
    form = LogForm
    fields = list_display = ["id", "next_run_time"]
    list_display_links = None  # a job's own page has no more to tell
    search_fields = ["id"]


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return list(STATUSES.items())

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(DjangoJobExecution)
class ExecutionAdmin(ReadOnlyAdmin):
    form = LogForm
    fields = ["job_name", "status_word", "run_time", "duration", "exception", "traceback"]
    list_display = ["id", "job_name", "status_word", "run_time", "duration"]
    list_filter = [StatusFilter]
    search_fields = ["job__id"]
    ordering = ["-id"]

    @admin.display(description=_("scheduled job"))
    def job_name(self, execution):
        return execution.job_id

    @admin.display(description=_("status"))
    def status_word(self, execution):
        return STATUSES.get(execution.status, execution.status)


@admin.register(Machine)
class MachineAdmin(ReadOnlyAdmin):
    """The machines that are waited for after a restore, and the way to say that one is gone."""

    list_display = ["host", "token", "seen_at", "restores", "gone_at", "gone_by"]
    list_display_links = None
    list_select_related = ["gone_by"]
    actions = ["give_up"]

    def has_give_up_permission(self, request):
        return request.user.is_superuser

    @admin.action(description=_("Do not wait for it: the machine is gone"),
                  permissions=["give_up"])
    def give_up(self, request, queryset):
        """Ask first: what a machine knew is lost then."""
        machines = list(queryset.filter(gone_at=None))
        if not machines:
            self.message_user(request, _("Nobody waits for it already."), messages.WARNING)
            return None
        if request.POST.get("sure"):
            for machine in machines:
                machine_give_up(machine=machine, by=request.user)
            return None
        return TemplateResponse(request, "admin/machine_give_up.html", {
            **self.admin_site.each_context(request), "opts": self.opts, "machines": machines,
            "title": _("Do not wait for it: the machine is gone"),
            "action_checkbox_name": ACTION_CHECKBOX_NAME})
