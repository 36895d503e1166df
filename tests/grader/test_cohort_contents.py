"""What is in a hand-in becomes a submission or a sentence, and nothing is left of the way there."""

import os
import pickle
from pathlib import Path

import handed_in
import msgspec
import pytest

from grader.cohort import private
from grader.cohort.contents import read_hand_in
from grader.cohort.hand_ins import find_hand_ins
from grader.course import find_course
from grader.session.grading import Session

GOOD = handed_in.GOOD
WANTED = handed_in.LECTURE5
BOTH = {"linear.py": GOOD, "cross_entropy.py": "def cross_entropy_backward(x):\n    return 2 * x\n"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return handed_in.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def read(tmp_path, monkeypatch, course):
    """Hand something in and open it; nothing may be left of that, and nothing may be said of where it was opened."""
    secret = tmp_path / "instructors-own-temp"
    secret.mkdir()
    monkeypatch.setattr(private.tempfile, "tempdir", str(secret))

    def run(files, *, wanted=WANTED, layout="auto"):
        handed_in.written(tmp_path / "in", files)
        contents = []
        for hand_in in find_hand_ins([tmp_path / "in"], layout):
            content = read_hand_in(hand_in, course, wanted)
            assert pickle.loads(pickle.dumps(content)).submission == content.submission
            assert (content.submission is None) == bool(content.fault)
            seen = repr(content.submission) + content.fault
            assert str(tmp_path) not in seen
            assert "instructors" not in seen
            assert "gradlings" not in seen
            assert list(secret.iterdir()) == []
            contents.append(content)
        return contents

    return run


def below(folder, files=BOTH):
    return {f"{folder}{name}": text for name, text in files.items()}


WAYS = {
    "folder": below("jane/"),
    "unit": below("jane/lecture5/"),
    "exercises": below("jane/exercises/lecture5/"),
    "wrapped": below("jane/my-course/exercises/lecture5/"),
    "deep": below("jane/home/jane/uni/nn/my-course/exercises/lecture5/"),
    "beside others": below("jane/my-course/lecture5/") | {"jane/data/names.txt": "", "jane/essay.pdf": ""},
    "beside data": below("jane/5/") | {"jane/data/names.txt": "", "jane/report/essay.pdf": ""},
    "deep beside data": below("jane/uni/nn/src/") | {"jane/uni/data/names.txt": ""},
    "zip": {"jane.zip": handed_in.zipped(BOTH)},
    "zip of a unit": {"jane.zip": handed_in.zipped(below("lecture5/"))},
    "zip of a course": {"jane.zip": handed_in.zipped(below("my course/exercises/lecture5/") | {"__MACOSX/x": ""})},
    "tar.gz": {"jane.tar.gz": handed_in.tarred(below("./hw/lecture5/"))},
    "zip in a folder": {"jane/hw.zip": handed_in.zipped(below("hw/"))},
    "zip in a zip": {"jane.zip": handed_in.zipped({"hw/inner.zip": handed_in.zipped(below("lecture5/"))})},
    "tar in a zip in a folder": {"jane/hw.zip": handed_in.zipped({"hw.tar": handed_in.tarred(BOTH, "w")})},
    "canvas": {f"doejane_4711_9{i}_{name}": BOTH[name] for i, name in enumerate(BOTH)},
    "canvas zip": {"doejane_4711_9_hw.zip": handed_in.zipped(below("hw/"))},
    "moodle": below("Jane Doe_123_assignsubmission_file_/"),
    "moodle zip": {"Jane Doe_123_assignsubmission_file_/hw.zip": handed_in.zipped(below("lecture5/"))},
}


@pytest.mark.parametrize("way", WAYS)
def test_content_is_the_same_whatever_it_is_wrapped_in(read, way):
    (content,) = read(WAYS[way])
    assert content.fault == ""
    files = content.submission.files
    assert {module: file.text for module, file in files.items()} == {
        "lecture5.linear": BOTH["linear.py"],
        "lecture5.cross_entropy": BOTH["cross_entropy.py"],
    }
    assert content.sha256 == SAME
    for file in files.values():
        assert not os.path.isabs(file.display)
        assert ".." not in file.display


SAME = "0434f54e965154c6f15cd642f2fddd43c949d497f4c169f85439757f4900e725"  # in gradebooks that are kept


def test_exports_as_archives(read, tmp_path, course):
    for name, files in {
        "canvas.zip": below("doejane_4711_9_") | {"roe_4712_9_linear.py": GOOD},
        "moodle.zip": below("Jane Doe_1_assignsubmission_file_/")
        | {"Jane Doe_2_assignsubmission_file_/linear.py": GOOD},
        "gradescope.zip": below("assignment_1_export/submission_1/")
        | {"assignment_1_export/submission_2/linear.py": GOOD},
    }.items():
        path = tmp_path / name
        path.write_bytes(handed_in.zipped(files))
        first, second = find_hand_ins([path])
        assert read_hand_in(first, course, WANTED).sha256 == SAME
        assert set(read_hand_in(second, course, WANTED).submission.files) == {"lecture5.linear"}


def test_paths_are_those_in_the_hand_in(read):
    shown = {
        "a": [file.display for file in read(below("jane/exercises/lecture5/"))[0].submission.files.values()],
    }
    assert sorted(shown["a"]) == ["exercises/lecture5/cross_entropy.py", "exercises/lecture5/linear.py"]


def test_root_and_single_files_are_shown_as_handed_in(read):
    content = read({"jane.py": GOOD})[0]
    assert content.submission.files["lecture5.linear"].display == "jane.py"
    assert content.submission.alone == "jane.py"
    assert content.submission.root == Path()


def test_file_does_not_import_its_neighbours(read):
    """Beside one learner's file lie those of others."""
    bob = "from helper import secret\n\n\ndef linear_backward(x):\n    return secret(x)\n"
    contents = read({"bob.py": bob, "helper.py": "def secret(x):\n    return x\n"}, wanted={"lecture5.linear"})
    assert [list(content.submission.files) for content in contents] == [["lecture5.linear"], ["lecture5.linear"]]


def test_notebooks(read):
    import json

    cells = [{"cell_type": "code", "source": GOOD, "metadata": {}, "outputs": [], "execution_count": None}]
    book = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    contents = read({"jane.ipynb": book, "bob.zip": handed_in.zipped({"hw/My Work.ipynb": book})})
    assert [content.submission.files["lecture5.linear"].display for content in contents] == [
        "hw/My Work.ipynb",
        "jane.ipynb",
    ]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"jane/.keep": ""}, "It is empty: there is no file in it."),
        ({"jane.zip": handed_in.zipped({})}, "It is empty: there is no file in it."),
        ({"jane.zip": handed_in.zipped({"__MACOSX/._x.py": ""})}, "It is empty: there is no file in it."),
        (
            {"jane/essay.pdf": "%PDF", "jane/data/a.csv": ""},
            "It holds data/a.csv, essay.pdf; looked for were lecture5/cross_entropy.py, lecture5/linear.py.",
        ),
        ({"jane.pdf": "%PDF"}, "It holds jane.pdf; looked for"),
        ({"jane/linear.py.txt": GOOD}, "Take the last ending off linear.py.txt."),
        ({"jane/hw.rar": "Rar!"}, "hw.rar is packed in a way that is not opened. Hand in a zip."),
        ({"jane.rar": "Rar!"}, "jane.rar is packed in a way that is not opened. Hand in a zip."),
        ({"jane.zip": b"PK\3\4 and no more"}, "jane.zip is broken"),
        ({"jane.zip": ""}, "jane.zip is empty"),
        ({"jane/hw.zip": "nothing"}, "hw.zip is named as an archive"),
        ({"jane.zip": handed_in.zipped({"../x.py": GOOD})}, "outside of the folder"),
        (
            {"jane.zip": handed_in.zipped({"a.zip": handed_in.zipped({"b.zip": handed_in.zipped(BOTH)})})},
            "an archive in an archive in an archive",
        ),
        (
            {"jane/lecture1/value.py": "class Value:\n    pass\n"},
            "Nothing of what is graded is in it. It holds lecture1/value.py;",
        ),
        ({"jane/lecture5/lineer.py": GOOD}, "Did you mean lecture5/lineer.py?"),
        (
            {"jane/value.py": "class Value:\n    pass\n", "jane/train.py": "def train(): pass\n"},
            "is not among what is graded",
        ),
        ({"jane/a/lecture5/linear.py": GOOD, "jane/b/lecture5/linear.py": GOOD}, "in several folders of the hand-in"),
    ],
)
def test_every_hand_in_has_its_sentence(read, files, told):
    (content,) = read(files)
    assert told in content.fault
    assert content.fault.endswith(".")


def test_what_cannot_be_read_has_a_hash_of_its_bytes(read):
    contents = read(
        {"a.zip": b"PK no", "b.zip": b"PK no", "c.zip": b"PK other", "d/x.pdf": "1", "e/x.pdf": "2", "f/.x": ""}
    )
    a, b, c, d, e, f = (content.sha256 for content in contents)
    assert a == b
    assert len({a, c, d, e}) == 4
    assert f == ""


def test_hash_tells_contents_apart(read):
    contents = read({"a/linear.py": GOOD, "b/linear.py": GOOD + " ", "c/linear.py": b"\xff\xfe", "d/linear.py": b"a\0"})
    assert len({content.sha256 for content in contents}) == 4


def test_links_in_a_folder_are_not_followed(read, tmp_path):
    handed_in.written(tmp_path / "in", {"bob/linear.py": "def linear_backward(x):\n    return 'bob'\n"})
    (tmp_path / "in/jane").mkdir()
    (tmp_path / "in/jane/linear.py").symlink_to("../bob/linear.py")
    bob, jane = read({})
    assert bob.submission is not None
    assert "It holds linear.py (a link); looked for" in jane.fault


def test_notes_say_what_was_left_out(read):
    import tarfile

    link = tarfile.TarInfo()
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    (content,) = read({"jane.tgz": handed_in.tarred({"lecture5/linear.py": GOOD, "lecture5/cross_entropy.py": link})})
    assert any(note.startswith("lecture5/cross_entropy.py is a link") for note in content.submission.notes)


def test_report_of_what_was_opened_names_no_folder_of_the_instructors(tmp_path):
    """A crash, a syntax error, an unfinished and a missing exercise, each graded for real."""
    own = find_course()
    exercises = [own.exercise(f"lecture5.{name}") for name in ("linear", "cross_entropy", "atomic", "batchnorm")]
    texts = ["raise ValueError(__file__)\n", "def broken(:\n", exercises[2].stub.read_text()]
    files = {f"hw/lecture5/{e.name}.py": text for e, text in zip(exercises, texts, strict=False)}
    handed_in.written(tmp_path / "in", {"jane.zip": handed_in.zipped(files)})
    (hand_in,) = find_hand_ins([tmp_path / "in"])
    content = read_hand_in(hand_in, own, {exercise.id for exercise in exercises})
    with Session(own, exercises) as session:
        report = session.grade(exercises, pickle.loads(pickle.dumps(content.submission)), 5)
    told = msgspec.json.encode(report).decode()
    assert report.faults == ()
    assert f"hw/lecture5/{exercises[0].name}.py" in told
    assert "gradlings-hand-in" not in told
    assert str(tmp_path) not in told
    assert private.tempfile.gettempdir() + "/" not in told


def test_archive_beside_code_is_told_of(read):
    (content,) = read({"jane/linear.py": GOOD, "jane/old.zip": handed_in.zipped({"linear.py": "old"})})
    assert content.submission.files["lecture5.linear"].text == GOOD
    assert "old.zip was not opened, as there is code beside it." in content.submission.notes


def test_names_that_are_no_text(read, tmp_path):
    folder = os.fsencode(tmp_path / "in") + b"/caf\xe9"
    os.makedirs(folder)
    for name in (b"linear.py", b"\xff.txt"):
        with open(folder + b"/" + name, "w") as file:
            file.write(GOOD)
    (content,) = read({})
    assert "lecture5.linear" in content.submission.files


def test_hostile_names_inside(read):
    names = ["\x1b[2J.py", "a" * 300 + ".py", "x/" * 60 + "y.py", "=1+1.py", "; rm -rf ~.py", "-rf.py", "con.py"]
    files = dict.fromkeys(names, "x = 1\n") | {"linear.py": GOOD}
    for name, data in (("jane.zip", handed_in.zipped(files)), ("jane2.tgz", handed_in.tarred(files))):
        (content, *_) = read({name: data})
        assert "lecture5.linear" in content.submission.files
        assert any("too long" in note for note in content.submission.notes)


def test_folder_that_is_closed_is_told(read, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "in/jane").mkdir(parents=True, mode=0)
    (content,) = read({})
    assert "Permission denied" in content.fault


def test_hand_in_of_one_learner_does_not_reach_the_folder_above(read):
    """A learner's folder may be called as a unit is, in a folder that is called as exercises are."""
    contents = read(
        {"solutions/lecture5/linear.py": GOOD, "solutions/lecture7/head.py": "class Head: pass\n"}, layout="plain"
    )
    assert [set(content.submission.files) for content in contents] == [{"lecture5.linear", "lecture7.head"}]
