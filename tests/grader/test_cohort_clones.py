"""A commit is read out of a clone, and nothing that the clone names is run or followed."""

import os
import shutil
import stat

import handed_in
import pytest

from grader.cohort import clones
from grader.cohort.clones import check_out, head_of, last_commit_before
from grader.cohort.contents import read_hand_in
from grader.cohort.hand_ins import find_hand_ins, hand_in_at
from grader.cohort.private import PrivateFolder, RefusedError

GOOD = handed_in.GOOD
FIRST, LATER = "2025-10-01T12:00:00+02:00", "2025-10-05T12:00:00+02:00"


@pytest.fixture
def clone(tmp_path):
    commits = [
        (FIRST, {"lecture5/linear.py": GOOD}),
        (LATER, {"lecture5/linear.py": GOOD + "# later\n", "a b/ü.txt": "x"}),
    ]
    return handed_in.repository(tmp_path / "in/hw5-jane", commits)


@pytest.fixture
def course(tmp_path_factory):
    return handed_in.make_course(tmp_path_factory.mktemp("course"))


def files_of(path, commit):
    with PrivateFolder() as folder:
        check_out(path, commit, folder)
        return {
            file.relative_to(folder.path).as_posix(): file.read_text()
            for file in folder.path.rglob("*")
            if file.is_file()
        }


def test_commit_at_a_time(clone, course):
    (hand_in,) = find_hand_ins([clone.parent])
    assert hand_in.time == "2025-10-05T10:00:00Z"
    assert hand_in.commit == handed_in.git(clone, "rev-parse", "HEAD")
    assert "# later" in read_hand_in(hand_in, course, ()).submission.files["lecture5.linear"].text
    due = hand_in_at(hand_in, "2025-10-03T00:00:00Z")
    assert due.time == "2025-10-01T10:00:00Z"
    content = read_hand_in(due, course, ())
    assert content.submission.files["lecture5.linear"].text == GOOD
    assert content.submission.files["lecture5.linear"].display == "lecture5/linear.py"
    assert hand_in_at(hand_in, FIRST).time == "2025-10-01T10:00:00Z"  # at the very second is in time
    none = hand_in_at(hand_in, "2025-10-01T09:59:59Z")
    assert none.fault == "Nothing had been committed in time."
    assert read_hand_in(none, course, ()).submission is None


def test_what_is_not_committed_does_not_count(clone):
    (clone / "lecture5/linear.py").write_text("edited")
    (clone / "lecture5/head.py").write_text("new")
    assert files_of(clone, head_of(clone).hash) == {"lecture5/linear.py": GOOD + "# later\n", "a b/ü.txt": "x"}


@pytest.mark.parametrize("way", ["packed", "bare", "detached", "shallow", "long hashes", "branch"])
def test_repositories_of_all_kinds(clone, tmp_path, way):
    there = clone
    if way == "packed":
        handed_in.git(clone, "gc", "-q")
        assert not (clone / ".git/refs/heads/main").exists()
    elif way == "bare":
        there = tmp_path / "hw5-jane.git"
        handed_in.git(tmp_path, "clone", "-q", "--bare", clone, there)
    elif way == "detached":
        handed_in.git(clone, "checkout", "-q", "--detach")
    elif way == "shallow":
        there = tmp_path / "shallow"
        handed_in.git(tmp_path, "clone", "-q", "--depth", "1", f"file://{clone}", there)
        assert last_commit_before(there, FIRST) is None
    elif way == "long hashes":
        there = tmp_path / "long"
        there.mkdir()
        handed_in.git(there, "init", "-q", "--object-format=sha256", "-b", "main")
        handed_in.written(there, {"lecture5/linear.py": GOOD + "# later\n", "a b/ü.txt": "x"})
        handed_in.git(there, "add", "-A")
        handed_in.git(there, "commit", "-q", "-m", "x", time=LATER)
    else:
        handed_in.git(clone, "checkout", "-q", "-b", "feature/a.b")
    assert clones.is_clone(there)
    commit = head_of(there)
    assert commit.time == "2025-10-05T10:00:00Z"
    assert files_of(there, commit.hash) == {"lecture5/linear.py": GOOD + "# later\n", "a b/ü.txt": "x"}


def hostile(clone, ran):
    """Name a program that leaves a file behind wherever git can be told to run one."""
    program = clone.parent.parent / "evil.sh"
    program.write_text(f"#!/bin/sh\necho ran >> '{ran}'\ncat\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    more = clone.parent.parent / "included.config"
    more.write_text(f"[core]\n\tpager = {program}\n\taskPass = {program}\n")
    hooks = clone / ".git/hooks"
    shutil.rmtree(hooks, ignore_errors=True)
    hooks.mkdir()
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(program, hooks / hook)
    (clone / ".gitattributes").write_text("*.py filter=evil diff=evil\n*.txt filter=evil export-subst\n")
    handed_in.git(clone, "add", "-A")
    handed_in.git(clone, "-c", f"core.hooksPath={os.devnull}", "commit", "-q", "-m", "attributes", time=LATER)
    (clone / ".git/info").mkdir(exist_ok=True)
    (clone / ".git/info/attributes").write_text("* filter=evil\n")
    (clone / ".git/config").write_text(
        "[core]\n"
        "\trepositoryformatversion = 1\n"
        f"\tfsmonitor = {program}\n\thooksPath = {hooks}\n\tsshCommand = {program}\n\teditor = {program}\n"
        f"\tgitProxy = {program}\n\talternateRefsCommand = {program}\n\tattributesFile = {clone}/.git/info/attributes\n"
        f'[filter "evil"]\n\tclean = {program}\n\tsmudge = {program}\n\tprocess = {program}\n\trequired = true\n'
        f'[diff "evil"]\n\ttextconv = {program}\n\tcommand = {program}\n'
        f"[alias]\n\tcat-file = !{program}\n\tls-tree = !{program}\n\trev-list = !{program}\n"
        f"[credential]\n\thelper = !{program}\n[gc]\n\tauto = 1\n[uploadpack]\n\tpackObjectsHook = {program}\n"
        f'[tar "tar"]\n\tcommand = {program}\n[include]\n\tpath = {more}\n'
        f'[includeIf "gitdir:**"]\n\tpath = {more}\n'
        "[extensions]\n\tpartialClone = origin\n\tworktreeConfig = true\n"
        f'[remote "origin"]\n\turl = ext::{program} %S\n\tpromisor = true\n\tuploadpack = {program}\n\tvcs = ext\n'
        '[protocol "ext"]\n\tallow = always\n'
    )
    (clone / ".git/config.worktree").write_text(f"[core]\n\tfsmonitor = {program}\n")


def test_hostile_configuration_runs_nothing(clone, course, tmp_path):
    ran = tmp_path / "ran"
    hostile(clone, ran)
    ran.unlink(missing_ok=True)  # the hooks of the repository, when it was made
    before = {path: path.stat().st_mtime_ns for path in clone.rglob("*")}
    (hand_in,) = find_hand_ins([clone.parent])
    assert "# later" in read_hand_in(hand_in, course, ()).submission.files["lecture5.linear"].text
    assert hand_in_at(hand_in, FIRST).time == "2025-10-01T10:00:00Z"
    assert not ran.exists()
    assert {path: path.stat().st_mtime_ns for path in clone.rglob("*")} == before  # and nothing was written
    os.system(f"cd '{clone}' && git status >/dev/null 2>&1; git cat-file -p HEAD:nothing >/dev/null 2>&1")
    assert ran.exists()  # the trap is one: git that is asked in there falls into it


def test_missing_objects_are_fetched_from_nowhere(clone, course, tmp_path):
    ran = tmp_path / "ran"
    hostile(clone, ran)
    (hand_in,) = find_hand_ins([clone.parent])
    blob = handed_in.git(
        tmp_path, f"--git-dir={clone}/.git", "-c", "core.fsmonitor=false", "rev-parse", "HEAD:lecture5/linear.py"
    )
    ran.unlink(missing_ok=True)
    (clone / ".git/objects" / blob[:2] / blob[2:]).unlink()
    content = read_hand_in(hand_in, course, ())
    assert "damaged, or not all of it is there" in content.fault
    assert content.sha256
    assert not ran.exists()


def test_nothing_is_borrowed_from_other_repositories(clone, tmp_path):
    """A learner who knows the hash of the instructor's commit has not done the exercise."""
    theirs = handed_in.repository(tmp_path / "solutions", [(FIRST, {"lecture5/linear.py": "solution"})])
    commit = handed_in.git(theirs, "rev-parse", "HEAD")
    (clone / ".git/HEAD").write_text(f"{commit}\n")
    with pytest.raises(RefusedError, match="damaged"):
        head_of(clone)
    (clone / ".git/objects/info").mkdir(exist_ok=True)
    (clone / ".git/objects/info/alternates").write_text(f"{theirs}/.git/objects\n")
    with pytest.raises(RefusedError, match="borrows"):
        head_of(clone)
    (clone / ".git/objects/info/alternates").unlink()
    (clone / ".git/objects/aa").symlink_to(theirs / ".git/objects")
    with pytest.raises(RefusedError, match="borrows"):
        head_of(clone)
    shutil.rmtree(clone / ".git/objects")
    (clone / ".git/objects").symlink_to(theirs / ".git/objects")
    with pytest.raises(RefusedError, match="points to one elsewhere"):
        head_of(clone)
    shutil.rmtree(clone / ".git")
    (clone / ".git").write_text(f"gitdir: {theirs}/.git\n")
    with pytest.raises(RefusedError, match="points to one elsewhere"):
        head_of(clone)
    (clone / ".git").unlink()
    (clone / ".git").symlink_to(theirs / ".git")
    with pytest.raises(RefusedError, match="points to one elsewhere"):
        head_of(clone)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("", "cannot be told"),
        ("ref: refs/heads/../../../../etc/passwd", "cannot be told"),
        ("ref: /etc/passwd", "cannot be told"),
        ("--upload-pack=x", "cannot be told"),
        ("ref: refs/heads/.invalid", "reftable"),
        ("ref: refs/heads/none", "no commit yet"),
        ("0" * 40, "damaged"),
    ],
)
def test_heads_that_lead_nowhere(clone, head, told):
    (clone / ".git/HEAD").write_text(head)
    with pytest.raises(RefusedError, match=told):
        head_of(clone)


def test_ref_that_is_a_link_is_not_followed(clone, tmp_path):
    (tmp_path / "secret").write_text("a" * 40)
    (clone / ".git/refs/heads/main").unlink()
    (clone / ".git/refs/heads/main").symlink_to(tmp_path / "secret")
    with pytest.raises(RefusedError, match="no commit yet"):
        head_of(clone)


def test_links_submodules_and_large_files_in_a_commit(clone, tmp_path):
    (clone / "link.py").symlink_to("/etc/passwd")
    (clone / "large.py").write_text("x" * (9 << 20))
    (clone / "data.bin").write_text("x" * (9 << 20))
    handed_in.git(clone, "add", "-A")
    handed_in.git(clone, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub.py")
    handed_in.git(clone, "commit", "-q", "-m", "x", time=LATER)
    with PrivateFolder() as folder:
        check_out(clone, head_of(clone).hash, folder)
        assert folder.notes == [
            "large.py was left out: it is larger than 8 MiB.",
            "link.py is a link, and links are not followed. Put the file itself in its place.",
            "sub.py is no regular file. Put the file itself in its place.",
        ]
        assert "data.bin" in folder.names or len(folder.names) >= 4
        assert not os.path.lexists(folder.path / "link.py")


def object_of(clone, kind, data):
    import subprocess

    command = ["git", "-C", clone, "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    return subprocess.run(command, input=data, check=True, capture_output=True, text=False).stdout.decode().strip()


def committed(clone, tree):
    words = ["commit-tree", tree, "-m", "x"]
    commit = handed_in.git(clone, *words, time=LATER)
    (clone / ".git/HEAD").write_text(commit)
    return commit


def test_trees_that_git_would_not_make(clone):
    blob = object_of(clone, "blob", GOOD.encode())
    for name in (b"../evil.py", b"/tmp/evil.py", b"..", b"a/b.py/", b"C:evil.py"):
        tree = object_of(clone, "tree", b"100644 " + name + b"\0" + bytes.fromhex(blob))
        commit = committed(clone, tree)
        with PrivateFolder() as folder, pytest.raises(RefusedError):
            check_out(clone, commit, folder)


def test_tree_bomb_is_counted_while_it_is_read(clone):
    """Ten trees of ten entries each, that are all the same tree, stand for ten billion files."""
    below = object_of(clone, "blob", b"x")
    mode = b"100644"
    for _ in range(10):
        entries = b"".join(mode + f" f{i}".encode() + b"\0" + bytes.fromhex(below) for i in range(10))
        below, mode = object_of(clone, "tree", entries), b"40000"
    commit = committed(clone, below)
    import time

    began = time.monotonic()
    with PrivateFolder() as folder, pytest.raises(RefusedError, match="more files than anybody"):
        check_out(clone, commit, folder)
    assert time.monotonic() - began < 20


def test_without_git_it_is_a_sentence(clone, monkeypatch):
    monkeypatch.setattr(clones.shutil, "which", lambda _: None)
    (hand_in,) = find_hand_ins([clone.parent])
    assert "git is not installed" in hand_in.fault
