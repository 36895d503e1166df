"""Laws of where an answer is wrong: above the diagonal alone, in the last row alone, at the repeated indices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.diagnosis.evidence import Array, Diagnoser, Explanation, Seen


def triangle(seen: Seen) -> Iterator[Explanation]:
    """Right on and below the diagonal of the last two axes, wrong above."""
    e = seen.expected
    if e.ndim < 2 or e.shape[-1] != e.shape[-2] or e.shape[-1] < 3:
        return
    wrong = seen.wrong.reshape(-1, *e.shape[-2:]).any(0)
    n = e.shape[-1]
    row, column = np.indices((n, n))
    for law, region, words in (
        ("above the diagonal", column > row, "right on and below the diagonal, wrong above it"),
        ("below the diagonal", column < row, "right on and above the diagonal, wrong below it"),
        ("on the diagonal", column == row, "right everywhere but on the diagonal"),
    ):
        if np.array_equal(wrong, region):
            unmasked = law == "above the diagonal" and not e[..., region].any()
            hint = ": what lies ahead must be masked" if unmasked else ""
            yield Explanation(f"wrong {law}", f"Yours is {words}{hint}.", int(n * n) - 1)


def one_line(seen: Seen) -> Iterator[Explanation]:
    """Wrong in the first or last line of an axis alone, and everywhere in the others right."""
    wrong = seen.wrong
    for axis in range(min(wrong.ndim, 3)):
        n = wrong.shape[axis]
        if n < 3 or wrong.ndim > 3:
            continue
        lines = np.flatnonzero(wrong.any(tuple(i for i in range(wrong.ndim) if i != axis)))
        if len(lines) != 1 or lines[0] not in {0, n - 1}:
            continue
        place = "first" if lines[0] == 0 else "last"
        what = "entry" if wrong.ndim == 1 else ("row", "column")[axis] if wrong.ndim == 2 else f"place of axis {axis}"
        evidence = n - 2 if wrong.ndim == 1 or wrong.sum() > 1 else 0  # a single entry makes no row
        yield Explanation(f"only {place} of {axis - wrong.ndim}", f"Only the {place} {what} is wrong.", evidence)


def special_rows(seen: Seen) -> Iterator[Explanation]:
    """The wrong rows are exactly those for which something holds that the input shows."""
    wrong = seen.wrong
    if wrong.ndim == 0 or wrong.shape[0] < 3:
        return
    rows = np.asarray(wrong.reshape(wrong.shape[0], -1).any(1))
    if rows.all():
        return
    for law, words, chosen in _conditions(seen, len(rows)):
        if chosen.any() and not chosen.all() and np.array_equal(rows, chosen):
            text = f"Wrong are exactly the rows {_listed(rows)}, {words}."
            # A row that is wrong by chance is seldom another. But the first rows or the last ones are wrong for many a
            # reason: from some step on, say.
            at_an_end = np.count_nonzero(np.diff(rows.astype(np.int8))) == 1
            few = not law.startswith("ties ") and min(rows.sum(), (~rows).sum()) < 2  # of 400, all but one
            yield Explanation(law, text, 0 if at_an_end or few else (len(rows) - 1) // 2)


def _conditions(seen: Seen, n: int) -> Iterator[tuple[str, str, Array]]:
    for name, tensor in seen.tensors:
        flat = tensor.ravel()
        # Rows that are looked up by index: those of a table, not a list of losses, nor one row for each index.
        is_table = seen.expected.ndim >= 2 and len(np.atleast_1d(tensor)) != n
        if is_table and tensor.dtype.kind in "iu" and flat.size and flat.min() >= 0 and flat.max() < n:
            counts = np.bincount(flat.astype(np.int64), minlength=n)
            if (counts == 1).any():  # else these are all that it holds, and that says nothing
                yield f"repeated in {name}", f"those of the indices that {name} holds more than once", counts > 1
            yield f"absent from {name}", f"those of the indices that {name} does not hold", counts == 0
        if tensor.dtype.kind == "f" and tensor.ndim == 2 and len(tensor) == n and tensor.shape[1] > 1:
            ties = (tensor == tensor.max(1, keepdims=True)).sum(1) > 1
            yield f"ties in {name}", f"those in which the largest number of {name} occurs more than once", ties


def _listed(rows: Array) -> str:
    where = np.flatnonzero(rows)
    return ", ".join(map(str, where[:6])) + (", …" if len(where) > 6 else "")


PLACES: tuple[Diagnoser, ...] = (triangle, special_rows, one_line)
