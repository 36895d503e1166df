"""What learners get: it holds no answer, grades what is visible as the whole course does, and remembers its course."""

from __future__ import annotations

import ast
import shutil
import textwrap
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sandboxed import ROOT

from grader.author.bundle import bundle, with_what_they_build_on, write_bundle
from grader.author.release import release
from grader.author.visible_checks import cut_checks, unbound
from grader.cli.bundle import bundle as command
from grader.course import CourseError, find_course, read_submission
from grader.course.fingerprints import fingerprint_of_course, fingerprint_of_exercise, fingerprint_of_stub
from grader.course.handout import older_handout, read_handout
from grader.course.stubs import find_blocks
from grader.diagnosis.bank import read_bank
from grader.errors import UsageError
from grader.reports.model import Status, Verdict, Visibility
from grader.session.collecting import collect
from grader.session.grading import Session

CHECKS = '''
    """Checks of relu."""

    import pytest
    import numpy as np
    from grader.checks import assert_close, assert_unchanged, hidden, needs, points

    from ._shared import draw, secret_numbers

    TABLE = "table.txt"
    SECRETS = {"a": 3.5}

    # what only a hidden check asks for
    SECRETS["b"] = 4.5


    @pytest.fixture
    def answers(reference):
        return reference.relu


    @pytest.fixture
    def sizes():
        return 3, 4


    def kept_back(x):
        return np.where(x > 0, x, 0.0) + SECRETS["a"] * 0


    # -- by the reference, which nobody may see --


    def test_of_the_reference(submission, answers, rng):
        """The answer is the course's own, which nobody sees."""
        x = draw(rng, (3, 4))
        assert_close(submission.relu(x), answers(x), name="out")


    @hidden
    def test_kept_back(submission, rng):
        """Large numbers, on the quiet."""
        x = secret_numbers(rng)
        assert_close(submission.relu(x), kept_back(x), name="out")


    # a comment that belongs to it
    @points(2)
    @needs("test_kept_back")
    def test_by_hand(submission, rng, sizes):
        """It is right, by hand."""
        x = draw(rng, sizes)
        assert_unchanged(submission.relu, x)
        assert_close(submission.relu(x), np.where(x > 0, x, 0.0), name="out", oracle="by hand")


    @needs("test_of_the_reference", "test_by_hand")
    def test_of_the_table(submission, rng):
        """The numbers of the table come out as the table has them."""
        from pathlib import Path
        numbers = np.array([float(n) for n in (Path(__file__).parent / TABLE).read_text().split()])
        numbers = numbers * rng.uniform(1, 2)
        assert_close(submission.relu(numbers).shape, numbers.shape, name="shape")
'''
FILES = {
    "exercises/course.toml": 'title = "by \\"hand\\""\nunits = ["day1", "day2"]\n',
    "exercises/day1/unit.toml": 'title = "ünits"\nexercises = ["relu", "twice", "guarded"]\n',
    "exercises/day1/README.md": "First `relu`, then `twice`.\n",
    "exercises/day1/curve.svg": "<svg/>",
    "exercises/day1/draft.ipynb": "{}",
    "exercises/day2/unit.toml": 'title = "later"\nexercises = ["later"]\n',
    "solutions/day1/relu.py": '''
        """The rectifier. Source: lecture 1."""

        # /// exercise
        # title = "relu"
        # packages = "numpy"
        # hints = ["compare with 0", "max(x, 0)", "np.maximum(x, 0)"]
        # ///

        import numpy as np


        def relu(x: np.ndarray) -> np.ndarray:
            """Return max(x, 0), of x's shape."""
            # solution
            return np.maximum(x, np.zeros_like(x))
            # end solution
    ''',
    "solutions/day1/twice.py": '''
        """Twice the rectifier."""

        # /// exercise
        # title = "twice"
        # packages = "numpy"
        # ///

        from .relu import relu


        def twice(x):
            """Return relu(2 x)."""
            # solution
            return relu(x + x)
            # end solution
    ''',
    "solutions/day1/guarded.py": '''
        """All of its checks are hidden."""

        # /// exercise
        # title = "guarded"
        # packages = "numpy"
        # ///


        def guarded(x):
            """Return x."""
            # solution
            return x
            # end solution
    ''',
    "solutions/day2/later.py": '''
        """Later."""

        # /// exercise
        # title = "later"
        # packages = "numpy"
        # ///


        def later(x):
            """Return -x."""
            # solution
            return -x
            # end solution
    ''',
    "tests/hidden/day1/_shared.py": '''
        """What several files of checks draw."""

        BIG = 1e9


        def draw(rng, shape):
            return rng.normal(size=shape)


        def secret_numbers(rng):
            return rng.normal(size=5) * BIG
    ''',
    "tests/hidden/day1/table.txt": "1 2 3.5",
    "tests/hidden/day1/secret.txt": "no check that is visible reads this",
    "tests/hidden/day1/test_relu.py": CHECKS,
    "tests/hidden/day1/test_twice.py": '''
        from grader.checks import assert_close

        from . import _shared


        def test_twice(submission, rng):
            """It is twice the rectifier of any numbers."""
            x = _shared.draw(rng, (2, 3))
            assert_close(submission.twice(x), 2 * x * (x > 0), name="out")
    ''',
    "tests/hidden/day1/test_guarded.py": '''
        def test_guarded(submission, reference):
            """Whatever the reference does."""
            assert submission.guarded(1) == reference.guarded(1)
    ''',
    "tests/hidden/day2/test_later.py": '''
        import numpy as np
        from grader.checks import assert_close


        def test_later(submission, rng):
            """The sign of any numbers is turned."""
            x = rng.normal(size=(2, 3))
            answer = submission.later(x)
            assert_close(answer.sum(), (-x).sum(), name="sum")
            assert_close(answer, -x, name="out")
    ''',
    "tests/misconceptions/day1/relu.py": """
        from grader.checks import misconception


        @misconception("The larger of both, and not the smaller one.", "smaller")
        def relu(x):
            return np.minimum(x, 0)
    """,
}


@pytest.fixture
def course(tmp_path):
    return make(tmp_path / "course")


def make(root, **changed):
    for name, text in {**FILES, **changed}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    release(find_course(root), check=False)
    return find_course(root)


def handed_out(course, folder, names=()):
    made = bundle(course, course.resolve(names))
    write_bundle(made, folder)
    return made, find_course(folder)


def graded(course, path, seed=5):
    with Session(course, course.exercises) as session:
        return session.grade(course.exercises, read_submission(path, course), seed)


def whole_text(folder):
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


# what is in it


def test_it_holds_stubs_and_visible_checks_and_what_these_need(course, tmp_path):
    made, own = handed_out(course, tmp_path / "out", ["day1"])
    texts = whole_text(tmp_path / "out")
    assert set(texts) == {
        *(
            ".gitignore",
            ".vscode/launch.json",
            ".vscode/tasks.json",
            "README.md",
            "bundle.toml",
            "exercises/course.toml",
            "pyproject.toml",
        ),
        *(f"exercises/day1/{name}" for name in ("README.md", "unit.toml", "curve.svg")),
        *(f"exercises/day1/{name}.py" for name in ("relu", "twice", "guarded")),
        *(f"tests/hidden/day1/{name}" for name in ("_shared.py", "table.txt", "test_relu.py", "test_twice.py")),
    }
    assert (made.visible, made.hidden, made.added, made.ungraded) == (3, 3, (), ("day1.guarded",))
    assert [exercise.id for exercise in own.exercises] == ["day1.relu", "day1.twice"]
    assert (own.title, own.units[0].title) == ('by "hand"', "ünits")
    checks = texts["tests/hidden/day1/test_relu.py"]
    assert "def sizes" in checks
    assert "# a comment that belongs to it\n@points(2)\ndef test_by_hand" in checks
    assert '@needs("test_by_hand")' in checks.replace("'", '"')
    assert "SECRETS" not in checks
    assert "secret" not in texts["tests/hidden/day1/_shared.py"]
    for name, text in texts.items():
        assert not any(word in text for word in ("kept_back", "of_the_reference", "on the quiet", "BIG")), name
        assert "zeros_like" not in text, name
        assert "not the smaller" not in text, name
        assert 'max(x, 0)"' not in text, name
        assert not (name.endswith(".py") and name.startswith("tests") and unbound(text)), name


def test_what_an_exercise_builds_on_comes_with_it(course, tmp_path):
    made, own = handed_out(course, tmp_path / "out", ["day1.twice"])
    assert made.added == ("day1.relu",)
    assert [exercise.id for exercise in own.exercises] == ["day1.relu", "day1.twice"]
    assert with_what_they_build_on(course, [course.exercise("day2.later")]) == (course.exercise("day2.later"),)


def test_nothing_is_overwritten(course, tmp_path):
    made = bundle(course, course.resolve(["day2"]))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="nothing in it will be overwritten"):
        write_bundle(made, tmp_path / "out")
    write_bundle(made, tmp_path / "out.zip")
    before = (tmp_path / "out.zip").read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        write_bundle(made, tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == before
    with pytest.raises(UsageError, match="cannot be written"):
        write_bundle(made, tmp_path / "nowhere/out.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "out", "out.zip"]


def test_an_archive_lies_in_a_folder_of_its_own(course, tmp_path):
    done = CliRunner().invoke(
        command,
        ["day2", "--output", str(tmp_path / "hand out.zip"), "--course", str(course.root)],
        standalone_mode=False,
    )
    assert done.exception is None
    assert done.output == f"1 exercises with 1 visible checks in {tmp_path / 'hand out.zip'}.\n"
    with zipfile.ZipFile(tmp_path / "hand out.zip") as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"hand out"}
        archive.extractall(tmp_path)
    report = graded(find_course(tmp_path / "hand out"), tmp_path / "hand out/exercises")
    assert report.exercises[0].status is Status.NOT_STARTED


def test_hidden_checks_alone_make_no_bundle(course):
    with pytest.raises(UsageError, match="could grade nothing"):
        bundle(course, course.resolve(["day1.guarded"]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda text: text.replace('"""It is right, by hand."""', '"""It is right. See test_kept_back."""'),
            "still tells",
        ),
        (
            lambda text: text.replace("# a comment that", "# Large numbers, on the quiet. A comment that"),
            "still tells of test_kept_back",
        ),
        (
            lambda text: text + "\n\ndef test_more(submission):\n    '''More.'''\n    test_kept_back(submission, 1)\n",
            "uses",
        ),
        (lambda text: text + "\n\nglobals()['test_made'] = lambda submission: None\n", "no statement makes test_made"),
    ],
)
def test_what_would_give_a_hidden_check_away_is_refused(tmp_path, change, says):
    name = "tests/hidden/day1/test_relu.py"
    course = make(tmp_path / "course", **{name: change(textwrap.dedent(CHECKS))})
    with pytest.raises(CourseError, match=says):
        bundle(course, course.resolve(["day1.relu"]))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("import os, sys\n\n\ndef test_a():\n    sys.path\n", "import sys\n\n\ndef test_a():\n    sys.path\n"),
        ("def test_a(): pass\n\n\ndef other(): pass\n", "def test_a(): pass\n"),
        ("X = 1; Y = 2\n\n\ndef test_a():\n    X\n", "X = 1; Y = 2\n\n\ndef test_a():\n    X\n"),
        (
            "X = []\nX.append(1)\nY = []\nY.append(2)\ndef test_a():\n    X\n",
            "X = []\nX.append(1)\ndef test_a():\n    X\n",
        ),
        (
            "import torch\ntorch.set_num_threads(1)\n\n\ndef test_a(): pass\n",
            "import torch\ntorch.set_num_threads(1)\n\n\ndef test_a(): pass\n",
        ),
        ("try:\n    import re\nexcept ImportError:\n    re = None\ndef test_a():\n    re\n", None),
    ],
)
def test_of_a_module_stays_what_is_needed(text, kept):
    assert cut_checks(text, {"test_a"}, set(), "t.py") == (text if kept is None else kept)


# it grades as the whole course does


def visible(report):
    return {
        (result.exercise, check.name): (check.verdict, check.points)
        for result in report.exercises
        for check in result.checks
        if check.visibility is Visibility.VISIBLE
    }


def test_visible_checks_have_the_verdicts_of_the_whole_course(course, tmp_path):
    _, own = handed_out(course, tmp_path / "out")
    assert {result.status for result in graded(own, own.root / "exercises").exercises} == {Status.NOT_STARTED}
    right = graded(own, course.root / "solutions")
    assert (right.exit_code, right.faults) == (0, ())
    assert visible(right) == visible(graded(course, course.root / "solutions"))
    wrong = tmp_path / "wrong"
    shutil.copytree(course.root / "solutions", wrong)
    (wrong / "day1/relu.py").write_text("def relu(x):\n    return x + 1\n")
    (wrong / "day2/later.py").write_text("import random\ndef later(x):\n    return x * random.random()\n")
    told = graded(own, wrong)
    ours = graded(course, wrong)
    # in the whole course a hidden check that fails is what the others wait for
    assert visible(told)["day1.relu", "test_by_hand"][0] is Verdict.FAILED
    assert visible(ours)["day1.relu", "test_by_hand"][0] is Verdict.BLOCKED
    assert visible(told)["day2.later", "test_later"] == visible(ours)["day2.later", "test_later"]
    assert told.faults == ()


def test_a_check_that_stumbles_over_an_answer_is_no_fault_of_the_graders(course, tmp_path):
    _, own = handed_out(course, tmp_path / "out", ["day2"])
    (tmp_path / "work/day2").mkdir(parents=True)
    (tmp_path / "work/day2/later.py").write_text("def later(x):\n    return None\n")
    report = graded(own, tmp_path / "work")
    (check,) = report.exercises[0].checks
    assert (report.exit_code, check.verdict) == (1, Verdict.FAILED)
    assert "over what later answers. Look at its type and shape" in check.failure.headline
    assert visible(graded(course, tmp_path / "work"))["day2.later", "test_later"][0] is Verdict.FAILED


def test_a_function_that_depends_on_more_is_no_fault_of_the_graders(course, tmp_path):
    twice = '''
        from grader.checks import assert_close


        def test_later(submission, rng):
            """The sign is turned, however often one asks."""
            x = rng.normal(size=(2, 3))
            answers = [submission.later(x), submission.later(x), submission.later(x)]
            for answer in answers:
                assert_close(answer, -x, name="out")
    '''
    course = make(tmp_path / "other", **{"tests/hidden/day2/test_later.py": twice})
    _, own = handed_out(course, tmp_path / "out", ["day2"])
    (tmp_path / "work/day2").mkdir(parents=True)
    (tmp_path / "work/day2/later.py").write_text("import random\ndef later(x):\n    return x * random.random()\n")
    report = graded(own, tmp_path / "work")
    assert (report.exit_code, report.faults) == (1, ())


def test_lecture5_and_lecture9_without_a_solution(tmp_path):
    course = find_course(ROOT)
    made, own = handed_out(course, tmp_path / "out", ["lecture5.linear", "lecture9.train"])
    assert made.hidden == 1
    assert_holds_no_answer(course, own)
    with Session(own, own.exercises) as session:
        nothing = session.grade(own.exercises, own.root / "exercises", 1)
        report = session.grade(own.exercises, ROOT / "solutions", 1)
    assert {result.status for result in nothing.exercises} == {Status.NOT_STARTED}
    assert report.exit_code == 0
    with Session(course, course.exercises) as session:
        ours = session.grade([course.exercise(e.id) for e in own.exercises], ROOT / "solutions", 1)
    assert visible(report) == visible(ours)


@pytest.mark.slow
def test_the_whole_course_holds_no_answer(tmp_path):
    course = find_course(ROOT)
    made, own = handed_out(course, tmp_path / "out")
    assert len(made.exercises) == len(own.exercises) == len(course.exercises)
    assert_holds_no_answer(course, own)
    for exercise in course.exercises:
        assert own.exercise(exercise.id).symbols == exercise.symbols


def parted(exercise):
    """The lines of a solution that the learner writes, and those that the stub has."""
    text = exercise.solution.read_text()
    lines = text.splitlines()
    inside = {n for block in find_blocks(text, exercise.id) for n in range(block.first, block.last + 1)}
    written = [line for n, line in enumerate(lines, 1) if n in inside]
    return written, [line for n, line in enumerate(lines, 1) if n not in inside]


def assert_holds_no_answer(course, own):
    """Grep a bundle: lines of solutions, names and sentences of hidden checks, sentences of banks."""
    texts = whole_text(own.root)
    everything = "\n".join(texts.values())
    plain = " ".join(everything.split())
    exercises = [course.exercise(exercise.id) for exercise in own.exercises]
    checks = collect(course, exercises)
    telling = 0
    public = "\n".join(line for exercise in course.exercises for line in parted(exercise)[1])
    for exercise in exercises:
        # oracles: of a visible check, or a line of it
        known = f"{public}\n{exercise.checks.read_text()}"
        for line in parted(exercise)[0]:
            code = line.partition("  #")[0].strip()
            if len(code) >= 30 and code not in known:
                telling += 1
                held = [name for name, text in texts.items() if code in text]
                # an oracle of another exercise may say the same; no stub and no README does
                assert all(name.startswith("tests/hidden/") for name in held), (line, held)
        for entry in read_bank(exercise.bank, exercise.solution):
            assert " ".join(entry.sentence.split()) not in plain, entry.name
        for check in checks[exercise.id]:
            if not check.visible:
                assert check.name not in everything
                assert not any(sentence in plain for sentence in check.sentences)
    assert telling > 4 * len(exercises)
    assert not any(
        "# end solution" in text or "@misconception" in text for name, text in texts.items() if name[-3:] == ".py"
    )
    of_the_folder = {".gitignore", ".vscode", "README.md", "bundle.toml", "pyproject.toml"}
    assert {name.split("/")[0] for name in texts} == {*of_the_folder, "exercises", "tests"}
    assert {tuple(name.split("/")[:2]) for name in texts if name.startswith("tests")} == {("tests", "hidden")}
    for name, text in texts.items():
        if name.startswith("tests") and name.endswith(".py"):
            ast.parse(text)
            original = (course.root / name).read_text()
            assert unbound(text) <= unbound(original)


# fingerprints


def changed(course, name, text):
    path = course.root / name
    path.write_text(text(path.read_text()) if callable(text) else text)
    return find_course(course.root)


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("tests/hidden/day1/test_relu.py", {"day1.relu"}),
        ("tests/hidden/day1/_shared.py", {"day1.relu", "day1.twice", "day1.guarded"}),
        ("tests/hidden/day1/table.txt", {"day1.relu", "day1.twice", "day1.guarded"}),
        ("tests/misconceptions/day1/relu.py", {"day1.relu"}),
        ("solutions/day1/relu.py", {"day1.relu", "day1.twice"}),
        ("exercises/day1/README.md", set()),
        ("exercises/day1/twice.py", {"day1.twice"}),
    ],
)
def test_a_fingerprint_moves_with_what_verdicts_rest_on(course, name, moves):
    before = {exercise.id: fingerprint_of_exercise(exercise) for exercise in course.exercises}
    whole = fingerprint_of_course(course, course.exercises)
    after = changed(course, name, lambda text: text + "\n# more\n")
    assert {e.id for e in after.exercises if fingerprint_of_exercise(e) != before[e.id]} == moves
    assert (fingerprint_of_course(after, after.exercises) != whole) == bool(moves)


def test_a_fingerprint_is_the_same_wherever_the_course_lies(course, tmp_path):
    shutil.copytree(course.root, tmp_path / "elsewhere/deep")
    other = find_course(tmp_path / "elsewhere/deep")
    assert fingerprint_of_course(course, course.exercises) == fingerprint_of_course(other, reversed(other.exercises))
    path = other.root / "tests/hidden/day1/test_twice.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint_of_course(course, course.exercises) != fingerprint_of_course(other, other.exercises)


# an older handout


def test_a_hand_in_says_that_it_was_done_on_an_older_handout(course, tmp_path):
    _, own = handed_out(course, tmp_path / "out")
    work = own.root
    assert older_handout(read_submission(work, course), course) == ""
    assert older_handout(read_submission(work / "exercises", course), course) == ""
    assert older_handout(read_submission(work / "exercises/day1/relu.py", course), course) == ""
    mended = changed(course, "tests/hidden/day2/test_later.py", lambda text: text + "\n# mended\n")
    said = "done on an older handout: what grades it has changed since, and no stub has"
    assert older_handout(read_submission(work, mended), mended) == said
    newer = changed(course, "solutions/day1/relu.py", lambda text: text.replace("of x's shape", "shaped as x"))
    for path in (work, work / "exercises", work / "exercises/day1", work / "exercises/day1/relu.py"):
        said = "done on an older handout: day1.relu has changed since"
        assert older_handout(read_submission(path, newer), newer) == said
    changed(course, "exercises/day1/unit.toml", 'title = "t"\nexercises = ["relu"]\n')
    gone = find_course(course.root)
    said = older_handout(read_submission(work, gone), gone)
    assert said.startswith(
        "done on an older handout: day1.relu has changed since, and day1.twice and day1.guarded have"
    )


def test_what_was_not_handed_in_is_not_told(course, tmp_path):
    _, own = handed_out(course, tmp_path / "out")
    newer = changed(course, "solutions/day1/relu.py", lambda text: text.replace("of x's shape", "shaped as x"))
    (own.root / "exercises/day1/relu.py").unlink()
    said = older_handout(read_submission(own.root, newer), newer)
    assert said == "done on an older handout: what grades it has changed since, and no stub has"


def test_the_handout_names_every_exercise(course, tmp_path):
    handed_out(course, tmp_path / "out")
    handout = read_handout((tmp_path / "out/bundle.toml").read_text())
    assert handout.stubs == {exercise.id: fingerprint_of_stub(exercise) for exercise in course.exercises}
    assert handout.course == fingerprint_of_course(course, course.exercises)
    assert read_handout((tmp_path / "out/bundle.toml").read_text().replace("\n", "\r\n")) == handout


HOSTILE = {
    "empty": b"",
    "no text": bytes(range(256)) * 400,
    "of another schema": b'schema = 2\ncourse = "a"\n',
    "deep": b'schema = 1\ncourse = "a"\n[stubs]\n' + b"[" * 200_000,
    "dotted": b'schema = 1\ncourse = "a"\n[' + b"a." * 60_000 + b"a]\n" + b"b = 1\n" * 20_000,
    "long line": b'schema = 1\ncourse = "' + b"a" * 250_000 + b'"\n',
    "blank": b'schema = 1\ncourse = "a"\n[stubs]\n' + b" \t" * 120_000,
    "too long": b'schema = 1\ncourse = "a"\n' + b"# \n" * 1_000_000,
    "control": b'schema = 1\ncourse = "a"\n[stubs]\n"day1.\x1b[31m" = "b"\n"=cmd()" = "c"\n',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_handout_says_nothing_and_costs_nothing(course, tmp_path, kind):
    work = tmp_path / "work"
    (work / "exercises/day2").mkdir(parents=True)
    (work / "exercises/day2/later.py").write_text("def later(x):\n    return -x\n")
    (work / "bundle.toml").write_bytes(HOSTILE[kind])
    started = time.process_time()
    found = older_handout(read_submission(work, course), course)
    assert time.process_time() - started < 1
    assert found.isprintable()
    assert "day1" not in found


def test_a_link_is_not_followed(course, tmp_path):
    _, own = handed_out(course, tmp_path / "out", ["day2"])
    (tmp_path / "work/exercises/day2").mkdir(parents=True)
    (tmp_path / "work/exercises/day2/later.py").write_text("def later(x):\n    return -x\n")
    (tmp_path / "work/bundle.toml").symlink_to(own.root / "bundle.toml")
    assert read_submission(tmp_path / "work", course).handout == ""
    Path(tmp_path / "work/bundle.toml").unlink()
    (tmp_path / "work/bundle.toml").mkdir()
    assert read_submission(tmp_path / "work", course).handout == ""
