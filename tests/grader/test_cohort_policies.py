"""Policies: the file and what is said of its mistakes, time zones and changes of clocks, and what a grade becomes."""

from __future__ import annotations

import datetime

import pytest

from grader.cohort.due import days_after, days_late, moment, shown, zone_of
from grader.cohort.gradebook import Gradebook
from grader.cohort.grades import Grade, State, grades, rounded, total, unknown_extensions
from grader.cohort.policies import Amount, Policies, read_policies
from grader.course import find_course
from grader.errors import GraderError, UsageError
from grader.reports.model import CheckResult, ExerciseResult, Failure, Verdict

COURSE = find_course(None)
TWO = COURSE.resolve(["lecture5.linear", "lecture5.cross_entropy"])
BERLIN = 'zone = "Europe/Berlin"\n'


def at(text):
    return datetime.datetime.fromisoformat(text)


def policies(tmp_path, text):
    path = tmp_path / "cohort.toml"
    path.write_text(text, encoding="utf-8")
    return read_policies(path, COURSE)


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        yield book


class Class:
    """A class that hands in lecture5.linear, of four points, and what else a test says."""

    def __init__(self, book):
        self.book = book
        self.run = book.begin_run(started="2026-11-01T10:00:00+00:00", seed=1, options="{}", isolation="full")
        self.contents = 0

    def learner(self, number="1", **about):
        return self.book.learner(f"canvas:{number}", number=number, **{"name": f"Learner {number}", **about})

    def hands_in(self, learner, time="", earned=4, *, exercise="lecture5.linear", verdict=None, failed="", **about):
        self.contents += 1
        content = "" if about.get("fault") else f"{self.contents:064x}"
        number = self.book.hand_in(learner, f"{learner}-{self.contents}", content, self.run, time=time, **about)
        if content:
            self.graded(learner, content, exercise, earned, verdict, failed)
        return number

    def graded(self, learner, content, exercise="lecture5.linear", earned=4, verdict=None, fault="", bonus=0):
        grading = self.book.begin(
            self.run, learner=learner, content=content, exercise=exercise, course="c", grader="g", options="o", seed=7
        )
        failure = Failure("No.")
        checks = [
            CheckResult(f"test_{n}", "So.", Verdict.PASSED, 1)
            if n < earned
            else CheckResult(f"test_{n}", "So.", verdict or Verdict.FAILED, 1, failure=failure)
            for n in range(4)
        ]
        if bonus:
            checks.append(CheckResult("test_more", "More.", Verdict.PASSED, bonus, bonus=True))
        self.book.end(grading, ExerciseResult(exercise, "t", "linear.py", tuple(checks)), fault)
        return grading

    def grade(self, policies=None, exercises=TWO[:1]) -> Grade:
        (grade,) = grades(self.book, policies or Policies(), exercises)
        return grade


@pytest.fixture
def cohort(book):
    return Class(book)


# -- the file -------------------------------------------------------------------------------------------------------

WHOLE = """
zone = "Europe/Berlin"
late_days = 5
penalty = "10%"
cap = "50%"
grace = 15
counts = "best"
bonus = true
round_to = 0.5
round_per = "learner"

[units.lecture5]
due = 2026-11-01T23:59:00   # a comment

[units.lecture7]
due = 2026-12-01
zone = "America/New_York"
late_days = 1
penalty = 2
counts = "latest"
maximum = 20

[[extensions]]
learner = 1001
unit = "lecture5"
days = 3
reason = "ill"

[[extensions]]
learner = "müller"
unit = "lecture7"
due = 2026-12-24T12:00:00+01:00
"""


def test_a_whole_file(tmp_path):
    found = policies(tmp_path, WHOLE)
    five, seven = found.of("lecture5"), found.of("lecture7")
    assert (five.due, five.zone) == (at("2026-11-01T22:59:00+00:00"), "Europe/Berlin")
    assert (five.penalty, five.cap, five.grace, five.counts, five.bonus) == (
        Amount(10, True), Amount(50, True), 900, "best", True,
    )  # fmt: skip
    assert five.late_days is None
    assert seven.due == at("2026-12-02T04:59:59+00:00"), "a date is the whole day"
    assert (seven.late_days, seven.penalty, seven.counts, seven.maximum, seven.grace) == (
        1, Amount(2), "latest", 20, 900,
    )  # fmt: skip
    assert (found.late_days, found.round_to, found.round_per) == (5, 0.5, "learner")
    assert [(e.learner, e.unit, e.days, e.reason) for e in found.extensions] == [
        ("1001", "lecture5", 3, "ill"), ("müller", "lecture7", 0, ""),
    ]  # fmt: skip
    assert found.of("lecture9").penalty == Amount(10, True), "what stands at the top holds for every unit"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("penalty = ", r"cohort\.toml is not valid TOML: Invalid value"),
        ("x = 1\n[units.lecture5]\ndue = 2026-11-01T23:59", r"needs its seconds in TOML: 2026-11-01T23:59:00\."),
        ("\npenalti = 2", r"line 2: penalti: there is no such key; did you mean penalty\?"),
        ("points = 2", r"line 1: points: there is no such key; the keys are zone, .* and extensions\."),
        ("[units.lecture5]\n\nduee = 2026-01-01", r"line 3: units\.lecture5\.duee: .*did you mean due\?"),
        ("[units.lectures5]", r"line 1: units\.lectures5: the course has no unit 'lectures5'; did you mean lecture5\?"),
        ("[units.lecture5]\ndue = 2026-11-01T23:59:00", r"line 2: units\.lecture5\.due: it is on which clock\?"),
        ('zone = "Europe/Berlinn"', r"line 1: zone: there is no time zone.*Did you mean 'Europe/Berlin'\?"),
        ('zone = "Berlin"', r"Did you mean 'Europe/Berlin'"),
        ('zone = "Europe"', "there is no time zone 'Europe'"),
        ('zone = "../../etc/passwd"', "there is no time zone"),
        ('zone = "+02:00"', r"Zones are named as in \"Europe/Berlin\""),
        ("zone = 2", "2 is no time zone"),
        ("penalty = -1", r"line 1: penalty: it is a number from 0 up, not -1\."),
        ('penalty = "10"', r"'10' is neither points nor percent; write 2 for points or \"10%\""),
        ('penalty = "ten%"', "neither points nor percent"),
        ('penalty = "110%"', "more than 100 % cannot be taken"),
        ("penalty = true", "not True"),
        ("penalty = nan", "not nan"),
        ('counts = "first"', r"it is 'last', 'best' or 'latest', not 'first'"),
        ("late_days = 2.5", "it is a whole number of days, 0 to 366"),
        ("late_days = 2", r"late_days: they spare a penalty, and there is none"),
        ("bonus = 1", "it is true or false"),
        ("units = 3", r"units: it is a table, `\[units\]`"),
        ("[units]\nlecture5 = 3", r"it is a table, `\[units\.lecture5\]`, not 3"),
        ("[units.lecture5]\nmaximum = 2\nweight = 2", r"line 3: units\.lecture5\.weight: .* not both"),
        (BERLIN + '[units.lecture5]\ndue = "soon"', "'soon' is no time"),
        (BERLIN + "[units.lecture5]\ndue = 5", "5 is no time"),
        ("extensions = 3", r"under `\[\[extensions\]\]`"),
        ("[[extensions]]\nunit = 'lecture5'", r"line 1: extensions\[1\]\.learner: say whose it is"),
        (
            "[[extensions]]\nlearner = 'a'\ndays = 1\n[[extensions]]\nlearner = 'b'\nunit = 'lecture55'\ndays = 1",
            r"line 6: extensions\[2\]\.unit: .*did you mean lecture5\?",
        ),
        ("[[extensions]]\nlearner = 'a'", "give a new `due` time, or so many `days` more"),
        ("[[extensions]]\nlearner = 'a'\ndue = 2026-11-01T00:00:00Z", r"line 3: .*of which unit is it\?"),
        ("[[extensions]]\nlearner = 'a'\nunti = 'lecture5'\ndays = 1", r"line 3: .*did you mean unit\?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, said):
    with pytest.raises(UsageError, match=said):
        policies(tmp_path, text)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.toml cannot be read"):
        read_policies(tmp_path / "nowhere.toml", COURSE)
    (tmp_path / "latin.toml").write_bytes('zone = "Zürich"'.encode("latin-1"))
    with pytest.raises(UsageError, match=r"is not UTF-8 \(byte 9\)"):
        read_policies(tmp_path / "latin.toml", COURSE)


def test_without_a_file_points_are_all_that_counts(cohort):
    cohort.hands_in(cohort.learner(), "2030-01-01T00:00:00+00:00", 3)
    grade = cohort.grade(read_policies(None, COURSE))
    assert (grade.raw, grade.points, grade.final, grade.maximum, grade.penalty) == (3, 4, 3, 4, 0)


# -- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "zone", "utc"),
    [
        ("2026-07-01T12:00:00", "Europe/Berlin", "2026-07-01T10:00:00+00:00"),
        ("2026-12-01T12:00:00", "Europe/Berlin", "2026-12-01T11:00:00+00:00"),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T01:30:00+00:00"),  # twice: the second
        ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00+00:00"),  # never: as it would have been
        ("2026-11-01T01:30:00", "America/New_York", "2026-11-01T06:30:00+00:00"),
        ("2026-06-01T23:59:00", "Asia/Kathmandu", "2026-06-01T18:14:00+00:00"),
        ("2026-06-01T23:59:00", "Pacific/Kiritimati", "2026-06-01T09:59:00+00:00"),
    ],
)
def test_a_clock_is_read_to_the_learners_favour(wall, zone, utc):
    assert moment(at(wall), zone) == at(utc)


@pytest.mark.parametrize(
    ("due", "came", "zone", "days"),
    [
        ("2026-11-01T22:59:00", "2026-11-01T22:59:00", "Europe/Berlin", 0),
        ("2026-11-01T22:59:00", "2026-11-01T22:59:01", "Europe/Berlin", 1),
        ("2026-11-01T22:59:00", "2026-11-02T22:59:00", "Europe/Berlin", 1),
        ("2026-11-01T22:59:00", "2026-11-02T22:59:01", "Europe/Berlin", 2),
        # Saturday 23:59 to Sunday 23:30, and the clocks put back between: 24.5 hours are one day
        ("2026-10-24T21:59:00", "2026-10-25T22:30:00", "Europe/Berlin", 1),
        ("2026-10-24T21:59:00", "2026-10-25T22:30:00", "UTC", 2),
        # put forward: 23 hours are a day, and a minute more are two
        ("2026-03-28T22:59:00", "2026-03-29T21:59:00", "Europe/Berlin", 1),
        ("2026-03-28T22:59:00", "2026-03-29T22:00:00", "Europe/Berlin", 2),
        ("2026-03-28T22:59:00", "2026-03-29T22:00:00", "UTC", 1),
        ("2026-01-01T00:00:00", "2026-12-31T23:00:00", "Europe/Berlin", 365),
    ],
)
def test_a_day_is_a_day_of_the_clock(due, came, zone, days):
    assert days_late(at(came + "+00:00"), at(due + "+00:00"), zone) == days


def test_days_late_are_the_fewest_that_reach_it():
    """Over a year around every change of clocks, each number of days is the first that is late enough."""
    for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"):
        due = moment(at("2026-03-20T23:59:00"), zone)
        for hours in range(1, 400 * 24, 7):
            came = due + datetime.timedelta(hours=hours)
            days = days_late(came, due, zone)
            assert days_after(due, days - 1, zone) < came <= days_after(due, days, zone)


def test_grace_is_given_at_the_end_of_every_day():
    due = at("2026-11-01T22:59:00+00:00")
    for seconds, days in ((600, 0), (601, 1), (86_400 + 600, 1), (86_400 + 601, 2)):
        assert days_late(due + datetime.timedelta(seconds=seconds), due, "Europe/Berlin", 600) == days


def test_a_time_is_shown_on_the_clock():
    assert shown(at("2026-07-01T10:00:00+00:00"), "Europe/Berlin") == "2026-07-01 12:00 CEST"


def test_a_machine_without_zones_says_so(monkeypatch):
    monkeypatch.setattr("grader.cohort.due.available_timezones", set)
    with pytest.raises(GraderError, match="pip install tzdata"):
        zone_of("Europe/Nowhere")


# -- grades ---------------------------------------------------------------------------------------------------------

DUE = BERLIN + '{}\n[units.lecture5]\ndue = "2026-11-01 23:59:00"\n'
ON_TIME, LATE_1, LATE_3 = "2026-11-01T22:00:00+00:00", "2026-11-02T12:00:00+00:00", "2026-11-04T12:00:00+00:00"


def test_the_last_that_is_on_time_counts(tmp_path, cohort):
    kim = cohort.learner()
    cohort.hands_in(kim, "2026-10-30T10:00:00+00:00", 4)
    second = cohort.hands_in(kim, ON_TIME, 2)
    cohort.hands_in(kim, LATE_1, 3)
    grade = cohort.grade(policies(tmp_path, DUE.format("penalty = 1")))
    assert (grade.hand_in, grade.why, grade.final, grade.late_days) == (second, "the last of 3 that was on time", 2, 0)


def test_where_none_was_on_time_the_latest_counts_with_its_penalty(tmp_path, cohort):
    kim = cohort.learner()
    cohort.hands_in(kim, LATE_1, 4)
    latest = cohort.hands_in(kim, LATE_3, 4)
    grade = cohort.grade(policies(tmp_path, DUE.format('penalty = "10%"')))
    assert (grade.hand_in, grade.why) == (latest, "the latest of 2: none was on time")
    assert (grade.late_days, grade.days_charged, grade.late_days_used) == (3, 3, 0)
    assert (grade.raw, grade.penalty, grade.final) == (4, 1.2, 2.8)
    assert grade.late_seconds == int((at(LATE_3) - at("2026-11-01T22:59:00+00:00")).total_seconds())
    assert grade.due == "2026-11-01T22:59:00+00:00"


def test_the_best_is_the_one_with_the_highest_final_score(tmp_path, cohort):
    kim = cohort.learner()
    cohort.hands_in(kim, ON_TIME, 2)
    best = cohort.hands_in(kim, LATE_1, 4)
    cohort.hands_in(kim, LATE_3, 4)
    grade = cohort.grade(policies(tmp_path, DUE.format('counts = "best"\npenalty = 1')))
    assert (grade.hand_in, grade.why, grade.final) == (best, "the best of 3", 3)


def test_the_latest_counts_whatever_it_is(tmp_path, cohort):
    kim = cohort.learner()
    cohort.hands_in(kim, ON_TIME, 4)
    latest = cohort.hands_in(kim, LATE_3, 1)
    grade = cohort.grade(policies(tmp_path, DUE.format('counts = "latest"\npenalty = 5')))
    assert (grade.hand_in, grade.final, grade.penalty) == (latest, 0, 1), "never below zero"


def test_a_cap_bounds_what_lateness_costs(tmp_path, cohort):
    cohort.hands_in(cohort.learner(), LATE_3, 4)
    assert cohort.grade(policies(tmp_path, DUE.format('penalty = 1\ncap = "50%"'))).final == 2


def test_late_days_are_spent_over_all_units_in_the_order_they_are_due(tmp_path, cohort):
    kim = cohort.learner()
    cohort.hands_in(kim, LATE_3, 4)
    cohort.hands_in(kim, "2026-10-02T12:00:00+00:00", 4, exercise="lecture7.batches")
    text = DUE.format("penalty = 1\nlate_days = 4") + "[units.lecture7]\ndue = 2026-09-30T23:59:59\n"
    lecture7 = [e for e in COURSE.resolve(["lecture7"]) if e.id == "lecture7.batches"]
    assert lecture7, "the course has lecture7.batches"
    five, seven = grades(cohort.book, policies(tmp_path, text), [TWO[0], *lecture7])
    assert (seven.unit, seven.late_days, seven.late_days_used, seven.final) == ("lecture7", 2, 2, 4), "due first"
    assert (five.unit, five.late_days, five.late_days_used, five.days_charged, five.final) == ("lecture5", 3, 2, 1, 3)


def test_a_unit_may_have_late_days_of_its_own(tmp_path, cohort):
    cohort.hands_in(cohort.learner(), LATE_3, 4)
    grade = cohort.grade(policies(tmp_path, DUE.format("penalty = 1\nlate_days = 9") + "late_days = 1\n"))
    assert (grade.late_days_used, grade.days_charged, grade.final) == (1, 2, 2)


@pytest.mark.parametrize(
    ("extension", "days"),
    [
        ('learner = "1"\nunit = "lecture5"\ndays = 2', 1),
        ('learner = 1\nunit = "lecture5"\ndue = "2026-11-04 13:00:00"', 0),
        ('learner = "KIM@x.org"\ndays = 3', 0),
        ('learner = "kim l"\ndays = 3', 0),
        ('learner = "Kim  MÜLLER"\ndays = 3', 0),
        ('learner = "canvas:1"\ndays = 3', 0),
        ('learner = "Kim"\ndays = 3', 3),  # a part of a name is no name
        ('learner = "1"\nunit = "lecture7"\ndays = 9', 3),
        ('learner = "2"\ndays = 9', 3),
    ],
)
def test_extensions(tmp_path, cohort, extension, days):
    kim = cohort.learner(name="Kim Müller", email="kim@x.org", login="kim l")
    cohort.hands_in(kim, LATE_3, 4)
    found = policies(tmp_path, DUE.format("penalty = 1") + f"[[extensions]]\n{extension}\n")
    assert cohort.grade(found).late_days == days


def test_an_extension_says_its_reason_and_the_one_that_gives_most_counts(tmp_path, cohort):
    cohort.hands_in(cohort.learner(), LATE_3, 4)
    text = DUE.format("penalty = 1") + "".join(
        f'[[extensions]]\nlearner = "1"\ndays = {days}\nreason = "{days}!"\n' for days in (1, 3, 2)
    )
    grade = cohort.grade(policies(tmp_path, text))
    assert (grade.extension, grade.late_days, grade.due) == ("3 more days (3!)", 0, "2026-11-04T22:59:00+00:00")


def test_an_extension_for_nobody_is_said_and_one_for_several_refused(tmp_path, cohort):
    for number in ("1", "2"):
        cohort.learner(number, name="Kim")
    ours = policies(tmp_path, DUE.format("") + '[[extensions]]\nlearner = "Ada"\ndays = 1\n')
    assert "extension for 'Ada', whom" in unknown_extensions(ours, cohort.book.learners())[0]
    assert len(grades(cohort.book, ours, TWO)) == 2
    ours = policies(tmp_path, DUE.format("") + '[[extensions]]\nlearner = "kim"\ndays = 1\n')
    with pytest.raises(UsageError, match=r"could be for any of these: Kim \(1\); Kim \(2\)\. Write the number"):
        grades(cohort.book, ours, TWO)


def test_times_come_from_the_platform_alone(tmp_path, cohort):
    kim = cohort.learner()
    cohort.hands_in(kim, "", 4)
    ours = policies(tmp_path, DUE.format("penalty = 1"))
    grade = cohort.grade(ours)
    assert (grade.late_days, grade.missing) == (0, ("Its time is not known: it counts as on time.",))
    cohort.hands_in(kim, "", 4, marked_late=True, attempt=2)
    ours = policies(tmp_path, DUE.format('penalty = 1\ncounts = "latest"'))
    grade = cohort.grade(ours)
    assert (grade.late_days, grade.late_seconds, grade.final) == (1, 0, 3)
    assert "it counts as one day late" in grade.missing[0]


def test_whoever_hands_in_another_unit_later_has_not_taken_this_one_back(cohort):
    kim = cohort.learner()
    first = cohort.hands_in(kim, "2026-10-01T10:00:00+00:00", 4)
    cohort.hands_in(kim, ON_TIME, 0, verdict=Verdict.MISSING)
    assert (cohort.grade().hand_in, cohort.grade().final) == (first, 4)
    only = cohort.learner("2", name="Z")
    alone = cohort.hands_in(only, ON_TIME, 0, verdict=Verdict.MISSING)
    assert [(g.hand_in, g.final, g.state) for g in grades(cohort.book, Policies(), TWO[:1])][1] == (
        alone, 0, State.GRADED,
    )  # fmt: skip


def test_an_exercise_without_a_grading_is_still_in_the_maximum(cohort):
    cohort.book.end_run(cohort.run, ended="2026-11-01T11:00:00+00:00")
    kim, ann = cohort.learner("1", name="Ann"), cohort.learner("2", name="Kim")
    cohort.hands_in(kim, ON_TIME, 3)
    cohort.hands_in(ann, ON_TIME, 2, exercise="lecture5.cross_entropy")
    first, _ = grades(cohort.book, Policies(), TWO)
    assert (first.raw, first.points, first.final, first.maximum, first.state) == (3, 8, 3, 8, State.GRADED)
    assert first.missing == ("lecture5.cross_entropy was not graded, and earns none of its points (4).",)
    (alone, _) = grades(cohort.book, Policies(), COURSE.resolve(["lecture5.linear", "lecture5.train"]))
    assert (alone.points, alone.missing) == (4, ()), "of what nobody has, nothing is known"


def test_while_a_run_goes_on_what_is_missing_may_come(cohort):
    cohort.hands_in(cohort.learner(), ON_TIME, 3)
    cohort.hands_in(cohort.learner("2"), ON_TIME, 3, exercise="lecture5.cross_entropy")
    grade = grades(cohort.book, Policies(), TWO)[0]
    assert (grade.state, grade.missing) == (State.OPEN, ("lecture5.cross_entropy is not graded yet.",))


def test_what_there_is_to_know_of_what_is_not_there(cohort):
    for number in "1234":
        cohort.learner(number, enrolled=True)
    learners = {learner.number: learner.id for learner in cohort.book.learners()}
    cohort.hands_in(learners["2"], fault="The zip is damaged.")
    cohort.book.hand_in(learners["3"], "x", "f" * 64, cohort.run)
    cohort.hands_in(learners["4"], earned=4, failed="no memory")
    found = {grade.learner: grade for grade in grades(cohort.book, Policies(), TWO[:1])}
    said = [(found[learners[n]].state, found[learners[n]].missing, found[learners[n]].final) for n in "1234"]
    assert said == [
        (State.NOTHING, ("Nothing was handed in.",), 0),
        (State.FAULT, ("The zip is damaged.",), 0),
        (State.OPEN, ("lecture5 is not graded yet.",), 0),
        (State.FAULT, ("lecture5.linear could not be graded: the grader failed on it.",), 4),
    ]


def test_what_became_of_a_later_hand_in_is_said(cohort):
    kim = cohort.learner()
    first = cohort.hands_in(kim, ON_TIME, 3)
    cohort.hands_in(kim, LATE_1, fault="The zip is damaged.")
    grade = cohort.grade()
    assert (grade.hand_in, grade.final, grade.state) == (first, 3, State.GRADED)
    assert grade.missing == ("A later hand-in could not be graded: The zip is damaged.",)
    cohort.book.hand_in(kim, "x", "f" * 64, cohort.run, time=LATE_3)
    assert cohort.grade().state is State.OPEN
    assert cohort.grade().missing[1] == "A later hand-in is not graded yet."
    cohort.book.end_run(cohort.run, ended="2026-11-05T11:00:00+00:00")
    assert cohort.grade().state is State.GRADED, "a run that has ended grades nothing more"


def test_a_bonus_is_told_apart_and_added_where_the_policies_say_so(tmp_path, cohort):
    kim = cohort.learner()
    cohort.book.hand_in(kim, "x", "b" * 64, cohort.run, time=ON_TIME)
    cohort.graded(kim, "b" * 64, earned=4, bonus=2)
    apart, added = cohort.grade(), cohort.grade(policies(tmp_path, "bonus = true"))
    assert (apart.raw, apart.bonus, apart.bonus_points, apart.final, apart.maximum) == (4, 2, 2, 4, 4)
    assert (added.raw, added.bonus, added.final, added.maximum) == (4, 2, 6, 4)


def test_a_unit_is_scaled_to_its_maximum_or_by_its_weight(tmp_path, cohort):
    cohort.hands_in(cohort.learner(), LATE_1, 3)
    to_ten = cohort.grade(policies(tmp_path, DUE.format("penalty = 1") + "maximum = 10\n"))
    assert (to_ten.raw, to_ten.points, to_ten.penalty, to_ten.final, to_ten.maximum) == (3, 4, 1, 5, 10)
    thrice = cohort.grade(policies(tmp_path, DUE.format("penalty = 1") + "weight = 3\n"))
    assert (thrice.final, thrice.maximum) == (6, 12)


@pytest.mark.parametrize(
    ("score", "step", "to"),
    [
        (2.25, 0.5, 2.5),
        (2.2499, 0.5, 2.0),
        (-2.25, 0.5, -2.5),
        (1.005, 0.01, 1.01),
        (0.1 + 0.2, 0, 0.3),
        (2.675, 0.01, 2.68),
        (7, 0.3, 6.9),
        (0.5, 1, 1),
        (1.5, 1, 2),
        (2.5, 1, 3),
    ],
)
def test_rounding_goes_half_away_from_zero(score, step, to):
    assert rounded(score, step) == to


def test_rounding_is_of_each_unit_or_of_the_total(tmp_path, cohort):
    kim = cohort.learner()
    cohort.hands_in(kim, ON_TIME, 3)
    cohort.hands_in(kim, ON_TIME, 3, exercise="lecture7.batches")
    both = [e for e in COURSE.exercises if e.id in ("lecture5.linear", "lecture7.batches")]
    scale = "[units.lecture5]\nmaximum = 3\n[units.lecture7]\nmaximum = 3\n"  # 2.25 each
    by_unit = policies(tmp_path, "round_to = 1\n" + scale)
    found = grades(cohort.book, by_unit, both)
    assert [grade.final for grade in found] == [2, 2]
    assert total(found, by_unit) == (4, 6)
    by_learner = policies(tmp_path, 'round_to = 1\nround_per = "learner"\n' + scale)
    found = grades(cohort.book, by_learner, both)
    assert [grade.final for grade in found] == [2.25, 2.25]
    assert total(found, by_learner) == (5, 6)
