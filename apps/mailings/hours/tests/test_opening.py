"""From hours and weekdays to moments, with the clocks of many places."""
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ..opening import ALL_WEEK, Hours, Opening, opening_at, openings

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
# Half an hour, at midnight, a quarter of an hour, a whole day skipped, and none for years.
PLACES = ["Europe/Berlin", "America/New_York", "Europe/Moscow", "Australia/Lord_Howe",
          "America/Santiago", "America/Havana", "Asia/Kathmandu", "Pacific/Apia",
          "Africa/Cairo", "UTC"]
WORKDAYS = "12345"


def hours(start="00:00", end="00:00", weekdays=ALL_WEEK):
    return Hours(time.fromisoformat(start), time.fromisoformat(end), weekdays)


def local(zone, text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def opening_of(hours, zone, text):
    """Return the opening of a local time, or the next, in local words."""
    found = opening_at(hours, zone, local(zone, text))
    return tuple(f"{moment.astimezone(zone):%a %d.%m %H:%M}" for moment in found)


@pytest.mark.parametrize("now, told", [
    ("2026-11-26 12:00", ("Thu 26.11 09:00", "Thu 26.11 18:00")),
    ("2026-11-26 08:59", ("Thu 26.11 09:00", "Thu 26.11 18:00")),
    ("2026-11-26 18:00", ("Fri 27.11 09:00", "Fri 27.11 18:00")),
    ("2026-11-27 18:00", ("Mon 30.11 09:00", "Mon 30.11 18:00")),
    ("2026-11-29 23:00", ("Mon 30.11 09:00", "Mon 30.11 18:00")),
])
def test_letters_leave_on_weekdays_from_nine_to_six(now, told):
    assert opening_of(hours("09:00", "18:00", WORKDAYS), MOSCOW, now) == told


@pytest.mark.parametrize("now, told", [
    ("2026-11-28 03:00", ("Fri 27.11 22:00", "Sat 28.11 06:00")),
    ("2026-11-28 23:00", ("Mon 30.11 22:00", "Tue 01.12 06:00")),
    ("2026-11-30 03:00", ("Mon 30.11 22:00", "Tue 01.12 06:00")),
])
def test_a_night_belongs_to_the_day_that_it_begins_on(now, told):
    assert opening_of(hours("22:00", "06:00", WORKDAYS), MOSCOW, now) == told


def test_weekdays_without_hours_are_one_opening():
    found = opening_of(hours(weekdays=WORKDAYS), MOSCOW, "2026-11-26 12:00")
    assert found == ("Mon 23.11 00:00", "Sat 28.11 00:00")


def test_hours_without_weekdays_are_every_day():
    found = opening_of(hours("10:00", "12:30"), MOSCOW, "2026-11-28 13:00")
    assert found == ("Sun 29.11 10:00", "Sun 29.11 12:30")


@pytest.mark.parametrize("start, end, told", [
    ("09:00", "18:00", ("09:00", "18:00")),
    ("02:30", "06:00", ("03:00", "06:00")),
    ("00:00", "02:30", ("00:00", "03:00")),
])
def test_an_hour_that_clocks_skip_opens_and_closes_when_they_skip_it(start, end, told):
    found = opening_of(hours(start, end), BERLIN, "2026-03-29 00:00")
    assert tuple(words[-5:] for words in found) == told


def test_hours_that_clocks_skip_whole_are_no_opening():
    found = opening_of(hours("02:10", "02:50"), BERLIN, "2026-03-29 00:00")
    assert found == ("Mon 30.03 02:10", "Mon 30.03 02:50")


@pytest.mark.parametrize("zone, day, start, end, opens, closes", [
    # The hour from two to three comes twice; what is within it opens the first time alone.
    (BERLIN, "2026-10-25", "02:10", "02:50", ("02:10", 0), ("02:50", 0)),
    (BERLIN, "2026-10-25", "02:30", "06:00", ("02:30", 1), ("06:00", 0)),
    (BERLIN, "2026-10-25", "02:00", "06:00", ("02:00", 0), ("06:00", 0)),
    (BERLIN, "2026-10-25", "01:00", "02:30", ("01:00", 0), ("02:30", 0)),
    (NEW_YORK, "2026-11-01", "01:30", "09:00", ("01:30", 1), ("09:00", 0)),
    (NEW_YORK, "2026-11-01", "00:00", "01:15", ("00:00", 0), ("01:15", 0)),
])
def test_an_hour_that_comes_twice_opens_once(zone, day, start, end, opens, closes):
    found = opening_at(hours(start, end), zone, local(zone, f"{day} 00:00"))
    assert found == Opening(local(zone, f"{day} {opens[0]}", opens[1]).astimezone(UTC),
                            local(zone, f"{day} {closes[0]}", closes[1]).astimezone(UTC))


def test_nine_to_six_is_nine_to_six_on_both_sides_of_a_change_of_clocks():
    found = islice(openings(hours("09:00", "18:00"), BERLIN, local(BERLIN, "2026-03-28 00:00")), 3)
    assert [(one.opens.hour, one.closes.hour) for one in found] == [(8, 17), (7, 16), (7, 16)]


def of_wall(hours, wall):
    """Whether a clock on the wall shows a time of the hours."""
    begins_today = str(wall.isoweekday()) in hours.weekdays
    began_yesterday = str((wall - timedelta(days=1)).isoweekday()) in hours.weekdays
    if hours.start < hours.end:
        return begins_today and hours.start <= wall.time() < hours.end
    return (begins_today and hours.start <= wall.time()
            or began_yesterday and wall.time() < hours.end)


@settings(max_examples=30)
@given(
    place=some.sampled_from(PLACES), start=some.times(), end=some.times(),
    weekdays=some.sets(some.sampled_from(ALL_WEEK), min_size=1).map("".join),
    now=some.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)), within=some.floats(0, 1))
def test_no_moment_of_an_opening_is_outside_the_hours(place, start, end, weekdays, now, within):
    wanted = Hours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0),
                   weekdays)
    if wanted.are_all_times():
        return
    zone = ZoneInfo(place)
    now = now.replace(tzinfo=UTC)
    last = now - timedelta(days=400)
    for found in islice(openings(wanted, zone, now), 3):
        assert last < found.opens < found.closes and found.closes > now
        last = found.closes
        moment = found.opens + within * (found.closes - found.opens - timedelta(milliseconds=1))
        for one in found.opens, moment, found.closes - timedelta(milliseconds=1):
            assert of_wall(wanted, one.astimezone(zone).replace(tzinfo=None))


@pytest.mark.parametrize("place, changes", [
    ("Europe/Berlin", ["2026-03-29 01:00", "2026-10-25 01:00"]),
    ("America/New_York", ["2026-03-08 07:00", "2026-11-01 06:00"]),
    ("America/Havana", ["2026-03-08 05:00", "2026-11-01 05:00"])])
@settings(max_examples=10)
@given(start=some.integers(0, 47), end=some.integers(0, 47))
def test_nothing_is_outside_around_a_change_of_clocks(place, changes, start, end):
    wanted = Hours(time(start // 2, start % 2 * 30), time(end // 2, end % 2 * 30), "67")
    zone = ZoneInfo(place)
    for change in changes:
        middle = datetime.fromisoformat(change).replace(tzinfo=UTC)
        for found in islice(openings(wanted, zone, middle - timedelta(days=2)), 3):
            for quarter in range(int((found.closes - found.opens) / timedelta(minutes=15))):
                moment = found.opens + quarter * timedelta(minutes=15)
                assert of_wall(wanted, moment.astimezone(zone).replace(tzinfo=None))
