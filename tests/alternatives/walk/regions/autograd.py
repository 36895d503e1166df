"""Switches by hand, one interval of the first layer after the other; slopes and values by autograd on a copy."""

import copy
import math

import torch


def _candidates(model):
    w1, b1 = model[0].weight[:, 0], model[0].bias
    first = sorted({(-b / w).item() for w, b in zip(w1, b1, strict=True) if w != 0})
    found = set(first)
    for lo, hi in zip([-math.inf, *first], [*first, math.inf], strict=True):
        x = _some_place(lo, hi)
        active = (w1 * x + b1 > 0).to(w1.dtype)
        slope = model[2].weight @ (w1 * active)
        offset = model[2].weight @ (b1 * active) + model[2].bias
        for m, c in zip(slope.tolist(), offset.tolist(), strict=True):
            if abs(m) > 1e-13 and lo < -c / m < hi:
                found.add(-c / m)
    return sorted(found)


def _some_place(lo, hi):
    if lo == -math.inf and hi == math.inf:
        return 1.0
    if lo == -math.inf:
        return hi - 0.5
    return lo + 0.5 if hi == math.inf else 0.5 * (lo + hi)


def piecewise(model):
    net = copy.deepcopy(model).double()
    with torch.no_grad():
        cuts = _candidates(net)
    pieces = []
    for lo, hi in zip([-math.inf, *cuts], [*cuts, math.inf], strict=True):
        x = torch.tensor([[_some_place(lo, hi)]], dtype=torch.float64, requires_grad=True)
        y = net(x)
        slope = torch.autograd.grad(y, x)[0].item()
        pieces.append([lo, hi, slope, y.item() - slope * x.item()])
    largest = max(abs(piece[2]) for piece in pieces)
    result = []
    for piece in pieces:
        if result and math.isclose(result[-1][2], piece[2], rel_tol=0, abs_tol=1e-9 * largest):
            result[-1][1] = piece[1]
        else:
            result.append(piece)
    return [tuple(piece) for piece in result]


def breakpoints(model):
    return [piece[1] for piece in piecewise(model)][:-1]
