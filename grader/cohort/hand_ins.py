"""Finding what a class handed in: in folders, archives, single files and clones, in any mix."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from grader.cohort.archives import is_archive
from grader.cohort.clones import is_clone, last_commit_before
from grader.cohort.learners import Roster
from grader.cohort.places import HandIn, Place, place_of_archive, place_of_folder
from grader.cohort.platforms import LAYOUTS, hand_ins_of, is_one_hand_in, names_a_hand_in, platform_of
from grader.cohort.private import RefusedError
from grader.course import Course
from grader.errors import UsageError
from grader.names import one_of, printable

__all__ = ["HandIn", "find_hand_ins", "hand_in_at"]

_WRAPPED = 2  # folders that an export may be wrapped in
_WRAPPED_IN_A_HAND_IN = 4


def find_hand_ins(
    paths: Sequence[Path], layout: str = "auto", roster: Roster | None = None, course: Course | None = None
) -> tuple[HandIn, ...]:
    """Find what was handed in. Nothing is opened, but for tables of contents.

    Args:
        paths: folders of hand-ins; archives, each a hand-in or a platform's export; single files; clones.
        layout: ``plain``, ``canvas``, ``moodle``, ``gradescope``, ``git``; ``auto`` goes by what is there.
        roster: knows more of the learners than what they are called there.
        course: tells a folder (an archive) of one learner's from one of many by the names of exercises in it. Without
            it a folder holds many, and an archive one.

    Returns:
        All of them, those of one learner one after the other as they came in; where nothing of one can be graded,
        it has its ``fault``.

    Raises:
        UsageError: there is nothing at a path, or nothing was handed in there.
    """
    if layout not in LAYOUTS:
        raise UsageError(f"There is no layout {printable(layout)!r}. It is {one_of(LAYOUTS)}.")
    found: list[HandIn] = []
    for place in _places(paths, layout, course):
        inner, platform = _unwrapped(place, layout)
        found += hand_ins_of(inner, platform, roster, course)
    if not found:
        raise UsageError(
            f"Nothing was handed in at {one_of([printable(str(path)) for path in paths[:3]]) if paths else 'no path'}. "
            "Give a folder of hand-ins, a platform's export, or the hand-ins themselves."
        )
    return _numbered(_filled(hand_in, roster) for hand_in in found)


def hand_in_at(hand_in: HandIn, time: str) -> HandIn:
    """Of a clone, what had been committed at a time, which is ISO 8601 with its zone; others stay as they are."""
    if not hand_in.commit:
        return hand_in
    try:
        commit = last_commit_before(Path(hand_in.path), time)
    except RefusedError as error:
        return msgspec.structs.replace(hand_in, fault=str(error))
    if commit is None:
        return msgspec.structs.replace(hand_in, fault="Nothing had been committed in time.")
    return msgspec.structs.replace(hand_in, commit=commit.hash, time=commit.time)


def _places(paths: Sequence[Path], layout: str, course: Course | None) -> Iterator[Place]:
    """The folders that hand-ins lie in; of those that hold others, too, narrowed to what was typed."""
    typed = {path: _real(path) for path in dict.fromkeys(paths)}
    single = _typed_themselves(typed, layout, course)
    beside: dict[Path, tuple[Path, list[str]]] = {}
    for path, real in typed.items():
        if path not in single and real.is_dir():
            yield place_of_folder(real, str(path))
            continue
        if path not in single and is_archive(real.name):
            export = _export(path, real, layout, course)
            if export is not None:
                yield export
                continue
        beside.setdefault(real.parent, (path.parent, []))[1].append(real.name)
    for parent, (shown, names) in beside.items():
        yield place_of_folder(parent, "" if str(shown) == "." else str(shown)).narrowed(frozenset(names))


def _real(path: Path) -> Path:
    """What the instructor typed: there a link may lead anywhere."""
    real = Path(os.path.realpath(path))
    if not os.path.lexists(real):
        raise UsageError(f"There is nothing at {printable(str(path))}. Give the path of what was handed in.")
    return real


def _typed_themselves(typed: dict[Path, Path], layout: str, course: Course | None) -> set[Path]:
    """The folders and archives that are hand-ins themselves, as in ``grade batch hand-ins/*``."""
    single: set[Path] = set()
    siblings: dict[Path, list[Path]] = {}
    for path, real in typed.items():
        is_folder = real.is_dir()
        if names_a_hand_in(real.name, is_folder=is_folder) and layout != "plain":
            single.add(path)
        elif is_folder:
            siblings.setdefault(real.parent, []).append(path)
            if layout in ("auto", "git") and is_clone(real):
                single.add(path)
    for folders in siblings.values():
        wrapped = _WRAPPED_IN_A_HAND_IN if len(folders) > 1 else 0
        places = {path: place_of_folder(typed[path], str(path)) for path in folders}
        if len(folders) > 1:
            single.update(path for path, place in places.items() if _is_empty(place))
        if course is not None and any(is_one_hand_in(place, course, wrapped) for place in places.values()):
            single.update(folders)  # what lies beside one learner's is another's
    return single


def _is_empty(place: Place) -> bool:
    try:
        return not place.entries
    except UsageError:  # closed to us, which is said when it is opened
        return False


def _export(path: Path, real: Path, layout: str, course: Course | None) -> Place | None:
    """An archive with the hand-ins of many in it; None where it is one of them, or cannot be told."""
    try:
        place = place_of_archive(real, str(path))
    except RefusedError:
        return None  # which is said when it is opened
    if layout in ("canvas", "moodle", "gradescope") or (layout == "auto" and _unwrapped(place, layout)[1] != layout):
        return place
    if course is None or is_one_hand_in(place, course, _WRAPPED_IN_A_HAND_IN):
        return None
    inner = place.inner(place.folders[0]) if len(place.folders) == 1 and not place.files else place
    theirs = [inner.inner(name) for name in inner.folders]
    many = sum(is_one_hand_in(one, course, _WRAPPED_IN_A_HAND_IN) for one in theirs)
    return inner if len(theirs) + sum(map(is_archive, inner.files)) > 1 and (many or not theirs) else None


def _unwrapped(place: Place, layout: str) -> tuple[Place, str]:
    """The folder with the hand-ins in it, and whose layout it has."""
    if layout in ("plain", "git"):
        return place, layout
    inner = place
    for _ in range(_WRAPPED + 1):
        platform = platform_of(inner)
        if platform:
            return inner, platform if layout == "auto" else layout
        if len(inner.folders) != 1 or inner.files or place.only is not None:
            break
        if inner.index is None and is_clone(inner.path / inner.folders[0]):
            break
        inner = inner.inner(inner.folders[0])
    return place, layout


def _filled(hand_in: HandIn, roster: Roster | None) -> HandIn:
    """With what the roster knows of its learner, and of its time."""
    if roster is None:
        return hand_in
    person = roster.person(hand_in.learner)
    is_of_it = person is not None and roster.platform == "moodle" and hand_in.learner.key.startswith("moodle:")
    time = hand_in.time or (person.time if person is not None and is_of_it else "")
    return msgspec.structs.replace(hand_in, learner=roster.match(hand_in.learner), time=time)


def _numbered(found: Iterable[HandIn]) -> tuple[HandIn, ...]:
    """The hand-ins of each learner in their order, and numbered by it where the platform does not number them."""
    theirs: dict[str, list[HandIn]] = {}
    for hand_in in found:
        theirs.setdefault(hand_in.learner.key, []).append(hand_in)
    numbered: list[HandIn] = []
    for several in theirs.values():
        in_order = sorted(several, key=lambda one: (one.time, one.attempt))
        if len({one.attempt for one in several}) < len(several):
            in_order = [msgspec.structs.replace(one, attempt=n) for n, one in enumerate(in_order, 1)]
        numbered += in_order
    return tuple(numbered)
