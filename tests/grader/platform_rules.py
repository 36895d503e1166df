"""What each platform demands of its file: the schemas in schemas/, and the rules that no schema can state."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import msgspec
from lxml import etree
from markdown_it import MarkdownIt

from grader.reports import from_json
from grader.reports.schema import report_schema

SCHEMAS = Path(__file__).parent / "schemas"
FILES = {
    "json": "report.json",
    "junit": "junit.xml",
    "xunit": "xunit.xml",
    "markdown": "summary.md",
    "gradescope": "results/results.json",
    "classroom50": "result.json",
    "prairielearn": "prairielearn.json",
    "exercism": "exercism.json",
    "check50": "check50.json",
    "gitlab": "gl-code-quality.json",
}
CLASSROOM = {
    "CLASSROOM": "cs-50",
    "ASSIGNMENT": "lecture5",
    "SUBMISSION_TAG": "submit/2026-01-02T03-04-05Z-abc",
    "COMMIT_URL": "https://github.com/o/r/commit/1",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/1",
}


def validated(name, document):
    """The document, read; whatever its platform would not take fails."""
    text = document.decode("utf-8")
    assert text.replace("\n", "").isprintable()
    if name in ("junit", "xunit"):
        root = etree.fromstring(document)
        etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd")).assertValid(root)
        return root
    if name == "markdown":
        assert len(text) < 65_536  # a comment of GitHub's
        return markdown_tokens(text)
    read = json.loads(document, parse_constant=lambda word: 1 / 0)  # NaN is no JSON
    schema = report_schema() if name == "json" else json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(read)
    _BEYOND.get(name, lambda _: None)(read)
    return read


def _of_the_report(read):
    from_json(msgspec.json.encode(read))


def _of_classroom50(read):
    assert not any(isinstance(value, bool) for test in read["tests"] for value in (test["score"], test["max-score"]))
    assert all(test["score"] <= test["max-score"] for test in read["tests"])
    assert read["score"] <= read["max-score"]
    assert read["score"] == sum(test["score"] for test in read["tests"])


def _of_gradescope(read):
    scored = [test for test in read["tests"] if "score" in test]
    assert abs(read["score"] - sum(test["score"] for test in scored)) < 1e-3
    assert all((test["status"] == "passed") == (test["score"] == test["max_score"]) for test in scored)
    assert len({test["number"] for test in read["tests"]}) == len(read["tests"])


def _of_prairielearn(read):
    assert len(json.dumps(read)) <= 1_000_000


def _of_exercism(read):
    tasks = [test["task_id"] for test in read.get("tests", ())]
    assert tasks == sorted(tasks)


def _of_check50(read):
    names = [result["name"] for result in read.get("results", ())]
    assert len(set(names)) == len(names)
    assert {result["dependency"] for result in read.get("results", ())} <= {None, *names}


def _of_gitlab(read):
    prints = [issue["fingerprint"] for issue in read]
    assert len(set(prints)) == len(prints)


_BEYOND = {
    "json": _of_the_report,
    "classroom50": _of_classroom50,
    "gradescope": _of_gradescope,
    "prairielearn": _of_prairielearn,
    "exercism": _of_exercism,
    "check50": _of_check50,
    "gitlab": _of_gitlab,
}


def markdown_tokens(text):
    """Every token of a Markdown text, those inside of lines too."""
    flat = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        flat += [token, *(token.children or ())]
    return flat


def commands_in(log):
    """What the runner of GitHub takes for commands in a log: `::error …::` at a line's begin, `##[error]` anywhere.

    Returns:
        (command, its properties, its text) of each. While a token stops them, there are none.
    """
    found, stopped_by = [], None
    for line in log.split("\n"):
        second = re.match(r"\s*::([\w-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)", line)
        if stopped_by is not None:
            if line.strip() == f"::{stopped_by}::":
                stopped_by = None
            continue
        if second:
            name, properties, text = second[1], second[2] or "", unquote(second[3])
            if name == "stop-commands":
                stopped_by = text
                continue
            pairs = dict(pair.split("=", 1) for pair in properties.split(",") if pair)
            found.append((name, {key: unquote(value) for key, value in pairs.items()}, text))
        elif "##[" in line:
            found.append(("v1", {}, line))
    return found
