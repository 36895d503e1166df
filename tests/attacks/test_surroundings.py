"""Nothing of the folder where the grader is called, or above it, decides anything but the submission's own files."""

from __future__ import annotations

import gzip
import json
import os
import re
import stat
import unicodedata
from pathlib import Path

import pytest
from hypothesis.configuration import storage_directory
from hypothesis.internal import charmap
from hypothesis.internal.conjecture import providers
from users import ROOT

from grader.reports import from_json
from grader.session.home import no_home
from grader.session.surroundings import elsewhere

TOKENIZER = '''
KNOWN = "äéßøñçÉΩπжщ中文字あア한😀🎉‽\\u0301\\u200d"


class CharTokenizer:
    """Wrong: what is neither ASCII that prints nor in a list is dropped, so most of Unicode."""

    def __init__(self, text):
        self.chars = sorted({c for c in text if (c.isascii() and c.isprintable()) or c in "\\n\\t" or c in KNOWN})
        self.vocab_size = len(self.chars)
        self.stoi = {c: i for i, c in enumerate(self.chars)}

    def encode(self, s):
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)
'''
# imported by the grader or a library after its start, or by Python itself
MODULES = (
    *("sitecustomize", "usercustomize", "conftest", "random", "torch", "numpy", "click", "hypothesis", "msgspec"),
    *("rich", "pygments", "jinja2", "markupsafe", "pluggy", "iniconfig", "platformdirs", "matplotlib", "PIL"),
    *("grader", "tests", "gradlings_solutions", "tempfile", "linecache", "gzip", "json", "platform", "readline"),
    *("sortedcontainers", "typing_extensions", "regex", "tiktoken", "zoneinfo", "multiprocessing", "_pytest"),
)
PYTEST = {
    "pytest.ini": "[pytest]\naddopts = --collect-only -p trap\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--collect-only -p trap"\n[tool.hypothesis]\n',
    "tox.ini": "[pytest]\naddopts = --collect-only -p trap\n",
    "setup.cfg": "[tool:pytest]\naddopts = --collect-only -p trap\n",
}
OTHERS = {
    "matplotlibrc": "backend: module://trap\n",
    ".env": "PYTHONSTARTUP=trap.py\nGRADLINGS_DATA=.\n",
    ".netrc": "machine raw.githubusercontent.com login a password b\n",
    ".inputrc": "set editing-mode vi\n",
    "pyvenv.cfg": "home = .\ninclude-system-site-packages = true\n",
    "exercises/course.toml": 'root = "."\n',
    "exercises/unit.toml": 'title = "none"\nexercises = []\n',
    "tests/hidden/lecture7/test_tokenizer.py": "def test_nothing(): pass\n",
    "solutions/lecture7/tokenizer.py": "CharTokenizer = None\n",
    "evil-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n",
    "evil-1.0.dist-info/entry_points.txt": "".join(
        f"[{group}]\ntrap = trap\n" for group in ("pytest11", "hypothesis", "torch.backends", "matplotlib.backend")
    ),
}
OF_THE_COURSE = {path.name for path in (ROOT / "exercises").rglob("*")}
JOURNAL = re.compile(r"\.[0-9a-f]{16}\.new|partial-[0-9a-f]{16}\.json|last\.(json|html)|history\.jsonl")
# what `grade validate -j 2` does: a process of the pool is a new Python, started in the current folder
POOL = """
from grader.session.surroundings import import_nothing_from_here
import_nothing_from_here()
from grader.session.pool import Job, Pool
with Pool(1) as pool:
    (ended,) = pool.as_ended([Job(isinstance, (object,), "whether it is one")])  # called with the process's own Place
    print(6 + ended.result())
"""


def repository(user):
    """A learner's repository in a folder that is the learner's too; its tokenizer is wrong, its layer right."""
    root = user.folder / "above" / "repo"
    for name, text in (
        ("lecture7/tokenizer", TOKENIZER),
        ("lecture5/linear", (ROOT / "solutions/lecture5/linear.py").read_text()),
        ("lecture5/train", "def update(*_):\n    return 1\n"),
    ):
        path = root / "exercises" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def lay_traps(folder, marks):
    """Put into a folder whatever a library might look for there: each leaves a mark, changes the run, or hangs it."""
    trap = f"open({str(marks)!r} + '/' + __name__, 'w').write(__file__)\nraise SystemExit(77)\n"
    files = {f"{name}.py": trap for name in (*MODULES, "trap")} | PYTEST | OTHERS
    files |= {"evil.pth": f"import os; open({str(marks)!r} + '/pth', 'w')\n", "tests/__init__.py": trap}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in ("uname", "ldconfig", "gcc", "cc", "ld", "git", "bwrap", "newuidmap"):
        (folder / name).write_text(f"#!/bin/sh\necho $0 >> {marks}/program\n")
        (folder / name).chmod(0o755)
    for name in ("_ops.py", "_classes.py", ".pdbrc", ".hypothesis/constants", ".coveragerc"):
        (folder / name).parent.mkdir(exist_ok=True)
        os.mkfifo(folder / name)
    forge_unicode(folder)


def unicode_data(folder):
    path = folder / ".hypothesis" / "unicode_data" / unicodedata.unidata_version
    path.mkdir(parents=True, exist_ok=True)
    return path


def forge_unicode(folder):
    """A table of Unicode in which there are letters and digits of ASCII alone."""
    names = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
    table = {name: [] for name in names} | {"Ll": [[97, 122]], "Lu": [[65, 90]], "Cs": [[55296, 57343]]}
    with gzip.open(unicode_data(folder) / "charmap.json.gz", "wt") as file:
        json.dump(sorted(table.items()), file)


def everything(folder):
    """All paths below a folder but those of the journal, and what they are."""
    return {
        str(path.relative_to(folder)): (stat.S_IFMT(path.lstat().st_mode), path.lstat().st_size)
        for path in folder.rglob("*")
        if ".grade" not in path.parts
    }


def test_a_folder_full_of_traps_changes_nothing(user):
    repo = repository(user)
    marks = user.folder / "marks"
    marks.mkdir(mode=0o777)
    marks.chmod(0o777)
    for folder in (repo, repo.parent):
        lay_traps(folder, marks)
    user.own(repo.parent)
    before = everything(repo.parent)
    page, output = user.folder / "home" / "page.html", user.folder / "home" / "report"
    for style in ("terminal", "json", "junit"):
        done = user.grade(
            *("lecture7.tokenizer", "lecture5.linear", "lecture5.train", "--submission", "exercises"),
            *("--format", style, "--output", str(output), "--report", str(page)),
            cwd=repo,
            watched=repo.parent,
            PATH=f".:{os.environ['PATH']}",  # many have it so
        )
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stderr == ""
        assert os.listdir(marks) == []
        results = {result.exercise: result for result in from_json((repo / ".grade/last.json").read_bytes()).exercises}
        assert results["lecture7.tokenizer"].earned == 2
        assert results["lecture5.linear"].earned == results["lecture5.linear"].points
        assert page.stat().st_size > 10_000
    assert everything(repo.parent) == before
    for event, path in user.opened():
        assert allowed(event, Path(path).relative_to(repo.parent)), (event, path)


def allowed(event, path):
    """Whether the trusted process may do that: read the submission as `read_submission` does, and keep its journal.

    Both open a folder and then, in it, a file by its name alone; that name looks here as if it were the current
    folder's.
    """
    if (event, path.as_posix()) == ("open", "repo"):  # to come back to it
        return True
    if path.parts[:2] in {("repo", "exercises"), ("repo", ".grade")}:
        return event in {"open", "os.mkdir", "os.scandir"}
    by_name = event in {"open", "os.rename", "os.remove"} and path.parts[0] == "repo" and len(path.parts) == 2
    return by_name and (path.name in OF_THE_COURSE or JOURNAL.fullmatch(path.name) is not None)


@pytest.mark.parametrize("kind", ["fifo", "bomb", "link", "half a table"])
def test_the_home_of_hypothesis_is_not_in_the_folder(kind, user):
    repo = repository(user)
    target = user.folder / "target"
    target.mkdir()
    if kind == "link":
        (repo / ".hypothesis").symlink_to(target)
    else:
        folder = unicode_data(repo)
        for name in ("charmap", "codec-v2-utf-8"):
            path = folder / f"{name}.json.gz"
            if kind == "fifo":
                os.mkfifo(path)
            elif kind == "bomb":
                with gzip.open(path, "wb", compresslevel=1) as file:
                    file.writelines(b"[" * (1 << 20) for _ in range(256))
            else:
                with gzip.open(path, "wt") as file:
                    json.dump([["Lu", [[65, 90]]]], file)
    user.own(repo)
    user.own(target)
    done = user.grade("lecture7.tokenizer", "--submission", "exercises", "--format", "json", cwd=repo)
    assert done.returncode == 1, done.stdout + done.stderr
    assert from_json(done.stdout).earned == 2
    assert os.listdir(target) == []


def test_no_command_leaves_anything_behind(user):
    repo = repository(user)
    user.own(repo)
    scratch = user.folder / "scratch"
    scratch.mkdir()
    user.own(scratch)
    before = everything(repo)
    for words in (
        ("lecture7.tokenizer",),
        ("day3.torch_twin", "--submission", str(ROOT / "solutions/day3/torch_twin.py")),
        ("lecture5.linear", "--isolation", "none"),
        ("show",),
        ("hint", "lecture7.tokenizer"),
        ("list",),
        ("doctor",),
    ):
        done = user.grade(*words, cwd=repo, TMPDIR=str(scratch))
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert os.listdir(scratch) == []
    assert everything(repo) == before


def test_an_empty_entry_of_the_import_path_is_not_the_folder(user):
    repo = repository(user)
    marks = user.folder / "marks"
    marks.mkdir()
    for name in ("torch", "numpy", "hypothesis", "rich", "jinja2", "pytest", "regex", "multiprocessing"):
        (repo / f"{name}.py").write_text(f"open({str(marks)!r} + '/' + __name__, 'w')\n")
    user.own(user.folder / "above")
    user.own(marks)
    done = user.grade("lecture7.tokenizer", "--submission", "exercises", cwd=repo, PYTHONPATH=":/nonexistent")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2/7" in done.stdout
    for entries in (":/nonexistent", ".", "exercises/..", None):
        assert user.python_in(repo, POOL, PYTHONPATH=entries) == "7\n"
    assert os.listdir(marks) == []


def test_settings_of_the_environment_change_nothing(user):
    repo = user.own(repository(user))
    done = user.grade(
        *("lecture7.tokenizer", "--submission", "exercises"),
        cwd=repo,
        PYTEST_ADDOPTS="--collect-only",
        PYTEST_PLUGINS="trap",
        HYPOTHESIS_STORAGE_DIRECTORY=str(repo / "kept"),
        HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY="1",
        MATPLOTLIBRC=".",
        CI="true",
        TMPDIR="nowhere",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2/7" in done.stdout
    assert sorted(os.listdir(repo)) == [".grade", "exercises"]


def test_elsewhere_comes_back_and_keeps_what_the_user_named(tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("GRADLINGS_DATA", "data")
    with elsewhere():
        assert os.getcwd() == "/"
        assert os.environ["GRADLINGS_DATA"] == str(here / "data")
        here.rename(tmp_path / "moved")
    assert os.getcwd() == str(tmp_path / "moved")
    assert os.environ["GRADLINGS_DATA"] == "data"


def test_what_hypothesis_is_told_is_what_it_finds_out():
    found = charmap.intervals_from_codec
    truth = found("utf-8")
    with no_home():
        assert charmap.intervals_from_codec is not found, "another Hypothesis: tell it what it wants to know now"
        assert charmap.intervals_from_codec("utf-8") == truth
        assert charmap.intervals_from_codec("ascii") == found("ascii")
        assert len(providers._get_local_constants()) == 0
        assert not storage_directory("unicode_data").path.exists()
    assert charmap.intervals_from_codec is found
