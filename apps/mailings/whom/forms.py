"""The part of a mailing's form that says whom it is for."""
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.access import ids_in

from ..ground.models import Ground
from ..models import Recipient, Segment, Tag
from ..owned_form import OwnedForm
from ..picks.choice import Choice, among, is_member, somebody
from ..picks.fields import IDS_AND_TEXTS, PARTS, IdsField, TextsField, all_owned, choice_in
from ..picks.picked import Picked
from ..picks.services import active_job_of
from ..tags.services import staying_tags
from .rules import NAMES, Whom
from .services import Groups

WHOM = ("everyone", *NAMES, "quiet_days", "skip_same")  # what a mailing itself has of it
LONGEST_QUIET = 365  # days


class Who(models.TextChoices):
    """The form's question; a program that does not answer it sends what it means alone."""

    EVERYONE = "everyone", _("All my recipients")
    GROUPS = "groups", _("By tags and segments")
    HAND = "hand", _("By name")


def model_of(name: str) -> type[Tag] | type[Segment]:
    """Return what a field of NAMES is a list of."""
    return Tag if name in ("tags", "excluded_tags") else Segment


class GroupsField(forms.ModelMultipleChoiceField):
    """Any number of the owner's tags, or segments."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, model: type[Tag] | type[Segment], label: Any) -> None:
        super().__init__(model.objects.none(), label=label, required=False)

    def clean(self, value: Any) -> Any:
        if len(ids_in(map(str, value or []))) < len(value or []):
            raise ValidationError(_("Choose from what there is."))
        return super().clean(value)


class WhomForm(OwnedForm):
    """Everyone, groups, or picks of an address book, and who of them is left out."""

    who = forms.ChoiceField(
        label=_("To whom"), choices=Who.choices, required=False, widget=forms.RadioSelect)
    tags = GroupsField(Tag, _("tags"))
    segments = GroupsField(Segment, _("segments"))
    excluded_tags = GroupsField(Tag, _("less these tags"))
    excluded_segments = GroupsField(Segment, _("less these segments"))
    quiet_days = forms.IntegerField(
        label=_("Quiet days"), min_value=1, max_value=LONGEST_QUIET, required=False)
    # Who is picked by hand: see `picks/fields.py`.
    recipients = IdsField(label=_("Recipients"))
    stays = forms.BooleanField(label=_("Who is in the mailing stays in it"), required=False)
    without = IdsField(label=_("Less these"))
    shown = IdsField()
    kept = IdsField()
    found_in = IdsField()
    found_kept = IdsField()
    texts = TextsField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tags = staying_tags(self.owner.pk)
        for name in NAMES:
            field = self.fields.get(name)
            if isinstance(field, forms.ModelMultipleChoiceField):
                is_tags = model_of(name) is Tag
                field.queryset = tags if is_tags else Segment.objects.owned_by(self.owner)
        self.initial.setdefault("stays", bool(self.instance.pk))
        self.initial.setdefault("who", self.stored_who())

    def stored_who(self) -> Who:
        """Return what is stored, or what a draft means that was kept before this was asked."""
        if self.initial.get("everyone"):
            return Who.EVERYONE
        if self.initial.get("tags") or self.initial.get("segments"):
            return Who.GROUPS
        picks = self.initial.get("recipients") or self.initial.get("texts")
        if self.instance.pk is None and not picks:
            return Who.EVERYONE
        return Who.HAND

    @property
    def group_fields(self) -> list[forms.BoundField]:
        """The fields of the groups that it is for, where the owner has any."""
        return self.with_choices("tags", "segments")

    @property
    def excluded_fields(self) -> list[forms.BoundField]:
        return self.with_choices("excluded_tags", "excluded_segments")

    def with_choices(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if self[name].subwidgets]

    @property
    def leaves_out(self) -> bool:
        """Whether somebody is to be left out, or what says so has an error."""
        names = ("excluded_tags", "excluded_segments", "quiet_days", "skip_same")
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def groups(self) -> Groups:
        """The ids of the chosen tags and segments."""
        return {name: [group.pk for group in self.cleaned_data[name]] for name in NAMES}

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        who = cleaned.get("who")
        if who:
            cleaned["everyone"] = who == Who.EVERYONE
        if who in (Who.EVERYONE, Who.HAND) or cleaned.get("everyone"):
            cleaned |= {"tags": Tag.objects.none(), "segments": Segment.objects.none()}
        if who == Who.GROUPS and not self.has_groups(cleaned):
            self.add_error("tags", _("Choose at least one tag or segment."))
        elif not any(self.has_error(name) for name in PARTS):
            self.check_choice(self.chosen(cleaned))
        return cleaned

    def has_groups(self, cleaned: dict[str, Any]) -> bool:
        """Return whether there are groups; one with an error is named already."""
        names = ("tags", "segments")
        return any(cleaned.get(name) or self.has_error(name) for name in names)

    def chosen(self, cleaned: dict[str, Any]) -> Choice:
        """Return who is picked by hand; who was stays so in a mailing for everyone."""
        if cleaned.get("everyone"):
            return Choice(stays=True)
        return choice_in(cleaned)

    def check_choice(self, choice: Choice) -> None:
        """Set the form's `choice`, or tell what is wrong with it at `recipients`."""
        self.choice = choice
        self.instance.owner = self.owner
        if not all_owned(self.owner, choice.ids):
            self.add_error("recipients", _("Some of the chosen recipients are not in your list."))
        elif not self.somebody(choice):
            self.add_error("recipients", _("Choose at least one recipient."))
        elif not choice.is_no_change and active_job_of(self.instance):
            self.add_error("recipients", _(
                "The recipients chosen before are still being added. Wait until all are in."))

    def somebody(self, choice: Choice) -> bool:
        """Return whether anybody is chosen; a group may be empty for now."""
        if self.cleaned_data.get("everyone"):
            return bool(Recipient.objects.owned_by(self.owner).exists())
        has_groups = self.has_groups(self.cleaned_data)
        return has_groups or bool(somebody(self.instance, choice))

    def picked(self) -> Picked:
        """Return what the picker shows of the choice."""
        self.instance.owner = self.owner
        values: dict[str, Any] = {}
        for name in IDS_AND_TEXTS:
            field = self.fields.get(name)
            if isinstance(field, IdsField | TextsField):
                values[name] = field.lenient(self[name].value())
        return Picked(self.instance, choice_in({**values, "stays": bool(self["stays"].value())}))

    def whom(self) -> Whom:
        """Return whom the form, as it was filled in, is for; without what makes no sense."""
        who = self["who"].value()
        ids = {name: self.own_ids(name) for name in NAMES}
        if who != Who.GROUPS:
            ids |= {"tags": [], "segments": []}
        segments = Segment.objects.owned_by(self.owner).in_bulk(
            ids["segments"] + ids["excluded_segments"])
        return Whom(
            owner=self.owner.pk, mailing=self.instance.pk, kind=self.kind(),
            everyone=who == Who.EVERYONE,
            message=next(iter(ids_in([str(self["message"].value())])), None),
            tags=tuple(ids["tags"]), excluded_tags=tuple(ids["excluded_tags"]),
            segments=tuple(segments[pk] for pk in ids["segments"]),
            excluded_segments=tuple(segments[pk] for pk in ids["excluded_segments"]),
            has_picks=False, quiet_days=self.days(), skip_same=bool(self["skip_same"].value()),
            hand=self.by_hand())

    def kind(self) -> str:
        """Return the kind that is chosen, or the mailing's own where none that there is."""
        chosen = self["kind"].value() if "kind" in self.fields else ""
        return chosen if chosen in Ground.Purpose.values else self.instance.kind

    def own_ids(self, name: str) -> list[int]:
        """Return which of the owner's tags or segments are chosen in a field."""
        values = self[name].value() or []
        wanted = ids_in(str(getattr(value, "pk", value)) for value in values)
        own = model_of(name).objects.owned_by(self.owner).filter(pk__in=wanted)
        return list(own.values_list("pk", flat=True))

    def days(self) -> int | None:
        try:
            found: int | None = self.fields["quiet_days"].clean(self["quiet_days"].value())
        except ValidationError:
            return None
        return found

    def by_hand(self) -> models.Q:
        """Return the condition of those who are picked by hand, as it would be written."""
        choice = self.picked().choice
        picked = choice.condition()
        if choice.stays and self.instance.pk:
            gone = set(choice.without) - set(choice.ids)
            picked |= models.Q(is_member(self.instance.pk)) & ~models.Q(pk__in=among(gone))
        return picked
