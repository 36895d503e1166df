"""Wrong answers without a name, by what they answer: the largest groups are candidates for the bank."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from grader.cohort.gradebook import Gradebook
from grader.cohort.overview.examples import Example, Told, example, told
from grader.cohort.overview.forms import OTHER, answer_form, sentence_form
from grader.cohort.overview.mistakes import bodies_of
from grader.cohort.overview.people import Person, sources_of
from grader.cohort.records import HandInRow, LearnerRow

_MOST = 60  # groups that are told
_MOST_PEOPLE = 5  # of a group, whose code an author would read
_MOST_LAWS = 3
_LOOKED_AT = 5


class Cluster(msgspec.Struct, frozen=True):
    """Wrong answers that are alike: the same checks fail, with the same words, on the same answer.

    Attributes:
        demands: what the checks demand that fail.
        headline: what is wrong with the first, without numbers; of an exception without names either.
        answer: what was answered, by what is expected.
        laws: what was found out about the answer, without numbers.
        silent: whether no check got an answer, and all for one reason: a file that cannot be read, say.
        learners: how many.
        tried: of how many who tried the exercise.
        people: some of them.
        example: one of them.
    """

    exercise: str
    demands: tuple[str, ...]
    headline: str
    answer: str
    laws: tuple[str, ...]
    silent: bool
    learners: int
    tried: int
    people: tuple[Person, ...]
    example: Example


class Clusters(msgspec.Struct, frozen=True):
    """The largest groups, and how many groups and learners' answers are left out."""

    told: tuple[Cluster, ...] = ()
    left_groups: int = 0
    left_answers: int = 0


class _Wrong(msgspec.Struct, frozen=True):
    """A grading that failed for no known reason; `first` is the check that fails first."""

    exercise: str
    learner: int
    content: str
    first: int
    verdict: str
    silent: bool
    demands: tuple[str, ...]


_Key = tuple[str, tuple[str, ...], str, str, tuple[str, ...]]


def clusters_of(
    book: Gradebook,
    ids: str,
    people: Mapping[int, LearnerRow],
    tried: Mapping[str, int],
    hand_ins: Sequence[HandInRow],
) -> Clusters:
    """Group the gradings in which something is wrong and no misconception was found.

    A crash, a time-out or what is forbidden says itself what it is, and so does a file that is not there.

    Args:
        book: the gradebook.
        ids: the gradings, as a list in JSON.
        people: the learners.
        tried: how many tried each exercise.
        hand_ins: where each content came from.
    """
    wrong = _wrong(book, ids)
    bodies = bodies_of(book, [one.first for one in wrong])
    groups: dict[_Key, list[tuple[_Wrong, Told]]] = defaultdict(list)
    for one in wrong:
        failure = told(bodies[one.first]) if one.first in bodies else None
        failure = failure or Told("")
        groups[_key(one, failure)].append((one, failure))
    ordered = sorted(groups.items(), key=lambda item: (item[1][0][0].silent, -len(item[1]), item[0]))
    sources = sources_of(hand_ins)
    return Clusters(
        tuple(_cluster(key, those, people, tried, sources) for key, those in ordered[:_MOST]),
        len(ordered[_MOST:]),
        sum(len(those) for _, those in ordered[_MOST:]),
    )


def _wrong(book: Gradebook, ids: str) -> list[_Wrong]:
    words = """
        SELECT grading, exercise, learner, content, result.id AS result, verdict, demand,
            (
                SELECT count(*) > 1 AND min(verdict = 'raised') AND count(DISTINCT headline) = 1
                FROM result AS each WHERE each.grading = grading.id
            ) AS silent
        FROM result JOIN grading ON grading.id = result.grading
        WHERE verdict IN ('failed', 'raised', 'broke protocol') AND NOT bonus AND state = 'done'
        AND grading IN (SELECT value FROM json_each(?))
        AND grading NOT IN (
            SELECT grading FROM finding JOIN result ON result.id = finding.result WHERE kind = 'misconception'
        )
        ORDER BY grading, place
    """
    checks: dict[int, list[Mapping[str, object]]] = defaultdict(list)
    for row in book.query(words, ids):
        checks[row["grading"]].append(dict(row))
    return [
        msgspec.convert(
            {**those[0], "first": those[0]["result"], "demands": tuple(str(check["demand"]) for check in those)},
            _Wrong,
            strict=False,
        )
        for those in checks.values()
    ]


def _key(one: _Wrong, failure: Told) -> _Key:
    """What must be the same. A law is found on some inputs and not on others: it parts what nothing else would."""
    headline = sentence_form(failure.headline, names=one.verdict == "raised")
    answer = answer_form(failure.counterexample)
    laws = _laws(failure) if not answer or answer.startswith(OTHER) else ()
    return one.exercise, one.demands, headline, answer, laws


def _laws(failure: Told) -> tuple[str, ...]:
    return tuple(sentence_form(finding.text) for finding in failure.findings)


def _cluster(
    key: _Key,
    those: Sequence[tuple[_Wrong, Told]],
    people: Mapping[int, LearnerRow],
    tried: Mapping[str, int],
    sources: Mapping[tuple[int, str], str],
) -> Cluster:
    exercise, demands, headline, answer, _ = key
    laws = Counter(law for _, failure in those for law in _laws(failure))
    shown = [example(failure, one.demands[0], people[one.learner]) for one, failure in those[:_LOOKED_AT]]
    return Cluster(
        exercise=exercise,
        demands=demands,
        headline=headline,
        answer=answer,
        silent=those[0][0].silent,
        laws=tuple(law for law, _ in laws.most_common(_MOST_LAWS)),
        learners=len(those),
        tried=max(tried.get(exercise, 0), len(those)),
        people=tuple(
            Person.of(people[one.learner], sources.get((one.learner, one.content), ""))
            for one, _ in those[:_MOST_PEOPLE]
        ),
        example=min(shown, key=lambda each: each.size),
    )
