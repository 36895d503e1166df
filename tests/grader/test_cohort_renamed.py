"""Files of a hand-in under other names than they should have, what is handed out with them, and sentences."""

import json

import handed_in
import pytest

from grader.cohort.contents import read_hand_in
from grader.cohort.hand_ins import find_hand_ins
from grader.course.submission import HANDOUT

LINEAR = handed_in.GOOD
ENTROPY = "def cross_entropy_backward(x):\n    return x\n"
WANTED = handed_in.LECTURE5


@pytest.fixture
def course(tmp_path):
    return handed_in.make_course(tmp_path / "course")


def read(course, tmp_path, files, wanted=WANTED):
    """The content of a hand-in that Canvas gives in one folder with another's."""
    named = {f"kim_7_{70 + place}_{name}": text for place, (name, text) in enumerate(files.items())}
    folder = handed_in.written(tmp_path / "in", {**named, "lee_8_80_linear.py": LINEAR})
    found = [one for one in find_hand_ins([folder], course=course) if one.learner.number == "7"]
    assert len(found) == 1
    return read_hand_in(found[0], course, wanted)


@pytest.mark.parametrize(
    "files",
    [
        {"my_linear.py": LINEAR, "my_ce.py": ENTROPY},
        {"linear (1).py": LINEAR, "cross_entropy (2).py": ENTROPY},
        {"Linear.py": LINEAR, "CrossEntropy.py": ENTROPY},
        {"linear.py": LINEAR, "Kopie von cross_entropy.py": ENTROPY},
        {"a.py": LINEAR, "b.py": ENTROPY, "plots.py": "x = 1\n"},
        {"hw.zip": handed_in.zipped({"hw/a.py": LINEAR, "hw/b.py": ENTROPY})},
    ],
)
def test_files_of_other_names_are_told_by_what_is_in_them(course, tmp_path, files):
    content = read(course, tmp_path, files)
    assert not content.fault
    assert content.submission.files["lecture5.linear"].text == LINEAR
    assert content.submission.files["lecture5.cross_entropy"].text == ENTROPY
    notes = " ".join(content.submission.notes)
    assert ("was taken for lecture5/linear.py." in notes) == ("linear.py" not in files)
    assert "was taken for lecture5/cross_entropy.py." in notes


@pytest.mark.parametrize(
    "files",
    [
        {"old.py": LINEAR, "new.py": LINEAR},  # either may be meant
        {"all.py": LINEAR + ENTROPY, "notes.py": "x = 1\n"},
        {"a.py": "x = 1\n", "b.py": "y = 1\n"},
    ],
)
def test_what_may_be_either_is_neither(course, tmp_path, files):
    content = read(course, tmp_path, files)
    assert content.submission is None
    assert f"It holds {', '.join(files)}" in content.fault


def test_a_name_that_is_right_goes_before_what_is_in_another_file(course, tmp_path):
    content = read(course, tmp_path, {"linear.py": "x = 1\n", "scratch.py": LINEAR, "cross_entropy.py": ENTROPY})
    assert content.submission.files["lecture5.linear"].text == "x = 1\n"
    assert not content.submission.notes


def test_files_of_several_units_keep_their_names(course, tmp_path):
    files = {"a.py": LINEAR, "b.py": "class Value:\n    pass\n"}
    content = read(course, tmp_path, files, WANTED | {"lecture1.value"})
    assert content.submission is None


def test_the_handout_is_known_however_it_is_handed_in(course, tmp_path):
    files = {"exercises/lecture5/linear.py": LINEAR, HANDOUT: "schema = 1\n"}
    assert read(course, tmp_path, {"hw.zip": handed_in.zipped(files)}).submission.handout == "schema = 1\n"
    flat = {"my_linear.py": LINEAR, "my_ce.py": ENTROPY, HANDOUT: "schema = 1\n"}
    assert read(course, tmp_path / "flat", flat).submission.handout == "schema = 1\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cells": [', "This notebook is damaged"),
        ("", "This notebook is empty"),
        (json.dumps({"cells": [], "metadata": {}, "nbformat": 4}), "This notebook has no cell of code"),
    ],
)
def test_of_a_notebook_that_cannot_be_read_it_is_said_why(course, tmp_path, text, said):
    fault = read(course, tmp_path, {"Untitled0.ipynb": text}).fault
    assert fault.startswith(f"Untitled0.ipynb cannot be read. {said}")


def test_the_example_of_a_name_is_one_that_is_wanted(course, tmp_path):
    fault = read(course, tmp_path, {"hw.py": "x = 1\n"}).fault
    assert fault.endswith("Name it as the exercise is, as in lecture5/cross_entropy.py")


def test_what_is_kept_beside_hand_ins_is_nobodys(course, tmp_path):
    kept = ("grades.db", "grades.db-run", "grades.db-wal", "grades.db-shm", "log.jsonl", "cohort.toml", "canvas.csv")
    folder = handed_in.written(tmp_path / "in", {"kim/linear.py": LINEAR, **dict.fromkeys(kept, "x")})
    assert [one.learner.name for one in find_hand_ins([folder], course=course)] == ["kim"]
