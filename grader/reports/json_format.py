"""The report as JSON, for programs: `schema` describes it, and it reads back as the same report."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from grader.reports.model import CheckResult, ExerciseResult, Report
from grader.reports.text import escape_json

# A line end is no part of a string in JSON, so this finds arrays of numbers only: a matrix takes a line a row.
_NUMBERS = re.compile(r"\[\n\s+((?:-?[\d.eE+-]+|null)(?:,\n\s+(?:-?[\d.eE+-]+|null))*)\n\s+\]")


def to_json(report: Report) -> bytes:
    """Encode a report, indented, with what follows from it.

    The derived ``status``, ``points`` and ``earned``, of a bonus too, stand in the file so that no reader has to know
    how they are computed; `from_json` computes them again.

    Returns:
        UTF-8, one document, a line end at its end. Keys keep the order of the structs; whatever does not
        print is escaped.
    """
    return encoded_json(_document(report))


def encoded_json(document: Any) -> bytes:
    """Encode a document, indented; whatever does not print is escaped."""
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:  # a path whose bytes were no UTF-8 holds lone surrogates
        encoded = msgspec.json.encode(_without_surrogates(document))
    text = _NUMBERS.sub(_on_one_line, msgspec.json.format(encoded, indent=2).decode())
    return escape_json(text).encode() + b"\n"


def _on_one_line(match: re.Match[str]) -> str:
    return "[" + " ".join(match[1].split()) + "]"


def from_json(document: bytes | str) -> Report:
    """Decode what `to_json` wrote.

    Raises:
        msgspec.ValidationError: the document is no report, or one of another version; the message says which.
        msgspec.DecodeError: the document is no JSON.
    """
    report = msgspec.json.decode(document, type=Report)
    ours = Report(seed=0, isolation=report.isolation).schema
    if report.schema != ours:
        raise msgspec.ValidationError(f"the report is a {report.schema!r}, and this gradlings reads {ours!r}")
    return report


def _document(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(report)
    document["exercises"] = [_exercise(exercise) for exercise in report.exercises]
    return {
        "schema": document.pop("schema"),
        "points": float(report.points),
        "earned": float(report.earned),
        "bonus_points": float(report.bonus_points),
        "bonus_earned": float(report.bonus_earned),
        "exit_code": report.exit_code,
        **document,
    }


def _exercise(exercise: ExerciseResult) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(exercise)
    checks = [_check(check) for check in exercise.checks]
    return {
        "exercise": document.pop("exercise"),
        "status": exercise.status.value,
        "points": float(exercise.points),
        "earned": float(exercise.earned),
        "bonus_points": float(exercise.bonus_points),
        "bonus_earned": float(exercise.bonus_earned),
        **document,
        "checks": checks,
    }


def _check(check: CheckResult) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(check)
    # Floats also where whole numbers were put in, so that a report read back is the same document.
    numbers = {"points": float(check.points), "seconds": float(check.seconds), "earned": float(check.earned)}
    return {**document, **numbers}


def _without_surrogates(node: Any) -> Any:
    match node:
        case str():
            return node.encode(errors="backslashreplace").decode()
        case dict():
            return {key: _without_surrogates(value) for key, value in node.items()}
        case list() | tuple():
            return [_without_surrogates(item) for item in node]
        case _:
            return node
