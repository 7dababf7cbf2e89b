"""By what a list of recipients is filtered, as its address says.

The list, what is done with all that it finds, and exports read an address alike:

    rows, sieve, words = filtered(request.GET, request.user)
"""
from collections.abc import Container, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.core.access import ids_in
from apps.core.listing import LONGEST_QUERY
from apps.core.sieve import Sieve
from apps.users.models import User

from ..ground.models import Ground
from ..models import Import, Recipient, Run, Segment, Tag
from ..owned import OwnedQuerySet
from ..picks.choice import among
from ..search import with_words
from ..tags.finding import with_tag, without_tags
from .fates import BOUNCED, FATES, who_bounced, with_fate

Source = Recipient.Source
NAMES = ("q", "fate", "bounced", "tag", "source", "import", "ground", "segment", "ids")
CHIPS = ("import", "segment", "ids")
UNSEEN = ("tag", *CHIPS)
NONE = "none"
MISSING = "missing"
MOST_GROUNDS = 20  # that a select offers
SOURCES: Mapping[str, str | Promise] = {
    Source.HAND.value: Source.HAND.label,
    Source.IMPORT.value: pgettext_lazy("recipients", "From a file"),
}
GROUNDS: Mapping[str, str | Promise] = {
    NONE: gettext_lazy("No ground is given"),
    MISSING: gettext_lazy("Written to without a ground"),
    "given": gettext_lazy("A ground is given"),
}
# Not the column itself: by its index SQLite would put all of a long import in order.
ADDED_BY = Coalesce(F("added_by"), Value(0))
MOST_IDS = 1000  # that an address names


class Filtered(NamedTuple):
    """Whom an address asks for: `rows` that a `sieve` filters further, and that in words."""

    rows: QuerySet[Recipient]
    sieve: Sieve
    words: list[str]


class Filters:
    """What the address of a list asks for, as far as it makes sense."""

    def __init__(self, asked: QueryDict, user: User) -> None:
        self.asked = asked
        self.user = user
        # It names a tag, an import, a ground or a segment that the person has not, or nobody by
        # an id.
        self.is_astray = False
        self.q = asked.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
        self.fate = self.one_of("fate", FATES)
        self.bounced = self.one_of("bounced", BOUNCED)
        self.source = self.one_of("source", SOURCES)
        self.ground = self.one_of("ground", GROUNDS)
        self.of_ground = None if self.ground else self.own("ground", Ground.objects.all())
        self.untagged = asked.get("tag") == NONE
        self.tag = None if self.untagged else self.own("tag", Tag.objects.all())
        self.of_import = self.own("import", Import.objects.all())
        self.segment = self.own("segment", Segment.objects.all())
        self.ids = ids_in(",".join(asked.getlist("ids")).split(","))[:MOST_IDS]
        self.is_astray = self.is_astray or not self.ids and any(asked.getlist("ids"))

    def one_of(self, name: str, allowed: Container[str]) -> str:
        value = self.asked.get(name, "")
        return value if value in allowed else ""

    def own(self, name: str, rows: OwnedQuerySet) -> Any:
        """Return the person's own row that the address names; None where it names none."""
        value = self.asked.get(name, "")
        if not value:
            return None
        found = rows.owned_by(self.user).filter(pk__in=ids_in([value])).first()
        self.is_astray = self.is_astray or found is None
        return found

    @property
    def rows(self) -> QuerySet[Recipient]:
        """The recipients that the person sees; by what is their own, their own."""
        if self.is_astray:
            return Recipient.objects.none()
        if self.tag or self.untagged or self.of_import or self.of_ground or self.segment:
            return Recipient.objects.owned_by(self.user)
        return Recipient.objects.visible_to(self.user)

    @property
    def sieve(self) -> Sieve:
        sieve = with_words(self.q) & with_fate(self.fate, self.user)
        sieve = sieve & who_bounced(self.bounced, self.user)
        sieve = sieve & from_source(self.source) & with_ground(self.ground)
        if self.tag:
            sieve = sieve & with_tag(self.tag.pk)
        if self.untagged:
            sieve = sieve & without_tags()
        if self.of_import:
            sieve = sieve & of_import(self.of_import.pk)
        if self.of_ground:
            sieve = sieve & Sieve(Q(ground=self.of_ground.pk))
        if self.segment:
            sieve = sieve & in_segment(self.segment)
        if self.ids:
            ticked = Q(pk__in=among(self.ids))
            sieve = sieve & Sieve(ticked, ticked)
        return sieve

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The parameters by which an address asks for the same, as (name, value)."""
        values = {name: self.asked.getlist(name) for name in NAMES}
        return [(name, value) for name in NAMES for value in values[name] if value]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Those of the parameters that no field of the list has."""
        return [(name, value) for name, value in self.kept if name in UNSEEN]

    @property
    def is_any_tag(self) -> bool:
        return not self.asked.get("tag")

    @property
    def query(self) -> str:
        return urlencode(self.kept)

    def without(self, name: str) -> str:
        """Return the query of a list that asks for the same but for this parameter."""
        sort = self.asked.get("sort", "")
        kept = [*self.kept, ("sort", sort)] if sort else self.kept
        return "?" + urlencode([pair for pair in kept if pair[0] != name])

    @property
    def told(self) -> dict[str, str]:
        """What is asked for in words, by the parameter's name."""
        words = {
            "q": self.q and f"“{self.q}”",
            "fate": self.fate and _("Last letter: %(fate)s") % {"fate": FATES[self.fate]},
            "bounced": self.bounced and str(BOUNCED[self.bounced]),
            "tag": self.tag and _("Tag: %(name)s") % {"name": self.tag.name},
            "source": self.source and str(SOURCES[self.source]),
            "import": self.of_import and _("Import: %(name)s") % {"name": self.of_import},
            "ground": self.ground and str(GROUNDS[self.ground]) or self.of_ground and _(
                "Ground: %(text)s") % {"text": self.of_ground},
            "segment": self.segment and _("Segment: %(name)s") % {"name": self.segment.name},
            "ids": self.ids and ticked_words(len(self.ids)),
        }
        if self.untagged:
            words["tag"] = _("Without a tag")
        return {name: text for name, text in words.items() if text}

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What no field of the list shows: in words, and the query of the list without it."""
        told = self.told
        return [(told[name], self.without(name)) for name in CHIPS
                if name in told]

    def __bool__(self) -> bool:
        return self.is_astray or bool(self.told)


def filtered(asked: QueryDict, user: User) -> Filtered:
    """Return whom the address of a list of recipients asks for; bad values never fail."""
    filters = Filters(asked, user)
    return Filtered(filters.rows, filters.sieve, list(filters.told.values()))


def choices(filters: Filters) -> list[dict[str, Any]]:
    """Return what a list's selects choose among: those that make a difference in its book."""
    every = [
        select("fate", _("Last letter"), _("Any last letter"), FATES, filters.fate),
        select("bounced", _("Address"), _("Any address"), BOUNCED, filters.bounced)]
    if filters.source or Import.objects.owned_by(filters.user).exists():
        every.append(select("source", _("Source"), _("Any source"), SOURCES, filters.source))
    grounds = grounds_offered(filters)
    if filters.ground or grounds or Run.objects.owned_by(filters.user).exists():
        chosen = str(filters.of_ground.pk) if filters.of_ground else filters.ground
        every.append(select(
            "ground", _("Ground"), _("Any ground"), {**GROUNDS, **grounds}, chosen))
    return every


def grounds_offered(filters: Filters) -> dict[str, str]:
    """Return the newest of the person's grounds, and the one that is asked for, by their ids."""
    newest = list(Ground.objects.owned_by(filters.user)[:MOST_GROUNDS])
    if filters.of_ground and filters.of_ground not in newest:
        newest.append(filters.of_ground)
    return {str(ground.pk): Truncator(str(ground)).chars(40) for ground in newest}


def select(name: str, label: str, any_words: str, options: Mapping[str, Any],
           chosen: str) -> dict[str, Any]:
    return {"name": name, "label": label, "any": any_words, "options": options.items(),
            "chosen": chosen}


def ticked_words(number: int) -> str:
    return ngettext("%(n)s ticked", "%(n)s ticked", number) % {"n": intcomma(number)}


def from_source(source: str) -> Sieve:
    """Return the sieve of those who were added so; "" keeps everybody."""
    if source == Source.IMPORT.value:
        return Sieve(Q(GreaterThan(ADDED_BY, 0)), Q(added_by__isnull=False))
    return Sieve(Q(source=source)) if source else Sieve()


def of_import(pk: int) -> Sieve:
    """Return the sieve of those whom an import has added."""
    return Sieve(Q(Exact(ADDED_BY, pk)), Q(added_by=pk))


def with_ground(ground: str) -> Sieve:
    """Return the sieve of those who have a ground, or none; "" keeps everybody."""
    if ground == MISSING:
        return Sieve(Q(ground__isnull=True, last_letter_at__isnull=False))
    return Sieve(Q(ground__isnull=ground == NONE)) if ground else Sieve()


def in_segment(segment: Segment) -> Sieve:
    from ..segments.conditions import sieve_of
    return sieve_of(segment.conditions, owner_id=segment.owner_id, now=timezone.now())
