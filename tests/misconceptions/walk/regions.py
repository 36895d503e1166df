"""What learners get wrong in walk.regions.

Mistakes about the kinks replace ``piecewise``, which ``breakpoints`` asks; ``_walk`` is the right way, with its turns.
"""

import math
from itertools import pairwise

import torch

from grader.checks import misconception


def _inside(lo, hi, beyond=1.0):
    if math.isinf(lo):
        return 0.0 if math.isinf(hi) else hi - beyond
    return lo + beyond if math.isinf(hi) else (lo + hi) / 2


def _zeros(slope, intercept):
    return (-intercept / slope)[slope != 0].tolist()


def _switch(lo, hi, slope, intercept, zeros=_zeros, sharp=lambda z: z > 0, limit=True):
    """The parts of one piece behind a ReLU."""
    found = [x for x in zeros(slope, intercept) if not limit or lo < x < hi]
    for left, right in pairwise([lo, *sorted(set(found)), hi]):
        on = sharp(slope * _inside(left, right) + intercept)
        yield left, right, slope * on, intercept * on


def _times(W, v):
    """W @ v with all sums in one order, so that float32 gives the same digits each time."""
    out = W[:, 0] * v[0]
    for column, number in zip(W.T[1:], v[1:], strict=True):
        out = out + column * number
    return out


def _walk(model, first=_switch, second=_switch, dtype=torch.float64, last=True):
    """The pieces before equal ones are joined."""
    pieces = [(-math.inf, math.inf, torch.ones(1, dtype=dtype), torch.zeros(1, dtype=dtype))]
    for number in (0, 2, 4):
        W, b = model[number].weight.detach().to(dtype), model[number].bias.detach().to(dtype)
        b = b * (last or number < 4)
        pieces = [(lo, hi, _times(W, m), _times(W, c) + b) for lo, hi, m, c in pieces]
        if number < 4:
            pieces = [part for piece in pieces for part in (first if number == 0 else second)(*piece)]
    return [(lo, hi, m.item(), c.item()) for lo, hi, m, c in pieces]


def _join(pieces, tolerance=1e-9):
    steepest = max(abs(m) for _, _, m, _ in pieces)
    joined = pieces[:1]
    for piece in pieces[1:]:
        if abs(piece[2] - joined[-1][2]) <= tolerance * steepest:
            joined[-1] = (joined[-1][0], piece[1], *joined[-1][2:])
        else:
            joined.append(piece)
    return joined


@misconception(
    "Only the kinks of the first layer are found. Units of the second layer switch too: where their z, a line on each "
    "piece of the first, is 0.",
    name="first-layer-only",
)
def piecewise(model):
    def nowhere(lo, hi, m, c):
        return _switch(lo, hi, m, c, zeros=lambda m, c: [])

    return _join(_walk(model, second=nowhere))


@misconception(
    "Kinks of the second layer are looked for between two kinks of the first alone. They lie left and right of all of "
    "them, too: the outer pieces have no end.",
    name="outer-pieces-left-out",
)
def piecewise(model):
    def inner(lo, hi, m, c):
        outer = math.isinf(lo) or math.isinf(hi)
        return _switch(lo, hi, m, c, zeros=(lambda m, c: []) if outer else _zeros)

    return _join(_walk(model, second=inner))


@misconception(
    "The kinks of the second layer are computed as if all units of the first let everything through. Its z is another "
    "line on each piece.",
    name="second-layer-without-the-first-relu",
)
def piecewise(model):
    (W1, b1), (W2, b2) = ((model[n].weight.detach().double(), model[n].bias.detach().double()) for n in (0, 2))
    ours = _zeros((W2 @ W1)[:, 0], W2 @ b1 + b2)

    def wrong(lo, hi, m, c):
        return _switch(lo, hi, m, c, zeros=lambda m, c: ours)

    return _join(_walk(model, second=wrong))


@misconception(
    "A kink of the second layer counts wherever the line of a piece would be 0, beyond the piece too. It is one only "
    "where lo < x < hi.",
    name="beyond-the-piece",
)
def breakpoints(model):
    found = []

    def note(lo, hi, m, c):
        found.extend([lo, *_zeros(m, c)])
        return _switch(lo, hi, m, c)

    _walk(model, second=note)
    return sorted({x for x in found if not math.isinf(x)})


@misconception(
    "The sign of the kink is wrong: slope·x + intercept is 0 at x = -intercept / slope.",
    name="sign",
)
def piecewise(model):
    def wrong(lo, hi, m, c):
        return _switch(lo, hi, m, c, zeros=lambda m, c: [-x for x in _zeros(m, c)])

    return _join(_walk(model, first=wrong, second=wrong))


@misconception(
    "The kink is at intercept and slope the wrong way round: x = -intercept / slope, not -slope / intercept.",
    name="upside-down",
)
def piecewise(model):
    def wrong(lo, hi, m, c):
        return _switch(lo, hi, m, c, zeros=lambda m, c: (-m / c)[c != 0].tolist())

    return _join(_walk(model, first=wrong, second=wrong))


@misconception(
    "The net is taken for one line. Between its kinks it is one, and at each of them it bends.",
    name="one-line",
)
def piecewise(model):
    def through(lo, hi, m, c):
        return [(lo, hi, m, c)]

    return _walk(model, through, through)


@misconception(
    "A unit is taken to be on to the right of its kink. With a negative slope it is on to the left: look at the sign "
    "of z inside the piece.",
    name="on-to-the-right",
)
def piecewise(model):
    def right_of(lo, hi, m, c):
        cuts = [lo, *sorted({x for x in _zeros(m, c) if lo < x < hi}), hi]
        for left, right in pairwise(cuts):
            at = _inside(left, right)
            on = torch.where(m != 0, at > -c / m, c > 0)
            yield left, right, m * on, c * on

    return _join(_walk(model, first=right_of))


@misconception(
    "A place where a unit switches counts as a kink though nothing changes there. Join neighbours that are the same "
    "line.",
    name="not-joined",
)
def piecewise(model):
    return _walk(model)


@misconception(
    "Kinks that bend the net only a little are left out. Lines are the same up to 1e-9 of the steepest slope, no more.",
    name="coarse",
)
def piecewise(model):
    return _join(_walk(model), tolerance=0.5)


@misconception(
    "The kinks are in no order. They are wanted from left to right: sort them.",
    name="unsorted",
)
def breakpoints(model):
    kinks = [lo for lo, _, _, _ in _join(_walk(model))[1:]]
    return sorted(kinks, reverse=True)


@misconception(
    "The outer ends, -inf and inf, are among the breakpoints. They are no kinks.",
    name="infinite-kinks",
)
def breakpoints(model):
    return [lo for lo, _, _, _ in _join(_walk(model))] + [math.inf]


@misconception(
    "The kinks come from a scan of many places, and are right to a few digits only. They are zeros of straight lines: "
    "solve for them.",
    name="scan",
)
def breakpoints(model):
    return [round(lo * 1000) / 1000 for lo, _, _, _ in _join(_walk(model))[1:]]


@misconception(
    "The pieces left of the first kink and right of the last one are left out. They go from -inf, and to inf.",
    name="inner-pieces-only",
)
def piecewise(model):
    pieces = _join(_walk(model))
    return pieces[1:-1] if len(pieces) > 2 else pieces


@misconception(
    "The outer ends are finite. The first lo is -inf, the last hi is inf.",
    name="finite-ends",
)
def piecewise(model):
    pieces = [list(piece) for piece in _join(_walk(model))]
    pieces[0][0], pieces[-1][1] = -100.0, 100.0
    return [tuple(piece) for piece in pieces]


@misconception(
    "The intercept is the net's value at the beginning of the piece. It is that of the line at x = 0: y - slope · x.",
    name="value-for-intercept",
)
def piecewise(model):
    pieces = _join(_walk(model))
    return [(lo, hi, m, c if math.isinf(lo) else m * lo + c) for lo, hi, m, c in pieces]


@misconception(
    "Each piece has the line of the one to its right. Look at a place inside of the piece, not at its end.",
    name="line-of-the-next",
)
def piecewise(model):
    pieces = _join(_walk(model))
    lines = [piece[2:] for piece in pieces]
    return [(*piece[:2], *line) for piece, line in zip(pieces, lines[1:] + lines[-1:], strict=True)]


@misconception(
    "Slope and intercept have changed places: (lo, hi, slope, intercept).",
    name="intercept-first",
)
def piecewise(model):
    return [(lo, hi, c, m) for lo, hi, m, c in _join(_walk(model))]


@misconception(
    "The bias of the output layer is left out of the intercepts.",
    name="last-bias",
)
def piecewise(model):
    return _join(_walk(model, last=False))


@misconception(
    "A unit with the slope 0 divides by 0. Such a unit is constant, and switches nowhere.",
    name="division-by-zero",
)
def piecewise(model):
    def wrong(lo, hi, m, c):
        return _switch(lo, hi, m, c, zeros=lambda m, c: [-b / a for a, b in zip(m.tolist(), c.tolist(), strict=True)])

    return _join(_walk(model, first=wrong))
