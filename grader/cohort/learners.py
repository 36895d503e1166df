"""Who handed something in: a learner's identity, and the roster that knows more of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import msgspec

_LONGEST = 300  # characters of a name: more than that of any file
_PLAIN = "roster"  # what a roster of no platform's calls its learners' numbers


class Learner(msgspec.Struct, frozen=True):
    """One who hands in.

    Attributes:
        key: the identity in the gradebook: ``canvas:4711``, ``moodle:123``, ``gradescope:77`` where a platform gave a
            number; else the roster's, as ``roster:jane``; else ``login:jane`` or ``name:Jane Doe``.
        name: as the roster or the platform spells it.
        number: the platform's.
        login: at the platform, or where the repositories are.
        email: as the platform or the roster has it.
        section: the group, the tutorial.
    """

    key: str
    name: str = ""
    number: str = ""
    login: str = ""
    email: str = ""
    section: str = ""


class Person(msgspec.Struct, frozen=True):
    """A line of a roster.

    Attributes:
        learner: who.
        other_number: Canvas keeps two: its own, and that of the institution (``SIS User ID``).
        time: when they handed in, where the roster says so (Moodle's worksheet): ISO 8601 in UTC.
    """

    learner: Learner
    other_number: str = ""
    time: str = ""


class Roster(msgspec.Struct, frozen=True):
    """Who takes the course.

    Attributes:
        people: in the order of the file.
        platform: whose numbers these are: ``canvas``, ``moodle``, ``gradescope``; ``roster`` where it does not say.
        places: what somebody is known by -> the places in ``people`` of those who are.
    """

    people: tuple[Person, ...]
    platform: str = _PLAIN
    places: dict[str, tuple[int, ...]] = {}

    def match(self, learner: Learner) -> Learner:
        """Fill in what the roster knows of a learner: by number, then login, then email, then a name that one has."""
        person = self.person(learner)
        if person is None:
            return learner
        known = person.learner
        return Learner(
            key=learner.key if learner.number else known.key,
            name=known.name or learner.name,
            number=learner.number or known.number,
            login=learner.login or known.login,
            email=learner.email or known.email,
            section=learner.section or known.section,
        )

    def person(self, learner: Learner) -> Person | None:
        """The line of a learner; None where there is none, or where it could be either of two."""
        platform = learner.key.partition(":")[0] if learner.number else ""
        if platform and platform == self.platform:  # whoever lacks it is another person, whatever they are called
            return self._only("number", learner.number)
        bare = [learner.name] if learner.key.startswith("name:") else []  # a folder may be named after any of them
        numbers = [learner.number] if platform == "gradescope" or self.platform == _PLAIN else []
        tries = [
            *(("number" if self.platform == _PLAIN else "other", number) for number in numbers),
            *((kind, number) for number in bare for kind in ("number", "other")),
            *(("login", login) for login in (learner.login, *bare)),
            *(("email", email) for email in (learner.email, *bare)),
            *(("name", form) for form in _forms(learner.name)),
        ]
        return next((person for kind, value in tries if (person := self._only(kind, value)) is not None), None)

    def _only(self, kind: str, value: str) -> Person | None:
        found = self.places.get(f"{kind}:{alike(value)}", ()) if value else ()
        return self.people[found[0]] if len(found) == 1 else None


def roster_of(people: Iterable[Person], platform: str = _PLAIN) -> Roster:
    """Put a roster together."""
    people = tuple(people)
    places: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        learner = person.learner
        known = [
            ("number", learner.number),
            ("other", person.other_number),
            ("login", learner.login),
            ("email", learner.email),
            *(("name", form) for form in _forms(learner.name)),
        ]
        for mark in {f"{kind}:{alike(value)}" for kind, value in known if value}:
            places.setdefault(mark, []).append(place)
    return Roster(people, platform, {mark: tuple(found) for mark, found in places.items()})


def read_roster(path: Path, zone: str = "") -> Roster:
    """Read a roster: Canvas's gradebook export, Moodle's grading worksheet, Gradescope's roster, or a plain table.

    A plain table has a header with any of ``name``, ``email``, ``login``, ``number``, ``section``.

    Args:
        path: a CSV file, in UTF-8, or in Latin-1 where it is not.
        zone: the time zone of the times in Moodle's worksheet, as ``Europe/Berlin``. Empty: this machine's.

    Raises:
        UsageError: it cannot be read; the message names the line.
    """
    from grader.cohort.roster_file import read

    return read(path, zone)


def named(name: str) -> Learner:
    """A learner of whom nothing but the name is known; two spellings of a name are two."""
    name = clean_name(name) or ascii(name)  # of control characters alone, which must not merge either
    return Learner(key=f"name:{name}", name=name)


def numbered(platform: str, number: str, name: str = "", **more: str) -> Learner:
    """A learner whom a platform knows by a number."""
    return Learner(key=f"{platform}:{number}", name=clean_name(name), number=number, **more)


def alike(text: str) -> str:
    """What is compared of a name, a login, an address: neither case, nor how it is composed, nor how it is spaced."""
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).casefold().split()))


def clean_name(name: str) -> str:
    """A name as one line of text: composed, without control characters, of a length that can be shown.

    It may come from a file's name, in whatever encoding that is.
    """
    if re.search("[\udc80-\udcff]", name):  # bytes that are no UTF-8: the encoding of an old system
        name = name.encode("utf-8", "surrogateescape" if not re.search("[\ud800-\udc7f]", name) else "replace").decode(
            "latin-1"
        )
    shown = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in name)
    return " ".join(unicodedata.normalize("NFC", shown).split())[:_LONGEST].strip()


def _forms(name: str) -> list[str]:
    """How else a name is written: ``Doe, Jane`` is ``Jane Doe``, and ``doejane`` in Canvas's file names."""
    if not name:
        return []
    last, comma, first = name.partition(",")
    straight = f"{first.strip()} {last.strip()}".strip() if comma else name
    words = straight.split()
    turned = " ".join([*words[-1:], *words[:-1]])
    squashed = [re.sub(r"[\W_]+", "", form) for form in ((last + first if comma else turned), straight)]
    forms = [straight, *(f"={form}" for form in squashed if form)]  # squashed ones are compared with squashed ones
    return list(dict.fromkeys(alike(form) for form in forms))
