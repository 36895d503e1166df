"""The layouts that hand-ins come in: Canvas's, Moodle's and Gradescope's exports, clones, and plain folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from grader.cohort.archives import UNOPENED, is_archive, stem_of_archive
from grader.cohort.clones import head_of, is_clone
from grader.cohort.gradescope import METADATA, MOST_BYTES, read_metadata
from grader.cohort.learners import Learner, Roster, alike, clean_name, named, numbered
from grader.cohort.places import HandIn, Place, is_the_instructors
from grader.cohort.private import RefusedError
from grader.course import Course
from grader.errors import UsageError
from grader.names import plain, printable

LAYOUTS = ("auto", "plain", "canvas", "moodle", "gradescope", "git")
_CANVAS = r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<number>\d{1,18})_(?:\d{1,18}_(?P<file>.+)|(?P<text>text\.html))"
_AGAIN = r"(?P<stem>.+?)-(?P<again>\d{1,3})(?P<ending>(?:\.[A-Za-z]\w*)+)"  # hw-1.py, the second hw.py of a learner
_MOODLE = r"_(?P<number>\d{1,18})_assignsubmission_(?P<kind>[a-z]+)"
_MOODLE_FOLDER = rf"(?P<name>.+){_MOODLE}_?"
_MOODLE_FILE = rf"(?P<name>.+?){_MOODLE}_(?P<file>.+)"  # a file may be called as another learner's would be
_GRADESCOPE = r"submission_\d{1,18}"


def platform_of(place: Place) -> str:
    """Whose layout a folder has; empty where it has nobody's."""
    folders, files = place.folders, place.files
    if any(re.fullmatch(_MOODLE_FOLDER, name) for name in folders) or any(re.fullmatch(_MOODLE_FILE, f) for f in files):
        return "moodle"
    if any(entry.name == METADATA for entry in place.entries):
        return "gradescope"
    if folders and not files and all(re.fullmatch(_GRADESCOPE, name) for name in folders):
        return "gradescope"
    as_canvas = sum(bool(re.fullmatch(_CANVAS, name)) for name in files)
    return "canvas" if as_canvas and 2 * as_canvas >= len(files) else ""


def names_a_hand_in(name: str, *, is_folder: bool) -> bool:
    """Whether a name alone says that a platform has made a hand-in of it."""
    if is_folder:
        return bool(re.fullmatch(f"{_MOODLE_FOLDER}|{_GRADESCOPE}", name))
    return bool(re.fullmatch(_CANVAS, name) or re.fullmatch(_MOODLE_FILE, name))


def hand_ins_of(place: Place, layout: str, roster: Roster | None, course: Course | None) -> Iterator[HandIn]:
    """What is handed in in a folder, each by itself, in the order of the names."""
    readers: dict[str, Callable[[Place], Iterator[HandIn]]] = {
        "canvas": _of_canvas,
        "moodle": _of_moodle,
        "gradescope": _of_gradescope,
    }
    if layout in readers:
        yield from readers[layout](place)
    else:
        yield from _plain(place, layout, roster, course)


def _of_canvas(place: Place) -> Iterator[HandIn]:
    """One folder full of files: those with a learner's number are theirs."""
    theirs: dict[str, dict[str, re.Match[str]]] = {}
    for entry in place.entries:
        found = re.fullmatch(_CANVAS, entry.name)
        if found and entry.kind == "file":
            theirs.setdefault(found["number"], {})[entry.name] = found
        elif not is_the_instructors(entry.name):
            yield from _by_name(place, entry.name, entry.kind)
    for number, files in theirs.items():
        first = next(iter(files.values()))
        learner = numbered("canvas", number, first["name"])
        for attempt, names in _attempts({name: found["file"] or found["text"] for name, found in files.items()}):
            hand_in = place.of_files(names, learner)
            is_late = any(files[name]["late"] for name in names)
            yield msgspec.structs.replace(hand_in, attempt=attempt, marked_late=is_late)


def _attempts(files: dict[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Tell apart what a learner handed in in Canvas, one time after the other.

    ``hw-1.py`` is the second ``hw.py``. What was handed in once stays; a learner's own ``part-1.py`` and ``part-2.py``,
    with no ``part.py``, are two files.

    Yields:
        Which time it was, from 1, and the files that then counted: their names, with what the learner called them.
    """
    versions: dict[str, dict[int, str]] = {}
    for name, called in files.items():
        found = re.fullmatch(_AGAIN, called)
        base, again = (found["stem"] + found["ending"], int(found["again"])) if found else (called, 0)
        while again in versions.get(base, {}):  # the one of the higher number in Canvas is the later one
            again += 1
        versions.setdefault(base, {})[again] = name
    own = [base for base, found in versions.items() if len(found) > 1 and 0 not in found]
    for base in own:
        versions |= {files[name]: {0: name} for name in versions.pop(base).values()}
    if all(len(found) == 1 for found in versions.values()):
        yield (
            1 + max(again for found in versions.values() for again in found),
            {name: base for base, found in versions.items() for name in found.values()},
        )
        return
    for time in sorted({again for found in versions.values() for again in found}):
        counted = {base: max((n for n in found if n <= time), default=-1) for base, found in versions.items()}
        yield time + 1, {versions[base][again]: base for base, again in counted.items() if again >= 0}


def _of_moodle(place: Place) -> Iterator[HandIn]:
    """A folder for each participant; or one full of files that begin as these folders are named."""
    theirs: dict[str, tuple[Learner, dict[str, str]]] = {}
    texts: list[tuple[str, HandIn]] = []  # typed into a field of Moodle's: they count where there is no file
    with_files: set[str] = set()
    for entry in place.entries:
        in_folder = re.fullmatch(_MOODLE_FOLDER, entry.name) if entry.kind == "folder" else None
        in_file = re.fullmatch(_MOODLE_FILE, entry.name) if entry.kind == "file" else None
        found = in_folder or in_file
        if found is None:
            if not is_the_instructors(entry.name):
                yield from _by_name(place, entry.name, entry.kind)
            continue
        learner = numbered("moodle", found["number"], found["name"])
        if in_folder is not None:
            hand_in = place.of_folder(entry.name, learner)
        elif found["kind"] == "file":
            theirs.setdefault(learner.key, (learner, {}))[1][entry.name] = found["file"]
            with_files.add(learner.key)
            continue
        else:
            hand_in = place.of_files({entry.name: found["file"]}, learner)
        if found["kind"] == "file":
            with_files.add(learner.key)
            yield hand_in
        else:
            texts.append((learner.key, hand_in))
    for learner, files in theirs.values():
        yield place.of_files(files, learner)
    yield from (hand_in for key, hand_in in texts if key not in with_files)


def _of_gradescope(place: Place) -> Iterator[HandIn]:
    """A folder for each submission, and a file that says whose; each of a group has handed it in."""
    data = place.read(METADATA, MOST_BYTES)
    known = read_metadata(data.decode("utf-8-sig", "replace"))
    for entry in place.entries:
        if entry.kind != "folder":
            if not is_the_instructors(entry.name):
                yield from _by_name(place, entry.name, entry.kind)
            continue
        about = known.get(entry.name)
        people = [  # without a number two of one name are told apart by what they handed in
            Learner(f"gradescope:{one.sid or one.email or entry.name}", clean_name(one.name), one.sid, email=one.email)
            for one in (about.submitters if about is not None else ())
        ]
        for learner in people or [Learner(f"gradescope:{entry.name}", entry.name)]:
            hand_in = place.of_folder(entry.name, learner)
            yield msgspec.structs.replace(hand_in, time=about.time if about is not None else "")


def _plain(place: Place, layout: str, roster: Roster | None, course: Course | None) -> Iterator[HandIn]:
    """Whatever lies in a folder, each by its name; clones are known by what is in them."""
    clones = []
    if place.index is None and layout in ("auto", "git"):
        clones = [name for name in place.folders if is_clone(place.path / name)]
    prefix = _assignment_of(clones)
    owners = {name: _whose(name, course) for name in place.files}
    files: dict[str, dict[str, str]] = {}
    for name, (learner, called) in owners.items():
        files.setdefault(learner, {})[name] = called
    for entry in place.entries:
        if entry.name in clones:
            yield _of_clone(place, entry.name, prefix, roster)
        elif entry.name in owners:  # with the first of a learner's files come the others
            yield from _of_files(place, owners[entry.name][0], files.pop(owners[entry.name][0], {}))
        elif entry.kind == "folder" and layout == "git":
            hand_in = place.of_folder(entry.name, named(entry.name))
            yield msgspec.structs.replace(hand_in, fault=f"{printable(entry.name)} is no clone: it lacks a .git.")
        elif entry.kind != "file":
            yield from _by_name(place, entry.name, entry.kind)


def _of_files(place: Place, learner: str, files: dict[str, str]) -> Iterator[HandIn]:
    """Files of one learner's: one hand-in, where they are named after exercises; else one each."""
    if files and len(set(files.values())) == len(files) and all(called != name for name, called in files.items()):
        yield place.of_files(files, named(learner))
    else:
        for name in files:
            yield from _by_name(place, name, "file", learner)


def _by_name(place: Place, name: str, kind: str, learner: str = "") -> Iterator[HandIn]:
    """Something that lies in a folder and is named after its learner."""
    shown = printable(name)
    if kind == "folder":
        yield place.of_folder(name, named(name))
        return
    hand_in = place.of_files({name: name}, named(learner or _stem(name)))
    if kind == "file" and is_archive(name) and place.index is None:  # opened where it lies
        hand_in = msgspec.structs.replace(hand_in, path=str(place.path / name), parts=())
    fault = ""
    if kind == "link":
        fault = f"{shown} is a link, and links are not followed. Put what it leads to in its place."
    elif kind != "file":
        fault = f"{shown} is a pipe, a socket or a device."
    elif name.lower().endswith(UNOPENED) and not is_archive(name):
        fault = f"{shown} is packed in a way that is not opened. Hand in a zip."
    yield msgspec.structs.replace(hand_in, fault=fault)


def _stem(name: str) -> str:
    return stem_of_archive(name) if is_archive(name) else Path(name).stem or name


def _whose(name: str, course: Course | None) -> tuple[str, str]:
    """Whose a file is that may be named after its exercise, too, and what it is called without their name.

    ``jane_linear.py`` and ``jane_train.py`` are Jane's.
    """
    stem, ending = Path(name).stem, Path(name).suffix
    if course is not None and ending in (".py", ".ipynb"):
        for exercise in sorted({e.name for e in course.exercises}, key=len, reverse=True):
            found = re.fullmatch(rf"(.+?)[-_. ]+{exercise}|{exercise}[-_. ]+(.+)", stem, re.IGNORECASE)
            if found:
                return clean_name(found[1] or found[2]), f"{exercise}{ending}"
    return clean_name(_stem(name)), name


def _assignment_of(clones: list[str]) -> str:
    """What the names of all clones begin with: ``hw5-`` of ``hw5-anna`` and ``hw5-anton``."""
    if len(clones) < 2:
        return ""
    words = [name.removesuffix(".git").split("-") for name in clones]
    same = 0
    while all(len(word) > same + 1 for word in words) and len({alike(word[same]) for word in words}) == 1:
        same += 1
    return "-".join(words[0][:same]) + "-" if same else ""


def _of_clone(place: Place, name: str, prefix: str, roster: Roster | None) -> HandIn:
    """A clone, named after the assignment and the login: ``hw5-jane-doe``."""
    bare = name.removesuffix(".git")
    words = bare.split("-")
    ends = ["-".join(words[place:]) for place in range(len(words))]
    logins = {alike(person.learner.login) for person in roster.people} if roster is not None else set()
    login = next((end for end in ends if alike(end) in logins), "") or bare[len(prefix) :]
    learner = Learner(key=f"login:{clean_name(login)}", name=clean_name(login), login=clean_name(login))
    hand_in = place.of_folder(name, learner)
    try:
        commit = head_of(place.path / name)
    except RefusedError as error:
        return msgspec.structs.replace(hand_in, fault=str(error))
    return msgspec.structs.replace(hand_in, commit=commit.hash, time=commit.time)


def is_one_hand_in(place: Place, course: Course, wrapped: int = 0) -> bool:
    """Whether a folder holds one learner's exercises, and not those of many.

    Args:
        place: the folder.
        course: knows what its units and exercises are called.
        wrapped: in how many folders they may be wrapped.
    """
    try:
        folders = place.folders
    except UsageError:  # closed to us
        return False
    units = {unit.name for unit in course.units} | {"exercises", "solutions"}
    exercises = {plain(exercise.name) for exercise in course.exercises}
    if units.intersection(folders) or any(
        plain(Path(name).stem) in exercises for name in place.files if name.endswith((".py", ".ipynb"))
    ):
        return True
    return wrapped > 0 and len(folders) == 1 and is_one_hand_in(place.inner(folders[0]), course, wrapped - 1)
