"""When something is due, and by how many days it is late: on the clock of the course's own time zone.

A day is a day of that clock: what is due on Saturday at 23:59 and comes on Sunday at 23:30 is one day late, also where
the clocks were put back in between, and 25 hours have passed.
"""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo, available_timezones

from grader.errors import GraderError, UsageError
from grader.names import closest, printable

_DAY = 86_400.0


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name, ``Europe/Berlin``.

    Raises:
        UsageError: there is none; the message names the one that was probably meant.
        GraderError: this machine knows no time zones.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # the last for "Europe", which is a folder
        known = available_timezones()
    if not known:
        raise GraderError("This machine knows no time zones. Install them: `pip install tzdata`.")
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(known)}
    meant = closest(name, sorted(known)) or cities.get(closest(name.rpartition("/")[2], cities) or "")
    advice = f"Did you mean {meant!r}?" if meant else 'Zones are named as in "Europe/Berlin" or "America/New_York".'
    raise UsageError(f"there is no time zone {printable(name, 60)!r}. {advice}")


def moment(wall: datetime.datetime, zone: str) -> datetime.datetime:
    """What a clock's reading is in UTC.

    In the hour that the clocks go through twice it is the second one, and in the hour that they leave out the one that
    it would have been: of two readings always the later, which costs no learner anything.
    """
    readings = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    return max(reading.astimezone(datetime.UTC) for reading in readings)


def wall_clock(when: datetime.datetime, zone: str) -> datetime.datetime:
    """What the clock shows, without its zone."""
    return when.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def days_after(due: datetime.datetime, days: int, zone: str) -> datetime.datetime:
    """So many days later on the clock, in UTC."""
    return moment(wall_clock(due, zone) + datetime.timedelta(days=days), zone) if days else due


def days_late(when: datetime.datetime, due: datetime.datetime, zone: str, grace: float = 0) -> int:
    """How many days late something is; a day that has begun counts.

    Args:
        when: when it came.
        due: when it was due.
        zone: whose days.
        grace: seconds after which it is late, and after which another day begins.
    """
    when -= datetime.timedelta(seconds=grace)
    if when <= due:
        return 0
    days = max(int((when - due).total_seconds() / _DAY) - 1, 0)  # a day has 23 to 25 hours
    while days_after(due, days, zone) < when:
        days += 1
    return days


def shown(when: datetime.datetime, zone: str) -> str:
    """A time as people of that zone write it: ``2026-11-01 23:59 CET``."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} {local.tzname() or zone}"


def parsed(time: str) -> datetime.datetime | None:
    """A time as the gradebook has it; None where it has none."""
    if not time:
        return None
    try:
        when = datetime.datetime.fromisoformat(time)
    except ValueError as error:
        raise GraderError(f"The gradebook has a time that is none: {printable(time, 60)!r}.") from error
    return when if when.tzinfo else when.replace(tzinfo=datetime.UTC)
