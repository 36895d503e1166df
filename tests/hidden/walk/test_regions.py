"""Checks of walk.regions: pieces and breakpoints against the same in fractions, which are exact, and the net itself."""

import itertools
import math
from fractions import Fraction

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    check,
    library,
    needs,
    normal,
    points,
    record_points,
    type_in_words,
    undisturbed,
    uniform,
)

KEYS = ("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias")


class Net:
    """A net from one number to one number, its weights, and what is right for it, computed in fractions.

    Args:
        weights: six tensors, as the state dict has them.
    """

    def __init__(self, *weights):
        self.weights = dict(zip(KEYS, weights, strict=True))
        W1, b1, W2, b2, W3, b3 = (
            [[Fraction(x) for x in row] for row in w.double().reshape(len(w), -1).tolist()] for w in weights
        )
        self.layers = [([r[0] for r in W1], [r[0] for r in b1]), (W2, [r[0] for r in b2]), (W3[0], b3[0][0])]
        self.solve()

    def lines(self, x, layers):
        """The line (slopes, intercepts) of each unit's z in that many layers, about x, in fractions."""
        (w, b), (W2, b2), (W3, b3) = self.layers
        on = [m * x + c > 0 for m, c in zip(w, b, strict=True)]
        slope = [sum(row[i] * w[i] for i in range(len(w)) if on[i]) for row in W2]
        intercept = [sum(row[i] * b[i] for i in range(len(w)) if on[i]) + c for row, c in zip(W2, b2, strict=True)]
        if layers == 2:
            return slope, intercept
        on = [m * x + c > 0 for m, c in zip(slope, intercept, strict=True)]
        return (
            sum(v * m for v, m, up in zip(W3, slope, on, strict=True) if up),
            sum(v * c for v, c, up in zip(W3, intercept, on, strict=True) if up) + b3,
        )

    def solve(self):
        """Switches of both layers; then the pieces between those at which the line changes."""
        w, b = self.layers[0]
        self.first = sorted({-c / m for m, c in zip(w, b, strict=True) if m})
        self.second = []
        for lo, hi in itertools.pairwise([None, *self.first, None]):
            for m, c in zip(*self.lines(between(lo, hi), 2), strict=True):
                if m and (lo is None or -c / m > lo) and (hi is None or -c / m < hi):
                    self.second.append((-c / m, lo is None or hi is None))
        self.switches = sorted({*self.first, *(x for x, _ in self.second)})
        self.pieces = []
        for lo, hi in itertools.pairwise([None, *self.switches, None]):
            line = self.lines(between(lo, hi), 3)
            if self.pieces and self.pieces[-1][2] == line:
                self.pieces[-1] = (self.pieces[-1][0], hi, line)
            else:
                self.pieces.append((lo, hi, line))
        self.breakpoints = [float(lo) for lo, _, _ in self.pieces[1:]]

    def right(self):
        """The pieces as piecewise has to give them."""
        spans = itertools.pairwise([-math.inf, *self.breakpoints, math.inf])
        return [(lo, hi, float(m), float(c)) for (lo, hi), (_, _, (m, c)) in zip(spans, self.pieces, strict=True)]

    def is_clear(self):
        """Whether switches lie apart, and lines that are not the same differ clearly."""
        gaps = [float(b - a) for a, b in itertools.pairwise(self.switches)]
        slopes = [float(m) for _, _, (m, _) in self.pieces]
        bends = [abs(a - b) for a, b in itertools.pairwise(slopes)]
        steepest = max(map(abs, slopes))
        far = max((abs(float(x)) for x in self.switches), default=0.0)
        return far < 30 and min(gaps, default=1.0) > 0.01 and min(bends, default=1.0) > 0.01 * steepest and steepest > 0

    def model(self, submission, dtype=torch.float64):
        """The net where the submission runs."""
        nn = library(submission, "torch.nn")
        h1, h2 = self.weights["0.weight"].shape[0], self.weights["2.weight"].shape[0]
        model = nn.Sequential(
            nn.Linear(1, h1, dtype=dtype),
            nn.ReLU(),
            nn.Linear(h1, h2, dtype=dtype),
            nn.ReLU(),
            nn.Linear(h2, 1, dtype=dtype),
        )
        model.load_state_dict({key: weight.to(dtype) for key, weight in self.weights.items()})
        return model

    def __call__(self, x):
        """The net's answers, by torch."""
        h = x[:, None]
        for key in ("0", "2", "4"):
            h = h @ self.weights[f"{key}.weight"].double().T + self.weights[f"{key}.bias"].double()
            h = h.relu() if key != "4" else h
        return h[:, 0]


def double(numbers):
    """Python floats as a tensor, without losing a digit."""
    return torch.tensor(numbers, dtype=torch.float64)


def between(lo, hi):
    """A place inside an interval whose ends may be missing."""
    if lo is None or hi is None:
        return 0 if lo is hi else hi - 1 if lo is None else lo + 1
    return (lo + hi) / 2


def random_net(rng, h1, h2, dtype=torch.float64, *, whole=False):
    """A net whose second layer bends too, inside and in a piece without an end; each switch changes the line.

    ``whole``: the weights of the first layer are 1 and -1 in turn.
    """
    while True:
        shapes = ((h1, 1), (h1,), (h2, h1), (h2,), (1, h2), (1,))
        weights = [normal(rng, *shape) for shape in shapes]
        if whole:
            weights[0] = torch.tensor([1.0, -1.0] * h1)[:h1, None].double()
        net = Net(*(weight.to(dtype).contiguous() for weight in weights))
        inside = [x for x, outer in net.second if not outer and float(x) in net.breakpoints]
        outside = [x for x, outer in net.second if outer and float(x) in net.breakpoints]
        if net.is_clear() and len(net.switches) == len(net.breakpoints) and (h1 == 1 or inside) and outside:
            return net


def read(answer, size, name):
    """The answer as a list of tuples of floats, once it is one."""
    check(isinstance(answer, list), f"{name} returns a list; this is {type_in_words(answer)}.")
    for item in answer:
        numbers = item if size > 1 and isinstance(item, tuple | list) else (item,)
        check(
            len(numbers) == size and all(isinstance(number, float) for number in numbers),
            f"{name} returns a list of " + ("tuples (lo, hi, slope, intercept) of floats." if size > 1 else "floats."),
        )
    return answer


def draw(net, found):
    """The net as a curve of small dots, with the true breakpoints and those that were found."""
    spots = [lo for lo, *_ in found[1:]] if found and isinstance(found[0], tuple | list) else list(found)
    spots = [x for x in spots if math.isfinite(x)][:40]
    ends = net.breakpoints or [0.0]
    margin = 0.4 * (max(ends) - min(ends)) + 0.5
    xs = torch.linspace(min(ends) - margin, max(ends) + margin, 160, dtype=torch.float64)
    shown = [x for x in spots if xs[0] <= x <= xs[-1]]
    all_x = torch.cat([xs, double(net.breakpoints), double(shown)])
    y = net(all_x)
    off = 0.06 * float(y.max() - y.min() + 1e-9)
    y[len(y) - len(shown) :] -= off  # yours a little below the curve
    kinds = [0] * len(xs) + [1] * len(net.breakpoints) + [2] * len(shown)
    labels = [""] * len(xs) + [""] * len(net.breakpoints) + ["yours"] * len(shown)
    record_points("the net, its true kinks, and yours below", torch.stack([all_x, y], 1), kinds=kinds, labels=labels)


def assert_pieces(found, net, name="piecewise(model)"):
    """Demand the pieces; where they are too few or too many, say which kink is missing or is none."""
    found = [tuple(piece) for piece in read(found, 4, name)]
    right = net.right()
    if len(found) != len(right):
        check(
            False,
            f"{name} has {len(found)} pieces; the net has {len(right)}. " + misses([p[0] for p in found[1:]], net),
        )
    lines = (double([p[2:] for p in found]), double([p[2:] for p in right]))
    outer = (found[0][0], found[-1][1])
    check(outer == (-math.inf, math.inf), f"The first piece begins at -inf, the last ends at inf; here it is {outer}.")
    theirs = double([x for p in found for x in p[:2]][1:-1])
    ours = double([x for p in right for x in p[:2]][1:-1])
    assert_close(
        (theirs, *lines[0].unbind(1)),
        (ours, *lines[1].unbind(1)),
        name=("the ends of the pieces", "the slopes", "the intercepts"),
        oracle="fractions",
    )


def misses(found, net):
    """Which kinks are not found, and which are none."""
    missing = [x for x in net.breakpoints if not any(abs(x - y) < 1e-6 * (1 + abs(x)) for y in found)]
    wrong = [y for y in found if not any(abs(x - y) < 1e-6 * (1 + abs(x)) for x in net.breakpoints)]
    said = []
    if missing:
        said.append(f"Not found: x = {', '.join(f'{x:.4g}' for x in missing[:6])}.")
    if wrong:
        said.append(f"No kink: x = {', '.join(f'{y:.4g}' for y in wrong[:6])}.")
    return " ".join(said)


def assert_breakpoints(found, net):
    """Demand the breakpoints, in order."""
    found = read(found, 1, "breakpoints(model)")
    if len(found) != len(net.breakpoints):
        headline = f"breakpoints(model) has {len(found)} kinks; the net has {len(net.breakpoints)}."
        check(False, f"{headline} {misses(found, net)}")
    assert_close(
        double(found),
        double(net.breakpoints),
        name="breakpoints(model)",
        oracle="fractions",
    )


@points(2)
def test_breakpoints(submission, rng):
    """breakpoints gives every kink of the net, from left to right."""
    nets = [random_net(rng, *sizes, whole=sizes[0] == 4) for sizes in ((2, 3), (4, 3), (3, 5))]
    found = [submission.breakpoints(net.model(submission)) for net in nets]
    if isinstance(found[0], list) and all(isinstance(x, float) for x in found[0]):
        draw(nets[0], found[0])
    for kinks, net in zip(found, nets, strict=True):
        assert_breakpoints(kinks, net)


@points(3)
@needs("test_breakpoints")
def test_pieces(submission, rng):
    """piecewise gives every piece of the net, its ends, its slope and its intercept, kinks of the second layer too."""
    nets = [random_net(rng, *sizes) for sizes in ((3, 4), (4, 2), (1, 3), (5, 3))]
    found = [submission.piecewise(net.model(submission)) for net in nets]
    if isinstance(found[0], list) and all(isinstance(p, tuple | list) and len(p) == 4 for p in found[0]):
        draw(nets[0], found[0])
    for pieces, net in zip(found, nets, strict=True):
        assert_pieces(pieces, net)


def falling_net(rng):
    """A net of 3 and 2 units that falls everywhere: one unit of the second layer rises, and is subtracted."""
    while True:
        W1, W2 = normal(rng, 3, 1), normal(rng, 2, 3)
        W2 = W2.abs() * W1.T.sign() * double([[1.0], [-1.0]])
        W3 = uniform(rng, 0.5, 1.5, 1, 2) * double([-1.0, 1.0])
        net = Net(W1, normal(rng, 3), W2, uniform(rng, 3.0, 5.0, 2), W3, normal(rng, 1))
        if net.is_clear() and all(slope < 0 for _, _, (slope, _) in net.pieces):
            return net


def silent_nets(rng):
    """Nets with switches that change nothing: nobody listens to a unit, two of them cancel, the listeners are dead."""
    for kind in ("nobody", "pair", "dead"):
        while True:
            base = falling_net(rng) if kind == "nobody" else random_net(rng, 3, 2)
            W1, b1, W2, b2, W3, b3 = (base.weights[key].clone() for key in KEYS)
            if kind == "nobody":  # the weights behind a fourth unit are 0
                W1, b1 = torch.cat([W1, normal(rng, 1, 1)]), torch.cat([b1, normal(rng, 1)])
                W2 = torch.cat([W2, torch.zeros(2, 1).double()], 1)
            elif kind == "pair":  # v max(0, z) - v max(0, -z) is v z
                w, c, v = normal(rng, 1, 1), normal(rng, 1), normal(rng, 2, 1)
                W1, b1, W2 = torch.cat([W1, w, -w]), torch.cat([b1, c, -c]), torch.cat([W2, v, -v], 1)
            else:  # a third unit of the second layer is never above 0, and the only one to listen to a fourth
                W1, b1 = torch.cat([W1, normal(rng, 1, 1)]), torch.cat([b1, normal(rng, 1)])
                W2 = torch.cat([torch.cat([W2, torch.zeros(2, 1).double()], 1), double([[0.0, 0.0, 0.0, -1.5]])])
                b2, W3 = torch.cat([b2, double([-1.5])]), torch.cat([W3, normal(rng, 1, 1)], 1)
            order = torch.randperm(len(W1), generator=rng)
            scale = {"nobody": 1.0, "pair": 1e-12, "dead": 1e9}[kind]  # what is the same slope, the steepest one says
            net = Net(W1[order], b1[order], W2[:, order], b2, W3 * scale, b3 * scale)
            if net.is_clear() and len(net.switches) > len(net.breakpoints) and len(net.breakpoints) > 1:
                yield net
                break


@points(2)
@needs("test_breakpoints", "test_pieces")
def test_switches_that_change_nothing(submission, rng):
    """Where a unit switches and the line stays the same, there is no breakpoint, and the piece goes on."""
    nets = list(silent_nets(rng))
    models = [net.model(submission) for net in nets]
    found = [(submission.breakpoints(model), submission.piecewise(model)) for model in models]
    for (kinks, pieces), net in zip(found, nets, strict=True):
        assert_breakpoints(kinks, net)
        assert_pieces(pieces, net)


@needs("test_switches_that_change_nothing")
def test_straight_nets(submission, rng):
    """A net without a kink has one piece, from -inf to inf, and no breakpoints, also where units are constant."""
    bent = random_net(rng, 2, 4)
    assert_pieces(submission.piecewise(bent.model(submission)), bent)
    v = uniform(rng, 1.5, 2.5, 3)
    out = [normal(rng, 1, 3), normal(rng, 1)]
    constant = Net(torch.zeros(2, 1).double(), normal(rng, 2), normal(rng, 3, 2), normal(rng, 3), *out)
    dead = Net(normal(rng, 2, 1), normal(rng, 2), -uniform(rng, 0.5, 1.5, 3, 2), -v, *out)
    # v max(0, z) - v max(0, -z) is v z; and of v z and -v z the second layer makes v z again
    w, c = normal(rng, 1, 1), normal(rng, 1)
    there_and_back = double([[1.0, -1.0], [-1.0, 1.0]]) * v[0]
    pair = Net(torch.cat([w, -w]), torch.cat([c, -c]), there_and_back, double([0.0, 0.0]), double([[1.0, -1.0]]), c)
    for net in (constant, pair, dead):
        model = net.model(submission)
        assert_equal(submission.breakpoints(model), [], name="breakpoints(model)", oracle="fractions")
        assert_pieces(submission.piecewise(model), net)


@needs("test_pieces")
def test_float32(submission, rng):
    """A float32 net is computed in float64: its pieces are right to 9 digits."""
    for sizes in ((3, 4), (4, 3)):
        net = random_net(rng, *sizes, dtype=torch.float32)
        assert_pieces(submission.piecewise(net.model(submission, torch.float32)), net)


@needs("test_pieces")
def test_a_larger_net(submission, rng):
    """The pieces of a net of 12 and 10 units are the net: at 2,000 places its value, and autograd's slope."""
    h1, h2 = 12, 10
    first, second = [normal(rng, h1, 1), normal(rng, h1)], [normal(rng, h2, h1, scale=0.5), normal(rng, h2)]
    net = Net(*first, *second, normal(rng, 1, h2), normal(rng, 1))
    found = read(submission.piecewise(net.model(submission)), 4, "piecewise(model)")
    x = torch.linspace(-9, 9, 2_000, dtype=torch.float64)
    x = x[torch.stack([(x - kink).abs() > 1e-6 for kink in map(float, net.switches)]).all(0)].requires_grad_()
    y = net(x)
    slope = torch.autograd.grad(y.sum(), x)[0]
    edges, lines = double([p[0] for p in found[1:]]), double([p[2:] for p in found])
    check(bool((edges.diff() > 0).all()), "The pieces are wanted from left to right.")
    mine = lines[torch.searchsorted(edges, x.detach())]
    at = x.detach()
    assert_close(
        (mine[:, 0] * at + mine[:, 1], mine[:, 0]),
        (y.detach(), slope),
        name=("slope · x + intercept", "the slopes"),
        oracle="the net, autograd",
    )


@needs("test_breakpoints", "test_pieces")
def test_model_stays(submission, rng):
    """The model stays as it is, and torch's generator too; with other weights its pieces are others."""
    nets = [random_net(rng, 3, 4) for _ in range(2)]
    model, found = nets[0].model(submission), []
    for net in nets:
        model.load_state_dict(net.weights)
        with undisturbed(submission, rng):
            pieces, kinks = submission.piecewise(model), submission.breakpoints(model)
        found.append(kinks)
        assert_pieces(pieces, net)
        assert_breakpoints(kinks, net)
        state = model.state_dict()
        for key in KEYS:
            assert_close(state[key], net.weights[key], name=f"the model's {key}", oracle="before the call")
    assert_responds(*(double(kinks) for kinks in found), name="the kinks")
