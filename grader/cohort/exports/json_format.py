"""The grades as JSON, for programs; `docs/grades.schema.json` describes it.

``python -m grader.cohort.exports.json_format docs/grades.schema.json`` writes that after the structs have changed.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from grader.cohort.exports.class_grades import ClassGrades
from grader.cohort.grades import Grade, State
from grader.cohort.records import HandInRow
from grader.reports.text import escape_json


class LearnerGrades(msgspec.Struct, frozen=True):
    """A learner.

    Attributes:
        key: who it is in the gradebook.
        state: how far all grades are ones.
        total: the final score over the units.
        maximum: of so much.
        units: a grade a unit.
        hand_ins: what was handed in.
    """

    key: str
    name: str
    number: str
    login: str
    email: str
    section: str
    enrolled: bool
    state: State
    total: float
    maximum: float
    units: tuple[Grade, ...]
    hand_ins: tuple[HandInRow, ...]


class GradesDocument(msgspec.Struct, frozen=True):
    """The grades of a class.

    Attributes:
        units: their names, in order.
        policies: the file that they were made by; empty where points are all that counts.
    """

    units: tuple[str, ...]
    policies: str
    learners: tuple[LearnerGrades, ...]
    schema: str = "gradlings/grades/v1"


def to_json(grades: ClassGrades) -> bytes:
    """Encode the grades; whatever does not print is escaped.

    Returns:
        UTF-8, one document, indented, a line end at its end.
    """
    learners = []
    for learner in grades.learners:
        total, maximum = grades.total(learner)
        learners.append(
            LearnerGrades(
                key=learner.key,
                name=learner.name,
                number=learner.number,
                login=learner.login,
                email=learner.email,
                section=learner.section,
                enrolled=learner.enrolled,
                state=grades.state(learner),
                total=total,
                maximum=maximum,
                units=tuple(grades.grades[learner.id]),
                hand_ins=tuple(grades.of_learner[learner.id]),
            )
        )
    document = GradesDocument(grades.units, grades.policies.file, tuple(learners))
    return escape_json(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()).encode() + b"\n"


def grades_schema() -> dict[str, Any]:
    """The JSON Schema of what `to_json` writes: no key is ever left out."""
    schema = msgspec.json.schema(GradesDocument)
    for struct in schema["$defs"].values():
        struct["description"] = inspect.cleandoc(struct["description"])
        if "properties" in struct:
            struct["required"] = list(struct["properties"])
    version = schema["$defs"]["GradesDocument"]["properties"]["schema"]
    version["const"] = version["default"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": version["const"],
        "title": "The grades of a class, of gradlings",
        **schema,
    }


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(grades_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
