"""The gallery is up to date, and its messages are short."""

from __future__ import annotations

import re
import textwrap

import pytest
from sandboxed import ROOT

from grader.author.gallery import (
    MOST_LINES,
    gallery_text,
    message,
    outline,
    prose,
    section,
    wanted_outline,
    with_answer,
    write_gallery,
)
from grader.course import find_course, read_submission
from grader.diagnosis.bank import Misconception, read_bank
from grader.reports.model import CheckResult, ExerciseResult, Failure, Finding, Verdict

GALLERY = ROOT / "docs" / "gallery"


def test_the_gallery_holds_every_sentence_of_the_banks():
    missing = set(wanted_outline(find_course(ROOT))) ^ set(outline(gallery_text(GALLERY)))
    assert not missing, "stale: grade validate UNIT --gallery docs/gallery"


@pytest.mark.parametrize("exercise", [e.id for e in find_course(ROOT).exercises])
def test_sentences_are_short_and_say_something(exercise):
    found = find_course(ROOT).exercise(exercise)
    for entry in read_bank(found.bank, found.solution):
        lines = textwrap.wrap(entry.sentence, 80)
        assert len(lines) <= 4, f"{entry.name}: {len(lines)} lines"
        assert len(entry.sentence) >= 30 and entry.sentence.rstrip().endswith((".", "?", "!", ")", "`")), entry.name
        assert "you should have" not in entry.sentence.lower()
        assert not re.search(r"\w!(\s|$)", entry.sentence), f"{entry.name} shouts"


def answer(named: bool) -> ExerciseResult:
    findings = (Finding("misconception", "Subtract.", "sign"),) if named else ()
    checks = (
        CheckResult("test_a", "It is right.", Verdict.PASSED, 1),
        CheckResult("test_b", "It is right too.", Verdict.FAILED, 1, failure=Failure("It is not.", ())),
        CheckResult("test_c", "It is right as well.", Verdict.FAILED, 1, failure=Failure("x is wrong.", findings)),
    )
    return ExerciseResult("lecture5.linear", "linear", "linear.py", checks)


def test_the_message_shown_is_the_one_that_names_the_mistake(tmp_path):
    entry, course = Misconception("sign", "Subtract.", "f", ""), find_course(ROOT)
    assert message(entry, answer(True)).name == "test_c"
    assert message(entry, answer(False)).name == "test_b"
    assert prose(message(entry, answer(True))) == ["x is wrong.", "Subtract."]
    exercise = course.exercise("lecture5.linear")
    assert "✗ It is right as well.\nx is wrong.\nSubtract.\n" in section(exercise, [(entry, answer(True))])
    path = tmp_path / "gallery.md"
    assert write_gallery(path, course, {"lecture5.linear": [(entry, answer(True))]}) == []
    first = path.read_text("utf-8")
    long = Misconception("long", "Much " * 200, "f", "")
    told = Finding("misconception", "Much " * 200, "long")
    failed = CheckResult("test_c", "It is.", Verdict.FAILED, 1, failure=Failure("x is wrong.", (told,)))
    result = ExerciseResult("lecture5.forward", "forward", "forward.py", (failed,))
    problems = write_gallery(path, course, {"lecture5.forward": [(long, result)]})
    assert problems and f"{MOST_LINES} at most" in problems[0]
    both = path.read_text("utf-8")
    assert both.index("## lecture5.forward") < both.index("## lecture5.linear")  # the order of the course
    assert first[first.index("## ") :] in both  # the other section is as it was
    assert outline(first) == ["## lecture5.linear: " + exercise.title, "### f: sign", "> Subtract."]


def test_siblings_are_shown_where_a_learner_has_them():
    """And not where the solutions lie on the machine that writes the gallery."""
    course = find_course(ROOT)
    solutions = read_submission(ROOT / "solutions", course)
    submission = with_answer(solutions, course.exercise("lecture5.train"), "x = 1\n")
    assert {file.display for file in submission.files.values()} == {one.file for one in course.exercises}
    assert "/solutions/" not in gallery_text(GALLERY)


def test_a_folder_has_a_page_a_unit_and_a_list_of_them(tmp_path):
    entry, course = Misconception("sign", "Subtract.", "f", ""), find_course(ROOT)
    for exercise in ("lecture7.head", "lecture5.linear", "lecture5.forward"):
        assert write_gallery(tmp_path / "gallery", course, {exercise: [(entry, answer(True))]}) == []
    folder = tmp_path / "gallery"
    assert sorted(page.name for page in folder.iterdir()) == ["README.md", "lecture5.md", "lecture7.md"]
    pages = {page.name: page.read_text("utf-8") for page in folder.iterdir()}
    write_gallery(folder, course, {"lecture5.forward": [(entry, answer(True))]})
    assert pages == {page.name: page.read_text("utf-8") for page in folder.iterdir()}
    page = pages["lecture5.md"]
    assert page.index("## lecture5.forward") < page.index("## lecture5.linear")
    table = (folder / "README.md").read_text("utf-8")
    assert "| [lecture5](lecture5.md) | becoming a backprop ninja | 2 | 2 |" in table
    assert len(outline(gallery_text(folder))) == 9


def test_every_page_of_the_gallery_is_in_its_list():
    listed = re.findall(r"\]\((\w+\.md)\)", (GALLERY / "README.md").read_text("utf-8"))
    assert sorted(listed) == sorted(page.name for page in GALLERY.glob("*.md") if page.name != "README.md")
