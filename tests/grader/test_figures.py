"""What checks record to be drawn, and what of it a report may show."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import RecordedNode, record_curve, record_graph, record_histogram, record_map, record_points
from grader.checks.context import CheckContext, Mismatch, enter
from grader.checks.recording import COLUMNS, NODES, POINTS, ROWS, pool
from grader.reports.html.drawing import plot
from grader.reports.html.pictures import built_graph, histogram, plane
from grader.reports.model import BuiltGraph, GraphNode, Visibility
from grader.session.pictures import curves, error_map, maps, pictures


@pytest.fixture
def context():
    recorded = CheckContext()
    enter(recorded)
    yield recorded
    enter(None)


def wrong(actual, expected, name="d", tolerance=1e-9):
    return Mismatch("values", name, f"{name} is not right.", actual, expected, tolerance=tolerance)


def test_a_curve_is_averaged_and_bounded(context):
    record_curve("loss", torch.arange(1200.0), reference=[1.0] * 1200, baselines={"bigram": 2.5}, band=(0, 1))
    (curve,) = curves(context, Visibility.VISIBLE)
    assert curve.steps == 1200
    assert len(curve.series[0].values) == POINTS
    assert curve.series[0].values[:2] == (4.5, 14.5)
    assert [series.name for series in curve.series] == ["yours", "reference"]
    assert curve.baselines[0].name == "bigram"


def test_a_hidden_check_shows_neither_reference_nor_maps(context):
    record_curve("loss", [2.0, 1.0], reference=[2.0, 0.5], baselines={"uniform": 3.3}, band=(0.4, 0.6))
    record_map("attention", torch.eye(3))
    (curve,) = curves(context, Visibility.HIDDEN)
    assert [series.name for series in curve.series] == ["yours"]
    assert curve.band is None
    assert maps(context, Visibility.HIDDEN) == ()
    assert len(maps(context, Visibility.VISIBLE)) == 1


def test_the_first_step_that_is_not_finite_is_kept(context):
    record_curve("loss", [2.0, 1.0, float("nan"), float("inf")])
    (curve,) = curves(context, Visibility.VISIBLE)
    assert curve.broken == 2
    assert curve.series[0].values == (2.0, 1.0, None, None)


@pytest.mark.parametrize("values", [None, [], ["a"], [[1.0]], object(), 3.0, torch.ones(2, 2), [10**400], [1j]])
def test_what_is_no_curve_is_left_to_the_comparisons(context, values):
    record_curve("loss", values)
    record_map("map", values)
    assert not curves(context, Visibility.VISIBLE)


def test_a_map_keeps_its_shape_when_it_is_pooled(context):
    record_map("attention", np.eye(100))
    record_map("small", torch.eye(2), labels=["a", "b"])
    large, small = maps(context, Visibility.VISIBLE)
    assert large.shape == (100, 100)
    assert (len(large.rows), len(large.rows[0])) == (ROWS, COLUMNS)
    assert small.labels == ("a", "b")


def test_several_curves_share_a_picture_and_a_hidden_check_shows_them_without_the_reference(context):
    many = {
        "W1": [1.0, 2.0],
        "none": "no numbers",
        "W2": torch.tensor([3.0, 4.0]),
        **{f"W{n}": [0.0] for n in range(3, 9)},
    }
    record_curve("ratios", many, reference=[1.0, 1.0], baselines={"a thousandth": -3})
    (curve,) = curves(context, Visibility.VISIBLE)
    assert [series.name for series in curve.series] == ["W1", "W2", "W3", "W4", "W5", "W6", "reference"]
    assert curve.series[1].values == (3.0, 4.0)
    assert curve.steps == 2
    kinds = [line.kind for line in plot(curve).series]
    assert len(set(kinds)) == len(kinds)
    (curve,) = curves(context, Visibility.HIDDEN)
    assert "reference" not in [series.name for series in curve.series]
    record_curve("empty", {"W1": None})
    assert len(curves(context, Visibility.VISIBLE)) == 1


def test_a_later_curve_of_one_name_takes_the_place_of_the_first(context):
    record_curve("loss", [1.0])
    record_curve("loss", [2.0])
    assert [curve.series[0].values for curve in curves(context, Visibility.VISIBLE)] == [(2.0,)]
    for number in range(100):
        record_curve(f"loss {number}", [1.0])
    assert len(curves(context, Visibility.VISIBLE)) == 8


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 80), st.integers(1, 80), st.integers(0, 2**32 - 1))
def test_pooling_loses_no_error(rows, columns, seed):
    errors = np.random.default_rng(seed).random((rows, columns))
    pooled = pool(errors)
    assert pooled.shape == (min(rows, ROWS), min(columns, COLUMNS))
    assert pooled.max() == errors.max()


def test_an_error_map_says_where_and_how_much():
    expected = torch.arange(35.0, dtype=torch.float64).reshape(5, 7)
    actual = expected.clone()
    actual[2, 3] += 8
    shown = error_map(wrong(actual, expected), [])
    assert shown is not None
    assert (shown.shape, shown.wrong, shown.largest, shown.scale) == ((5, 7), 1, 8.0, 34.0)
    assert shown.errors[2][3] == 8.0
    assert sum(sum(row) for row in shown.errors) == 8.0
    assert (shown.yours[2][3], shown.expected[2][3]) == ("25", "17")


def test_an_error_map_is_drawn_of_the_largest_input():
    small, large = torch.zeros(2, 3), torch.zeros(3, 4, 5)
    shown = error_map(
        wrong(small + 1, small), [wrong(large + 1, large), wrong(torch.ones(99), torch.zeros(99), "other")]
    )
    assert shown is not None
    assert shown.larger
    assert shown.shape == (3, 4, 5)
    assert (len(shown.errors), len(shown.errors[0])) == (12, 5)


def test_values_that_differ_little_are_told_apart():
    expected = torch.full((4, 4), 1 / 3, dtype=torch.float64)
    shown = error_map(wrong(expected + 1e-8, expected), [])
    assert shown is not None
    assert shown.yours[0][0] != shown.expected[0][0]


def test_what_is_not_finite_has_no_size():
    expected = torch.ones(4, 4, dtype=torch.float64)
    actual = expected.clone()
    actual[1, 1], actual[0, 0] = float("nan"), float("-inf")
    shown = error_map(Mismatch("finite", "d", "h", actual, expected), [])
    assert shown is not None
    assert shown.errors[1][1] is None
    assert (shown.wrong, shown.largest, shown.yours[1][1], shown.yours[0][0]) == (2, 0.0, "nan", "-inf")


@pytest.mark.parametrize(
    "mismatch",
    [
        wrong(1.0, 2.0),
        wrong(torch.ones(3, 4), torch.zeros(3, 4)),
        wrong(torch.ones(3, 3), torch.zeros(2, 2)),
        wrong("a", torch.zeros(9)),
        wrong(None, None),
        Mismatch("shape", "d", "h", torch.ones(9), torch.ones(9)),
        wrong(torch.ones(1000, 1001), torch.zeros(1000, 1001)),
    ],
)
def test_there_is_nothing_to_draw_of_a_handful_or_of_other_things(mismatch):
    assert error_map(mismatch, []) is None


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool])
def test_how_far_a_token_is_off_is_not_drawn(dtype):
    assert error_map(wrong(torch.zeros(4, 4).to(dtype), torch.ones(4, 4).to(dtype)), []) is None


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.complex64])
def test_every_kind_of_float_is_drawn(dtype):
    expected = torch.ones(4, 4).to(dtype)
    assert error_map(wrong(torch.zeros(4, 4).to(dtype), expected), []).wrong == 16


# -- graphs, points, histograms ----------------------------------------------------------------------------------------


def test_a_graph_is_drawn_from_left_to_right(context):
    nodes = [RecordedNode("a", ("data 2",), to=(2,)), RecordedNode("b", to=(2, 3)), RecordedNode("*", to=(3,))]
    record_graph("expression", [*nodes, RecordedNode("+", ("grad 1, not 2",), right=False)])
    (graph,) = pictures(context, Visibility.VISIBLE)
    drawn = built_graph(graph)
    assert [box.x for box in drawn.boxes] == [8, 8, 158, 308]
    assert [box.kind for box in drawn.boxes] == ["given", "given", "given", "wrong"]
    assert len(drawn.arrows) == 4
    assert (drawn.right, drawn.wrong) == (0, 1)
    assert pictures(context, Visibility.HIDDEN) == ()


def test_a_graph_of_any_kind_is_drawn(context):
    record_graph("none", [])
    record_graph("many", [RecordedNode(f"n{i}", to=(i + 1, 5_000)) for i in range(200)])
    (graph,) = pictures(context, Visibility.VISIBLE)
    assert len(graph.nodes) == NODES
    assert len(built_graph(graph).arrows) == NODES - 1
    circle = BuiltGraph("circle", tuple(GraphNode("x" * 99, ("y",) * 50, None, (0, 1, 2, -7)) for _ in range(3)))
    assert built_graph(circle).width < 1000


@pytest.mark.parametrize("points", [None, "x", np.zeros((3, 3)), np.array([[0.0, np.nan]]), np.zeros((0, 2)), [[1, 2]]])
def test_what_is_no_plane_is_left_out(context, points):
    record_points("plane", points)
    assert pictures(context, Visibility.VISIBLE) == ()


def test_points_lie_over_the_regions_of_a_model(context):
    record_points(
        "plane", torch.tensor([[0.0, 0.0], [1.0, 2.0]]), kinds=[0, 1], labels=["a"], regions=lambda p: p[:, 0] - 0.5
    )
    (drawn,) = pictures(context, Visibility.VISIBLE)
    assert drawn.points == ((0.0, 0.0, 0, "a"), (1.0, 2.0, 1, ""))
    assert drawn.regions[0][0] < 0 < drawn.regions[0][-1]
    shown = plane(drawn)
    assert shown.points[0].x < shown.points[1].x
    assert shown.points[0].y > shown.points[1].y, "upwards"
    assert [kind for kind, _ in shown.regions] == ["region0", "region1"]


def test_a_histogram_has_the_share_of_each_bin(context):
    record_histogram("h", {"layer 1": torch.tensor([-1.0, 1.0, 5.0, math.nan]), "no array": "x"}, low=-1, high=1)
    (recorded,) = pictures(context, Visibility.VISIBLE)
    (series,) = recorded.series
    assert series.values[0] == pytest.approx(1 / 3, abs=1e-4)
    assert series.values[-1] == pytest.approx(2 / 3, abs=1e-4)
    assert histogram(recorded).rows[0].outermost == "100%"
