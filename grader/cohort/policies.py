"""Policies: what a hand-in counts, by `cohort.toml`. Its keys are described in docs/cohorts.md."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn

import msgspec

from grader.cohort.due import moment, zone_of
from grader.course import Course
from grader.errors import UsageError
from grader.names import closest, one_of, printable

Counts = Literal["last", "best", "latest"]
_COUNTS = ("last", "best", "latest")
_PER = ("unit", "learner")

_SHARED = ("zone", "late_days", "penalty", "cap", "grace", "counts", "bonus")
_OF_FILE = (*_SHARED, "round_to", "round_per", "units", "extensions")
_OF_UNIT = ("due", *_SHARED, "maximum", "weight")
_OF_EXTENSION = ("learner", "unit", "due", "days", "reason")

_NO_SECONDS = re.compile(r"=\s*(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)\s*(?:#.*)?$")
_AT_LINE = re.compile(r"at line (\d+)")
_MOST_BYTES = 1 << 20
_MOST_DAYS = 366


class Amount(msgspec.Struct, frozen=True):
    """So many points, or percent of a unit's points."""

    value: float = 0.0
    percent: bool = False

    def of(self, points: float) -> float:
        """In points."""
        return self.value * points / 100 if self.percent else self.value


class UnitPolicy(msgspec.Struct, frozen=True):
    """What holds for a unit.

    Attributes:
        due: in UTC; None: nothing is late but what the platform marks so.
        zone: whose days count.
        late_days: days that cost nothing, of this unit alone; None: it draws on those that all units share.
        penalty: for each day beyond them.
        cap: the most that lateness may cost.
        grace: seconds.
        counts: which hand-in: the ``last`` that is on time, else the latest; the ``best``; the ``latest``.
        bonus: whether points of a bonus are added.
        maximum: what its points are scaled to; None leaves them.
        weight: what its points are multiplied by, where there is no maximum.
    """

    due: datetime.datetime | None = None
    zone: str = "UTC"
    late_days: int | None = None
    penalty: Amount = Amount()
    cap: Amount | None = None
    grace: float = 0.0
    counts: Counts = "last"
    bonus: bool = False
    maximum: float | None = None
    weight: float = 1.0

    def scale(self, points: float) -> float:
        """What raw points are multiplied by, of so many that there are."""
        if self.maximum is None:
            return self.weight
        return self.maximum / points if points else 0.0


class Extension(msgspec.Struct, frozen=True):
    """More time for a learner.

    Attributes:
        learner: a number, login, address, or name that only one has.
        unit: empty: every unit.
        due: in UTC; None where it is so many days.
        days: after the unit's due date.
        reason: for whoever reads the file.
    """

    learner: str
    unit: str = ""
    due: datetime.datetime | None = None
    days: int = 0
    reason: str = ""


class Policies(msgspec.Struct, frozen=True):
    """All that `cohort.toml` says.

    Attributes:
        units: by name; those that the file does not name have ``other``.
        late_days: days that cost nothing, of a learner over all units.
        round_to: the step that scores are rounded to, half away from zero; 0 leaves them.
        round_per: whether each unit's score is rounded, or a ``learner``'s total alone.
        file: where it was read; empty where there is none, and nothing but points counts.
    """

    units: dict[str, UnitPolicy] = {}
    other: UnitPolicy = UnitPolicy()
    late_days: int = 0
    extensions: tuple[Extension, ...] = ()
    round_to: float = 0.0
    round_per: Literal["unit", "learner"] = "unit"
    file: str = ""

    def of(self, unit: str) -> UnitPolicy:
        """What holds for a unit."""
        return self.units.get(unit, self.other)


def read_policies(path: Path | None, course: Course) -> Policies:
    """Read the policies of a cohort.

    Args:
        path: ``cohort.toml``; None: points are all that counts.
        course: says which units there are.

    Raises:
        UsageError: the file is not there, or wrong: which line and key, and what is allowed there.
    """
    if path is None:
        return Policies()
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The policies {path} cannot be read: {error.strerror}.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{path} is larger than any file of policies.")
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.{_about_seconds(text, str(error))}") from None
    return _File(path, text, course).policies(values)


def _about_seconds(text: str, error: str) -> str:
    """TOML wants seconds, and people leave them out."""
    found = _AT_LINE.search(error)
    lines = text.splitlines()
    line = lines[int(found[1]) - 1] if found and int(found[1]) <= len(lines) else ""
    time = _NO_SECONDS.search(line)
    return f" A time needs its seconds in TOML: {time[1]}:00." if time else ""


class _File:
    """The file while it is read: every error names its place."""

    def __init__(self, path: Path, text: str, course: Course) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.units = tuple(unit.name for unit in course.units)

    def policies(self, values: dict[str, Any]) -> Policies:
        self._demand_known("", values, _OF_FILE)
        other = self._shared("", values, UnitPolicy())
        tables = self._table("units", values.get("units", {}))
        for name in tables:
            self._demand_unit("units", name, name)
        zone = other.zone if "zone" in values else ""
        units = {name: self._unit(f"units.{name}", table, other, zone) for name, table in tables.items()}
        found = Policies(
            units=units,
            other=msgspec.structs.replace(other, late_days=None),
            late_days=self._whole("", "late_days", values.get("late_days", 0)),
            extensions=self._extensions(values.get("extensions", []), zone),
            round_to=self._number("", "round_to", values.get("round_to", 0)),
            round_per=self._one_of("", "round_per", values.get("round_per", "unit"), _PER),  # type: ignore[arg-type]
            file=str(self.path),
        )
        self._demand_effect(found)
        return found

    def _unit(self, where: str, values: Any, other: UnitPolicy, zone: str) -> UnitPolicy:
        values = self._table(where, values)
        self._demand_known(where, values, _OF_UNIT)
        policy = self._shared(where, values, msgspec.structs.replace(other, late_days=None))
        if "maximum" in values and "weight" in values:
            self._fail(where, "weight", "a unit has a maximum or a weight, not both: either scales its points")
        return msgspec.structs.replace(
            policy,
            due=self._due(where, values["due"], values.get("zone", zone)) if "due" in values else None,
            maximum=self._number(where, "maximum", values["maximum"]) if "maximum" in values else None,
            weight=self._number(where, "weight", values.get("weight", 1)),
        )

    def _shared(self, where: str, values: dict[str, Any], default: UnitPolicy) -> UnitPolicy:
        """The keys that may stand at the top for all units, and in a unit for that alone."""
        found: dict[str, Any] = {}
        for key in _SHARED:
            if key not in values:
                continue
            value = values[key]
            match key:
                case "zone":
                    found[key] = self._zone(where, value)
                case "late_days":
                    found[key] = self._whole(where, key, value)
                case "penalty" | "cap":
                    found[key] = self._amount(where, key, value)
                case "grace":
                    found[key] = 60 * self._number(where, key, value)
                case "counts":
                    found[key] = self._one_of(where, key, value, _COUNTS)
                case _:
                    found[key] = self._truth(where, key, value)
        return msgspec.structs.replace(default, **found)

    def _extensions(self, values: Any, zone: str) -> tuple[Extension, ...]:
        if not isinstance(values, list):
            self._fail("", "extensions", "write each as a table of its own, under `[[extensions]]`")
        return tuple(self._extension(f"extensions[{n}]", table, zone) for n, table in enumerate(values, start=1))

    def _extension(self, where: str, values: Any, zone: str) -> Extension:
        values = self._table(where, values)
        self._demand_known(where, values, _OF_EXTENSION)
        learner = values.get("learner")
        if isinstance(learner, int) and not isinstance(learner, bool):
            learner = str(learner)
        if not isinstance(learner, str) or not learner.strip():
            self._fail(where, "learner", 'say whose it is: a number, login, address or name, as in `learner = "ada"`')
        unit = values.get("unit", "")
        if unit:
            self._demand_unit(where, unit, "unit")
        if ("due" in values) == ("days" in values):
            self._fail(where, "due", "give a new `due` time, or so many `days` more")
        if "due" in values and not unit:
            self._fail(
                where, "due", 'of which unit is it? Every unit would be due then; add `unit = "…"`, or give `days`'
            )
        return Extension(
            learner=learner.strip(),
            unit=unit,
            due=self._due(where, values["due"], zone) if "due" in values else None,
            days=self._whole(where, "days", values.get("days", 0)),
            reason=str(values.get("reason", "")),
        )

    # -- values -------------------------------------------------------------------------------------------------

    def _due(self, where: str, value: Any, zone: str) -> datetime.datetime:
        if isinstance(value, str):
            try:
                value = datetime.datetime.fromisoformat(value.strip())
            except ValueError:
                self._fail(where, "due", f"{value!r} is no time; write it as in 2026-11-01T23:59:00")
        if isinstance(value, datetime.datetime):
            if value.tzinfo is not None:
                return value.astimezone(datetime.UTC)
        elif isinstance(value, datetime.date):  # the whole day is in time
            value = datetime.datetime.combine(value, datetime.time(23, 59, 59))
        else:
            self._fail(where, "due", f"{value!r} is no time; write it as in 2026-11-01T23:59:00")
        if not zone:
            self._fail(where, "due", 'it is on which clock? Put `zone = "Europe/Berlin"` at the top of the file')
        return moment(value, self._zone(where, zone))

    def _zone(self, where: str, value: Any) -> str:
        if not isinstance(value, str):
            self._fail(where, "zone", f'{value!r} is no time zone; write it as in "Europe/Berlin"')
        try:
            return zone_of(value).key
        except UsageError as error:
            self._fail(where, "zone", str(error).rstrip("."))

    def _amount(self, where: str, key: str, value: Any) -> Amount:
        if isinstance(value, str) and value.strip().endswith("%"):
            try:
                value, percent = float(value.strip().removesuffix("%")), True
            except ValueError:
                percent = False
        else:
            percent = False
        if isinstance(value, str):
            self._fail(where, key, f'{value!r} is neither points nor percent; write 2 for points or "10%"')
        number = self._number(where, key, value)
        if percent and number > 100:
            self._fail(where, key, "more than 100 % cannot be taken")
        return Amount(number, percent)

    def _number(self, where: str, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            self._fail(where, key, f"it is a number from 0 up, not {value!r}")
        return float(value)

    def _whole(self, where: str, key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_DAYS:
            self._fail(where, key, f"it is a whole number of days, 0 to {_MOST_DAYS}, not {value!r}")
        return value

    def _truth(self, where: str, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self._fail(where, key, f"it is true or false, not {value!r}")
        return value

    def _one_of(self, where: str, key: str, value: Any, allowed: Sequence[str]) -> str:
        if value not in allowed:
            self._fail(where, key, f"it is {one_of([repr(name) for name in allowed])}, not {value!r}")
        return str(value)

    def _table(self, where: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._fail("", where, f"it is a table, `[{where}]`, not {value!r}")
        return value

    # -- what must hold -----------------------------------------------------------------------------------------

    def _demand_known(self, where: str, values: dict[str, Any], keys: Sequence[str]) -> None:
        for key in values:
            if key not in keys:
                meant = closest(key, keys)
                advice = f"did you mean {meant}?" if meant else f"the keys are {', '.join(keys[:-1])} and {keys[-1]}"
                self._fail(where, key, f"there is no such key; {advice}")

    def _demand_unit(self, where: str, unit: Any, key: str) -> None:
        if unit not in self.units:
            meant = closest(str(unit), self.units)
            advice = f"did you mean {meant}?" if meant else f"the units are {', '.join(self.units)}"
            self._fail(where, key, f"the course has no unit {printable(str(unit), 60)!r}; {advice}")

    def _demand_effect(self, found: Policies) -> None:
        """Late days are days without a penalty: where there is none, somebody has forgotten it."""
        policies = [found.other, *found.units.values()]
        has_days = found.late_days or any(policy.late_days for policy in policies)
        if has_days and not any(policy.penalty.value for policy in policies):
            self._fail("", "late_days", 'they spare a penalty, and there is none; add one, as in `penalty = "10%"`')

    # -- places -------------------------------------------------------------------------------------------------

    def _fail(self, where: str, key: str, why: str) -> NoReturn:
        line = self._line(where, key)
        place = f"{self.path}, line {line}" if line else str(self.path)
        name = printable(f"{where}.{key}" if where else key, 80)
        raise UsageError(f"{place}: {name}: {why}{'' if why.endswith('?') else '.'}")

    def _line(self, where: str, key: str) -> int:
        """The line of a key; 0 where it is written in a way that this does not find."""
        wanted, number = re.sub(r"\[\d+\]$", "", where), int((re.findall(r"\[(\d+)\]$", where) or [1])[0])
        table, seen, head_line = "", 0, 0
        for at, line in enumerate(self.lines, start=1):
            head = re.match(r"\s*\[{1,2}\s*([^\]]+?)\s*\]", line)
            if head:
                table = head[1].replace('"', "").replace(" ", "")
                seen += table == wanted
                head_line = at if table == wanted and seen == number else head_line
                if not where.endswith("]") and table == f"{where}.{key}".lstrip("."):
                    return at
            elif table == wanted and (seen == number or not wanted):
                found = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line)
                if found and found[1] == key:
                    return at
        return head_line
