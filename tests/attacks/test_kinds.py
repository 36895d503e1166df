"""Answers of every kind that fits on the wire, through every check: each ends in time, with a verdict of the learner's.

Not values but kinds are drawn: integers of thousands of digits, a hundred thousand keys, towers of marks, deep nesting,
tensors without numbers, names that fill a page. In CI each exercise meets a few; ``-m slow`` draws many more.
"""

from __future__ import annotations

import time

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from leftovers import ROOT

from grader.bounds import CHECK_SECONDS
from grader.checks import marks
from grader.course import find_course, read_submission
from grader.reports.html import to_html
from grader.reports.json_format import from_json, to_json
from grader.reports.junit import to_junit
from grader.reports.model import Verdict
from grader.reports.text_page import render_text
from grader.sandbox import wire
from grader.sandbox.proxy import from_node
from grader.sandbox.request import LostError
from grader.sandbox.unpacking import Unpacker
from grader.sandbox.wire import HandleInfo, Unsendable
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions

COURSE = find_course(ROOT)
LONGEST = 10.0  # CPU seconds of one check; solutions take half a second at most
PER_EXERCISE = 4


def one_of(values):
    """One of some values, by its number: Hypothesis would spell all of them out in what it says of itself."""
    return st.integers(0, len(values) - 1).map(lambda number: values[number])


hostile_texts = one_of(
    [
        *("", "\0", "\x1b[2J", "\ud800", "\u202e\u2066", "<script>", "'" * 3000, "{" * 5000, "\\" * 5000),
        *("a" + "\u0315\u0316" * 100_000, "\ufdfa" * 100_000, "ab" * 1_000_000, "İ" * 50_000, "1" * 5_000, "nan", "-0"),
    ]
)
integers = one_of([0, -1, True, 2**31, 2**63, 2**64, -(2**64), 10**400, -(10**2000), 2**8191, 2**9000, 10**20_000])
floats = one_of([0.0, -0.0, 5e-324, 1e308, float("nan"), float("inf"), -float("inf")])
others = one_of(
    [
        *(None, b"", b"\xff" * 100_000, 1j, complex("nan"), slice(10**400), Ellipsis, torch.float32, range(3)),
        *(Unsendable("x" * 5000), Unsendable("\x1b[31m"), HandleInfo(999_999, "object", "V" * 5000, "\x1b[2J" * 50)),
        *(
            HandleInfo(999_999, kind, "\ud800", "<b>" * 60, 10**9, "/etc/passwd")
            for kind in ("function", "class", "module")
        ),
    ]
)
DTYPES = [
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.uint8,
    torch.bool,
    torch.complex64,
]
shapes = one_of([(), (0,), (1,), (0, 3), (1, 1, 1), (5, 0, 2**40), (2, 3), (3, 2), (7,) * 5, (1,) * 30, (300_000,)])
tensors = st.builds(
    lambda shape, dtype, fill: torch.full(shape, fill, dtype=torch.float64).to(dtype),
    shapes.filter(lambda shape: 2**40 not in shape),
    st.sampled_from(DTYPES),
    st.sampled_from([0.0, 1.0, -1.0, float("nan"), float("inf"), 1e300]),
)
arrays = tensors.filter(lambda tensor: tensor.dtype is not torch.bfloat16).map(lambda tensor: tensor.numpy())
scalars = one_of([np.float64("nan"), np.float32(1), np.int8(-1), np.bool_(True), np.uint64(2**64 - 1), np.complex64(1)])
large = one_of(
    [
        {i: i for i in range(100_000)},
        {str(i): None for i in range(50_000)},
        {i * (2**61 - 1): 0 for i in range(3_000)},  # of one hash
        {("a" * 1000, i): [i] for i in range(2_000)},
        {float(i): i for i in range(300)} | {True: 1, "1": 2},
        [[]] * 100_000,
        [[[[]] * 20] * 20] * 20,
        list(range(200_000)),
        [None] * 500_000,
        [torch.zeros(0)] * 5_000,
        {frozenset({i, (i, i)}) for i in range(5_000)},
        ["x" * 50] * 30_000,
    ]
)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value, value] if depth < 12 else [value]
    return value


deep = st.sampled_from([11, 40, 56, 70, 2_000]).map(nested)
plain = st.one_of(hostile_texts, integers, floats, others, tensors, arrays, scalars, large, deep)
kinds = st.one_of(
    plain,
    st.lists(plain, max_size=3),
    st.lists(plain, max_size=3).map(tuple),
    st.dictionaries(st.one_of(hostile_texts, integers, floats), plain, max_size=3),
)


class Strange:
    """A peer that answers with one value, in the place of every answer or of one of its parts."""

    spent = 0.0  # CPU seconds of what a worker would do: packing

    def __init__(self, peer, value, *, inside):
        self.peer, self.value, self.inside = peer, value, inside

    def exchange(self, request, seconds):
        kind, value, echo = self.peer.exchange(request, seconds)
        looked_up = request.looks_up and isinstance(value, HandleInfo)
        if kind != "ok" or looked_up or request.operation == "library":
            return kind, value, echo
        return kind, self.over_the_wire(self.put_into(value) if self.inside else self.value), echo

    def put_into(self, value):
        if isinstance(value, list | tuple) and value:
            return type(value)([*value[:-1], self.put_into(value[-1])])
        if isinstance(value, dict) and value:
            key = next(iter(value))
            return {**value, key: self.put_into(value[key])}
        return self.value

    @staticmethod
    def over_the_wire(value):
        """As it would have come: what the wire refuses, no submission can send."""
        packer = wire.Packer(
            lambda thing: ["h", *msgspec.structs.astuple(thing)] if type(thing) is HandleInfo else ["e"]
        )
        started = time.process_time()
        try:
            packer.frame([node := packer.pack(value)])
            Strange.spent += time.process_time() - started
            return Unpacker(bytearray(b"".join(map(bytes, packer.buffers))), from_node).unpack(node)
        except (wire.ProtocolError, ValueError) as error:
            raise LostError("protocol", str(error)) from None


@pytest.fixture(scope="module")
def whole_course():
    with Session(COURSE, COURSE.exercises, RunOptions(alone=True, examples=4)) as session:
        yield session, read_submission(COURSE.root / "solutions", COURSE)


def tell(whole_course, exercise, value, *, inside):
    session, solutions = whole_course
    used = []
    hooks = Hooks(
        select=lambda _, __, function: not marks.is_training(function),
        watch=lambda *_: used.append(time.process_time() - Strange.spent),
        wrap=lambda _, peer: Strange(peer, value, inside=inside),
    )
    run = session.run([exercise], solutions, 5, hooks=hooks)
    report = run.report
    used.append(time.process_time() - Strange.spent)
    checks = report.exercises[0].checks
    assert report.faults == (), report.faults[0][-1500:]
    assert run.stumbles == (), run.stumbles[0][-1500:]
    assert Verdict.GRADER_FAULT not in {check.verdict for check in checks}
    took = {check.name: end - start for check, start, end in zip(checks, used[:-1], used[1:], strict=True)}
    assert max(took.values()) < LONGEST < CHECK_SECONDS, max(took.items(), key=lambda item: item[1])
    started = time.process_time()
    assert from_json(to_json(report)) == report
    assert to_junit(report)
    assert render_text(report, verbose=True)
    assert to_html(report)
    assert time.process_time() - started < LONGEST, "the renderings"


def draw(most, number):
    """So many answers. Drawn before they are told: the checks that they meet draw with Hypothesis themselves."""
    drawn = []

    @seed(number)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(value=kinds, inside=st.booleans())
    def keep(value, inside):
        drawn.append((value, inside))

    keep()
    assert drawn
    return drawn


@pytest.mark.parametrize("number", range(len(COURSE.exercises)), ids=lambda number: COURSE.exercises[number].id)
def test_any_kind_of_answer_is_judged(whole_course, number):
    for value, inside in draw(PER_EXERCISE, number):
        tell(whole_course, COURSE.exercises[number], value, inside=inside)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(COURSE.exercises)), ids=lambda number: COURSE.exercises[number].id)
def test_very_many_kinds_of_answers_are_judged(whole_course, number):
    for value, inside in draw(60, 1000 + number):
        tell(whole_course, COURSE.exercises[number], value, inside=inside)
