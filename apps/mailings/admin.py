from django.contrib import admin

from .models import Attempt, Delivery, Mailing, Message, Recipient, Run


class ReadOnlyAdmin(admin.ModelAdmin):
    """What tells of the past is read, not written."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class OwnedAdmin(admin.ModelAdmin):
    """What is made here is one's own."""

    def save_model(self, request, obj, form, change):
        if not change:
            obj.owner = request.user
        super().save_model(request, obj, form, change)


@admin.register(Recipient)
class RecipientAdmin(OwnedAdmin):
    list_display = ["email", "full_name", "owner"]
    search_fields = ["email", "full_name", "owner__email"]
    list_select_related = ["owner"]


@admin.register(Message)
class MessageAdmin(OwnedAdmin):
    list_display = ["subject", "owner", "updated_at"]
    search_fields = ["subject", "owner__email"]
    list_select_related = ["owner"]


@admin.register(Mailing)
class MailingAdmin(OwnedAdmin):
    list_display = ["message", "owner", "status", "starts_at", "ends_at", "disabled_at"]
    list_filter = ["status"]
    search_fields = ["message__subject", "owner__email"]
    autocomplete_fields = ["message", "recipients"]
    list_select_related = ["message", "owner"]


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ["id", "mailing", "state", "reason", "total", "sent", "failed", "unknown",
                    "skipped", "started_at"]
    list_filter = ["state", "trigger"]
    list_select_related = ["mailing__message"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["email", "run", "state", "tries", "updated_at"]
    list_filter = ["state"]
    search_fields = ["email"]
    show_full_result_count = False


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ["attempted_at", "email", "mailing", "status", "code", "server_response"]
    list_filter = ["status"]
    search_fields = ["email"]
    list_select_related = ["mailing__message"]
    show_full_result_count = False
