"""The admin of accounts. Passwords, keys of sessions and second factors are shown to nobody."""
from allauth.account import admin as account
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa  # noqa: F401 it registers itself; ours takes its place
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as usersessions  # noqa: F401 so does it
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import admin as auth
from django.contrib.auth.forms import AdminUserCreationForm, ReadOnlyPasswordHashField
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import PROTECT
from django.utils.translation import gettext_lazy as _

from apps.core.admin import FixedAdmin, ListAdmin, address, name_model

from .forms import PersonForm
from .models import User
from .services import blockable_by, second_factor_remove, session_end
from .services import user_block, user_delete, user_save

name_model(Authenticator, _("second factor"), _("second factors"), user=_("user"), type=_("kind"),
           created_at=_("created at"), last_used_at=_("last used at"))
name_model(UserSession, _("session"), _("sessions"), user=_("user"), ip=_("IP address"),
           created_at=_("created at"), last_seen_at=_("last seen at"), user_agent=_("browser"))
admin.site.login = secure_admin_login(admin.site.login)
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])


class NoHash(ReadOnlyPasswordHashWidget):
    """The button that sets a password; it does not show the hash of the old one."""

    def get_context(self, name, value, attrs):
        return {**super().get_context(name, value, attrs), "summary": []}


class LowerEmail:
    """Addresses are compared, and kept, in lower case."""

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(User._meta.get_field("email").error_messages["unique"])
        return email


class UserForm(LowerEmail, PersonForm, UserChangeForm):
    """A person as an administrator edits them."""

    password = ReadOnlyPasswordHashField(label=_("Password"), widget=NoHash)

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "phone", "country", "language", "time_zone",
                  "is_active", "is_staff", "is_superuser", "groups", "user_permissions"]


class NewUserForm(LowerEmail, AdminUserCreationForm):
    """An address and a password; the address is confirmed at the first login."""

    class Meta:
        model = User
        fields = ["email"]


@admin.register(User)
class UserAdmin(ListAdmin, auth.UserAdmin):
    form = UserForm
    add_form = NewUserForm
    ordering = ["email"]
    list_display = [address, "first_name", "last_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    search_fields = ["email", "first_name", "last_name"]
    readonly_fields = ["blocked_at", "blocked_by", "blocked_reason", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("About"), {"fields": ["first_name", "last_name", "phone", "country", "language",
                                 "time_zone"]}),
        (_("Access"), {"fields": ["is_active", "blocked_at", "blocked_by", "blocked_reason",
                                  "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"],
                             "fields": ["email", "usable_password", "password1", "password2"]})]

    def get_readonly_fields(self, request, obj=None):
        """Lock the switch of users whom the users' page does not let this person block."""
        if obj and not blockable_by(request.user).filter(pk=obj.pk).exists():
            return [*self.readonly_fields, "is_active"]
        return self.readonly_fields

    def save_model(self, request, obj, form, change):
        """Save what was changed; a block is written by its own service."""
        if not change:
            return super().save_model(request, obj, form, change)
        active = obj.is_active
        obj.is_active = form.initial.get("is_active", active)
        elsewhere = {"is_active", "groups", "user_permissions"}  # the last two are no columns
        user_save(user=obj, fields=set(form.changed_data) - elsewhere)
        if active != obj.is_active:
            user_block(user=obj, by=request.user, blocked=not active)

    def has_delete_permission(self, request, obj=None):
        """Users who own something stay, for history tells of them. Nobody deletes themselves."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj != request.user and not (obj and owns_something(obj))

    def get_actions(self, request):
        """Accounts are deleted one by one."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request, obj):
        user_delete(user=obj, by=request.user)


def owns_something(user: User) -> bool:
    """Return whether rows that are never deleted belong to this user."""
    for relation in User._meta.related_objects:
        owned = relation.related_model._base_manager.filter(**{relation.field.name: user})
        if relation.on_delete is PROTECT and owned.exists():
            return True
    return False


@admin.register(Group)
class GroupAdmin(ListAdmin, auth.GroupAdmin):
    pass


@admin.register(EmailAddress)
class EmailAddressAdmin(ListAdmin, account.EmailAddressAdmin):
    list_select_related = ["user"]


class AccountAdmin(FixedAdmin):
    """A second factor or a session; who deletes it takes it from its user."""

    ordering = ["-id"]
    list_select_related = ["user"]
    search_fields = ["user__email"]

    def delete_queryset(self, request, queryset):
        for row in queryset.select_related("user"):
            self.delete_model(request, row)


@admin.register(Authenticator)
class AuthenticatorAdmin(AccountAdmin):
    fields = list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]

    def delete_model(self, request, obj):
        second_factor_remove(authenticator=obj, by=request.user)


@admin.register(UserSession)
class UserSessionAdmin(AccountAdmin):
    fields = list_display = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
    search_fields = ["user__email", "ip"]

    def delete_model(self, request, obj):
        session_end(session=obj, by=request.user)
