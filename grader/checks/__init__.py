"""What a check may use. Everything an author of checks needs is here, and nothing else.

A check is a pytest function whose docstring is the sentence the learner reads::

    @points(2)
    @given(batch=logits_and_targets())
    def test_matches_autograd(submission, batch):
        \"\"\"The gradient equals autograd's for any batch.\"\"\"
        logits, targets = batch
        assert_close(submission.cross_entropy_backward(logits, targets), expected, name="dlogits")
"""

from grader.checks import strategies
from grader.checks.ahead import begin
from grader.checks.compare import assert_close, assert_equal
from grader.checks.context import CheckFailed
from grader.checks.demands import assert_raises, assert_responds, assert_unchanged, check
from grader.checks.draws import generator, generators, integer, integers, new_seed, new_state, normal, uniform
from grader.checks.frequencies import assert_frequent
from grader.checks.in_words import type_in_words
from grader.checks.marks import bonus, full, hidden, limit, needs, points, training
from grader.checks.misconceptions import misconception
from grader.checks.quiz import assert_choice, assert_number, seal
from grader.checks.recording import (
    RecordedNode,
    record_curve,
    record_graph,
    record_histogram,
    record_map,
    record_points,
)
from grader.checks.remote import (
    keeping,
    library,
    parameters_of,
    place,
    requires_grad,
    stopped,
    undisturbed,
    vjp,
)
from grader.checks.trained import check_training
from grader.sandbox.request import RaisedError

__all__ = [
    "CheckFailed",
    "RaisedError",
    "RecordedNode",
    "assert_choice",
    "assert_close",
    "assert_equal",
    "assert_frequent",
    "assert_number",
    "assert_raises",
    "assert_responds",
    "assert_unchanged",
    "begin",
    "bonus",
    "check",
    "check_training",
    "full",
    "generator",
    "generators",
    "hidden",
    "integer",
    "integers",
    "keeping",
    "library",
    "limit",
    "misconception",
    "needs",
    "new_seed",
    "new_state",
    "normal",
    "parameters_of",
    "place",
    "points",
    "record_curve",
    "record_graph",
    "record_histogram",
    "record_map",
    "record_points",
    "requires_grad",
    "seal",
    "stopped",
    "strategies",
    "training",
    "type_in_words",
    "undisturbed",
    "uniform",
    "vjp",
]
