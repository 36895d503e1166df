"""Reports in the platforms' formats: golden files, and each platform's own rules for every kind of report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from platform_rules import CLASSROOM, FILES, commands_in, validated
from reports_samples import (
    ALL_PASSED,
    ATOMIC,
    BATCHNORM,
    CROSS_ENTROPY,
    DONE_BUT_ONE,
    EVIL,
    FORWARD,
    HOSTILE,
    NO_FILE,
    PICTURED,
    PICTURES,
    SAMPLES,
    TRAIN,
    WAITING,
    WAITS,
    bonus,
    failed,
    one,
    passed,
    report,
)

from grader.reports.formats import NAMES, rendered
from grader.reports.host import Host
from grader.reports.in_text import CUT_SHORT, OURS
from grader.reports.markdown import MOST
from grader.reports.model import (
    Counterexample,
    ExerciseResult,
    Failure,
    Frame,
    Report,
    Value,
    Verdict,
)
from grader.reports.prairielearn import MOST_BYTES
from grader.reports.problem import sentence_of_failure

CI = Path(__file__).parents[2] / "docs/ci.md"
HOST = Host("/checkout/homework", {**CLASSROOM, "GITHUB_WORKSPACE": "/checkout", "GITHUB_REPOSITORY_OWNER": "ada"})
MIXED = report(CROSS_ENTROPY, BATCHNORM, TRAIN, ATOMIC, PICTURES, DONE_BUT_ONE, WAITING, NO_FILE)
REFUSED = msgspec.structs.replace(report(NO_FILE), refused="hw.zip is empty: there is no file in it.")
BROKEN_OFF = report(FORWARD, complete=False, faults=("The run was stopped before its end.",))
FAULT = report(FORWARD, faults=("It failed.",))
NOTHING_RUN = report(faults=("The grader has no memory left.",))
MANY = report(
    *(
        ExerciseResult(
            f"big.e{n}",
            "much",
            f"exercises/big/e{n}.py",
            tuple(failed(f"test_{k}", f"Demand {k}.", Failure(f"x{k} " * 1500, output="o" * 900)) for k in range(20)),
        )
        for n in range(10)
    )
)
KINDS = {
    **SAMPLES,
    "mixed": MIXED,
    "refused": REFUSED,
    "refused before anything": msgspec.structs.replace(report(), refused="There is nothing at nowhere."),
    "broken off": BROKEN_OFF,
    "fault": FAULT,
    "nothing run": NOTHING_RUN,
    **{str(verdict): one(verdict) for verdict in Verdict},
}


def read(name, of, host=HOST):
    return validated(name, rendered(name, of, host))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FILES)
def test_every_report_is_valid_by_the_platforms_rules(name, kind):
    validated(name, rendered(name, KINDS[kind], HOST))
    validated(name, rendered(name, KINDS[kind], Host()))  # of a machine that is no platform's


@pytest.mark.parametrize("name", sorted({*FILES, "github"} - {"json", "junit", "xunit"}))
def test_golden(golden, name):
    ending = FILES.get(name, "log").rpartition(".")[2]
    golden(f"format_{name}.{ending.replace('log', 'txt')}", rendered(name, MIXED, HOST).decode())


DOCUMENTED = report(msgspec.structs.replace(CROSS_ENTROPY, checks=CROSS_ENTROPY.checks[:2]))
_EXAMPLE = r"(?ms)^(?P<fence>`{{3,}})(?P<kind>\w+) {name}\n(?P<text>.*?)^(?P=fence)$"


@pytest.mark.parametrize("name", [*sorted({*FILES, "github"} - {"json", "xunit"})])
def test_the_documentations_example_is_what_is_written(request, name):
    """``pytest --update-golden`` writes it anew."""
    written = rendered(name, DOCUMENTED, Host("", CLASSROOM)).decode()
    example = re.compile(_EXAMPLE.format(name=name))
    if request.config.getoption("--update-golden"):
        anew = example.sub(
            lambda found: f"{found['fence']}{found['kind']} {name}\n{written}{found['fence']}", CI.read_text("utf-8")
        )
        CI.write_text(anew, "utf-8")
    assert example.search(CI.read_text("utf-8"))["text"] == written


def test_every_format_is_tested_and_documented():
    assert set(NAMES) == {*FILES, "github", "terminal", "editor"}
    assert all(f"\n| `{name}` |" in CI.read_text("utf-8") for name in NAMES)


# JUnit


def test_junit_says_where_and_what_was_misunderstood():
    case = read("junit", MIXED).find(".//testcase[@name='test_matches_autograd']")
    assert (case.get("file"), case.get("line")) == ("exercises/lecture5/cross_entropy.py", "31")
    assert (
        case[0].get("message").startswith("dlogits differs from what it should be in all 4 values. Yours is exactly 2")
    )
    assert "so its gradient carries 1/N." in case[0].get("message")
    assert read("junit", MIXED).find(".//testcase[@name='test_shape']").get("line") is None


def test_junit_of_a_refused_hand_in_fails():
    root = read("junit", REFUSED)
    assert root.find("testsuite[@name='hand-in']/testcase/failure").get("message") == REFUSED.refused
    assert int(root.get("failures")) == 3  # with those of its checks that are no bonus


# GitHub


def annotations(of, host=HOST):
    return commands_in(rendered("github", of, host).decode())


def test_annotations_name_files_from_the_repositorys_top():
    kind, properties, text = annotations(MIXED)[0]
    assert kind == "error"
    assert properties == {
        "file": "homework/exercises/lecture5/cross_entropy.py",
        "line": "31",
        "title": "lecture5.cross_entropy: matches_autograd",
    }
    assert text == sentence_of_failure(CROSS_ENTROPY.checks[1])
    here = annotations(MIXED, Host("/checkout", HOST.variables))[0][1]["file"]
    assert here == "exercises/lecture5/cross_entropy.py"
    assert annotations(MIXED, Host("/elsewhere", HOST.variables))[0][1]["file"] == here  # where GitHub shows none


def test_github_is_told_of_ten_errors_and_how_many_more_there_are():
    found = annotations(MANY)
    assert [kind for kind, *_ in found] == ["error"] * 10 + ["notice"]
    assert found[9][2] == "191 more checks failed. The summary of the run has them all."
    assert found[10][2] == "0/200 points · 0 of 10 exercises done"


def test_what_a_submission_says_cannot_command_the_runner():
    said = "a\n::set-output name=x::1\r::add-mask::a%0A##[debug]b,title=c: d"
    wrong = failed("test_it", "It is.", Failure(said, location="a,line=9:b.py:3"), verdict=Verdict.RAISED)
    found = annotations(report(ExerciseResult("a.b", "t", "b.py", (wrong, passed("test_ok", "Ok.")))), Host())
    assert [kind for kind, *_ in found] == ["error", "notice"]
    assert found[0][1] == {"file": "a,line=9:b.py", "line": "3", "title": "a.b: it"}
    assert found[0][2] == " ".join(said.split())
    assert {kind for kind, *_ in annotations(EVIL)} == {"error", "notice"}


def test_github_hears_of_stubs_faults_and_refusals():
    kinds = [(kind, properties.get("title"), text) for kind, properties, text in annotations(MIXED)]
    assert ("warning", "Not started", "Not started: lecture5.batchnorm") in kinds
    assert annotations(BROKEN_OFF)[0][1:] == ({"title": "The run was cut short"}, BROKEN_OFF.faults[0])
    assert annotations(FAULT)[0][1:] == ({"title": "The grader failed"}, f"{OURS} It failed.")
    assert annotations(REFUSED)[0][1:] == ({"title": "Nothing could be graded"}, REFUSED.refused)


# Markdown


def test_markdown_shows_points_a_table_and_pictures_as_text():
    text = rendered("markdown", PICTURED, HOST).decode()
    kinds = [token.type for token in validated("markdown", text.encode())]
    assert kinds.count("table_open") == 1
    fences = [token.content for token in validated("markdown", text.encode()) if token.type == "fence"]
    assert "\n  ··▓▓▒▒██\n" in fences[0]  # the map of the errors
    assert "  yours      █▆▅N  from 3.3 to not finite\n" in fences[1]
    assert "attention (3, 3), from 0 to 1:" in fences[2]


def test_markdown_of_a_hostile_report_is_text():
    ticks = "``` ````` <img src=x> @everyone [a](http://x) | # & <script>"
    failure = Failure(
        ticks,
        counterexample=Counterexample((Value("x", ticks),), ticks, ticks),
        traceback=(Frame("a.py", 1, "f", ticks),),
        output=ticks,
    )
    checks = (failed("test_it", "It is.", failure), *HOSTILE.checks)
    evil = ExerciseResult("a.b", "b", ticks, checks, notes=(ticks,))
    tokens = validated("markdown", rendered("markdown", report(evil, faults=(ticks,)), HOST))
    assert {token.type for token in tokens}.isdisjoint({"link_open", "image"})
    html = {part for token in tokens if "html" in token.type for part in token.content.split("<")[1:]}
    allowed = ("details", "summary>", "/details>", "/summary>", "b>", "/b>", "sub>", "/sub>")
    assert all(part.startswith(allowed) for part in html), html
    told = {token.type for token in tokens if "@everyone" in token.content}
    assert told == {"fence"}  # where nobody is mentioned


def test_markdown_leaves_out_what_is_too_much_for_a_comment_and_says_so():
    text = rendered("markdown", MANY, HOST).decode()
    assert len(text) <= MOST
    shown = text.count("<details")
    assert f"{200 - shown} more that failed are in the report." in text


# Gradescope


def test_gradescope_shows_text_and_counts_a_bonus_apart():
    document = read("gradescope", WAITS)
    assert document["score"] == 4
    assert {document[key] for key in ("output_format", "test_output_format", "test_name_format")} == {"text"}
    tests = {test["number"]: test for test in document["tests"]}
    assert tests["1.1"]["max_score"] == 3
    assert "score" not in tests["1.2"]
    assert tests["1.2"]["name"] == "train: Texts of any bytes are merged. (a bonus: more than is asked)"
    assert tests["2.2"]["output"].startswith("w differs from what it should be")
    assert tests["2.3"]["output"] == "Not run: it waits for “One step moves each weight as Adam does.”"


def test_a_run_that_was_cut_short_has_no_sum():
    for name in ("gradescope", "prairielearn", "markdown"):
        text = rendered(name, BROKEN_OFF, HOST).decode()
        assert "4 points so far: not everything was graded" in text
        assert "4/4" not in text.partition("| ---")[0]


def test_gradescope_says_whose_mistake_it_is():
    assert read("gradescope", REFUSED)["output"].startswith(REFUSED.refused)
    assert read("gradescope", NOTHING_RUN) | {"extra_data": 0} == {
        **read("gradescope", NOTHING_RUN),
        "score": 0,
        "output": f"{OURS}\nThe grader has no memory left.\nNothing was graded.",
        "tests": [],
        "extra_data": 0,
    }
    cut = msgspec.structs.replace(BROKEN_OFF, faults=())
    assert CUT_SHORT in read("gradescope", cut)["output"]


# Classroom 50


def test_classroom50_has_what_its_runner_tells():
    document = read("classroom50", MIXED)
    told = {key: document[key] for key in ("classroom", "assignment", "submission", "commit", "release", "review")}
    assert list(told.values()) == [*CLASSROOM.values(), CLASSROOM["COMMIT_URL"]]
    assert (document["owner"], document["datetime"]) == ("ada", "2026-01-02T03:04:05Z")


def test_classroom50_has_whole_points():
    thirds = ExerciseResult(
        "a.b", "t", "b.py", (passed("test_a", "A.", 1 / 3), passed("test_b", "B.", 0.5), bonus("c", "C."))
    )
    document = read("classroom50", report(thirds))
    assert [test["max-score"] for test in document["tests"]] == [2, 3, 0]
    assert (document["score"], document["max-score"]) == (5, 5)


@pytest.mark.parametrize("kind", ["broken off", "nothing run", "refused", "refused before anything", "nothing"])
def test_classroom50_gives_no_full_marks_for_what_was_not_graded(kind):
    document = read("classroom50", KINDS[kind])
    assert document["score"] < document["max-score"]


# PrairieLearn


def test_prairielearn_counts_in_shares_and_takes_no_attempt_for_a_fault():
    assert read("prairielearn", WAITS)["score"] == pytest.approx(4 / 13)
    assert read("prairielearn", ALL_PASSED)["score"] == 1
    bonuses = [test for test in read("prairielearn", WAITS)["tests"] if "bonus" in test["message"]]
    assert {(test["points"], test["max_points"]) for test in bonuses} == {(0, 0)}
    for kind in ("every", "refused", "broken off", "nothing run"):
        assert read("prairielearn", KINDS[kind])["gradable"] is False
    assert read("prairielearn", REFUSED)["format_errors"] == [REFUSED.refused]


def test_prairielearn_keeps_below_a_megabyte():
    document = rendered("prairielearn", MANY, HOST)
    assert 100_000 < len(document) <= MOST_BYTES
    assert len(json.loads(document)["tests"]) == 200


# Exercism


def test_exercism_tells_failures_from_errors():
    tests = {test["name"]: test for test in read("exercism", MIXED)["tests"]}
    assert tests["The gradient equals autograd's for any batch."]["status"] == "fail"
    assert tests["The gradient of a division survives a count of zero."]["status"] == "error"
    assert tests["The gradient of a division survives a count of zero."]["output"] == "counts: 0\nabout to divide"
    assert tests["The gradient of a division survives a count of zero."]["task_id"] == 4
    assert "Your output" not in tests["The gradient of a division survives a count of zero."]["message"]


def test_exercism_cuts_output_and_says_so():
    test = read("exercism", MANY)["tests"][0]
    assert len(test["output"]) <= 500
    assert test["output"].endswith("Output was truncated. Please limit to 500 chars")


def test_exercism_passes_without_a_bonus():
    document = read("exercism", report(DONE_BUT_ONE))
    assert (document["status"], len(document["tests"])) == ("pass", 2)


@pytest.mark.parametrize("kind", ["every", "refused", "broken off", "nothing run", "nothing"])
def test_exercism_errs_where_tests_could_not_run(kind):
    assert read("exercism", KINDS[kind])["status"] == "error"


def test_exercism_errs_where_the_file_cannot_be_run():
    failure = Failure("SyntaxError: '(' was never closed", location="exercises/a/b.py:3")
    checks = tuple(failed(f"test_{n}", f"D{n}.", failure, verdict=Verdict.RAISED) for n in range(3))
    document = read("exercism", report(ExerciseResult("a.b", "t", "exercises/a/b.py", checks)))
    assert (document["status"], document["tests"]) == ("error", [])
    assert document["message"] == "SyntaxError: '(' was never closed\nexercises/a/b.py:3"


# check50


def test_check50_has_causes_and_dependencies():
    results = {result["name"]: result for result in read("check50", MIXED)["results"]}
    wrong = results["lecture5.cross_entropy.test_matches_autograd"]
    assert wrong["passed"] is False
    assert wrong["cause"]["rationale"] == "dlogits differs from what it should be in all 4 values."
    assert wrong["cause"]["help"].startswith("Yours is exactly 2 times too large")
    assert (wrong["cause"]["expected"], wrong["cause"]["actual"]) == (
        *("[[-0.25, 0.25], [-0.25, 0.25]]", "[[-0.5, 0.5], [-0.5, 0.5]]"),
    )
    hidden = results["lecture5.atomic.test_hidden"]["cause"]
    assert "expected" not in hidden
    waits = results["lecture9.fit.test_twice"]
    assert (waits["passed"], waits["dependency"]) == (None, "lecture9.fit.test_step")
    assert waits["cause"]["rationale"] == "can't check until a frown turns upside down"
    assert results["lecture9.train.test_speed"]["passed"] is None


def test_check50_has_an_error_where_nothing_was_checked():
    assert read("check50", REFUSED)["error"]["value"] == REFUSED.refused
    assert read("check50", NOTHING_RUN)["error"]["type"] == "GraderError"
    last = read("check50", BROKEN_OFF)["results"][-1]
    assert (last["passed"], last["log"]) == (None, [BROKEN_OFF.faults[0]])


# GitLab


def test_gitlab_has_problems_at_their_lines():
    issues = {issue["check_name"]: issue for issue in read("gitlab", MIXED, Host("/b", {"CI_PROJECT_DIR": "/b"}))}
    wrong = issues["lecture5.cross_entropy.test_matches_autograd"]
    assert wrong["location"] == {"path": "exercises/lecture5/cross_entropy.py", "lines": {"begin": 31}}
    assert wrong["severity"] == "major"
    assert issues["lecture5.atomic.test_raises"]["severity"] == "critical"
    assert issues["lecture5.batchnorm"]["severity"] == "info"
    assert not any(name.startswith("lecture5.train") for name in issues)
    moved = [issue["fingerprint"] for issue in read("gitlab", MIXED)]
    assert moved == [issue["fingerprint"] for issue in issues.values()]


def test_gitlab_says_that_nothing_could_be_graded():
    assert read("gitlab", REFUSED)[-1] | {"fingerprint": 0} == {
        "description": REFUSED.refused,
        "check_name": "the hand-in",
        "fingerprint": 0,
        "severity": "critical",
        "location": {"path": "homework/exercises/lecture9/codec.py", "lines": {"begin": 1}},
    }
    assert read("gitlab", NOTHING_RUN)[-1]["severity"] == "blocker"


def test_a_refused_report_says_so_in_the_terminal_and_ends_with_2():
    assert REFUSED.exit_code == 2
    assert REFUSED.refused in rendered("terminal", REFUSED, HOST).decode()
    assert isinstance(REFUSED, Report)
