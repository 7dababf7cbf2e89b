"""The person who logs in."""
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from apps.core.addresses import shown
from apps.core.secrets import new_key

MANAGERS_GROUP = "Менеджеры"


class UserManager(BaseUserManager):
    """Makes users by e-mail; there is no username."""

    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        """Return a saved user; ValueError when `email` is empty."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        """Return a superuser who can log in: nobody sends a letter to confirm the address."""
        with transaction.atomic():
            user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
            user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


class User(AbstractUser):
    """Logs in by e-mail."""

    username = None
    email = models.EmailField(_("e-mail"), unique=True, error_messages={
        "unique": _("There is already an account with this e-mail."),
    })
    avatar = models.ImageField(_("avatar"), upload_to="avatars/", blank=True)
    phone = PhoneNumberField(_("phone number"), blank=True)
    country = CountryField(_("country"), blank=True)
    language = models.CharField(
        _("language"), max_length=2, blank=True, choices=[("ru", "Русский"), ("en", "English")])
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    blocked_at = models.DateTimeField(_("blocked at"), null=True, blank=True, editable=False)
    blocked_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("blocked by"))
    blocked_reason = models.CharField(
        _("why blocked"), max_length=500, blank=True, editable=False)
    # A letter when a scheduled run paused, failed, or ended with something to decide.
    wants_run_letters = models.BooleanField(_("letters about scheduled mailings"), default=True)

    # Keys the hashes that stand for addresses of this person's book: in files beside the database,
    # and for people who were wiped. It tells nothing to whoever has a file alone.
    address_key = models.CharField(max_length=64, default=new_key, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_nocase")]
        indexes = [models.Index(fields=["date_joined", "id"], name="user_joined")]
        permissions = [
            ("view_all_users", _("Can view the list of users")),
            ("block_user", _("Can block users")),
        ]

    def __str__(self):
        return self.get_full_name() or shown(self.email)

    def save(self, *args, **kwargs):
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        """Where managers find this person."""
        return f"{reverse('users:user_list')}?{urlencode({'q': self.email})}"

    @property
    def avatar_name(self):
        return self.avatar.name.rpartition("/")[2]

    @property
    def initial(self):
        return str(self)[:1].upper()

    @property
    def is_manager(self):
        """Whether this person oversees everyone: in «Менеджеры», or a superuser."""
        return self.has_perm("users.view_all_users")
