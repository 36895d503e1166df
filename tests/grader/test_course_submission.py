"""Submissions are read in any layout, and hostile ones can neither stop nor mislead the reading."""

import os
import socket
import time
from pathlib import Path

import handed_in
import pytest
from handed_in import UNITS

from grader.course import NothingRecognisedError, missing_hint, read_submission, reading
from grader.errors import UsageError

GOOD = "def f(x):\n    return x\n"


@pytest.fixture
def course(tmp_path):
    return handed_in.make_course(tmp_path / "course")


@pytest.fixture
def hand_in(tmp_path, monkeypatch):
    """Write files below a folder and make that the current one."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def write(files):
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return write


ALL = {f"{unit}/{name}.py": GOOD for unit, names in UNITS.items() for name in names}


# layouts


@pytest.mark.parametrize("wrapping", ["exercises/", "", "solutions/", "alice-main/exercises/", "a/b/exercises/"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_whole_submission_in_any_wrapping(course, hand_in, wrapping, relative):
    folder = hand_in({wrapping + name: text for name, text in ALL.items()})
    found = read_submission(Path() if relative else folder, course)
    assert set(found.files) == {e.id for e in course.exercises}
    assert found.only == ()
    file = found.files["lecture5.cross_entropy"]
    assert (file.module, file.text, file.fault, file.notes) == ("lecture5.cross_entropy", GOOD, "", ())
    assert file.display == f"{wrapping}lecture5/cross_entropy.py"


def test_display_is_as_typed_where_it_is_not_below_the_current_folder(course, hand_in, tmp_path, monkeypatch):
    hand_in({"exercises/lecture1/value.py": GOOD})
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert read_submission(Path("../work"), course).files["lecture1.value"].display == (
        "../work/exercises/lecture1/value.py"
    )
    absolute = read_submission(tmp_path / "work/exercises", course).files["lecture1.value"].display
    assert absolute == str(tmp_path / "work/exercises/lecture1/value.py")


def test_exercises_come_before_solutions(course, hand_in):
    folder = hand_in({"exercises/lecture1/value.py": "x = 1\n", "solutions/lecture1/value.py": "x = 2\n"})
    assert read_submission(folder, course).files["lecture1.value"].text == "x = 1\n"


@pytest.mark.parametrize("name", ["lecture5", "Lecture 5", "homework"])
def test_a_unit_folder_alone(course, hand_in, name):
    folder = hand_in({f"{name}/cross_entropy.py": GOOD, f"{name}/mine.py": GOOD})
    found = read_submission(folder / name, course)
    assert set(found.files) == {"lecture5.cross_entropy", "lecture5.mine"}
    assert found.only == ("lecture5.cross_entropy", "lecture5.linear")
    assert found.files["lecture5.mine"].display == f"{name}/mine.py"


def test_a_unit_folder_among_its_neighbours_may_import_from_them(course, hand_in):
    folder = hand_in({f"exercises/{name}": text for name, text in ALL.items()})
    found = read_submission(folder / "exercises/lecture7", course)
    assert found.only == ("lecture7.head", "lecture7.train")
    assert "lecture5.linear" in found.files


def test_the_content_decides_between_units_with_the_same_files(course, hand_in):
    folder = hand_in({"hw/train.py": "def train_gpt(x): return x\n"})
    assert read_submission(folder / "hw", course).only == ("lecture7.head", "lecture7.train")
    folder = hand_in({"hw/train.py": '# /// exercise\n# title = "lecture1 train"\n# ///\n'})
    assert read_submission(folder / "hw", course).only == ("lecture1.value", "lecture1.train")
    folder = hand_in({"hw/train.py": GOOD})
    with pytest.raises(UsageError, match=r"lecture1 or lecture7\. Name the folder after its unit"):
        read_submission(folder / "hw", course)


@pytest.mark.parametrize(
    ("name", "text", "which"),
    [
        ("cross_entropy.py", GOOD, "lecture5.cross_entropy"),
        ("crossEntropy.py", GOOD, "lecture5.cross_entropy"),
        ("cross_entropy (1).py", GOOD, "lecture5.cross_entropy"),
        ("cross_entropy-2.py", GOOD, "lecture5.cross_entropy"),
        ("lecture5.cross_entropy.py", GOOD, "lecture5.cross_entropy"),
        ("doejane_12345_678_cross_entropy.py", GOOD, "lecture5.cross_entropy"),
        ("lecture7_train.py", GOOD, "lecture7.train"),
        ("lecture7/train.py", GOOD, "lecture7.train"),
        ("train.py", "async def train_gpt(x): ...\n", "lecture7.train"),
        ("train.py", '# /// exercise\n# title = "lecture1 train"\n# ///\n', "lecture1.train"),
        ("answer.py", "class Head: ...\n", "lecture7.head"),
        ("cross_entropy.ipynb", '{"cells": []}', "lecture5.cross_entropy"),
        ("value.py", "def f(:\n", "lecture1.value"),
    ],
)
def test_a_single_file(course, hand_in, name, text, which):
    folder = hand_in({name: text, "mine.py": GOOD})
    found = read_submission(folder / name, course)
    assert found.only == (which,)
    assert set(found.files) == {which}
    assert found.files[which].display == name


def test_a_single_file_where_it_belongs_may_import_its_neighbours(course, hand_in):
    folder = hand_in({f"exercises/{name}": text for name, text in ALL.items()})
    found = read_submission(folder / "exercises/lecture7/head.py", course)
    assert found.only == ("lecture7.head",)
    assert {"lecture7.train", "lecture5.linear"} <= set(found.files)


def test_a_hostile_block_does_not_stop_the_guessing(course, hand_in):
    block = "# /// exercise\n# title = " + "[" * 100_000 + "\n# ///\n"
    folder = hand_in({"hw/train.py": block, "train.py": block, "zzz.py": block})
    for name in ("hw", "train.py", "zzz.py"):
        with pytest.raises(UsageError):
            read_submission(folder / name, course)


def test_what_cannot_be_told_is_asked_for(course, hand_in):
    folder = hand_in({"train.py": GOOD, "zzz.py": GOOD, "hw.zip": b"PK", "empty/readme": "", "exercises/x": ""})
    os.mkfifo(folder / "pipe")
    (folder / "dangling").symlink_to("/nowhere/at all")
    for name, says in [
        ("train.py", r"could be lecture1\.train or lecture7\.train\. Put it into a folder"),
        ("zzz.py", "Name it as the exercise is, as in lecture1/value.py"),
        ("hw.zip", "neither a folder nor a Python file. Unpack it"),
        ("empty", "holds no exercise of this course"),
        ("pipe", "is a pipe, a socket or a device. Give the path of a folder"),
        ("dangling", "is a link to /nowhere/at all, where nothing is"),
        ("a" * 5_000, "There is nothing at"),
        ("a/" * 2_500, "There is nothing at"),
        ("absent", "There is nothing at"),
        ("absent\0", "There is nothing at"),
    ]:
        with pytest.raises(UsageError, match=says):
            read_submission(folder / name, course)
    assert read_submission(folder / "exercises", course).files == {}


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
def test_standard_input_is_not_waited_for(course, hand_in, name):
    hand_in({})
    with pytest.raises(UsageError, match="not read from standard input. Save it in a file named after its exercise"):
        read_submission(Path(name), course)


@pytest.mark.parametrize("name", ["/dev/null", "/dev/zero", "/proc/self/mem"])
def test_devices_are_not_read(course, hand_in, name):
    hand_in({})
    with pytest.raises(UsageError, match=r"Give the path of a folder|give another path"):
        read_submission(Path(name), course)


def test_the_current_folder_may_be_gone(course, hand_in, tmp_path):
    folder = hand_in(ALL)
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert read_submission(folder, course).files["lecture1.value"].display == f"{folder}/lecture1/value.py"
    with pytest.raises(UsageError, match="The current folder was deleted"):
        read_submission(Path("work"), course)


def test_helper_modules_are_read_too(course, hand_in):
    hand_in(ALL)
    folder = hand_in(
        {
            "helpers.py": "",
            "lecture5/__init__.py": "",
            "lecture5/tools/deep.py": GOOD,
            "lecture5/not-a-module.py": GOOD,
            "lecture5/class.py": GOOD,
            ".git/x.py": GOOD,
            "venv/lib.py": GOOD,
            "lecture5/__pycache__/x.py": GOOD,
            "data-files/x.py": GOOD,
        }
    )
    files = read_submission(folder, course).files
    more = set(files) - {e.id for e in course.exercises}
    assert more == {"helpers", "lecture5.__init__", "lecture5.tools.deep"}
    assert not any(file.fault or file.notes for file in files.values())


# hostile files


def test_links_pipes_sockets_and_folders_are_faults(course, hand_in, tmp_path):
    folder = hand_in({"lecture1/train.py": GOOD})
    (tmp_path / "secret.py").write_text("SECRET = 1\n")
    (folder / "lecture1/value.py").symlink_to(tmp_path / "secret.py")
    (folder / "lecture5/cross_entropy.py").mkdir(parents=True)
    os.mkfifo(folder / "lecture5/linear.py")
    (folder / "lecture7").mkdir()
    server = socket.socket(socket.AF_UNIX)
    os.chdir(folder / "lecture7")
    server.bind("head.py")
    (folder / "lecture7/train.py").symlink_to("/dev/zero")
    files = read_submission(folder, course).files
    server.close()
    assert files["lecture1.value"].fault.startswith("value.py is a symbolic link")
    assert files["lecture1.value"].text == ""
    assert "is a folder" in files["lecture5.cross_entropy"].fault
    assert "pipe" in files["lecture5.linear"].fault
    assert "socket" in files["lecture7.head"].fault
    assert "symbolic link" in files["lecture7.train"].fault
    assert files["lecture1.train"].fault == ""


def test_linked_folders_are_never_entered(course, hand_in, tmp_path):
    folder = hand_in({"lecture1/train.py": GOOD})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "cross_entropy.py").write_text("SECRET = 1\n")
    (folder / "lecture5").symlink_to(outside)
    (folder / "lecture1/more").symlink_to(outside)
    (folder / "lecture1/loop").symlink_to(folder)
    found = read_submission(folder, course)
    assert set(found.files) == {"lecture1.train"}
    assert "lecture5 is a link, and links are not followed" in found.notes[-1]
    hint = missing_hint(found, course.exercise("lecture5.cross_entropy"))
    assert hint.startswith("lecture5/cross_entropy.py is missing: lecture5 is a link")


@pytest.mark.parametrize("target", ["", "lecture1/train.py"])
def test_a_path_that_is_itself_a_link_is_not_followed(course, hand_in, target):
    folder = hand_in({"real/lecture1/train.py": GOOD})
    link = folder / ("train.py" if target else "link")
    link.symlink_to(folder / "real" / target)
    if target:
        (folder / "lecture1").mkdir()
        link.rename(folder / "lecture1/train.py")
        fault = read_submission(folder / "lecture1/train.py", course).files["lecture1.train"].fault
        assert "symbolic link" in fault
    else:
        with pytest.raises(UsageError, match=r"Give the folder itself: .*real"):
            read_submission(link, course)


def test_a_fifo_as_the_single_file_does_not_block(course, hand_in):
    folder = hand_in({})
    os.mkfifo(folder / "value.py")
    os.mkfifo(folder / "train.py")
    assert "pipe" in read_submission(folder / "value.py", course).files["lecture1.value"].fault
    with pytest.raises(UsageError, match="could be"):
        read_submission(folder / "train.py", course)


def test_a_file_swapped_for_a_fifo_after_the_look_does_not_block(course, hand_in, monkeypatch):
    folder = hand_in({"lecture1/train.py": GOOD})
    os.mkfifo(folder / "lecture1/value.py")
    real = os.stat
    regular = real(folder / "lecture1/train.py")
    monkeypatch.setattr(os, "stat", lambda path, **how: regular if path == "value.py" else real(path, **how))
    assert "pipe" in read_submission(folder, course).files["lecture1.value"].fault


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_closed_files_and_folders_say_so(course, hand_in):
    folder = hand_in(ALL)
    (folder / "lecture1/value.py").chmod(0)
    (folder / "lecture5").chmod(0)
    try:
        found = read_submission(folder, course)
        assert "chmod u+r value.py" in found.files["lecture1.value"].fault
        assert "chmod u+rx lecture5" in missing_hint(found, course.exercise("lecture5.linear"))
    finally:
        (folder / "lecture5").chmod(0o700)


@pytest.mark.confined
def test_permission_errors_are_faults(course, hand_in, monkeypatch):
    folder = hand_in(ALL)
    real = os.open

    def refuse(path, *args, **how):
        if path in ("value.py", "lecture5"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **how)

    monkeypatch.setattr(os, "open", refuse)
    found = read_submission(folder, course)
    assert "chmod u+r value.py" in found.files["lecture1.value"].fault
    assert "chmod u+rx lecture5" in missing_hint(found, course.exercise("lecture5.linear"))


def test_size_is_bounded_whatever_the_file_claims(course, hand_in):
    folder = hand_in({"lecture1/train.py": "#" * (1 << 20), "lecture1/value.py": "#" * ((1 << 20) + 1)})
    with (folder / "lecture1/value.py").open("r+b") as file:
        file.truncate(1 << 40)
    files = read_submission(folder, course).files
    assert "larger than 1 MiB" in files["lecture1.value"].fault
    assert "only comments" in files["lecture1.train"].fault


def test_exercises_are_read_however_many_other_files_there_are(course, hand_in):
    hand_in({f"lecture7/a{i}.py": "" for i in range(600)})
    folder = hand_in({**ALL, "another-folder/x.txt": ""})
    found = read_submission(folder, course)
    assert len(found.files) == 500
    assert {e.id for e in course.exercises} <= set(found.files)
    assert "more than 500 Python files" in found.notes[0]


def test_all_files_together_are_bounded(course, hand_in, monkeypatch):
    monkeypatch.setattr(reading, "_MOST_ENTRIES", 10)
    text = f'x = "{"a" * 500_000}"\n'
    folder = hand_in({**ALL, **{f"lecture1/a{i}.py": text for i in range(3)}})
    found = read_submission(folder, course)
    assert any("over 10 files" in note for note in found.notes)
    assert [found.files[f"lecture1.a{i}"].fault[:44] for i in range(3)] == [
        "", "", "Your Python files hold more than a million c",
    ]  # fmt: skip
    assert found.files["lecture1.a2"].notes[0].startswith("lecture1/a2.py was left out. Your Python files hold")
    assert all(not found.files[exercise.id].fault for exercise in course.exercises)
    assert sum(len(file.text) for file in found.files.values() if not file.fault) <= 1 << 20


def test_exercises_to_be_graded_come_first_and_the_long_come_last(course, hand_in):
    text = f'x = "{"a" * 600_000}"\n'
    folder = hand_in({**ALL, "lecture1/value.py": text, "lecture5/linear.py": text})
    files = read_submission(folder, course).files
    assert [module for module, file in files.items() if file.fault] == ["lecture5.linear"]
    files = read_submission(folder, course, {"lecture5.linear"}).files
    assert [module for module, file in files.items() if file.fault] == ["lecture1.value"]


def test_files_that_are_slow_to_parse_cost_seconds_together(course, hand_in):
    slow = 'def never():\n    return f"""' + ("{a}" + " " * 4) * 32_000 + '"""\n'
    slower = "a" + "\u0301\u0327" * 45_000 + " = 1\n"
    folder = hand_in({**ALL, "lecture5/linear.py": slower, "lecture5/a.py": slow, "lecture5/b.py": slower})
    for name in "cdefg":
        hand_in({f"lecture5/{name}.py": slower + f"# {name}\n"})
    start = time.process_time()
    before = os.times().children_user
    files = read_submission(folder, course).files
    assert time.process_time() - start < 5
    assert os.times().children_user - before < 6
    assert files["lecture5.linear"].fault.startswith("Python takes more than 2 s to read this file. No exercise")
    assert (
        "Python too long to read, taken together" in files["lecture5.g"].fault or "million" in files["lecture5.g"].fault
    )
    assert files["lecture5.cross_entropy"].fault == ""


def test_deep_folders_end(course, hand_in):
    folder = hand_in({"lecture1/value.py": GOOD, "/".join(["lecture1", *["d"] * 60, "x.py"]): GOOD})
    assert set(read_submission(folder, course).files) == {"lecture1.value"}


def test_odd_names_cannot_break_the_terminal(course, hand_in, tmp_path):
    folder = hand_in({"\x1b[31mred\n/lecture1/value.py": GOOD, "\x1b[31mred\n/lecture1/\x1b.py": GOOD})
    (folder / os.fsdecode(b"\x1b[31mred\n/lecture1/\xff.py")).write_text("")
    found = read_submission(folder / "\x1b[31mred\n", course)
    assert found.files["lecture1.value"].display == "?[31mred?/lecture1/value.py"
    for exercise in course.exercises:
        hint = missing_hint(found, exercise)
        assert "\x1b" not in hint
        hint.encode()


# missing files


@pytest.mark.parametrize(
    ("file", "hint"),
    [
        ("lecture5/crossentropy.py", "Did you mean lecture5/crossentropy.py? Rename it to cross_entropy.py."),
        ("lecture5/cross-entropy.py", "Did you mean lecture5/cross-entropy.py?"),
        ("lecture5/cross_entropy (1).py", "Did you mean lecture5/cross_entropy (1).py?"),
        ("lecture5/cross_entropy.py.txt", "Did you mean lecture5/cross_entropy.py.txt?"),
        (
            "lecture5/cross-entropy.ipynb",
            "Did you mean lecture5/cross-entropy.ipynb? Rename it to cross_entropy.ipynb.",
        ),
        ("cross_entropy.py", "there is cross_entropy.py. Move it to lecture5/cross_entropy.py."),
        ("lecture_5/cross_entropy.py", "there is lecture_5/cross_entropy.py. Move it to"),
        ("Lecture-5/zzz.py", "Did you mean the folder Lecture-5? Rename it to lecture5."),
        ("lecture5/zzz.py", "Start from its stub, exercises/lecture5/cross_entropy.py of the course."),
        ("lecture5/linear.py", "Start from its stub"),
    ],
)
def test_a_missing_file_is_looked_for(course, hand_in, file, hint):
    folder = hand_in({file: GOOD, "lecture1/value.py": GOOD})
    found = read_submission(folder, course)
    exercise = course.exercise("lecture5.cross_entropy")
    assert exercise.id not in found.files
    text = missing_hint(found, exercise)
    assert text.startswith("lecture5/cross_entropy.py is missing")
    assert hint in text


def test_a_unit_alone_gets_the_same_hints(course, hand_in):
    folder = hand_in({"lecture5/crossentropy.py": GOOD, "lecture5/linear.py": GOOD})
    found = read_submission(folder / "lecture5", course)
    assert "Did you mean lecture5/crossentropy.py?" in missing_hint(found, course.exercise("lecture5.cross_entropy"))
    assert missing_hint(found, course.exercise("lecture5.linear")) == ""


def test_reading_is_quick(course, hand_in):
    folder = hand_in(ALL)
    start = time.perf_counter()
    read_submission(folder, course)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("name", ["zzz.py", "head.py", "train.py", "lecture7/train.py", "cross_entropy (1).py"])
def test_the_file_is_the_one_exercise_that_is_named(course, hand_in, name):
    folder = hand_in({name: "class Head: ...\nclass Value: ...\n"})
    found = read_submission(folder / name, course, {"lecture5.linear"})
    assert found.only == ("lecture5.linear",)
    assert found.files["lecture5.linear"].display == found.alone == name


def test_of_several_that_are_named_a_file_is_those_of_which_it_defines_something(course, hand_in):
    text = "class Head: ...\ndef train_gpt(): ...\ndef cross_entropy_backward(x): return x\n    def train(): ...\n"
    folder = hand_in({"gpt.py": text, "value.py": "class Head: ...\n"})
    every = [exercise.id for exercise in course.exercises]
    found = read_submission(folder / "gpt.py", course, every)
    assert found.only == tuple(found.files) == ("lecture5.cross_entropy", "lecture7.head", "lecture7.train")
    assert {file.display for file in found.files.values()} == {"gpt.py"}
    assert read_submission(folder / "gpt.py", course, every[4:]).only == ("lecture7.head", "lecture7.train")
    hint = missing_hint(found, course.exercise("lecture5.linear"))
    assert hint.startswith("lecture5.linear is not in gpt.py: it does not define linear_backward. Hand in")
    # and the one that it is named after
    assert read_submission(folder / "value.py", course, every).only == ("lecture1.value", "lecture7.head")


def test_what_is_graded_tells_which_of_two_exercises_a_file_is(course, hand_in):
    folder = hand_in({"train.py": GOOD})
    path = folder / "train.py" if folder is not None else "train.py"
    with pytest.raises(UsageError, match="could be"):
        read_submission(Path(path), course)
    assert read_submission(Path(path), course, {"lecture7.train", "lecture7.head"}).only == ("lecture7.train",)
    assert read_submission(Path(path), course, {"lecture1.train"}).only == ("lecture1.train",)


def test_exercises_beside_data_and_reports_are_found(course, hand_in):
    folder = hand_in({"nn/src/linear.py": GOOD, "data/names.txt": "", "report/essay.txt": ""})
    assert set(read_submission(folder, course).files) == {"lecture5.linear"}
    hand_in({"other/lecture7/head.py": GOOD})
    assert set(read_submission(folder, course).files) == {"lecture7.head"}
    hand_in({"again/exercises/lecture7/head.py": GOOD})
    with pytest.raises(UsageError, match=r"in several folders of .*: again/exercises or other\."):
        read_submission(folder, course, within=folder)


def test_what_is_read_within_a_folder_names_and_sees_nothing_above_it(course, hand_in):
    folder = hand_in({"solutions/lecture5/linear.py": GOOD, "solutions/lecture7/head.py": GOOD})
    seen = read_submission(folder / "solutions/lecture5", course)
    assert set(seen.files) == {"lecture5.linear", "lecture7.head"}
    found = read_submission(folder / "solutions/lecture5", course, within=folder / "solutions/lecture5")
    assert {module: file.display for module, file in found.files.items()} == {"lecture5.linear": "linear.py"}
    assert found.root == Path()
    with pytest.raises(NothingRecognisedError) as caught:
        read_submission(hand_in({"none/a.txt": ""}) / "none", course, within=folder / "none")
    assert str(folder) not in str(caught.value)
