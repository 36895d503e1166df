"""When something was handed in: what platforms write, as ISO 8601 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_ISO = (
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?"  # 2025-10-03 21:58:11.123
    r"\s*(Z|UTC|[+-]\d{2}:?\d{2})?"
)
# Friday, 3 October 2025, 11:58 PM; Freitag, 3. Oktober 2025, 23:58
_IN_WORDS = (
    r"(?:\w+,?\s+)?(\d{1,2})\.?(?:\s+de)?\s+(\w+)\.?(?:\s+de)?\s+(\d{4}),?\s+(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\.?)?"
)
_MONTHS = (  # English, German, French, Spanish, by their beginnings
    ("jan", "jän", "ene"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz"),
    ("apr", "avr", "abr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aoû", "aou", "ago"),
    ("sep",),
    ("oct", "okt"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)


def utc_of(moment: datetime) -> str:
    """``2025-10-03T21:58:11Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_of_seconds(seconds: int) -> str:
    """The same of seconds since 1970; empty where that is in no year from 1970 to 9999, as in a forged commit."""
    try:
        return utc_of(datetime.fromtimestamp(seconds, UTC)) if seconds >= 0 else ""
    except (ValueError, OverflowError, OSError):
        return ""


def seconds_of(time: str) -> int:
    """Seconds since 1970 of ``2025-10-03T21:58:11Z``, or of another time in ISO 8601 that names its zone.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.fromisoformat(time)
    if moment.tzinfo is None:
        raise ValueError(f"{time!r} names no time zone")
    return int(moment.timestamp())


def read_time(text: str, zone: tzinfo | None = None) -> str:
    """Read a time as platforms write it.

    >>> read_time("2021-02-04 10:13:14.212345000 -08:00")
    '2021-02-04T18:13:14Z'
    >>> read_time("Friday, 3 October 2025, 11:58 PM", UTC)
    '2025-10-03T23:58:00Z'

    Args:
        text: English, German, French or Spanish, where it is in words.
        zone: what it is in where it does not say. None: the zone of this machine.

    Returns:
        ISO 8601 in UTC.

    Raises:
        ValueError: it is no time that is known.
    """
    text = " ".join(text.split())
    found = re.fullmatch(_ISO, text)
    if found:
        year, month, day, hour, minute, second, offset = found.groups()
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))  # noqa: DTZ001
        offset = "+00:00" if offset in ("Z", "UTC") else offset
        if offset:
            return utc_of(datetime.fromisoformat(f"{moment.isoformat()}{offset}"))
        return utc_of(moment.replace(tzinfo=zone))  # None is the machine's own
    found = re.fullmatch(_IN_WORDS, text, re.IGNORECASE)
    if not found:
        raise ValueError(f"{text!r} is no time that is known")
    day, word, year, hour, minute, half = found.groups()
    hours = int(hour) if half is None else int(hour) % 12 + 12 * (half.lower() == "p")
    return utc_of(datetime(int(year), _month(word), int(day), hours, int(minute), tzinfo=zone))


def _month(word: str) -> int:
    """The number of a month's name. ``juin`` and ``juillet`` differ in the fourth letter."""
    word = word.casefold()
    matches = [
        (len(start), number) for number, starts in enumerate(_MONTHS, 1) for start in starts if word.startswith(start)
    ]
    if not matches:
        raise ValueError(f"{word!r} is no month that is known")
    return max(matches)[1]
