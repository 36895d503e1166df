"""The JSON Schema of a report, published as ``docs/report.schema.json``.

``python -m grader.reports.schema docs/report.schema.json`` writes it after the structs have changed.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from grader.reports.model import Report, Status

# What `to_json` adds to the structs' own fields: struct, key, its schema.
_DERIVED: dict[str, dict[str, dict[str, Any]]] = {
    "Report": {
        "points": {"type": "number", "description": "The points that could be earned."},
        "earned": {"type": "number", "description": "The points that were earned."},
        "bonus_points": {"type": "number", "description": "The points that could be earned besides."},
        "bonus_earned": {"type": "number", "description": "The points that were earned besides."},
        "exit_code": {
            "enum": [0, 1, 2, 3],
            "description": "0 all passed, 1 something failed, 2 nothing could be graded, 3 the grader failed.",
        },
    },
    "ExerciseResult": {
        "status": {"enum": [status.value for status in Status], "description": "How the exercise stands."},
        "points": {"type": "number", "description": "The points that could be earned."},
        "earned": {"type": "number", "description": "The points that were earned."},
        "bonus_points": {"type": "number", "description": "The points that could be earned besides."},
        "bonus_earned": {"type": "number", "description": "The points that were earned besides."},
    },
    "CheckResult": {
        "earned": {"type": "number", "description": "The points that were earned: all or none."},
    },
}


def report_schema() -> dict[str, Any]:
    """The schema of what `to_json` writes: every key that is always there is required."""
    schema = msgspec.json.schema(Report)
    for name, struct in schema["$defs"].items():
        struct["description"] = inspect.cleandoc(struct["description"])
        if "properties" not in struct:  # an enum
            continue
        # msgspec requires what has no default, as a decoder must; `to_json` leaves no key out.
        struct["properties"] |= _DERIVED.get(name, {})
        struct["required"] = list(struct["properties"])
    version = schema["$defs"]["Report"]["properties"]["schema"]
    version["const"] = version["default"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": version["const"],
        "title": "A report of gradlings",
        **schema,
    }


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
