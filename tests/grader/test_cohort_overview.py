"""The overview: what is counted, that its examples are nobody's, and the page in a real browser."""

from __future__ import annotations

import doctest
import itertools
import re
import subprocess
import sys
import time
from collections import Counter

import msgspec
import pytest
from chromium import browser, find_chromium
from cohort_crowd import crowd
from cohort_samples import NAMES, fill
from sandboxed import ROOT
from test_report_html import ATTACK, Outline

from grader.cohort.gradebook import Gradebook
from grader.cohort.overview import examples, forms
from grader.cohort.overview.counts import Outcome, latest_standing, overview_of
from grader.cohort.overview.examples import anonymous
from grader.cohort.overview.forms import answer_form, sentence_form
from grader.cohort.overview.page import to_page
from grader.cohort.overview.page.drawing import bars
from grader.cohort.records import LearnerRow
from grader.course import find_course
from grader.errors import UsageError
from grader.reports.model import CheckResult, Counterexample, ExerciseResult, Failure, Finding, Frame, Value, Verdict

GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]
PASSED = CheckResult("test_value", "The values are right.", Verdict.PASSED, 2)


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        yield book


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    with Gradebook(tmp_path_factory.mktemp("crowd") / "grades.db", write=True) as book:
        crowd(book, people=200, pool=6)
        yield book


def run_of(book):
    return book.begin_run(started="2026-11-01T10:00:00+00:00", seed=1, options="{}")


def graded(book, run, person, *checks, content="", exercise="lecture5.linear", fault="", time="", **other):
    """Let a learner hand in something with these results."""
    learner = book.learner(f"canvas:{person}", name=str(person))
    content = content or f"content of {person}"
    book.hand_in(learner, f"hand-ins/{person}/{content}", content, run, time=time)
    key = {"course": "c", "grader": "g", "options": "o", "seed": 5}
    grading = book.begin(run, learner=learner, content=content, exercise=exercise, **key)
    book.end(grading, ExerciseResult(exercise, "a Linear layer", "linear.py", checks, **other), fault=fault)
    return grading


def ended(verdict, headline="Wrong.", name="test_value", demand="The values are right.", **about):
    failure = Failure(headline, **about)
    return CheckResult(name, demand, verdict, 2, failure=failure)


def answering(yours, expected="[1, 2]", headline="dx is not right.", **about):
    return ended(Verdict.FAILED, headline, counterexample=Counterexample((), yours, expected), **about)


def counted(book):
    (unit,) = overview_of(book).units
    (exercise,) = unit.exercises
    return {outcome.value: count for outcome, count in exercise.outcomes.items() if count}


# What is counted


def test_each_learner_has_one_outcome(book):
    run = run_of(book)
    for person, (checks, about) in enumerate(
        [
            ([PASSED], {}),
            ([ended(Verdict.FAILED)], {}),
            ([ended(Verdict.RAISED)], {}),
            ([ended(Verdict.TIMEOUT)], {}),
            ([PASSED, ended(Verdict.CRASHED, name="test_b")], {}),
            ([ended(Verdict.MISSING)], {}),
            ([ended(Verdict.NOT_STARTED)], {}),
            ([ended(Verdict.BLOCKED)], {"blocked_by": "lecture5.forward"}),
            ([ended(Verdict.GRADER_FAULT)], {}),
            ([], {"fault": "no memory"}),
        ]
    ):
        graded(book, run, person, *checks, **about)
    book.hand_in(book.learner("canvas:20"), "hand-ins/20", "", run, fault="The folder is empty.")
    book.hand_in(book.learner("canvas:21"), "hand-ins/21", "not graded until now", run)
    book.learner("canvas:22", enrolled=True)
    assert counted(book)["not graded yet"] == 2
    assert "1 learner handed in nothing so far" in to_page(overview_of(book)).decode()
    book.end_run(run, ended="2026-11-01T10:05:00+00:00")
    assert "so far" not in to_page(overview_of(book)).decode()
    assert counted(book) == {
        "passed": 1,
        "failed": 2,
        "crashed or timed out": 2,
        "not in the hand-in": 1,
        "not started": 1,
        "blocked": 1,
        "could not be graded": 3,
        "not graded yet": 1,
        "handed in nothing": 1,
    }
    found = overview_of(book)
    assert found.units[0].exercises[0].tried == 5
    assert (found.learners, found.handed_in) == (13, 11)
    assert [one.name for one in found.absent] == ["canvas:22"]
    assert [(one.what, one.why, len(one.people)) for one in found.troubles] == [
        ("", "The folder is empty.", 1),
        ("lecture5.linear", "Wrong.", 1),
        ("lecture5.linear", "no memory", 1),
    ]


def test_a_bonus_that_times_out_stops_nobody(book):
    bonus = msgspec.structs.replace(ended(Verdict.TIMEOUT, name="test_fast"), bonus=True)
    graded(book, run_of(book), "Kim", PASSED, bonus)
    assert counted(book) == {"passed": 1}


def test_the_outcomes_of_a_crowd_add_up(big):
    found = overview_of(big)
    for unit in found.units:
        for exercise in unit.exercises:
            assert sum(exercise.outcomes.values()) == found.learners == 200
            assert sum(exercise.spread.bins) == exercise.spread.learners
        assert sum(unit.spread.bins) == unit.spread.learners
    for check in found.checks:
        asked = check.passed + check.failed + check.stopped + check.unasked
        (exercise,) = (e for u in found.units for e in u.exercises if e.exercise == check.exercise)
        assert asked == sum(1 for row in big.standing() if row.exercise == check.exercise)
        assert check.failed <= exercise.tried
    for one in (*found.mistakes, *found.clusters.told):
        assert 0 < one.learners <= one.tried
    assert found.earned == sum(unit.spread.mean * unit.spread.learners for unit in found.units)


def test_the_latest_hand_in_that_was_graded_counts(book):
    run = run_of(book)
    late = graded(book, run, "Kim", PASSED, content="b", time="2026-11-03T10:00:00+00:00")
    graded(book, run, "Kim", ended(Verdict.FAILED), content="a", time="2026-11-02T10:00:00+00:00")
    book.hand_in(book.learner("canvas:Kim"), "hand-ins/c", "c", run, time="2026-11-04T10:00:00+00:00")
    assert [row.id for row in latest_standing(book)] == [late]
    assert counted(book) == {"passed": 1}
    first = lambda book: [row for row in book.standing() if row.content == "a"]  # noqa: E731
    assert overview_of(book, stands=first).units[0].exercises[0].outcomes[Outcome.FAILED] == 1


def test_a_hand_in_without_a_time_goes_by_its_attempt(book):
    run = run_of(book)
    second = graded(book, run, "Kim", PASSED, content="b")
    learner = book.learner("canvas:Kim")
    book.hand_in(learner, "hand-ins/Kim/b", "b", run, attempt=2)
    graded(book, run, "Kim", ended(Verdict.FAILED), content="a")
    assert [row.id for row in latest_standing(book)] == [second]


def test_points_are_distributed_by_tenths_and_all(book):
    run = run_of(book)
    for person, earned in enumerate([0, 1, 1, 9, 10, 10]):
        checks = [msgspec.structs.replace(PASSED, name=f"test_{i}", points=1) for i in range(earned)]
        checks += [
            msgspec.structs.replace(ended(Verdict.FAILED), name=f"test_{i}", points=1) for i in range(earned, 10)
        ]
        graded(book, run, person, *checks)
    spread = overview_of(book).units[0].spread
    assert (spread.bins, spread.points, spread.learners) == ((1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2), 10, 6)
    assert spread.mean == pytest.approx(31 / 6)
    drawn = bars(spread, 110, 100)
    assert [bar.height for bar in drawn][:2] == [50, 100]
    assert all(bar.x + bar.width <= 110 for bar in drawn)


def test_misconceptions_are_counted_by_learners_of_those_who_tried(book):
    run = run_of(book)
    twice = (Finding("misconception", "N is divided by twice.", "twice"),)
    for person in range(38):
        named = answering("[1, 2]", findings=twice)
        again = msgspec.structs.replace(named, name="test_again")  # one learner, two checks
        graded(book, run, person, named, again)
    for person in range(38, 120):
        graded(book, run, person, PASSED)
    for person in range(120, 150):
        graded(book, run, person, ended(Verdict.NOT_STARTED))
    (mistake,) = overview_of(book).mistakes
    assert (mistake.learners, mistake.tried, mistake.sentence) == (38, 120, "N is divided by twice.")
    assert mistake.example.yours == "[1, 2]"
    assert overview_of(book).clusters.told == ()
    page = to_page(overview_of(book)).decode()
    assert "<strong>38</strong> of 120" in page


def test_how_a_class_came_on(book):
    first = run_of(book)
    graded(book, first, "Kim", ended(Verdict.FAILED), content="a", time="2026-11-01T10:00:00+00:00")
    graded(book, first, "Zoë", PASSED)
    second = run_of(book)
    graded(book, second, "Kim", PASSED, content="b", time="2026-11-02T10:00:00+00:00")
    third = run_of(book)
    old = ended(Verdict.FAILED)
    key = {"course": "mended", "grader": "g", "options": "o", "seed": 5}
    book.end(  # what was handed in before is graded anew, and changes nothing
        book.begin(third, learner=book.learner("canvas:Kim"), content="a", exercise="lecture5.linear", **key),
        ExerciseResult("lecture5.linear", "", "", (old,)),
    )
    empty = run_of(book)
    runs = overview_of(book).runs
    assert [(run.graded, run.learners, run.earned, run.points) for run in runs] == [
        (2, 2, 2, 4), (1, 1, 2, 2), (1, 1, 0, 2), (0, 0, 0, 0),
    ]  # fmt: skip
    assert [run.share for run in runs] == [0.5, 1, 1, 1]
    assert runs[-1].id == empty


def test_units_in_the_courses_order_or_only_some(big):
    course = find_course(ROOT)
    found = overview_of(big, course=course)
    ids = [exercise.id for exercise in course.exercises]
    assert [(unit.unit, unit.title) for unit in found.units] == [
        ("lecture5", "becoming a backprop ninja"),
        ("lecture7", "GPT, from scratch"),
    ]
    told = [exercise.exercise for unit in found.units for exercise in unit.exercises]
    assert told == [one for one in ids if one in told]
    only = overview_of(big, units=["lecture7"])
    assert {check.exercise.partition(".")[0] for check in only.checks} == {"lecture7"}
    assert {one.exercise[:8] for one in (*only.mistakes, *only.clusters.told, *only.stops)} == {"lecture7"}
    assert sum(run.graded for run in only.runs) == sum(row.exercise.startswith("lecture7") for row in big.standing())
    with pytest.raises(UsageError, match="no unit 'lecture55'. It has lecture5 and lecture7"):
        overview_of(big, units=["lecture55"])


def test_it_is_of_one_moment_while_a_run_writes(book, monkeypatch):
    fill(book)
    with Gradebook(book.path) as reader:
        real = reader.learners

        def meanwhile():
            graded(book, 1, "late", PASSED, exercise="lecture9.new")
            return real()

        monkeypatch.setattr(reader, "learners", meanwhile)
        found = overview_of(reader)
        assert (found.learners, len(found.units)) == (8, 1)
        assert [run.graded for run in found.runs] == [12]
        monkeypatch.undo()
        assert overview_of(reader).learners == 9


# Wrong answers without a name


def test_the_examples_of_the_docstrings_hold():
    for module in (forms, examples):
        assert doctest.testmod(module).failed == 0
        assert doctest.testmod(module).attempted > 0


@pytest.mark.parametrize(
    ("yours", "expected", "form"),
    [
        ("[0.5, 1]", "[0.25, 0.5]", "2 times what is expected"),
        ("[[-0.271, 1.5]]", "[[0.271, -1.5]]", "the negative of what is expected"),
        ("[0.8133, 4.2]", "[2.71100, 14]", "a multiple of what is expected"),
        ("[3, 1.234567]", "[1.234567, 3]", "what is expected, in another order"),
        ("[2.5, 3.75]", "[1.5, 2.75]", "what is expected and a constant"),
        ("[0, 0]", "[0.271828, 1]", "zeros"),
        ("[nan, nan]", "[1, 2]", "nan"),
        ("[1, inf]", "[1, 2]", "numbers of which some are not finite"),
        ("[[1], [2]]", "[1, 2]", "as many numbers in another shape"),
        ("[1, 2, 3]", "[1, 2]", "another number of values"),
        ("[0.5, 0.5]", "[1, 0]", "[0.5, 0.5]"),
        ("[0.271828, 3.141592]", "[1.41421, 1.73205]", "other numbers than expected"),
        ("[0.271828, 1.73205]", "[1.41421, 1.73205]", "other numbers than expected, some of them right"),
        ("[2, 3:11]  [0.5, 1]", "[2, 3:11]  [0.25, 0.5]", "2 times what is expected"),
        ("tensor (3, 4), -1.5 to 2", "tensor (4, 3), -1 to 1", "tensor (#, #), # to #"),
        ("'abc 7'", "'abd'", "'abc #'"),
        ("[1.23456, 2.34567, 3.45678, 4.56789]", None, "[#, …]"),
        ("0.30000", "0.10000", "0.30000"),
        ("[[0.125]]", "[[0.25]]", "[[0.125]]"),  # of one number anything is a multiple
        ("[[1.234567]]", "[[0.6172835]]", "2 times what is expected"),
        ("[[1.234567]]", "[[0.7172835]]", "other numbers than expected"),
        ("None", "[1]", "None"),
        ("", "[1]", ""),
        ("[" * 3000, "[", "[" * 159 + "…"),
        ("0x7f" * 900, "1", "0x7f"),
        ("9" * 3900, "1", "numbers of which some are not finite"),
    ],
)
def test_what_was_answered(yours, expected, form):
    found = answer_form(Counterexample((), yours, expected))
    assert found == form if form != "0x7f" else len(found) <= 160


def test_a_hostile_sentence_takes_no_time():
    before = time.process_time()
    for text in ("1e" * 3000, "'" * 4000, "a/" * 3000, "a." * 3000, "@" * 4000, "1x" * 4000, "((" * 3000, "x.()" * 999):
        sentence_form(text, names=True)
        answer_form(Counterexample((), text, text[1:]))
        anonymous(text, LearnerRow(1, "canvas:1", text[:200], "", "", "", "", enrolled=True))
    assert time.process_time() - before < 2


def test_alike_answers_of_different_inputs_are_one_group(book):
    run = run_of(book)
    for person, (yours, expected) in enumerate(
        [("[-1.25, 2.5]", "[1.25, -2.5]"), ("[-0.3, 7]", "[0.3, -7]"), ("[9, -4.5]", "[-9, 4.5]")]
    ):
        graded(book, run, person, answering(yours, expected, f"dx is wrong in {person + 2} of 9 numbers."))
    graded(book, run, "other", answering("[0.5, 0.5]", "[1, 2]", "dx is wrong in 2 of 2 numbers."))
    both = [answering("[-1, 2]", "[1, -2]", "dx is wrong in 2 of 2 numbers."), ended(Verdict.FAILED, name="test_b")]
    graded(book, run, "more checks", *both)
    for person, word in (("a", "lgits"), ("b", "dlogit")):
        frame = Frame("mine.py", 3, "f", "SOURCE")
        raised = ended(Verdict.RAISED, f"NameError: name '{word}' is not defined", traceback=(frame,))
        graded(book, run, person, raised)
    graded(book, run, "c", PASSED, msgspec.structs.replace(answering("[3]"), bonus=True, name="test_bonus"))
    graded(book, run, "d", ended(Verdict.TIMEOUT))
    groups = overview_of(book).clusters.told
    assert [(one.learners, one.headline, one.answer) for one in groups] == [
        (3, "dx is wrong in # of # numbers.", "the negative of what is expected"),
        (2, "NameError: name ‘…’ is not defined", ""),
        (1, "dx is wrong in # of # numbers.", "[0.5, 0.5]"),
        (1, "dx is wrong in # of # numbers.", "the negative of what is expected"),
    ]
    assert {one.tried for one in groups} == {9}
    assert len(groups[0].people) == 3


def test_a_file_that_cannot_be_read_is_no_wrong_answer(book):
    run = run_of(book)
    for person in range(3):
        checks = (ended(Verdict.RAISED, f"Line {person}: a bracket is missing.", name=f"test_{n}") for n in range(4))
        graded(book, run, person, *checks)
    graded(book, run, "Kim", ended(Verdict.RAISED, "ValueError: no"), ended(Verdict.FAILED, name="test_b"))
    groups = overview_of(book).clusters.told
    assert [(one.silent, one.learners, one.headline) for one in groups] == [
        (False, 1, "ValueError: no"),
        (True, 3, "Line #: a bracket is missing."),
    ]
    page = to_page(overview_of(book)).decode()
    assert "<dt>groups of answers without a name</dt><dd>1</dd>" in page
    assert "Besides, some gave no check an answer" in page


def test_whoever_handed_in_what_cannot_be_read_has_handed_in(book):
    run = run_of(book)
    graded(book, run, "Kim", PASSED)
    book.hand_in(book.learner("canvas:20"), "hand-ins/20", "", run, fault="The folder is empty.")
    book.learner("canvas:22", enrolled=True)
    page = to_page(overview_of(book)).decode()
    assert "<dt>learners</dt><dd>3</dd>" in page
    assert "<dt>handed in</dt><dd>2</dd>" in page
    assert "<dt>could not be graded</dt><dd>1</dd>" in page


def test_a_law_parts_only_what_nothing_else_does(book):
    run = run_of(book)
    law = (Finding("pattern", "Yours is 1.25 times too large.", "scale"),)
    graded(book, run, "a", answering("[1.25, 2.5]", "[1, 2]"))
    graded(book, run, "b", answering("[1.25, 3.75]", "[1, 3]", findings=law))
    for person, findings in (("c", ()), ("d", law)):
        graded(book, run, person, answering("[0.271828, 3.14159]", "[1.41421, 1.73205]", findings=findings))
    groups = overview_of(book).clusters.told
    assert [(one.learners, one.answer, one.laws) for one in groups] == [
        (2, "a multiple of what is expected", ("Yours is # times too large.",)),
        (1, "other numbers than expected", ()),
        (1, "other numbers than expected", ("Yours is # times too large.",)),
    ]


def test_what_is_left_out_is_counted(book):
    run = run_of(book)
    for person in range(70):
        graded(
            book, run, person, ended(Verdict.FAILED, f"{'abcdefgh'[person % 8]}{'ijklmnopq'[person // 8]} is wrong.")
        )
    found = overview_of(book).clusters
    assert (len(found.told), found.left_groups, found.left_answers) == (60, 10, 10)
    assert "10 smaller groups" in to_page(overview_of(book)).decode()


def test_crashes_and_time_outs_are_told_with_whose_they_are(book):
    run = run_of(book)
    for person in range(3):
        graded(book, run, f"Kim{person}", ended(Verdict.TIMEOUT, f"No answer within {person + 5} s in f(x)."))
    graded(book, run, "Zoë", ended(Verdict.CRASHED, "No answer from f(x): killed by signal 11."))
    stops = overview_of(book).stops
    assert [(stop.verdict, len(stop.people)) for stop in stops] == [("timeout", 3), ("crashed", 1)]
    assert stops[0].headline == "No answer within 5 s in f(x)."
    assert stops[1].people[0].name == "Zoë"


# That an example is nobody's


def learner(name, **about):
    given = {"key": "canvas:91234", "number": "91234", "login": "", "email": "", "section": ""}
    return LearnerRow(id=1, name=name, enrolled=True, **{**given, **about})


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Zoë O’Brien", "ValueError: zoe obrien and ZOË, O'Brien", "ValueError: … and …, O'…"),
        ("Müller, Jörg", "asked mueller_jorg of Müller", "asked mueller_… of …"),
        ("ליאור כהן", "KeyError: 'ליאור'", "KeyError: '…'"),
        ("李雷", "name 李雷", "name …"),
        ("=cmd()", "=cmd() + 1", "… + 1"),
        ("Kim", "kimono is no kim, 91234", "kimono is no …, …"),
        ("Kim", "No such file: '/home/kim x/hw.csv'", "No such file: …"),
        ("Kim", "in C:\\Users\\a\\b and ~/work/x and a@b.org, file my-hw_2.ipynb", "in … and … and …, file …"),
        ("Kim", "1/N of dlogits/N, x @ w.T, 3.5/2", "1/N of dlogits/N, x @ w.T, 3.5/2"),
        ("N", "N is 1000", "N is 1000"),
    ],
)
def test_names_and_places_are_taken_out(name, text, shown):
    assert anonymous(text, learner(name)) == shown


def test_logins_and_addresses_are_taken_out_too():
    zoe = learner("Z", login="zob12", email="zoe.b@uni.edu", key="github:zob-git")
    assert anonymous("zob12, zoe.b@uni.edu, zoe, zob-git: 12", zoe) == "…, …, …, …: 12"


WHO = re.compile(r'<span class="who">.*?</span>')


def test_no_learner_is_in_what_is_shown_while_names_are_hidden(big):
    page = to_page(overview_of(big)).decode()
    assert "Zoë" in page
    shown = WHO.sub("", page)
    shown = re.sub(r'<th scope="row" class="wide" data-value="[^"]*">(?=<span class="number">)', "", shown)
    for name in set(NAMES) - {"x <b>y</b>"}:
        assert re.search(rf"(?<!\w){re.escape(name.split()[0])}(?!\w)", shown) is None, name
    assert not re.search(r"login\d|@example\.org|hand-ins/|canvas:|(?<![\d.])9\d{4}\b", shown)
    for never in ("SOURCE-OF-A-LEARNER", "PRINTED-BY-A-LEARNER", "SECRET-FILE", "data.txt"):
        assert never not in page


# The page

TAGS = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "nav", "section", "h1", "h2",
    "h3", "p", "span", "strong", "code", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li",
    "dl", "dt", "dd", "details", "summary", "figure", "figcaption", "svg", "path", "rect", "text", "bdi", "label",
    "input", "script",
}  # fmt: skip


def sound(page):
    """See that a page is well-formed, and that all in it is ours."""
    outline = Outline(page)
    assert {tag for tag, _ in outline.elements} <= TAGS
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in outline.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "src"], tag
        for name in ("aria-labelledby", "href"):
            if name in attributes:
                assert attributes[name].removeprefix("#") in ids
    levels = [line.count("#", 0, line.index(" ")) for line in outline.lines if line.startswith("#")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    kinds = Counter(tag for tag, _ in outline.elements)
    assert kinds["caption"] == kinds["table"]
    assert [kinds[tag] for tag in ("title", "header", "main", "footer", "nav", "script")] == [1] * 6
    assert all(char.isprintable() or char == "\n" for char in page.decode())
    return outline


def test_the_page_is_sound_and_asks_for_nothing(big):
    page = to_page(overview_of(big, course=find_course(ROOT)), "grades.db")
    outline = sound(page)
    assert not re.search(r"<img|<link|<iframe|@import|https?://|url\((?!#)", page.decode())
    assert "default-src 'none'" in page.decode()
    assert any(line.startswith("title: Overview of lecture5, lecture7: 200 learners") for line in outline.lines)
    assert page == to_page(overview_of(big, course=find_course(ROOT)), "grades.db")
    heads = [attributes for tag, attributes in outline.elements if tag == "th" and attributes.get("scope") == "col"]
    assert sum("aria-sort" in head for head in heads) >= 6
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in outline.of("svg"))


def test_an_empty_gradebook(book):
    page = to_page(overview_of(book))
    sound(page)
    assert b"Nothing has been graded yet." in page
    assert b"0 learners" in page


def test_one_learner(book):
    graded(book, run_of(book), "Kim", PASSED)
    page = to_page(overview_of(book)).decode()
    sound(page.encode())
    assert "1 learner ·" in page
    assert "1 learners" not in page
    assert "100 %" in page


def test_only_faults_of_the_grader(book):
    graded(book, run_of(book), "Kim", fault='Traceback (most recent call last)\n  File "x.py"\n\nMemoryError: all gone')
    found = overview_of(book)
    assert [(one.what, one.why) for one in found.troubles] == [("lecture5.linear", "MemoryError: all gone")]
    assert found.units[0].spread.learners == 0
    sound(to_page(found))


def test_what_a_submission_says_is_text(book):
    run = run_of(book)
    evil = f"{ATTACK}\x1b[31m\u202egnp.exe"
    person = book.learner("canvas:66666", name=evil, login=evil)
    book.hand_in(person, evil, "c", run)
    book.hand_in(book.learner("canvas:77777", name=evil), evil, "", run, fault=evil)
    example = Counterexample((Value(evil, evil),), evil, evil)
    checks = (
        CheckResult(evil, evil, Verdict.FAILED, 1, failure=Failure(evil, (Finding("pattern", evil, evil),), example)),
        CheckResult(f"b{evil}", evil, Verdict.CRASHED, 1, failure=Failure(evil)),
    )
    named = msgspec.structs.replace(
        checks[0], failure=Failure(evil, (Finding("misconception", evil, evil),), example), name="named"
    )
    key = {"content": "c", "course": "c", "grader": "g", "options": "o", "seed": 1}
    for exercise, those in ((f"u.{evil}", checks), ("lecture5.linear", (named,))):
        grading = book.begin(run, learner=person, exercise=exercise, **key)
        book.end(grading, ExerciseResult(exercise, evil, evil, those))
    faulty = book.begin(run, learner=person, exercise="lecture5.x", **key)
    book.end(faulty, ExerciseResult("lecture5.x", evil, evil), fault=evil)
    page = to_page(overview_of(book), evil)
    sound(page)
    assert page.count(b"&lt;script&gt;alert(2)") > 10
    assert b"\\u202egnp.exe" in page


def test_a_flood_of_text_and_people_is_bounded(book):
    run = run_of(book)
    flood = "é<'[1, 2]' " * 20_000
    for person in range(150):
        failure = Failure(flood, (), Counterexample((Value("x", flood),) * 50, flood, flood))
        graded(book, run, person, CheckResult("test_a", "A.", Verdict.FAILED, 1, failure=failure), exercise="u.a")
        graded(book, run, person, ended(Verdict.TIMEOUT), exercise="u.b")
    page = to_page(overview_of(book)).decode()
    assert len(page) < 200_000
    assert "And 50 more." in page


def test_text_can_be_read_on_its_ground(big):
    style = re.search(r"<style>(.*?)</style>", to_page(overview_of(big)).decode(), re.DOTALL)[1]
    light, dark, *_ = (
        dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in re.findall(r":root \{([^}]*)\}", style)
    )
    for colours in (light, dark):
        for ink in ("ink", "soft", "link"):
            for ground in ("page", "card"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(one, other):
    """By WCAG 2."""

    def luminance(colour):
        digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


# The command


def grade(*words, cwd):
    return subprocess.run([*GRADE, *words], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_the_command_writes_the_page(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        fill(book)
    done = grade("book", "overview", "--gradebook", "grades.db", "--units", "lecture5", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "overview.html tells of 8 learners.\n")
    sound((tmp_path / "overview.html").read_bytes())
    wrong = grade("book", "overview", "--gradebook", "grades.db", "--units", "lecture5,nothing", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "The gradebook has no unit 'nothing'. It has lecture5." in wrong.stderr
    absent = grade("book", "overview", "--gradebook", "none.db", cwd=tmp_path)
    assert (absent.returncode, (tmp_path / "none.db").exists()) == (2, False)


# In a browser, and in numbers


def press(page, key, code, number, text=""):
    about = {"key": key, "code": code, "windowsVirtualKeyCode": number}
    page.call("Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {}))
    page.call("Input.dispatchKeyEvent", type="keyUp", **about)


HEAD = "document.querySelector('#checks thead th:nth-child({}){}')"
COLUMN = "[...document.querySelectorAll('#checks tbody tr')].map(row => Number(row.cells[{}].dataset.value))"
needs_chromium = pytest.mark.skipif(find_chromium() is None, reason="there is no chromium on this machine")


@pytest.mark.slow
@needs_chromium
def test_in_chromium(tmp_path, big):
    file = tmp_path / "overview.html"
    file.write_bytes(to_page(overview_of(big, course=find_course(ROOT)), "grades.db"))
    with browser(tmp_path / "profile") as page:
        for width in (1280, 400):
            for dark in (False, True):
                page.open(file, width, dark=dark)
                page.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
                assert page.ask("document.documentElement.scrollWidth") == width
                background = page.ask("getComputedStyle(document.body).backgroundColor")
                assert background == ("rgb(21, 23, 26)" if dark else "rgb(251, 251, 250)")
        unnamed = {"image", "img", "link", "button", "heading", "region", "DisclosureTriangle", "table", "checkbox"}
        assert [role for role, name in page.named() if role in unnamed and not name.strip()] == []

        page.open(file, 1280)
        page.ask(HEAD.format(2, " button") + ".focus()")
        press(page, "Enter", "Enter", 13, "\r")
        values = page.ask(COLUMN.format(1))
        assert values == sorted(values, reverse=True) != sorted(values)
        assert page.ask(HEAD.format(2, "") + ".getAttribute('aria-sort')") == "descending"
        assert page.ask(HEAD.format(1, "") + ".hasAttribute('aria-sort')") is False
        press(page, " ", "Space", 32, " ")
        assert page.ask(COLUMN.format(1)) == sorted(values)
        assert page.ask(HEAD.format(2, "") + ".getAttribute('aria-sort')") == "ascending"
        assert page.ask("document.activeElement.textContent") == "fail it", "the focus stays"
        press(page, "Tab", "Tab", 9)
        assert page.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.ask(HEAD.format(1, " button") + ".click()")
        assert page.ask(COLUMN.format(0))[:3] == [len(values), len(values) - 1, len(values) - 2]
        page.ask("document.querySelector('#mistakes summary').focus()")
        press(page, "Enter", "Enter", 13, "\r")
        assert page.ask("document.querySelector('#mistakes details').open") is True
        assert page.complaints == []


@pytest.mark.slow
@needs_chromium
def test_without_scripts_names_can_be_shown_and_nothing_is_dead(tmp_path, big):
    file = tmp_path / "overview.html"
    file.write_bytes(to_page(overview_of(big)))
    shown = "getComputedStyle(document.querySelector('.{}')).display"
    with browser(tmp_path / "profile") as page:
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(file, 400)
        assert page.ask("document.querySelectorAll('button').length") == 0
        assert page.ask("document.querySelector('#names').matches(':focus')") is False
        assert [page.ask(shown.format(kind)) for kind in ("who", "number")] == ["none", "inline"]
        for _ in range(2):  # past the link that skips
            press(page, "Tab", "Tab", 9)
        press(page, " ", "Space", 32, " ")
        assert [page.ask(shown.format(kind)) for kind in ("who", "number")] == ["inline", "none"]
        assert page.ask("document.documentElement.scrollWidth") == 400
        assert page.complaints == []


@pytest.mark.slow
def test_two_thousand_hand_ins_take_seconds(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        crowd(book)
        assert len(book.standing()) == 14 * 1900
        before = time.process_time()
        page = to_page(overview_of(book))
        assert time.process_time() - before < 5
    assert len(page) < 3_000_000
