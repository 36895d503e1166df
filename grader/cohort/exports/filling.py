"""What platforms' files have in common: which line is whose, which scores are ready to be given, and what is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from grader.cohort.exports.class_grades import ClassGrades, number
from grader.cohort.grades import State
from grader.cohort.people import described, listed, plain_name
from grader.cohort.records import LearnerRow
from grader.names import printable

_MOST_NAMED = 8

Known = Callable[[LearnerRow], Iterable[str]]


class Filled(msgspec.Struct, frozen=True):
    """A platform's file, filled in.

    Attributes:
        content: the file.
        scores: how many were filled in.
        notes: what an instructor should know, a sentence or two each.
    """

    content: bytes
    scores: int
    notes: tuple[str, ...]


class Matched(msgspec.Struct, frozen=True):
    """Whose each line is.

    Attributes:
        learners: by line.
        ambiguous: lines that may be of several learners, with these.
        strangers: lines that are nobody's.
        absent: learners without a line.
    """

    learners: Mapping[int, LearnerRow]
    ambiguous: Mapping[int, Sequence[LearnerRow]]
    strangers: Sequence[int]
    absent: Sequence[LearnerRow]


def match(lines: Mapping[int, Sequence[str]], ways: Sequence[Known], learners: Sequence[LearnerRow]) -> Matched:
    """Find whose each line is.

    Args:
        lines: what each line says of a learner, the surest first; empty where it does not say.
        ways: how the learners are known by each of these.
        learners: of the gradebook.
    """
    tables: list[dict[str, list[LearnerRow]]] = []
    for known in ways:
        table: dict[str, list[LearnerRow]] = defaultdict(list)
        for learner in learners:
            for name in {plain_name(text) for text in known(learner) if text}:
                table[name].append(learner)
        tables.append(table)
    found: dict[int, tuple[int, list[LearnerRow]]] = {}
    for line, names in lines.items():
        for level, (name, table) in enumerate(zip(names, tables, strict=True)):
            if name and (meant := table.get(plain_name(name))):
                found[line] = (level, meant)
                break
    surest: dict[int, int] = {}  # a number that is one learner's here and another's there is the surer one's
    for level, meant in found.values():
        for learner in meant:
            surest[learner.id] = min(level, surest.get(learner.id, level))
    ours = {line: [who for who in meant if surest[who.id] == level] for line, (level, meant) in found.items()}
    taken = {learner.id for meant in ours.values() for learner in meant}
    return Matched(
        learners={line: meant[0] for line, meant in ours.items() if len(meant) == 1},
        ambiguous={line: meant for line, meant in ours.items() if len(meant) > 1},
        strangers=[line for line in lines if not ours.get(line)],
        absent=[learner for learner in learners if learner.id not in taken],
    )


class Scores:
    """The scores that are ready to be given; of the others it is told why they are not.

    Args:
        grades: of the class.
        zeros: whether who has handed in nothing gets 0.
    """

    def __init__(self, grades: ClassGrades, *, zeros: bool) -> None:
        self._grades, self._zeros = grades, zeros
        self._left: dict[State, list[LearnerRow]] = defaultdict(list)
        self.given = 0

    def of(self, learner: LearnerRow) -> str:
        """A learner's score; empty where there is none to give."""
        state = self._grades.state(learner)
        if state in (State.FAULT, State.OPEN) or (state is State.NOTHING and not self._zeros):
            self._left[state].append(learner)
            return ""
        self.given += 1
        return number(self._grades.total(learner)[0])

    def notes(self) -> list[str]:
        """Whose were left as they are."""
        left, said = self._left, []
        if left[State.NOTHING]:
            who = listed(left[State.NOTHING])
            said.append(f"Handed in nothing, and left as they are (with --zeros they get 0): {who}.")
        if left[State.FAULT]:
            said.append(f"Could not be graded, and left as they are: {listed(left[State.FAULT])}.")
        if left[State.OPEN]:
            said.append(f"Not graded yet, and left as they are: {listed(left[State.OPEN])}.")
        return said


def about_lines(matched: Matched, shown: Callable[[int], str], file: str, grades: ClassGrades) -> list[str]:
    """What is said of lines and learners that do not belong together."""
    said = []
    for line, meant in matched.ambiguous.items():
        said.append(f"{shown(line)} in {file} may be any of these, and is left as it is: {listed(meant)}.")
    absent = [learner for learner in matched.absent if grades.state(learner) is not State.NOTHING]
    if absent:
        said.append(
            f"In the gradebook, and not in {file}: {'; '.join(map(described, absent[:_MOST_NAMED]))}{_more(absent)}."
        )
    if matched.strangers:
        names = "; ".join(shown(line) for line in matched.strangers[:_MOST_NAMED])
        said.append(f"In {file}, and not in the gradebook: {names}{_more(matched.strangers)}.")
    return said


def about_maximum(grades: ClassGrades, theirs: str, named: str) -> list[str]:
    """What is said where the platform's maximum is another than the units have."""
    try:
        of = float(theirs.replace(",", ".").strip())
    except ValueError:
        return [f"{named} is {printable(theirs, 40)!r}: whether scores fit it is not known."] if theirs.strip() else []
    ours = max((grades.total(learner)[1] for learner in grades.learners), default=of)
    if abs(ours - of) < 1e-6:
        return []
    advice = "`maximum` in cohort.toml scales a unit to what you write there."
    return [f"{named} is {number(of)}, and {' + '.join(grades.units)} has {number(ours)}. {advice}"]


def _more(items: Sequence[object]) -> str:
    return f"; and {len(items) - _MOST_NAMED} more" if len(items) > _MOST_NAMED else ""
