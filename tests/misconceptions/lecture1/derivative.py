"""What learners get wrong in lecture1.derivative."""

import numpy as np

from grader.checks import misconception


def _nudged(xs, i, by):
    """A copy of xs with one entry moved."""
    moved = [float(x) for x in xs]
    moved[i] += by
    return moved


# derivative


@misconception(
    "This looks to the right only, (f(x + h) − f(x)) / h, as the lecture does first. Its error is proportional to h: "
    "go to both sides, (f(x + h) − f(x − h)) / (2h).",
    name="forward-difference",
)
def derivative(f, x, h=1e-6):
    return (f(x + h) - f(x)) / h


@misconception(
    "This looks to the left only, (f(x) − f(x − h)) / h. Go to both sides: (f(x + h) − f(x − h)) / (2h).",
    name="backward-difference",
)
def derivative(f, x, h=1e-6):
    return (f(x) - f(x - h)) / h


@misconception(
    "The two places are 2h apart, and the rise is divided by h: every slope is twice too large. Divide by 2 * h.",
    name="divided-by-h",
)
def derivative(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / h


@misconception(
    "/ 2 * h divides by 2 and then multiplies by h, for Python goes from left to right. Put 2 * h in brackets.",
    name="brackets",
)
def derivative(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / 2 * h


@misconception(
    "h is added to the output, f(x) + h, where it belongs to the input: f(x + h).",
    name="h-outside-f",
)
def derivative(f, x, h=1e-6):
    return ((f(x) + h) - (f(x) - h)) / (2 * h)


@misconception(
    "The difference is the wrong way round, and so is every sign: f(x + h) − f(x − h).",
    name="sign",
)
def derivative(f, x, h=1e-6):
    return (f(x - h) - f(x + h)) / (2 * h)


@misconception(
    "The h that is passed in is not used. Its default is a default only: go as far as the caller says.",
    name="own-h",
)
def derivative(f, x, h=1e-6):
    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6


@misconception(
    "The places are x ± h/2 here. Go the whole of h to either side, and divide by 2h.",
    name="half-of-h",
)
def derivative(f, x, h=1e-6):
    return (f(x + h / 2) - f(x - h / 2)) / h


@misconception(
    "The step is h·|x|: it grows with x, and at 0 there is none. It is h itself, wherever x is.",
    name="relative-h",
)
def derivative(f, x, h=1e-6):
    step = h * abs(x)
    return (f(x + step) - f(x - step)) / (2 * step)


@misconception(
    "With h = 1e-12 hardly four digits of the difference are left: f(x + h) and f(x − h) agree in all others. The "
    "default is 1e-6.",
    name="h-too-small",
    violates=("derivative_of_itself",),
)
def derivative(f, x, h=1e-12):
    return (f(x + h) - f(x - h)) / (2 * h)


@misconception(
    "A default of 0.001, as in the lecture's example, leaves an error a million times as large as 1e-6 does. The "
    "default is 1e-6.",
    name="h-too-large",
    violates=("derivative_of_itself",),
)
def derivative(f, x, h=1e-3):
    return (f(x + h) - f(x - h)) / (2 * h)


@misconception(
    "The slope is rounded to a few digits, which is for printing. Return what the formula gives.",
    name="rounded",
)
def derivative(f, x, h=1e-6):
    return round((f(x + h) - f(x - h)) / (2 * h), 4)


@misconception(
    "Only x = 0 goes wrong: `if x` is false for it. 0 is a place like all others.",
    name="zero-is-a-place",
    violates=("derivative_at_whole_numbers",),
)
def derivative(f, x, h=1e-6):
    if not x:
        return 0.0
    return (f(x + h) - f(x - h)) / (2 * h)


# gradient


@misconception(
    "All inputs are nudged at once, so that each entry is the sum of all slopes. Nudge input i alone.",
    name="all-at-once",
)
def gradient(f, xs, h=1e-6):
    up, down = [x + h for x in xs], [x - h for x in xs]
    return [(f(up) - f(down)) / (2 * h) for _ in xs]


@misconception(
    "Every slope is 0, as if f were asked at one place twice. up = xs makes no copy, but gives the list a second name: "
    "what is added to up is taken away again by down. Copy it: up = list(xs).",
    name="a-second-name",
)
def gradient(f, xs, h=1e-6):
    grads = []
    for i in range(len(xs)):
        up = down = list(xs)
        up[i] += h
        down[i] -= h
        grads.append((f(up) - f(down)) / (2 * h))
    return grads


@misconception(
    "A nudged input stays nudged while the next ones are measured. Start from the inputs as they were for each i.",
    name="not-put-back",
)
def gradient(f, xs, h=1e-6):
    up, down, grads = [float(x) for x in xs], [float(x) for x in xs], []
    for i in range(len(xs)):
        up[i] += h
        down[i] -= h
        grads.append((f(up) - f(down)) / (2 * h))
    return grads


@misconception(
    "Each input is nudged to the right only, (f(up) − f(xs)) / h, as the lecture does first. Nudge it to both sides "
    "and divide by 2h.",
    name="forward-differences",
)
def gradient(f, xs, h=1e-6):
    return [(f(_nudged(xs, i, h)) - f(list(xs))) / h for i in range(len(xs))]


@misconception(
    "The rise over 2h is divided by h: every slope is twice too large. Divide by 2 * h.",
    name="gradient-divided-by-h",
)
def gradient(f, xs, h=1e-6):
    return [(f(_nudged(xs, i, h)) - f(_nudged(xs, i, -h))) / h for i in range(len(xs))]


@misconception(
    "The list of the caller is nudged and put back, which leaves rounding in it: 1e-9 + h − 2h + h is not 1e-9. Nudge "
    "a copy.",
    name="nudged-in-place",
    violates=("xs_stay_as_they_are",),
)
def gradient(f, xs, h=1e-6):
    grads = []
    for i in range(len(xs)):
        xs[i] += h
        above = f(xs)
        xs[i] -= 2 * h
        grads.append((above - f(xs)) / (2 * h))
        xs[i] += h
    return grads


@misconception(
    "np.array of ints is an array of ints, and what is stored in it is cut to an int: nothing is nudged. Make floats "
    "of the inputs first.",
    name="ints-stay-ints",
    violates=("whole_numbers_are_nudged_too",),
)
def gradient(f, xs, h=1e-6):
    grads = []
    for i in range(len(xs)):
        up, down = np.array(xs), np.array(xs)
        up[i] = up[i] + h
        down[i] = down[i] - h
        grads.append((f(up.tolist()) - f(down.tolist())) / (2 * h))
    return grads


@misconception(
    "f takes one list, and is called with as many arguments as there are inputs: f(up), without the star.",
    name="starred",
)
def gradient(f, xs, h=1e-6):
    return [(f(*_nudged(xs, i, h)) - f(*_nudged(xs, i, -h))) / (2 * h) for i in range(len(xs))]


@misconception(
    "f is called with the nudged input alone. It takes the whole list, in which the other inputs stand as they were.",
    name="one-input-alone",
)
def gradient(f, xs, h=1e-6):
    return [(f([x + h]) - f([x - h])) / (2 * h) for x in xs]


@misconception(
    "This returns after the first input: the return stands inside the loop.",
    name="first-only",
)
def gradient(f, xs, h=1e-6):
    grads = []
    for i in range(len(xs)):
        grads.append((f(_nudged(xs, i, h)) - f(_nudged(xs, i, -h))) / (2 * h))
        return grads
    return grads


@misconception(
    "xs.index(x) finds the first input of that value, so that of two equal inputs one is nudged twice and the other "
    "never. Count the places: enumerate(xs).",
    name="by-value",
    violates=("equal_inputs",),
)
def gradient(f, xs, h=1e-6):
    return [(f(_nudged(xs, xs.index(x), h)) - f(_nudged(xs, xs.index(x), -h))) / (2 * h) for x in xs]


@misconception(
    "The h that is passed to gradient is not used. Go as far as the caller says.",
    name="gradient-own-h",
)
def gradient(f, xs, h=1e-6):
    return [(f(_nudged(xs, i, 1e-6)) - f(_nudged(xs, i, -1e-6))) / 2e-6 for i in range(len(xs))]


@misconception(
    "A default of 0.001, as in the lecture's example, leaves an error a million times as large as 1e-6 does. The "
    "default of gradient is 1e-6.",
    name="gradient-h-too-large",
    violates=("gradient_by_itself",),
)
def gradient(f, xs, h=1e-3):
    return [(f(_nudged(xs, i, h)) - f(_nudged(xs, i, -h))) / (2 * h) for i in range(len(xs))]


@misconception(
    "The gradient is divided by its length, which keeps its direction alone. Return the slopes themselves.",
    name="normalised",
)
def gradient(f, xs, h=1e-6):
    grads = np.array([(f(_nudged(xs, i, h)) - f(_nudged(xs, i, -h))) / (2 * h) for i in range(len(xs))])
    return (grads / np.linalg.norm(grads)).tolist()
