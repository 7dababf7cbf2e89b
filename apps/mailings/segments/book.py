"""What an owner's conditions can name: tags, fields, imports, mailings."""
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.timezone import localtime

from apps.users.middleware import zone_of
from apps.users.models import User

from ..fields.models import Field
from ..imports.models import Import
from ..models import Delivery, Mailing, Recipient
from ..recipients.fates import FATES, NONE
from ..tags.models import Tag
from ..tags.services import staying_tags
from .kinds import OF_FIELD

MOST_LISTED = 300  # imports and mailings that a form offers, the newest
State = Delivery.State
ASKED_FATES = (State.SENT, State.FAILED, State.UNKNOWN, State.SKIPPED, NONE)


class Book:
    """Each list is read when it is first needed, and once."""

    def __init__(self, owner_id: int) -> None:
        self.owner_id = owner_id
        self.found: dict[int, Mailing | None] = {}  # mailings that are not among the newest

    @cached_property
    def owner(self) -> User | None:
        return User.objects.filter(pk=self.owner_id).first()

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {field.key: field for field in Field.objects.filter(owner=self.owner_id)}

    @cached_property
    def tags(self) -> dict[int, Tag]:
        return {tag.pk: tag for tag in staying_tags(self.owner_id)}

    @cached_property
    def imports(self) -> dict[int, Import]:
        rows = Import.objects.filter(owner=self.owner_id).order_by("-id")
        return {row.pk: row for row in rows.only("name", "stage", "created_at", "landed_at")}

    @cached_property
    def mailings(self) -> dict[int, Mailing]:
        """The newest ones."""
        return {mailing.pk: mailing for mailing in self.all_mailings[:MOST_LISTED]}

    @property
    def all_mailings(self) -> Any:
        rows = Mailing.objects.filter(owner=self.owner_id).order_by("-starts_at", "-id")
        return rows.select_related("message").defer("message__body")

    def mailing(self, pk: int) -> Mailing | None:
        """Return one of the owner's mailings, however old; None for none or a deleted one."""
        if pk in self.mailings:
            return self.mailings[pk]
        if pk not in self.found:
            self.found[pk] = self.all_mailings.filter(pk=pk).first()
        return self.found[pk]

    def has(self, what: str, key: Any) -> bool:
        """Return whether a condition about `what` can name `key`."""
        if what == "mailing":
            return is_id(key) and self.mailing(key) is not None
        if what == "tags":
            return is_id(key) and key in self.tags
        if what == "import":
            return is_id(key) and key in self.imports
        return isinstance(key, str) and key in self.options(what)

    def options(self, what: str) -> dict[Any, str]:
        """Return what a form offers for a condition about `what`, in words."""
        if what == "tags":
            return {pk: tag.name for pk, tag in self.tags.items()}
        if what == "import":
            landed = [row for row in self.imports.values() if row.landed_at]
            return {row.pk: import_words(row) for row in landed[:MOST_LISTED]}
        if what == "mailing":
            return {pk: mailing.title for pk, mailing in self.mailings.items()}
        if what == "source":
            return {value: str(label) for value, label in Recipient.Source.choices}
        if what == "fate":
            return {str(fate): str(FATES[fate]) for fate in ASKED_FATES}
        field = self.fields.get(what.removeprefix(OF_FIELD))
        return {choice: choice for choice in field.choices} if field else {}

    def label(self, what: str, key: Any) -> str:
        """Return what `key` is called in a condition about `what`; "" of what is gone."""
        if not self.has(what, key):
            return ""
        if what == "mailing":
            mailing = self.mailing(key)
            return mailing.title if mailing else ""
        if what == "import":
            return import_words(self.imports[key])
        return self.options(what)[key]

    def today(self, now: datetime) -> date:
        """Return which day it is for the owner."""
        return now.astimezone(zone_of(self.owner)).date()


def is_id(key: object) -> bool:
    return isinstance(key, int) and not isinstance(key, bool)


def import_words(row: Import) -> str:
    """Return what an import is called: its file, and its day."""
    return f"{row}, {localtime(row.created_at):%d.%m.%Y}"
