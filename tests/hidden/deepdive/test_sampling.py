"""Checks of deepdive.sampling: exact probabilities behind each filter, and frequencies of what is drawn."""

import pytest
import torch

from grader.checks import (
    RaisedError,
    assert_close,
    assert_equal,
    assert_frequent,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    generator,
    generators,
    integer,
    library,
    needs,
    new_seed,
    new_state,
    normal,
    points,
    type_in_words,
    undisturbed,
    uniform,
)

D, S = torch.float64, torch.float32


def is_logits(answer, logits, name):
    """Demand something whose softmax can be taken: shape and dtype of the logits, no NaN, and no row of -inf alone."""
    check(
        isinstance(answer, torch.Tensor) and answer.shape == logits.shape and answer.dtype == logits.dtype,
        f"{name} must return logits of the shape and dtype of those that it got, {tuple(logits.shape)} of "
        f"{str(logits.dtype).removeprefix('torch.')}.",
    )
    check(not bool(answer.isnan().any()), f"What {name} returns holds NaN.")
    check(bool((answer > -torch.inf).any(-1).all()), f"{name} leaves a row without a token.")


def assert_probs(answer, logits, right, name):
    """Demand that the softmax of an answer is right: logits may differ by what is the same in all of a row."""
    is_logits(answer, logits, name)
    assert_close(
        answer.double().softmax(-1),
        right.double().softmax(-1),
        name=f"the softmax of {name}",
        rtol=1e-6 if logits.dtype == D else 1e-5,
        sizes={"V": logits.shape[-1]},
        oracle="by hand",
    )


def various(rng, scale=2.0):
    """Logits of several shapes, in float64 and float32, no two sizes equal."""
    V = integer(rng, 6, 9)
    shapes = ((V,), (4, V), (3, 2, V + 1), (1, V), (3, 40))
    made = [normal(rng, *shape, scale=scale) for shape in shapes]
    return [*made, normal(rng, 5, V, scale=scale).to(S)]


def kept(logits, k):
    """Logits with the k largest of each row left, by sorting each row as a list."""
    out = torch.full(logits.shape, -torch.inf, dtype=logits.dtype)
    flat, new = logits.reshape(-1, logits.shape[-1]), out.reshape(-1, logits.shape[-1])
    for row, to in zip(flat, new, strict=True):
        numbers = row.tolist()
        for place in sorted(range(len(numbers)), key=numbers.__getitem__, reverse=True)[:k]:
            to[place] = row[place]
    return new.reshape(logits.shape)


def nucleus_size(row, p):
    """How many tokens the nucleus of one row has, by adding up; and how near a sum of some comes to p."""
    probs = sorted(row.double().softmax(-1).tolist(), reverse=True)
    sums = [sum(probs[: n + 1]) for n in range(len(probs))]
    size = next((n + 1 for n, total in enumerate(sums) if total >= p), len(probs))
    return size, min(abs(total - p) for total in sums[:-1])


def nucleus(logits, p):
    """The nuclei of all rows."""
    if p == 1:
        return logits
    flat = logits.reshape(-1, logits.shape[-1])
    return torch.stack([kept(row, nucleus_size(row, p)[0]) for row in flat]).reshape(logits.shape)


def apart(logits, p):
    """Whether no set of likeliest tokens has a mass that rounding could put on the other side of p."""
    rows = logits.reshape(-1, logits.shape[-1])
    return all(nucleus_size(row, p)[1] > 1e-5 for row in rows)


def mass(rng, logits, low=0.05, high=0.95):
    """A p that no sum of probabilities comes near."""
    while True:
        p = float(uniform(rng, low, high))
        if apart(logits, p):
            return p


def answers_in_probs(answers):
    """The softmax of each answer that has one; None for any other."""
    fit = [isinstance(a, torch.Tensor) and a.dtype in (D, S) and a.dim() > 0 for a in answers]
    return [a.softmax(-1) if f else None for a, f in zip(answers, fit, strict=True)]


def asked(function, cases):
    """Each case and its answer, in turns, after all have been asked for: a first symptom has several causes."""
    for case in cases:
        function(*case)
    for case in cases:
        yield case, function(*case)


# temperature


@points(2)
def test_temperature(submission, rng):
    """The softmax of temperature(logits, T) is exp(logits/T), normalised, for any T above 0."""
    cases = [(logits, float(uniform(rng, 0.3, 0.8))) for logits in various(rng)[::2]]
    cases += [(logits, float(uniform(rng, 1.3, 4.0))) for logits in various(rng)[1::2]]
    flat = torch.tensor([2.0, 1.0, 0.5], dtype=D) + float(normal(rng))
    cases += [(flat, T) for T in (1.0, 0.5, 2)]
    cases += [(normal(rng, 3, 5).contiguous(), T) for T in (1e-3, 1e3)]
    for (logits, T), answer in asked(submission.temperature, cases):
        assert_probs(answer, logits, logits.double() / T, f"temperature(logits, {T:.3g})")


# top_k


@points(2)
def test_top_k(submission, rng):
    """top_k leaves the k largest logits of each row, and all of them where k is V or more."""
    cases = []
    for number, logits in enumerate(various(rng)):
        V = logits.shape[-1]
        cases += [(logits, integer(rng, 2, V - 2)), (logits, (1, V - 1, V, V + 2, V + 30, 1)[number])]
    for (logits, k), answer in asked(submission.top_k, cases):
        assert_probs(answer, logits, kept(logits, k), f"top_k(logits, {k})")


def tied(rng, above, equal, below):
    """Logits with so many above, so many that are all equal, and so many below, in a random order."""
    level = float(normal(rng))
    parts = (level + uniform(rng, 0.5, 1.5, above), torch.full((equal,), level, dtype=D))
    logits = torch.cat([*parts, level - uniform(rng, 0.5, 1.5, below)])
    return logits[torch.randperm(len(logits), generator=rng)]


def assert_survivors(answer, logits, size, name):
    """Demand that so many survive, and that they are largest ones: any of those that are equal."""
    is_logits(answer, logits, name)
    survive = answer.softmax(-1) > 0
    count = int(survive.sum())
    check(count == size, f"After {name} of {show(logits)} {count} tokens can come; {size} are wanted.")
    check(
        torch.equal(logits[survive].sort().values, logits.sort().values[-size:]),
        f"After {name} of {show(logits)} others can come than the {size} likeliest.",
    )


def show(logits):
    """A row in few letters."""
    return "[" + ", ".join(f"{x:.3g}" for x in logits.tolist()) + "]"


@needs("test_top_k")
def test_exactly_k_survive(submission, rng):
    """Exactly k tokens survive top_k, also where more than k have to share the k-th place."""
    cases = [(tied(rng, 2, 3, 2), 3), (tied(rng, 1, 4, 2), 3), (torch.full((6,), float(normal(rng)), dtype=D), 4)]
    cases.append((tied(rng, 3, 2, 4), 3))  # no tie at the threshold
    submission.top_k(normal(rng, 4, 6), 3)  # asked for and not compared: a mistake of other rows looks the same below
    for (logits, k), answer in asked(submission.top_k, cases):
        assert_survivors(answer, logits, k, f"top_k(logits, {k})")


# top_p


@points(3)
def test_top_p(submission, rng):
    """top_p leaves the smallest set of likeliest tokens whose probabilities add up to p or more, and never nothing."""
    cases = []
    for logits in various(rng):
        cases += [(logits, mass(rng, logits)), (logits, mass(rng, logits, 0.6, 0.99))]
    logits = normal(rng, 3, 7)
    cases += [(logits, 1e-9), (logits, mass(rng, logits, 0.01, 0.1))]  # less than the likeliest has
    for (logits, p), answer in asked(submission.top_p, cases):
        assert_probs(answer, logits, nucleus(logits, p), f"top_p(logits, {p:.3g})")


@needs("test_top_p")
def test_the_nucleus_is_the_smallest_set(submission, rng):
    """Where equal logits share the edge of the nucleus, only as many of them survive as reach p."""
    cases = []
    for above, equal, below in ((1, 4, 2), (0, 7, 0), (2, 3, 3)):
        logits = tied(rng, above, equal, below)
        probs = logits.softmax(-1).sort(descending=True).values
        # half-way between the sums with one and with two of the equal ones
        cases.append((logits, float(probs[: above + 2].sum() - probs[above + 1] / 2), above + 2))
    answers = [submission.top_p(logits, p) for logits, p, _ in cases]
    for answer, (logits, p, size) in zip(answers, cases, strict=True):
        assert_survivors(answer, logits, size, f"top_p(logits, {p:.3g})")


@needs("test_top_p")
def test_p_of_one_changes_nothing(submission, rng):
    """With p = 1 every token can still come, also where the likelier ones round to 1 together."""
    cases = []
    for dtype, depth in ((D, 45.0), (S, 25.0)):
        logits = normal(rng, 3, integer(rng, 6, 9)).to(dtype)
        logits[:, 2] -= depth
        logits[:, 4] -= depth + 3
        cases.append(logits)
    answers = [submission.top_p(logits, p) for logits in cases for p in (1.0, 1)]
    for answer, logits in zip(answers, [logits for logits in cases for _ in range(2)], strict=True):
        is_logits(answer, logits, "top_p(logits, 1)")
        lost = int((answer == -torch.inf).sum())
        check(lost == 0, f"top_p(logits, 1) drops {lost} tokens. With p = 1 all stay, however unlikely they are.")
        assert_close(answer.double().log_softmax(-1), logits.double().log_softmax(-1), name="log p", rtol=1e-5)


@bonus
@needs("test_the_nucleus_is_the_smallest_set")
def test_the_mass_is_exactly_p(submission, rng):
    """A set whose mass is p, to the last digit, reaches p: of four equal logits two survive p = 0.5."""
    submission.top_p(normal(rng, 4, 6), 0.7)  # asked for and not compared: one token too many looks the same below
    cases = [
        (torch.full((V,), float(integer(rng, -3, 3)), dtype=D), p, size)
        for V, p, size in ((4, 0.5, 2), (8, 0.25, 2), (2, 0.5, 1), (4, 0.75, 3))
    ]
    answers = [submission.top_p(logits, p) for logits, p, _ in cases]
    for answer, (logits, p, size) in zip(answers, cases, strict=True):
        assert_survivors(answer, logits, size, f"top_p(logits, {p})")


# all three


@needs("test_top_k", "test_top_p")
def test_what_is_dropped_is_minus_infinity(submission, rng):
    """What top_k and top_p drop becomes −inf, so that it cannot come even where the others are near −10,000."""
    V = integer(rng, 6, 9)
    logits = normal(rng, 3, V) - 1e4
    p = mass(rng, logits, 0.5, 0.7)
    answers = [(submission.top_k(logits, 2), kept(logits, 2)), (submission.top_p(logits, p), nucleus(logits, p))]
    for (answer, right), name in zip(answers, ("top_k", "top_p"), strict=True):
        is_logits(answer, logits, name)
        check(
            torch.equal(answer == -torch.inf, right == -torch.inf),
            f"{name} must put −inf in the place of what it drops, and of nothing else.",
        )


REFUSED = {"temperature": (0, 0.0, -0.5, -2), "top_k": (0, -1, -3), "top_p": (0.0, -0.25, 1.5, 2.0)}
FINE = {"temperature": 0.75, "top_k": 2, "top_p": 0.6}


@needs("test_temperature", "test_top_k", "test_top_p")
@pytest.mark.parametrize("name", ["temperature", "top_k", "top_p"])
def test_refused(submission, rng, name):
    """{name} raises ValueError for what its docstring refuses, and for nothing else."""
    function, found = getattr(submission, name), []
    for place in torch.randperm(len(REFUSED[name]), generator=rng).tolist():
        answers = [function(normal(rng, 3, 5), FINE[name]) for _ in range(2)]
        assert_responds(*answers_in_probs(answers), name=f"the softmax of {name}")
        wrong = REFUSED[name][place]
        found.append((wrong, answer_or_exception(function, normal(rng, 3, 5), wrong)))
    for wrong, answer in found:  # all are asked for, so that one who refuses some is told from one who refuses none
        raised = isinstance(answer, RaisedError)
        came = answer.type_name if raised else type_in_words(answer)
        check(
            raised and "ValueError" in (answer.type_name, *answer.bases),
            f"{name}(logits, {wrong}) must raise ValueError; here {came} came of it.",
        )


def answer_or_exception(function, *args):
    """What came of a call."""
    try:
        return function(*args)
    except RaisedError as raised:
        return raised


# sample


def two_rows(rng):
    """Logits of two different rows, (2, 6), with probabilities above 0.02 at T = 1 and above."""
    levels = torch.tensor([0.0, 0.2, 0.5, 0.9, 1.3, 2.1], dtype=D)
    first, second = (torch.randperm(6, generator=rng) for _ in range(2))
    while bool((first == second).any()):
        second = torch.randperm(6, generator=rng)
    return torch.stack([levels[first], 0.8 * levels[second]]) + uniform(rng, -0.05, 0.05, 2, 6)


def draw(submission, logits, count, settings, source):
    """Tokens drawn of both rows, in turns, (count, 2)."""
    many = logits.repeat(count, 1)  # (2 count, V)
    tokens = submission.sample(many, **settings, generator=source)
    check(
        isinstance(tokens, torch.Tensor) and tokens.shape == (2 * count,) and tokens.dtype == torch.int64,
        f"sample must return one int64 number for each row, here ({2 * count},).",
    )
    V = logits.shape[-1]
    check(bool(((tokens >= 0) & (tokens < V)).all()), f"A token is a number from 0 to {V - 1}.")
    return tokens.reshape(count, 2)


def assert_drawn(tokens, right, settings):
    """Demand the frequencies that the right logits say, in each of the two rows."""
    said = ", ".join(f"{name}={value:.3g}" for name, value in settings.items())
    for number in range(2):
        counts = tokens[:, number].bincount(minlength=right.shape[-1])
        what = f"{len(tokens)} tokens of sample({'logits' if not said else f'logits, {said}'})"
        assert_frequent(counts.tolist(), right[number].softmax(-1).tolist(), what=what)


@points(2)
def test_sample(submission, rng):
    """sample draws one token for each row, as often as the softmax of that row says."""
    logits = two_rows(rng)
    submission.sample(logits, generator=generators(rng)[0])
    tokens = draw(submission, logits, 2_000, {}, generators(rng)[0])
    assert_drawn(tokens, logits, {})
    assert_drawn(draw(submission, logits.to(S), 2_000, {}, generators(rng)[0]), logits, {})


def settings_apart(rng):
    """(logits, settings) where each other order of the filters leaves more or fewer tokens, and no sum is near p."""
    while True:
        logits = two_rows(rng)
        T, k, p = float(uniform(rng, 1.6, 2.4)), integer(rng, 3, 4), float(uniform(rng, 0.5, 0.8))
        orders = (
            kept(nucleus(logits, p), k) / T,  # p, k, T
            nucleus(kept(logits, k), p) / T,  # k, p, T
            kept(nucleus(logits / T, p), k),  # T, p, k
        )
        right = nucleus(kept(logits / T, k), p)
        sizes = [(other > -torch.inf).sum(-1) for other in (right, *orders)]
        fit = apart(logits, p) and apart(logits / T, p) and apart(kept(logits, k), p) and apart(kept(logits / T, k), p)
        if fit and all(bool((sizes[0] != size).any()) for size in sizes[1:]):
            return logits, {"temperature": T, "top_k": k, "top_p": p}


@points(3)
@needs("test_temperature", "test_top_k", "test_top_p", "test_sample")
def test_sample_with_filters(submission, rng):
    """sample applies the temperature, then top_k, then top_p, each where it is given, and draws of what is left."""
    logits, all_three = settings_apart(rng)
    T, k, p = all_three.values()
    cases = [
        ({"temperature": T}, logits / T),
        ({"top_k": k}, kept(logits, k)),
        ({"top_k": 1}, kept(logits, 1)),
        ({"top_p": p}, nucleus(logits, p)),
        ({"temperature": T, "top_p": p}, nucleus(logits / T, p)),
        ({"top_k": k, "top_p": p}, nucleus(kept(logits, k), p)),
        (all_three, nucleus(kept(logits / T, k), p)),
    ]
    drawn = [draw(submission, logits, 2_000, settings, generators(rng)[0]) for settings, _ in cases]
    for tokens, (settings, right) in zip(drawn, cases, strict=True):
        assert_drawn(tokens, right, settings)


@needs("test_sample")
def test_the_generator_decides(submission, rng):
    """The generator's state decides what is drawn; torch's global one does where none is given, and only there."""
    logits = normal(rng, 60, 9)
    seeds = [new_seed(rng) for _ in range(2)]
    with undisturbed(submission, rng):
        first, other, again = [
            submission.sample(logits, generator=generator(seed)) for seed in (seeds[0], seeds[1], seeds[0])
        ]
    # 60 draws of 9 tokens are all the same by chance in fewer than one of 10^20 runs.
    assert_responds(first, other, name="what is drawn")
    assert_equal(again, first, name="what is drawn by a generator in the same state", oracle="the first time")
    states = [new_state(rng) for _ in range(2)]
    found = []
    for state in (*states, states[0]):
        library(submission, "torch").set_rng_state(state)
        found.append(submission.sample(logits))
    assert_responds(found[0], found[1], name="what is drawn by torch's global generator")
    assert_equal(found[2], found[0], name="what is drawn by the global generator in the same state")


@needs("test_the_generator_decides")
def test_the_generator_advances(submission, rng):
    """What is drawn a second time by one generator is drawn anew."""
    logits = torch.zeros(2, 8, dtype=D) + float(normal(rng))
    there = library(submission, "builtins")
    repeat, partial = library(submission, "itertools").repeat, library(submission, "functools").partial
    source, _ = generators(rng)
    drawn = [submission.sample(logits, generator=generators(rng)[0])]
    drawn += there.list(there.map(partial(submission.sample, generator=source), repeat(logits, 20)))
    check(
        all(isinstance(t, torch.Tensor) and t.shape == (2,) for t in drawn), "sample must return one token for each row"
    )
    # 20 pairs of tokens, each one of 64: all the same by chance in fewer than one of 10^30 runs.
    check(len({tuple(t.tolist()) for t in drawn[1:]}) > 1, "Twenty draws with one generator give the same tokens.")


@needs("test_temperature", "test_top_k", "test_top_p", "test_sample")
def test_arguments_stay_as_they_are(submission, rng):
    """The logits stay as they are, in all four functions."""
    for name in ("temperature", "top_k", "top_p"):
        function, value = getattr(submission, name), FINE[name]
        answers = [assert_unchanged(function, normal(rng, 4, 7).contiguous(), value) for _ in range(2)]
        assert_responds(*answers_in_probs(answers), name=f"the softmax of {name}")
    tokens = [assert_unchanged(submission.sample, normal(rng, 30, 9).contiguous(), 0.8, 5, 0.9) for _ in range(2)]
    assert_responds(*tokens, name="what is drawn")
