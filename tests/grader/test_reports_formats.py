"""JSON, its schema, JUnit XML and the kill matrix."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest
from reports_samples import EVERY, EVIL, SAMPLES, WAITS, one
from rich.console import Console

from grader.reports import from_json, to_json
from grader.reports.junit import to_junit
from grader.reports.lines import cell_width
from grader.reports.matrix import Fate, Matrix, MatrixTable, Row, matrix_text
from grader.reports.model import Status, Verdict
from grader.reports.schema import report_schema, schema_text

DOCS = Path(__file__).parents[2] / "docs"


# JSON


def test_json(golden):
    golden("report_every.json", to_json(EVERY).decode())


@pytest.mark.parametrize("sample", [name for name in SAMPLES if name != "evil"])
def test_json_reads_back_as_the_same_report(sample):
    assert from_json(to_json(SAMPLES[sample])) == SAMPLES[sample]


def test_json_of_a_hostile_report_is_printable_and_stable():
    document = to_json(EVIL)
    assert document.decode().replace("\n", "").isprintable()
    again = from_json(document)  # lone surrogates have become their escapes, the rest is as it was
    assert to_json(again) == document
    assert again.exercises[0].checks[0].failure.findings[0].text.startswith("[bold green]passed[/] :tada: \x1b[2K")
    assert "\u202egnp.exe" in again.exercises[0].notes[0]


def test_json_holds_what_follows_from_the_checks():
    document = json.loads(to_json(EVERY))
    assert (document["earned"], document["points"], document["exit_code"]) == (8, 38.5, 3)
    assert [exercise["status"] for exercise in document["exercises"]] == [str(e.status) for e in EVERY.exercises]
    assert document["exercises"][1]["earned"] == 3
    assert [check["earned"] for check in document["exercises"][1]["checks"]] == [1, 0, 1, 1]


def test_json_counts_a_bonus_apart():
    document = json.loads(to_json(WAITS))
    sums = ("earned", "points", "bonus_earned", "bonus_points")
    assert [document[key] for key in sums] == [4, 13, 1, 7]
    assert [document["exercises"][0][key] for key in sums] == [3, 3, 1, 3]
    assert [check["waits_for"] for check in document["exercises"][1]["checks"]][2:6] == [
        *("test_step", "test_step", "", "test_rate")
    ]


def test_json_of_another_version_is_refused():
    document = to_json(EVERY).replace(b"report/v1", b"report/v2")
    with pytest.raises(msgspec.ValidationError, match="report/v2"):
        from_json(document)


def test_schema_file_is_current():
    text = (DOCS / "report.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(), "write it anew: python -m grader.reports.schema docs/report.schema.json"


@pytest.mark.parametrize("sample", SAMPLES)
def test_json_has_the_keys_of_the_schema(sample):
    schema = report_schema()

    def agree(node, rule):
        if "$ref" in rule:
            rule = schema["$defs"][rule["$ref"].rpartition("/")[2]]
        if "discriminator" in rule:
            agree(node, {"$ref": rule["discriminator"]["mapping"][node["type"]]})
        elif "anyOf" in rule:
            rule = next(r for r in rule["anyOf"] if (r.get("type") == "null") == (node is None))
            agree(node, rule)
        elif rule.get("type") == "object":
            assert set(node) == set(rule["properties"]) == set(rule["required"])
            for key, value in node.items():
                agree(value, rule["properties"][key])
        elif rule.get("type") == "array" and rule["items"]:
            for item in node:
                agree(item, rule["items"])
        elif "enum" in rule:
            assert node in rule["enum"]

    agree(json.loads(to_json(SAMPLES[sample])), schema)


# JUnit


def test_junit(golden):
    golden("report_every.xml", to_junit(EVERY).decode())


def test_junit_counts():
    root = ET.fromstring(to_junit(EVERY))
    cases = list(root.iter("testcase"))
    assert int(root.get("tests")) == len(cases)
    for attribute, tag in (("failures", "failure"), ("errors", "error")):
        assert int(root.get(attribute)) == sum(int(suite.get(attribute)) for suite in root)
        assert int(root.get(attribute)) == len(list(root.iter(tag)))
    assert {p.get("name"): p.get("value") for p in root[0].iter("property")} == {
        "seed": "8123",
        "isolation": "partial (no Landlock (it takes Linux 5.13), no user namespaces)",
        "status": "passed",
        "points": "4",
        "earned": "4",
        "complete": "false",
    }


def test_junit_skips_what_waits_and_a_bonus_that_was_not_earned():
    train, fit, codec = ET.fromstring(to_junit(WAITS))
    assert (train.get("failures"), train.get("skipped")) == ("0", "1")
    assert [case.get("message") for case in train.iter("skipped")] == [
        "a bonus that was not earned: 1,000 merges take 41 s; 10 s are allowed."
    ]
    assert (fit.get("failures"), fit.get("skipped")) == ("2", "5")
    assert "Not run: it waits for “The rate falls as a cosine.”" in [s.get("message") for s in fit.iter("skipped")]
    assert (codec.get("failures"), codec.get("skipped")) == ("2", "1")
    properties = {p.get("name"): p.get("value") for p in train.iter("property")}
    assert (properties["points"], properties["bonus points"], properties["bonus earned"]) == ("3", "3", "1")


@pytest.mark.parametrize(
    ("verdict", "tag"),
    [
        (Verdict.PASSED, None),
        (Verdict.FAILED, "failure"),
        (Verdict.FORBIDDEN, "failure"),
        (Verdict.RAISED, "failure"),
        (Verdict.MISSING, "failure"),
        (Verdict.NOT_STARTED, "failure"),
        (Verdict.TIMEOUT, "failure"),
        (Verdict.CRASHED, "failure"),
        (Verdict.BROKE_PROTOCOL, "failure"),
        (Verdict.BLOCKED, "skipped"),
        (Verdict.GRADER_FAULT, "error"),
    ],
)
def test_junit_of_each_verdict(verdict, tag):
    case = next(ET.fromstring(to_junit(one(verdict))).iter("testcase"))
    assert [child.tag for child in case] == ([tag] if tag else [])
    if tag in {"failure", "error"}:
        assert case[0].get("type") == verdict.value
        assert case[0].get("message") == f"The headline of {verdict}."


def test_junit_of_a_hostile_report_parses():
    root = ET.fromstring(to_junit(EVIL))
    failure = next(root.iter("failure"))
    assert "</failure>]]>" in failure.text
    assert failure.text.replace("\n", "").isprintable()


# The kill matrix


def matrix(n_checks: int) -> Matrix:
    def row(name: str, *outcomes: Fate, exercise: str = "lecture5.atomic") -> Row:
        filled = [*outcomes, *[Fate.SURVIVED] * n_checks][:n_checks]
        return Row(name, exercise, {f"test_{i}": outcome for i, outcome in enumerate(filled, 1)})

    return Matrix(
        (
            row("no-mean", Fate.NAMED, Fate.KILLED),
            row("the-one-hot-is-subtracted-after-the-mean-over-the-batch"),
            row("sign", Fate.KILLED),
            row("transpose", Fate.NAMED, Fate.SURVIVED, Fate.MISNAMED),
            Row("no-mean", "lecture5.linear", {"test_a": Fate.NAMED}),
        )
    )


@pytest.mark.parametrize(("n_checks", "width"), [(5, 80), (26, 80), (26, 60), (60, 80)])
def test_matrix(golden, n_checks, width):
    golden(f"matrix_{n_checks}_{width}.txt", matrix_text(matrix(n_checks), width=width))


def test_matrix_in_ascii(golden):
    text = matrix_text(matrix(5), ascii_only=True)
    assert text.isascii()
    golden("matrix_5_80_ascii.txt", text)


@pytest.mark.parametrize("width", [50, 60, 80, 120])
@pytest.mark.parametrize("n_checks", [1, 4, 5, 9, 10, 26, 60, 120])
def test_matrix_fits_and_shows_every_outcome(n_checks, width):
    shown = matrix(n_checks)
    text = matrix_text(shown, width=width)
    assert all(cell_width(line) <= width for line in text.splitlines())
    above = text.partition("● rejected")[0]
    outcomes = [outcome for row in shown.rows for outcome in row.outcomes.values()]
    for mark, outcome in (("●", Fate.NAMED), ("○", Fate.KILLED), ("✗", Fate.MISNAMED)):
        assert above.count(mark) == outcomes.count(outcome)
    assert above.count("·") == outcomes.count(Fate.SURVIVED)


def test_matrix_verdicts():
    shown = matrix(5)
    assert [row.verdict for row in shown.rows] == [
        Fate.NAMED,
        Fate.SURVIVED,
        Fate.KILLED,
        Fate.MISNAMED,
        Fate.NAMED,
    ]
    assert len(shown.faulty) == 3
    assert shown.idle("lecture5.atomic") == ("test_4", "test_5")


def test_an_empty_matrix_is_no_error():
    assert "0 of 0" in matrix_text(Matrix())
    assert "nothing" in matrix_text(Matrix((Row("nothing", "lecture5.one", {}),)))
    Console(file=io.StringIO()).print(MatrixTable(Matrix()))


def test_status_of_the_samples():
    assert [exercise.status for exercise in EVERY.exercises] == [
        Status.PASSED,
        Status.FAILED,
        Status.FAILED,
        Status.NOT_STARTED,
        Status.BLOCKED,
        Status.FAILED,
        Status.GRADER_FAULT,
    ]
