"""What a class hands in is found in every layout, and is whose it is, whatever it is called."""

import os
import pickle
from pathlib import Path

import handed_in
import pytest

from grader.cohort.hand_ins import find_hand_ins
from grader.cohort.learners import read_roster
from grader.errors import UsageError

GOOD = handed_in.GOOD


@pytest.fixture
def course(tmp_path_factory):
    return handed_in.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def find(tmp_path, monkeypatch):
    """Write files below a folder ``in`` and find what is handed in there: each as ``key: source, what of it``."""

    def run(files, *paths, layout="auto", roster=None, course=None):
        handed_in.written(tmp_path / "in", files)
        monkeypatch.chdir(tmp_path)
        return find_hand_ins([Path(path) for path in paths or ("in",)], layout, roster, course)

    return run


def told(found):
    return [(one.learner.key, one.attempt, one.source) for one in found]


def called(hand_in):
    return [name for _, name in hand_in.parts]


MIX = {
    "Jörg Müller/linear.py": GOOD,
    "empty/.keep": "",
    "O'Neil, Ann.zip": handed_in.zipped({"linear.py": GOOD}),
    "=cmd|'C'!A0.tar.gz": handed_in.tarred({"linear.py": GOOD}),
    "محمد علي.ipynb": "{}",
    "bob.py": GOOD,
    "carol.pdf": "%PDF",
    "dan.rar": "Rar!",
    "roster.csv": "name\n",
    "grades.db": "",
    ".DS_Store": "",
    "__MACOSX/x.py": "",
}


def test_folder_of_everything(find):
    found = find(MIX)
    assert {one.learner.name for one in found} == {
        *("Jörg Müller", "empty", "O'Neil, Ann", "=cmd|'C'!A0", "محمد علي", "bob", "carol", "dan"),
    }
    assert all(one.learner.key == f"name:{one.learner.name}" for one in found)
    by_name = {one.learner.name: one for one in found}
    assert by_name["bob"].source == "in/bob.py"
    assert by_name["dan"].fault == "dan.rar is packed in a way that is not opened. Hand in a zip."
    assert [one.fault for one in found if one.learner.name != "dan"] == [""] * 7
    assert all(one.time == "" for one in found)  # never the file's
    assert pickle.loads(pickle.dumps(found)) == found


def test_links_and_pipes_are_rows(find, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link.py").symlink_to("/etc/passwd")
    (tmp_path / "in/linked").symlink_to("/etc")
    os.mkfifo(tmp_path / "in/pipe.py")
    assert [one.fault.partition(".py ")[2] or one.fault for one in find({})] == [
        "is a link, and links are not followed. Put what it leads to in its place.",
        "linked is a link, and links are not followed. Put what it leads to in its place.",
        "is a pipe, a socket or a device.",
    ]


def test_names_in_old_encodings_and_of_control_characters(find, tmp_path):
    (tmp_path / "in").mkdir()
    os.mkdir(os.fsencode(tmp_path / "in") + b"/caf\xe9")
    os.mkdir(tmp_path / "in/\x1b[31mred\n")
    found = find({})
    assert {one.learner.name for one in found} == {"café", "[31mred"}
    assert all(one.source.isprintable() for one in found)


def test_same_name_spelt_otherwise_stays_another(find):
    found = find({"Jane Doe/linear.py": GOOD, "jane doe/linear.py": GOOD})
    assert len({one.learner.key for one in found}) == 2


CANVAS = {
    "doejane_4711_900_linear.py": GOOD,
    "doejane_LATE_4711_901_linear-1.py": GOOD + "# 2\n",
    "doejane_4711_899_cross_entropy.py": GOOD,
    "doejane_4712_902_hw.zip": handed_in.zipped({"linear.py": GOOD}),
    "müller-jörg_4713_903_My Work (1).ipynb": "{}",
    "oneil_LATE_4714_904_linear_1_2_3.py": GOOD,
    "textonly_4715_text.html": "<p>I forgot</p>",
    "parts_4716_905_part-1.py": GOOD,
    "parts_4716_906_part-2.py": GOOD,
    "once_4717_907_linear-2.py": GOOD,
}


@pytest.mark.parametrize("way", ["folder", "zip", "wrapped zip", "wrapped folder", "single files"])
def test_canvas(find, way):
    files, paths = CANVAS, ["in"]
    if way == "zip":
        files, paths = {"submissions.zip": handed_in.zipped(CANVAS)}, ["in/submissions.zip"]
    elif way == "wrapped zip":
        files = {"submissions.zip": handed_in.zipped({f"submissions/{name}": text for name, text in CANVAS.items()})}
        paths = ["in/submissions.zip"]
    elif way == "wrapped folder":
        files = {f"submissions/{name}": text for name, text in CANVAS.items()}
    elif way == "single files":
        paths = [f"in/{name}" for name in CANVAS]
    found = find(files, *paths)
    assert sorted((one.learner.key, one.attempt, one.marked_late) for one in found) == [
        ("canvas:4711", 1, False),
        ("canvas:4711", 2, True),
        ("canvas:4712", 1, False),
        ("canvas:4713", 1, False),
        ("canvas:4714", 1, True),
        ("canvas:4715", 1, False),
        ("canvas:4716", 1, False),
        ("canvas:4717", 3, False),
    ]
    theirs = {(one.learner.key, one.attempt): one for one in found}
    assert sorted(called(theirs["canvas:4711", 1])) == ["cross_entropy.py", "linear.py"]
    assert sorted(called(theirs["canvas:4711", 2])) == ["cross_entropy.py", "linear.py"]
    assert any("901" in name for name, _ in theirs["canvas:4711", 2].parts)
    assert sorted(called(theirs["canvas:4716", 1])) == ["part-1.py", "part-2.py"]
    assert called(theirs["canvas:4714", 1]) == ["linear_1_2_3.py"]
    assert theirs["canvas:4713", 1].learner.name == "müller-jörg"
    if way == "zip":
        assert theirs["canvas:4712", 1].source == "in/submissions.zip: doejane_4712_902_hw.zip"


MOODLE = {
    "Jane Doe_123_assignsubmission_file_/linear.py": GOOD,
    "Jane Doe_124_assignsubmission_file_/linear.py": GOOD,
    "O'Neil, Ann_von_125_assignsubmission_file/hw.zip": handed_in.zipped({"linear.py": GOOD}),
    "Text Only_126_assignsubmission_onlinetext_/onlinetext.html": "<p>",
    "Jane Doe_123_assignsubmission_onlinetext_/onlinetext.html": "<p>",
}


@pytest.mark.parametrize("way", ["folder", "zip", "each folder"])
def test_moodle(find, tmp_path, way):
    (tmp_path / "grades.csv").write_text(
        "Identifier,Full name,Email address,Last modified (submission)\n"
        'Participant 123,Jane Doe,jane@u.e,"Friday, 3 October 2025, 11:58 PM"\n'
        "Participant 124,Jane Doe,jane2@u.e,-\n"
    )
    roster = read_roster(tmp_path / "grades.csv", "UTC")
    files, paths = MOODLE, ["in"]
    if way == "zip":
        files, paths = {"class.zip": handed_in.zipped(MOODLE)}, ["in/class.zip"]
    elif way == "each folder":
        paths = sorted({f"in/{name.partition('/')[0]}" for name in MOODLE})
    found = find(files, *paths, roster=roster)
    assert sorted((one.learner.key, one.learner.name, one.learner.email, one.time) for one in found) == [
        ("moodle:123", "Jane Doe", "jane@u.e", "2025-10-03T23:58:00Z"),
        ("moodle:124", "Jane Doe", "jane2@u.e", ""),
        ("moodle:125", "O'Neil, Ann_von", "", ""),
        ("moodle:126", "Text Only", "", ""),
    ]


def test_moodle_of_old(find):
    found = find(
        {
            "Jane Doe_123_assignsubmission_file_linear.py": GOOD,
            "Jane Doe_123_assignsubmission_file_cross_entropy.py": GOOD,
            "Jane Doe_124_assignsubmission_file_linear.py": GOOD,
        }
    )
    assert [(one.learner.key, sorted(called(one))) for one in found] == [
        ("moodle:123", ["cross_entropy.py", "linear.py"]),
        ("moodle:124", ["linear.py"]),
    ]


def test_no_name_of_a_file_makes_it_anothers(find):
    files = {
        "Eve_1_assignsubmission_file_x_2_assignsubmission_file_linear.py": GOOD,
        "Mallory_3_assignsubmission_file__4_assignsubmission_file_/Ann_5_assignsubmission_file_/linear.py": GOOD,
    }
    assert [one.learner.key for one in find(files)] == ["moodle:4", "moodle:1"]  # a folder's end is Moodle's own
    found = find({"eve_1_10_ann_2_20_linear.py": GOOD, "eve_1_11_LATE_3_30_linear.py": GOOD}, layout="canvas")
    assert {one.learner.key for one in found if one.learner.key.startswith("canvas:")} == {"canvas:1"}


def test_two_files_of_one_name_in_canvas_are_two_attempts(find):
    first, second = find({"doe_1_11_linear.py": "b", "doe_1_9_linear.py": "a"})
    assert [first.parts[0][0], second.parts[0][0]] == ["doe_1_9_linear.py", "doe_1_11_linear.py"]
    assert (first.attempt, second.attempt) == (1, 2)


METADATA = """\
---
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '77001'
    :email: jane@u.e
  - :name: "J\\xF6rg \\"M\\" \\u00dcber"
    :sid: '77002'
    :email: joerg@u.e
  :created_at: 2021-02-04 10:13:14.212345000 -08:00
  :score: 1.0
  :results:
    tests:
    - name: 'submission_9:'
      output: |-
        :submitters:
        submission_2:
      :created_at: 1999-01-01 00:00:00 Z
  :history:
  - :id: 5
    :created_at: 2020-01-01 00:00:00.000000000 Z
    :submitters:
    - :name: Nobody
      :sid: '0'
submission_2:
  :submitters:
  - :name: 'O''Neil: "=1+1"'
    :sid:
    :email: oneil@u.e
  :created_at: 2021-02-05 10:13:14.212345000 Z
submission_3:
  :submitters:
  - :name: Jane Doe
    :sid: '77001'
    :email: jane@u.e
  :created_at: 2021-02-01 00:00:00.000000000 Z
submission_4:
  :submitters:
  - :name: Same Name
  :created_at: never
submission_5:
  :submitters:
  - :name: Same Name
  :created_at:
"""


@pytest.mark.parametrize("way", ["folder", "zip", "wrapped", "each folder"])
def test_gradescope(find, way):
    inner = {f"submission_{i}/linear.py": GOOD for i in range(1, 7)} | {"submission_metadata.yml": METADATA}
    wrapped = {f"assignment_12_export/{name}": text for name, text in inner.items()}
    files, paths = inner, ["in"]
    if way == "zip":
        files, paths = {"export.zip": handed_in.zipped(wrapped)}, ["in/export.zip"]
    elif way == "wrapped":
        files = wrapped
    elif way == "each folder":
        paths = [f"in/submission_{i}" for i in range(1, 7)]
    found = find(files, *paths)
    assert sorted((one.learner.key, one.learner.name, one.attempt, one.time) for one in found) == [
        ("gradescope:77001", "Jane Doe", 1, "2021-02-01T00:00:00Z"),
        ("gradescope:77001", "Jane Doe", 2, "2021-02-04T18:13:14Z"),
        ("gradescope:77002", 'Jörg "M" Über', 1, "2021-02-04T18:13:14Z"),
        ("gradescope:oneil@u.e", 'O\'Neil: "=1+1"', 1, "2021-02-05T10:13:14Z"),
        ("gradescope:submission_4", "Same Name", 1, ""),
        ("gradescope:submission_5", "Same Name", 1, ""),
        ("gradescope:submission_6", "submission_6", 1, ""),
    ]


def test_clones(find, tmp_path):
    day = "2025-10-{:02}T12:00:00+02:00"
    for name in ("hw5-anna", "hw5-anton", "hw5-jane-doe"):
        handed_in.repository(
            tmp_path / "in" / name, [(day.format(1), {"linear.py": GOOD}), (day.format(2), {"a.py": ""})]
        )
    handed_in.repository(tmp_path / "in/hw5-late-comer", [(day.format(3), {"linear.py": GOOD})])
    (tmp_path / "in/hw5-nothing").mkdir()
    handed_in.git(tmp_path / "in/hw5-nothing", "init", "-q")
    (tmp_path / "roster.csv").write_text("name,github_username,email\nJane Doe,Jane-Doe,j@u.e\nAnna A,anna,a@u.e\n")
    found = find({}, roster=read_roster(tmp_path / "roster.csv"))
    assert [(one.learner.key, one.learner.name, one.time) for one in found] == [
        ("roster:anna", "Anna A", "2025-10-02T10:00:00Z"),
        ("login:anton", "anton", "2025-10-02T10:00:00Z"),
        ("roster:Jane-Doe", "Jane Doe", "2025-10-02T10:00:00Z"),
        ("login:late-comer", "late-comer", "2025-10-03T10:00:00Z"),
        ("login:nothing", "nothing", ""),
    ]
    assert found[0].learner.login == "anna"
    assert found[-1].fault.startswith("Its repository holds no commit yet")
    assert [one.learner.login for one in find({}, "in/hw5-anna", "in/hw5-anton")] == ["anna", "anton"]
    assert len(find({"hw5-plain/linear.py": GOOD}, layout="git")) == 6
    plain = find({}, layout="plain")
    assert {one.learner.key for one in plain} >= {"name:hw5-anna"}
    assert not any(one.commit for one in plain)


def test_files_that_are_named_after_their_exercise_too(find, course):
    files = {f"{who}_{name}.py": GOOD for who in ("anna", "Jörg M") for name in ("linear", "cross_entropy")}
    found = find(files, course=course)
    assert [(one.learner.name, sorted(called(one))) for one in found] == [
        ("anna", ["cross_entropy.py", "linear.py"]),
        ("Jörg M", ["cross_entropy.py", "linear.py"]),
    ]


@pytest.mark.parametrize("below", ["", "lecture5/", "exercises/lecture5/", "my-course/exercises/lecture5/"])
def test_folders_that_the_shell_names(find, course, below):
    files = {f"{who}/{below}{name}.py": GOOD for who in ("anna", "bob") for name in ("linear", "cross_entropy")}
    files["carol/essay.docx"] = ""
    found = find(files, "in/anna", "in/bob", "in/carol", course=course)
    assert [one.learner.name for one in found] == ["anna", "bob", "carol"]
    assert [one.learner.name for one in find(files, course=course)] == ["anna", "bob", "carol"]
    if below != "my-course/exercises/lecture5/":
        assert [one.source for one in find(files, "in/bob", course=course)] == ["in/bob"]


def test_archives_are_of_one_or_of_a_class(find, course):
    whole = {f"class/{who}/lecture5/linear.py": GOOD for who in ("anna", "bob")}
    many = {"anna.zip": handed_in.zipped({"linear.py": GOOD}), "bob.zip": handed_in.zipped({"linear.py": GOOD})}
    found = find(
        {
            "all.zip": handed_in.zipped(whole),
            "many.tar.gz": handed_in.tarred(dict.fromkeys(many, "")),
            "carol.zip": handed_in.zipped(
                {"c/exercises/lecture5/linear.py": GOOD, "c/exercises/lecture7/head.py": GOOD}
            ),
            "dan.zip": "no zip",
        },
        *("in/all.zip", "in/many.tar.gz", "in/carol.zip", "in/dan.zip"),
        course=course,
    )
    assert sorted(told(found)) == [
        ("name:anna", 1, "in/all.zip: class/anna"),
        ("name:anna", 2, "in/many.tar.gz: anna.zip"),
        ("name:bob", 1, "in/all.zip: class/bob"),
        ("name:bob", 2, "in/many.tar.gz: bob.zip"),
        ("name:carol", 1, "in/carol.zip"),
        ("name:dan", 1, "in/dan.zip"),
    ]


def test_layout_that_is_named_overrides(find):
    files = {"doejane_1_2_linear.py": GOOD, "a.py": GOOD, "b.py": GOOD, "c.py": GOOD}
    assert {one.learner.key for one in find(files)} == {"name:doejane_1_2_linear", "name:a", "name:b", "name:c"}
    assert {one.learner.key for one in find(files, layout="canvas")} == {"canvas:1", "name:a", "name:b", "name:c"}
    with pytest.raises(UsageError, match="no layout"):
        find(files, layout="blackboard")


def test_what_is_typed_may_be_a_link_and_must_be_there(find, tmp_path):
    handed_in.written(tmp_path / "elsewhere", {"anna/linear.py": GOOD})
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link").symlink_to(tmp_path / "elsewhere")
    assert told(find({}, "in/link")) == [("name:anna", 1, "in/link/anna")]
    with pytest.raises(UsageError, match="nothing at in/none"):
        find({}, "in/none")
    (tmp_path / "in/void").mkdir()
    with pytest.raises(UsageError, match="Nothing was handed in at in/void"):
        find({}, "in/void")
    with pytest.raises(UsageError):
        find_hand_ins([])


def test_one_learner_in_two_places_has_two_attempts(find):
    found = find({"week1/anna/linear.py": GOOD, "week2/anna/linear.py": GOOD}, "in/week1", "in/week2")
    assert told(found) == [("name:anna", 1, "in/week1/anna"), ("name:anna", 2, "in/week2/anna")]
