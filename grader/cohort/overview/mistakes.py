"""What learners got wrong that has a name: misconceptions of the bank, crashes and time-outs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from grader.cohort.gradebook import Gradebook
from grader.cohort.overview.examples import Example, anonymous, example, told
from grader.cohort.overview.forms import sentence_form
from grader.cohort.overview.people import Person, sources_of
from grader.cohort.records import HandInRow, LearnerRow

_LOOKED_AT = 5  # failures of which the shortest is the example


class Mistake(msgspec.Struct, frozen=True):
    """A misconception that was found.

    Attributes:
        name: what the bank calls it.
        sentence: the bank's, to the learner.
        learners: how many have it.
        tried: of how many who tried the exercise.
        example: one of them.
    """

    exercise: str
    name: str
    sentence: str
    learners: int
    tried: int
    example: Example | None


class Stop(msgspec.Struct, frozen=True):
    """A crash or a time-out, and whose code it was.

    Attributes:
        verdict: ``crashed`` or ``timeout``.
        headline: what happened, of one of them.
        demands: what the checks demand in which it happened.
    """

    exercise: str
    verdict: str
    headline: str
    demands: tuple[str, ...]
    people: tuple[Person, ...]


def mistakes_of(
    book: Gradebook, ids: str, people: Mapping[int, LearnerRow], tried: Mapping[str, int]
) -> tuple[Mistake, ...]:
    """The misconceptions that were found in gradings, those of most learners first.

    Args:
        book: the gradebook.
        ids: the gradings, as a list in JSON.
        people: the learners.
        tried: how many tried each exercise.
    """
    words = """
        SELECT exercise, learner, finding.name, finding.text, result.id AS result, demand
        FROM finding JOIN result ON result.id = finding.result JOIN grading ON grading.id = result.grading
        WHERE kind = 'misconception' AND grading IN (SELECT value FROM json_each(?)) ORDER BY result.id
    """
    learners: dict[tuple[str, str], set[int]] = defaultdict(set)
    sentences: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    failures: dict[tuple[str, str], list[tuple[int, str, int]]] = defaultdict(list)
    for row in book.query(words, ids):
        key = (row["exercise"], row["name"] or row["text"])
        if row["learner"] not in learners[key] and len(failures[key]) < _LOOKED_AT:
            failures[key].append((row["result"], row["demand"], row["learner"]))
        learners[key].add(row["learner"])
        sentences[key][row["text"]] += 1  # arguments are called as the learner calls them: most do as the stub
    bodies = bodies_of(book, [result for those in failures.values() for result, *_ in those])
    found = [
        Mistake(
            exercise=key[0],
            name=key[1],
            sentence=sentences[key].most_common(1)[0][0],
            learners=len(whose),
            tried=max(tried.get(key[0], 0), len(whose)),
            example=_shortest(failures[key], bodies, people),
        )
        for key, whose in learners.items()
    ]
    return tuple(sorted(found, key=lambda mistake: (-mistake.learners, mistake.exercise, mistake.name)))


def bodies_of(book: Gradebook, results: Sequence[int]) -> dict[int, bytes]:
    """What is kept of some checks."""
    ids = msgspec.json.encode(results).decode()
    words = "SELECT id, body FROM result WHERE body IS NOT NULL AND id IN (SELECT value FROM json_each(?))"
    return {row["id"]: row["body"] for row in book.query(words, ids)}


def _shortest(
    failures: Sequence[tuple[int, str, int]], bodies: Mapping[int, bytes], people: Mapping[int, LearnerRow]
) -> Example | None:
    """Of some failures the one that is read fastest; one with values before all others."""
    shown = [
        example(failure, demand, people[learner])
        for result, demand, learner in failures
        if result in bodies and (failure := told(bodies[result])) is not None
    ]
    return min(shown, key=lambda one: (not one.yours, one.size), default=None)


def stops_of(
    book: Gradebook, ids: str, people: Mapping[int, LearnerRow], hand_ins: Sequence[HandInRow]
) -> tuple[Stop, ...]:
    """The crashes and time-outs in gradings, those of most learners first."""
    words = """
        SELECT exercise, learner, content, verdict, headline, demand
        FROM result JOIN grading ON grading.id = result.grading
        WHERE verdict IN ('timeout', 'crashed') AND grading IN (SELECT value FROM json_each(?)) ORDER BY result.id
    """
    sources = sources_of(hand_ins)
    whose: dict[tuple[str, str, str], dict[int, str]] = defaultdict(dict)
    headlines: dict[tuple[str, str, str], str] = {}
    demands: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for row in book.query(words, ids):
        key = (row["exercise"], row["verdict"], sentence_form(row["headline"]))
        whose[key].setdefault(row["learner"], row["content"])
        demands[key][row["demand"]] = None
        if key not in headlines:
            headlines[key] = anonymous(row["headline"], people[row["learner"]])
    found = [
        Stop(
            exercise=key[0],
            verdict=key[1],
            headline=headlines[key],
            demands=tuple(demands[key]),
            people=tuple(Person.of(people[one], sources.get((one, content), "")) for one, content in those.items()),
        )
        for key, those in whose.items()
    ]
    return tuple(sorted(found, key=lambda stop: (-len(stop.people), stop.exercise, stop.verdict, stop.headline)))
