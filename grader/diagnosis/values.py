"""Laws between a wrong answer and the right one of the same shape: a factor, a sign, an offset, a forgotten term."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from grader.checks.in_words import number
from grader.diagnosis.evidence import Array, Diagnoser, Explanation, Seen, distinct, varies
from grader.diagnosis.replay import close

_ROUNDING = 1e-10


def zeros(seen: Seen) -> Iterator[Explanation]:
    """Nothing but zeros."""
    if seen.actual.size < 2:
        return
    if not seen.actual.any():
        yield Explanation("zeros", "Yours is zero everywhere.")
    elif _is_rounding(seen.actual, seen.expected):
        yield Explanation("zeros", "Yours is zero everywhere, up to rounding.")


def _is_rounding(small: Array, large: Array) -> bool:
    """Whether numbers are what rounding leaves of zeros, beside numbers of the size of the others."""
    return bool(np.abs(small).max(initial=0.0) < _ROUNDING * np.abs(large).max(initial=0.0))


def is_input(seen: Seen) -> Iterator[Explanation]:
    """One of the arguments came back."""
    a = seen.actual
    if a.size < 2 or not a.any():
        return
    for name, tensor in seen.tensors:
        if tensor.shape == a.shape and np.array_equal(tensor, a):
            yield Explanation(f"input {name}", f"Yours is {name}, unchanged.", distinct(a))
            return


def ratio(seen: Seen) -> Iterator[Explanation]:
    """The same factor everywhere, and which number it is."""
    a, e = seen.actual, seen.expected
    clear = np.abs(e) > 1e-9 * np.abs(e).max(initial=0.0)
    if not clear.any() or _is_rounding(a, e) or _is_rounding(e, a):
        return
    factor = float(np.median(a[clear] / e[clear]))
    if factor == 0 or not close(a, factor * e) or math.isclose(factor, 1.0, rel_tol=1e-8):
        return
    evidence = distinct(e[clear])
    if math.isclose(factor, -1.0, rel_tol=1e-8):
        yield Explanation("sign", "The sign is wrong: yours is exactly the negative of what is right.", evidence + 1)
        return
    for law, formula, value in _factors(seen.sizes):
        for inverse in (False, True):
            for sign in (1, -1):
                if math.isclose(factor, sign * (1 / value if inverse else value), rel_tol=1e-8):
                    name = f"ratio {'-' * (sign < 0)}{'1/' * inverse}{law}"
                    yield Explanation(name, _ratio_text(formula, value, inverse, sign), evidence)
    size = number(abs(factor if abs(factor) > 1 else 1 / factor), 4)
    direction = "large" if abs(factor) > 1 else "small"
    flipped = ", and of the wrong sign" if factor < 0 else ""
    text = f"Yours is {size} times too {direction} everywhere{flipped}: one constant factor is wrong."
    yield Explanation("ratio", text, evidence - 1)


def _factors(sizes: dict[str, int]) -> Iterator[tuple[str, str, float]]:
    """(law, how to say it, value): the numbers that turn up as forgotten factors."""
    positive = {name: n for name, n in sizes.items() if n > 1}
    for name, n in positive.items():
        yield name, f"{name} is {n}", float(n)
        if n > 3:
            yield f"{name}-1", f"{name}−1 is {n - 1}", float(n - 1)
    yield "2", "", 2.0
    for name, n in positive.items():
        yield f"{name}/({name}-1)", f"{name}/({name}−1) is {number(n / (n - 1))}", n / (n - 1)
        yield f"sqrt {name}", f"√{name} is {number(math.sqrt(n))}", math.sqrt(n)
        root = math.sqrt(n / (n - 1))
        yield f"sqrt {name}/({name}-1)", f"√({name}/({name}−1)) is {number(root)}", root
    for (first, n), (second, k) in itertools.combinations(positive.items(), 2):
        yield f"{first}*{second}", f"{first}·{second} is {n * k}", float(n * k)
        if n != k:
            yield f"{first}/{second}", f"{first}/{second} is {number(n / k)}", n / k


def _ratio_text(formula: str, value: float, inverse: bool, sign: int) -> str:
    grows = (value > 1) != inverse
    size = number(value if value > 1 else 1 / value)
    reason = f", and {formula}" if formula else ""
    flipped = " and of the wrong sign" if sign < 0 else ""
    return f"Yours is exactly {size} times too {'large' if grows else 'small'}{flipped}{reason}."


def like_float32(seen: Seen) -> Iterator[Explanation]:
    """Numbers that have been float32 on the way."""
    a, e = seen.actual, seen.expected
    narrow = a.astype(np.float32).astype(np.float64)
    # A small error alone proves nothing (an eps in another place makes one); numbers that all fit into float32 do.
    if np.array_equal(narrow, a) and close(a, e, rtol=2e-6) and not close(a, e):
        yield Explanation(
            "float32",
            "The numbers are right to about 7 digits: they have been float32. Keep the input's dtype all the way.",
            distinct(a) + 1,
        )


def offset(seen: Seen) -> Iterator[Explanation]:
    """One number added everywhere, or one in each row or column: what a forgotten mean or sum leaves behind."""
    a, e = seen.actual, seen.expected
    difference = a - e
    if a.size > 2 and close(e + difference.mean(), a) and difference.any():
        off = number(float(difference.mean()), 4)
        yield Explanation(
            "offset", f"Yours is off by {off} everywhere: a constant is added or missing.", distinct(e) - 1
        )
        return
    if a.ndim != 2 or min(a.shape) < 2:
        return
    for axis, lines in ((1, "row"), (0, "column")):
        along = difference - difference.mean(axis=axis, keepdims=True)
        several = int(seen.wrong.any(axis).sum()) > 1
        if several and close(along + e, e) and np.ptp(difference) > 0:
            yield Explanation(
                f"offset by {lines}",
                f"In each {lines} yours is off by one constant: a term that all of it shares is missing, wrong or one "
                "too many.",
                sum(distinct(line) - 1 for line in (e if axis == 1 else e.T)),  # a constant line proves nothing
            )


def normalised_axis(seen: Seen) -> Iterator[Explanation]:
    """Sums to 1 along another axis than it should."""
    a, e = seen.actual, seen.expected
    if a.ndim < 2 or not varies(a):
        return
    right = [axis for axis in range(e.ndim) if _sums_to_one(e, axis)]
    yours = [axis for axis in range(a.ndim) if _sums_to_one(a, axis)]
    if len(right) == 1 and len(yours) == 1 and right != yours:
        yield Explanation(
            f"normalised {yours[0] - a.ndim} for {right[0] - a.ndim}",
            f"Yours sums to 1 along axis {yours[0]}; it must along axis {right[0]}: the softmax or normalisation runs "
            f"over the wrong axis.",
            a.size // a.shape[yours[0]] + e.size // e.shape[right[0]],
        )


def _sums_to_one(array: Array, axis: int) -> bool:
    if array.shape[axis] < 2 or (array < 0).any():  # one number that is 1 sums to 1 as well
        return False
    total = array.sum(axis)
    return close(total, np.ones_like(total))


def missing_term(seen: Seen) -> Iterator[Explanation]:
    """What is missing, or too much, is one of the arguments."""
    a, e = seen.actual, seen.expected
    found = []
    for name, tensor in seen.floats:
        if tensor.shape != a.shape or not varies(tensor) or close(a, tensor) or close(a, e):
            continue
        for sign, said in ((1, f"Yours plus {name} is right: that term is missing."),
                           (-1, f"Yours minus {name} is right: that term is one too many.")):  # fmt: skip
            if close(a + sign * tensor, e):
                found.append(Explanation(f"term {sign} {name}", said, _weight(seen, name, distinct(tensor))))
    yield from _unless_several(found)


def missing_factor(seen: Seen) -> Iterator[Explanation]:
    """What is missing, or too much, is a factor that is one of the arguments, or 1 − its square."""
    a, e = seen.actual, seen.expected
    if not a.any() or not e.any():
        return
    found = []
    for name, tensor in seen.floats:
        if not varies(tensor) or not _spreads(tensor, a):
            continue
        for form, value in ((name, tensor), (f"(1 − {_squared(name)})", 1 - tensor**2)):
            if not varies(value):
                continue
            evidence = _weight(seen, name, distinct(value) - 1)
            if close(a * value, e):
                said = f"Yours times {form} is right: that factor is missing."
                found.append(Explanation(f"factor {form}", said, evidence))
            elif close(e * value, a):
                said = f"Yours is what is right times {form}: that factor is one too many."
                found.append(Explanation(f"no factor {form}", said, evidence))
    yield from _unless_several(found)


def _weight(seen: Seen, name: str, evidence: int) -> int:
    """The evidence that a claim about one argument has; none beside another that is mostly zeros, or 1 everywhere.

    With X = 0, ``X @ W + b`` is b: what is said of b then is as well true of what was really meant.
    """
    plain = (
        2 * np.count_nonzero(tensor) < tensor.size or ((np.abs(tensor) == 1).all() and np.ptp(tensor) == 0)
        for other, tensor in seen.floats
        if other != name
    )
    return 0 if any(plain) else evidence


def _unless_several(found: list[Explanation]) -> Iterator[Explanation]:
    """Explanations of which each would do prove none of them."""
    for explanation in found:
        yield explanation if len(found) == 1 else Explanation(explanation.law, explanation.text, 0)


def _squared(name: str) -> str:
    return f"({name})²" if "[" not in name else f"{name}²"


def _spreads(tensor: Array, a: Array) -> bool:
    try:
        return bool(np.broadcast_shapes(tensor.shape, a.shape) == a.shape)
    except ValueError:
        return False


def shifted(seen: Seen) -> Iterator[Explanation]:
    """Right, but one place further along an axis."""
    a, e = seen.actual, seen.expected
    for axis in range(min(a.ndim, 3)):
        n = a.shape[axis]
        if n < 3:
            continue
        for step in (1, -1):
            behind, ahead = (np.take(x, range(max(s, 0), n + min(s, 0)), axis) for x, s in ((a, step), (e, -step)))
            if distinct(ahead) > 2 and close(behind, ahead):
                places = "later" if step > 0 else "earlier"
                yield Explanation(
                    f"shifted {step} along {axis}",
                    f"The numbers are right but stand one place {places} along axis {axis}: off by one.",
                    distinct(ahead) - 1,
                )


VALUES: tuple[Diagnoser, ...] = (zeros, is_input, ratio, like_float32)
SUBTLER: tuple[Diagnoser, ...] = (normalised_axis, offset, missing_term, missing_factor, shifted)
