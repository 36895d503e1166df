"""What a run found (`model`) and its renderings.

Only what is cheap to import stands here. The renderings for a terminal need rich and are imported by
those who print: `grader.reports.terminal`, `grader.reports.matrix`.
"""

from __future__ import annotations

from grader.reports.json_format import from_json, to_json
from grader.reports.model import (
    CheckResult,
    Counterexample,
    Curve,
    Environment,
    ErrorMap,
    ExerciseResult,
    Failure,
    Finding,
    Frame,
    Isolation,
    Level,
    Report,
    Series,
    Status,
    Value,
    Verdict,
    Visibility,
    WeightMap,
)
from grader.reports.text import sanitize

__all__ = [
    "CheckResult",
    "Counterexample",
    "Curve",
    "Environment",
    "ErrorMap",
    "ExerciseResult",
    "Failure",
    "Finding",
    "Frame",
    "Isolation",
    "Level",
    "Report",
    "Series",
    "Status",
    "Value",
    "Verdict",
    "Visibility",
    "WeightMap",
    "from_json",
    "sanitize",
    "to_json",
]
