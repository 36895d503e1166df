"""Exact arithmetic: every float is a fraction, and so is every kink."""

import math
from fractions import Fraction


def _layers(model):
    for number in (0, 2, 4):
        W = [[Fraction(float(v)) for v in row] for row in model[number].weight]
        yield W, [Fraction(float(v)) for v in model[number].bias]


def _exact(model):
    pieces = [(None, None, [(Fraction(1), Fraction(0))])]
    for depth, (W, b) in enumerate(_layers(model)):
        through = []
        for lo, hi, lines in pieces:
            z = [
                (
                    sum(w * m for w, (m, _) in zip(row, lines, strict=True)),
                    sum(w * c for w, (_, c) in zip(row, lines, strict=True)) + bias,
                )
                for row, bias in zip(W, b, strict=True)
            ]
            if depth == 2:
                through.append((lo, hi, z))
                continue
            inner = {-c / m for m, c in z if m}
            inner = sorted(x for x in inner if (lo is None or x > lo) and (hi is None or x < hi))
            for left, right in zip([lo, *inner], [*inner, hi], strict=True):
                if left is None:
                    at = Fraction(0) if right is None else right - 1
                else:
                    at = left + 1 if right is None else (left + right) / 2
                through.append((left, right, [(m, c) if m * at + c > 0 else (Fraction(0), Fraction(0)) for m, c in z]))
        pieces = through
    return [(lo, hi, *lines[0]) for lo, hi, lines in pieces]


def piecewise(model):
    joined = []
    for lo, hi, slope, intercept in _exact(model):
        if joined and joined[-1][2:] == [slope, intercept]:
            joined[-1][1] = hi
        else:
            joined.append([lo, hi, slope, intercept])
    joined[0][0], joined[-1][1] = -math.inf, math.inf
    return [tuple(float(v) for v in piece) for piece in joined]


def breakpoints(model):
    return [lo for lo, _, _, _ in piecewise(model)[1:]]
