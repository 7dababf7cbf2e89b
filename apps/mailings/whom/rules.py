"""Whom a mailing is for, as its owner said it: read from the database, or from a form."""
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from ..ground.models import Ground
from ..models import Mailing, Segment

# All four lists of a mailing in one look, and whether anybody was picked by hand.
LISTS = """
SELECT 'tags', tag_id FROM mailings_mailing_tags WHERE mailing_id = %(mailing)s
UNION ALL
SELECT 'segments', segment_id FROM mailings_mailing_segments WHERE mailing_id = %(mailing)s
UNION ALL
SELECT 'excluded_tags', tag_id FROM mailings_mailing_excluded_tags
WHERE mailing_id = %(mailing)s
UNION ALL
SELECT 'excluded_segments', segment_id FROM mailings_mailing_excluded_segments
WHERE mailing_id = %(mailing)s
UNION ALL
SELECT * FROM (
    SELECT 'picks', recipient_id FROM mailings_mailing_recipients
    WHERE mailing_id = %(mailing)s LIMIT 1) AS first_pick
"""
PICKS = "picks"
NAMES = ("tags", "segments", "excluded_tags", "excluded_segments")


@dataclass(frozen=True)
class Whom:
    """To everyone, or to all who are in one of these groups or picked by hand; less the excluded.

    `hand` is a condition of those who are picked by hand; None stands for those who are stored.
    """

    owner: int
    mailing: int | None = None
    message: int | None = None
    kind: str = Ground.Purpose.ADVERTISING.value
    everyone: bool = False
    tags: tuple[int, ...] = ()
    segments: tuple[Segment, ...] = ()
    excluded_tags: tuple[int, ...] = ()
    excluded_segments: tuple[Segment, ...] = ()
    quiet_days: int | None = None
    skip_same: bool = False
    has_picks: bool = True
    hand: Q | None = None

    @property
    def has_groups(self) -> bool:
        return bool(self.tags or self.segments)

    @property
    def is_stored_picks(self) -> bool:
        """Whether those who were picked by hand, as they are stored, are the whole mailing."""
        excluded = self.excluded_tags or self.excluded_segments
        return self.hand is None and not (self.everyone or self.has_groups or excluded)

    @property
    def has_rests(self) -> bool:
        """Whether some are left out for what other mailings have sent them."""
        return bool(self.quiet_days or self.skip_same)


def whom_of(mailing: Mailing) -> Whom:
    """Return whom a stored `mailing` is for, in a query, or in two where it has segments."""
    remembered: Whom | None = getattr(mailing, "remembered_whom", None)
    return remembered or find_whom(mailing)


def remember_whom(mailing: Mailing) -> None:
    """Have a page that asks many times whom `mailing` is for look once. Writers look anew."""
    mailing.remembered_whom = find_whom(mailing)


def find_whom(mailing: Mailing) -> Whom:
    ids = looked_up(mailing)
    wanted = ids["segments"] + ids["excluded_segments"]
    segments: dict[int, Segment] = {}
    if wanted:
        segments = Segment.objects.filter(owner=mailing.owner_id).in_bulk(wanted)
    return Whom(
        owner=mailing.owner_id, mailing=mailing.pk, message=mailing.message_id,
        kind=mailing.kind, everyone=mailing.everyone, quiet_days=mailing.quiet_days,
        skip_same=mailing.skip_same,
        has_picks=bool(ids[PICKS]), tags=tuple(ids["tags"]),
        excluded_tags=tuple(ids["excluded_tags"]),
        segments=tuple(segments[pk] for pk in ids["segments"]),
        excluded_segments=tuple(segments[pk] for pk in ids["excluded_segments"]))


def lists_of(mailing: Mailing) -> dict[str, list[int]]:
    """Return the ids of the tags and segments of `mailing`, by the names of its fields."""
    found = looked_up(mailing)
    return {name: found[name] for name in NAMES}


def looked_up(mailing: Mailing) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = {name: [] for name in (*NAMES, PICKS)}
    if mailing.pk is None:
        return ids
    with connection.cursor() as cursor:
        cursor.execute(LISTS, {"mailing": mailing.pk})
        for name, pk in cursor.fetchall():
            ids[name].append(pk)
    return {name: sorted(found) for name, found in ids.items()}


def not_by_hand(mailings: Iterable[Mailing | int]) -> set[int]:
    """Return the ids of those of `mailings` that are for others than who was picked by hand.

    Mailings are given as such, or as their ids.
    """
    ids = [one.pk if isinstance(one, Mailing) else one for one in mailings]
    if not ids:
        return set()
    addressed = Q(everyone=True)
    for name in NAMES:
        rows = getattr(Mailing, name).through.objects.filter(mailing__in=ids)
        addressed |= Q(pk__in=rows.values("mailing"))
    found = Mailing.all_objects.filter(addressed, pk__in=ids)
    return set(found.values_list("pk", flat=True))
