"""Checks of lecture7.head: one head of causal self-attention."""

import hypothesis.strategies as st
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    new_state,
    normal,
    points,
    record_map,
    strategies,
    uniform,
    vjp,
)

PROJECTIONS = ("key", "query", "value")


def random_weights(rng, n_embd, head_size):
    """The three projections, (head_size, n_embd) each, scaled so that scores are of size 1 to 3."""
    return {f"{name}.weight": normal(rng, head_size, n_embd, scale=1.5 * n_embd**-0.5) for name in PROJECTIONS}


def make(submission, weights, block_size, dropout=0.0):
    """The learner's head in float64 and evaluation mode, with these weights.

    Biases are offered as well: a head without them leaves them, and one with them is told apart by its answers.
    """
    head_size, n_embd = weights["key.weight"].shape
    head = submission.Head(n_embd, head_size, block_size, dropout).double()
    biases = {f"{name}.bias": weights[f"{name}.weight"][:, 0] for name in PROJECTIONS}
    answer = head.load_state_dict({**weights, **biases}, strict=False)
    missing = [name for name in answer.missing_keys if name.split(".")[-1] != "tril"]
    check(
        not set(weights) & set(answer.unexpected_keys),
        f"The head has no {' or '.join(sorted(set(weights) & set(answer.unexpected_keys)))}: its projections must be "
        "nn.Linear modules with the names key, query and value.",
    )
    check(not missing, f"The head has weights besides its three projections: {', '.join(missing)}.")
    return head.eval()


def seed(submission, rng):
    """Seed the worker's global generator, so that what dropout does there can be repeated."""
    state = new_state(rng)
    library(submission, "torch").set_rng_state(state)


def sdpa(x, weights):
    """What is right, by torch's own attention."""
    q, k, v = (x @ weights[f"{name}.weight"].T for name in ("query", "key", "value"))
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def show_sizes(x, weights):
    """The sizes that may explain a ratio."""
    head_size, n_embd = weights["key.weight"].shape
    return {"T": x.shape[1], "head_size": head_size, "n_embd": n_embd}


@st.composite
def heads_and_inputs(draw):
    """(x, weights, block_size), from one token of two numbers upwards."""
    B, T = draw(strategies.sizes(1, 2)), draw(strategies.sizes(1, 5))
    n_embd, head_size = draw(strategies.sizes(2, 4)), draw(strategies.sizes(1, 4))
    x = draw(strategies.tensors((B, T, n_embd)))
    x = x.contiguous() if 0 in x.stride() else x  # a view or not, but one that can be written into
    weights = {
        f"{name}.weight": draw(strategies.tensors((head_size, n_embd), min_value=-2, max_value=2))
        for name in PROJECTIONS
    }
    return x, weights, T + draw(st.integers(0, 2))


def is_out(out, shape, dtype=torch.float64):
    """Whether this can be computed with."""
    return isinstance(out, torch.Tensor) and out.shape == shape and out.dtype == dtype


def assert_responds(first, second, shape, dtype=torch.float64):
    """Demand two outputs that differ where they are numbers: a wrong mask may make NaN of some."""
    for out in (first, second):
        check(is_out(out, shape, dtype), f"The output must be a tensor (B, T, head_size), here {shape}, of {dtype}.")
    numbers = first.isfinite() & second.isfinite()
    check(bool((first != second)[numbers].any()), "The output is the same for two inputs: it must depend on them.")


def same(out, other):
    """Whether two outputs are the same, NaN included, which is another check's affair."""
    return torch.isclose(out, other, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_shape_and_dtype(submission, rng):
    """The output is a tensor (B, T, head_size), of the dtype that x and the module have."""
    T, n_embd, head_size = integer(rng, 3, 5), integer(rng, 6, 8), integer(rng, 9, 12)
    weights = random_weights(rng, n_embd, head_size)
    head = make(submission, weights, T)
    for dtype in (torch.float64, torch.float32):
        module = head if dtype == torch.float64 else head.float()
        outs = [module(normal(rng, 2, T, n_embd).to(dtype)) for _ in range(2)]
        assert_responds(*outs, (2, T, head_size), dtype)


@points(2)
@needs("test_shape_and_dtype")
def test_three_matrices_are_trained_and_tril_is_a_buffer(submission, rng):
    """A head that computes has the weights of key, query and value for parameters, no bias; and tril for a buffer."""
    block_size, n_embd, head_size = integer(rng, 3, 6), integer(rng, 3, 9), integer(rng, 2, 9)
    weights = random_weights(rng, n_embd, head_size)
    head = make(submission, weights, block_size)
    parameters = dict(iter(head.named_parameters()))
    biases = [name for name in parameters if name.endswith("bias")]
    check(not biases, f"The projections have no bias; here is {', '.join(biases)}. nn.Linear takes bias=False.")
    more = [name for name in parameters if name not in weights]
    check(
        not more,
        f"{', '.join(more)} is a parameter here: an optimizer would change it. What is not trained is a buffer: "
        "self.register_buffer(name, tensor).",
    )
    assert_close(parameters, weights, name="the parameters", oracle="as loaded")
    check(
        "tril" in dict(iter(head.named_buffers())),
        "tril is no buffer. A plain attribute stays behind when the module moves to a GPU: "
        'self.register_buffer("tril", …) takes it along.',
    )
    outs = [head(x) for x in (normal(rng, 2, block_size, n_embd), normal(rng, 2, block_size, n_embd))]
    assert_responds(*outs, (2, block_size, head_size))
    new = [submission.Head(n_embd, head_size, block_size, 0.0).state_dict() for _ in range(2)]
    check(
        not torch.equal(*(state["key.weight"] for state in new)),
        "Two new heads have the same weights: leave them as torch draws them, and do not seed torch.",
    )


@points(2)
@needs("test_shape_and_dtype")
def test_no_token_sees_a_later_one(submission, rng):
    """Changing token t changes no output before t, for every t, whatever the scores are: also at −50,000."""
    T = integer(rng, 5, 8)
    n_embd = integer(rng, T + 1, 10)
    weights = random_weights(rng, n_embd, T)
    head = make(submission, weights, T)
    x = normal(rng, 2, T, n_embd)
    before = head(x)
    assert_responds(before, head(x + 1), (2, T, T))
    if before.isfinite().all():
        # As many tokens as numbers in each value: the weights can be told from the output.
        record_map("attention weights", torch.linalg.solve(x @ weights["value.weight"].T, before, left=False)[0])
    assert_is_causal(head, x, rng)
    low = {**weights, "query.weight": uniform(rng, 2.0, 3.0, T, n_embd)}
    low["key.weight"] = -1000 * T**-0.5 * uniform(rng, 2.0, 3.0, T, n_embd)
    assert_is_causal(make(submission, low, T), uniform(rng, 1.0, 1.2, 2, T, n_embd), rng)


def assert_is_causal(head, x, rng):
    """Change one token after the other, and look at what comes before it."""
    B, T, n_embd = x.shape
    before, shape = head(x), (B, T, T)
    check(is_out(before, shape), f"The output must be a tensor, here {shape}.")
    for t in range(1, T):
        changed = x.clone()
        changed[:, t] += uniform(rng, 0.5, 1.0, B, n_embd)
        after = head(changed)
        check(is_out(after, shape), f"The output must be {shape}.")
        touched = ~same(after, before)[:, :t].all(-1).all(0)
        check(
            not bool(touched.any()),
            f"Token {t} was changed, and output {int(touched.int().argmax())} changed with it: an output may depend on "
            "its own token and on earlier ones, never on later ones. That is what tril is for.",
        )


@needs("test_shape_and_dtype")
def test_query_and_key_decide(submission, rng):
    """The output depends on the query weights and on the key weights."""
    T, n_embd, head_size = integer(rng, 4, 7), integer(rng, 3, 8), integer(rng, 2, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
    others = [{**weights, f"{name}.weight": normal(rng, head_size, n_embd)} for name in ("query", "key")]
    heads = [make(submission, each, T) for each in (weights, *others)]
    first, *outs = (head(x) for head in heads)
    assert_responds(first, heads[0](x + 1), (2, T, head_size))
    for name, out in zip(("query", "key"), outs, strict=True):
        check(
            is_out(out, first.shape) and not bool(same(out, first).all()),
            f"With other {name} weights the output stays what it was: the weights of attention must come from "
            "queries and keys, not be the same for all.",
        )


@needs("test_shape_and_dtype")
def test_weights_of_each_token_sum_to_one(submission, rng):
    """Where all values are the same vector, every output is that vector: the weights of a token sum to 1."""
    T, n_embd, head_size = integer(rng, 4, 7), integer(rng, 3, 6), integer(rng, 2, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
    x[..., -1] = 1.0
    value = normal(rng, head_size)
    weights["value.weight"] = torch.zeros(head_size, n_embd, dtype=torch.float64)
    weights["value.weight"][:, -1] = value  # every token's value is this vector
    out = make(submission, weights, T)(x)
    check(is_out(out, (2, T, head_size)), "The output must be (B, T, head_size).")
    wrong = ~same(out, value.expand_as(out)).all(-1).all(0)
    worst = int(wrong.int().argmax())
    sums = (out @ value) / (value @ value)  # (2, T)
    check(
        not bool(wrong.any()),
        f"All values are the same vector here, and output {worst} is not that vector, but about "
        f"{float(sums[0, worst]):.4g} times it: do its weights sum to 1? Mask the scores with -inf first, then take "
        "the softmax over the last axis.",
    )


@needs("test_shape_and_dtype")
def test_shorter_sequences(submission, rng):
    """One head serves every T from 1 to block_size: it gives what a head of block_size T gives."""
    block_size, n_embd, head_size = integer(rng, 4, 7), integer(rng, 2, 5), 3
    weights = random_weights(rng, n_embd, head_size)
    head = make(submission, weights, block_size)
    for T in (1, block_size, block_size - 1, 2, block_size):
        x = normal(rng, 2, T, n_embd)
        fitting = make(submission, weights, T)(x)
        try:
            out = head(x)
        except Exception as error:
            check(T == block_size, f"At T = {T} the head stops, and block_size is {block_size}: {error}")
            raise
        shape = (2, T, head_size)
        check(is_out(out, shape), f"The output must be a tensor, here {shape}.")
        check(
            is_out(fitting, shape) and bool(same(out, fitting).all()),
            f"At T = {T} a head of block_size {block_size} gives something else than one of block_size {T}: cut "
            "the mask, self.tril[:T, :T].",
        )
        if T > 2:
            assert_responds(head(x + 1), out, shape)


@needs("test_shape_and_dtype")
def test_no_dropout_in_evaluation(submission, rng):
    """In evaluation mode dropout does nothing, after training as before."""
    T, n_embd, head_size = integer(rng, 4, 7), integer(rng, 3, 6), integer(rng, 2, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
    without, head = make(submission, weights, T), make(submission, weights, T, 0.5)
    seed(submission, rng)
    wanted, first = without(x), head(x)
    head.train()
    head(x)
    head.eval()
    shape = (2, T, head_size)
    assert_responds(wanted, without(x + 1), shape)
    for out in (first, head(x)):
        check(
            is_out(out, shape) and bool(same(out, wanted).all()),
            "In evaluation mode a head with dropout gives something else than one without: nn.Dropout knows the mode.",
        )


@needs("test_shape_and_dtype")
def test_x_stays_as_it_is(submission, rng):
    """The head leaves x as it is, and in evaluation torch's default dtype and its global random generator, too."""
    head = make(submission, random_weights(rng, 3, 2), 4, 0.5)
    torch_there = library(submission, "torch")
    outs = [assert_unchanged(head, x) for x in (normal(rng, 2, 4, 3), normal(rng, 2, 4, 3))]
    assert_responds(*outs, (2, 4, 2))
    submission.Head(3, 2, 4, 0.5)
    check(torch_there.zeros(1).dtype == torch.float32, "torch's default dtype is changed.")
    new = new_state(rng)
    torch_there.set_rng_state(new)
    head(normal(rng, 2, 4, 3))
    check(torch.equal(torch_there.get_rng_state(), new), "torch's global generator is drawn from or seeded.")


@points(3)
@needs(
    "test_three_matrices_are_trained_and_tril_is_a_buffer",
    "test_no_token_sees_a_later_one",
    "test_query_and_key_decide",
    "test_weights_of_each_token_sum_to_one",
    "test_shorter_sequences",
)
@given(case=heads_and_inputs())
def test_matches_torch(submission, case):
    """The output equals that of torch's causal attention, for any weights, any head_size, any T up to block_size."""
    x, weights, block_size = case
    assert_close(
        make(submission, weights, block_size)(x),
        sdpa(x, weights),
        name="out",
        sizes=show_sizes(x, weights),
        oracle="F.scaled_dot_product_attention",
    )


@needs("test_matches_torch")
def test_scale_at_head_size_64(submission, rng):
    """The scores are divided by √head_size, at head_size 64 as well, whatever n_embd is."""
    for n_embd, T in ((1, 7), (integer(rng, 21, 30), 3)):
        x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, 64)
        assert_close(
            make(submission, weights, T)(x),
            sdpa(x, weights),
            name="out",
            sizes=show_sizes(x, weights),
            oracle="F.scaled_dot_product_attention",
        )


@needs("test_x_stays_as_it_is", "test_matches_torch")
def test_gradients(submission, rng):
    """Gradients flow back to x and to all three projections, as through torch's attention."""
    T, n_embd, head_size = integer(rng, 3, 6), integer(rng, 3, 6), integer(rng, 2, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
    upstream = normal(rng, 2, T, head_size)
    head = make(submission, weights, T)
    out, (dx,), dweights = vjp(head, (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *weights.values())]
    expected = sdpa(leaves[0], dict(zip(weights, leaves[1:], strict=True)))
    dx_right, *dweights_right = torch.autograd.grad(expected, leaves, upstream)
    assert_close(out, expected.detach(), name="out", oracle="F.scaled_dot_product_attention")
    assert_close(dx, dx_right, name="dx")
    check(isinstance(dweights, dict), "The head must be an nn.Module.")
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(weights, dweights_right, strict=True)}, name="gradients")


@needs("test_matches_torch")
def test_float32_and_large_scores(submission, rng):
    """Scores in the thousands give finite, right outputs, and float32 stays float32."""
    T, n_embd, head_size = integer(rng, 4, 7), integer(rng, 3, 6), 4
    weights = random_weights(rng, n_embd, head_size)
    weights["query.weight"] *= 30
    weights["key.weight"] *= 30
    x = normal(rng, 2, T, n_embd).float()
    head = make(submission, weights, T).float()
    # The oracle sees the same rounded numbers, in float64. A score of 10,000 in float32 is right to 0.001 or so.
    rounded = {name: weight.float().double() for name, weight in weights.items()}
    assert_close(
        head(x), sdpa(x.double(), rounded).float(), name="out", rtol=2e-2, oracle="F.scaled_dot_product_attention"
    )


@points(2)
@needs("test_three_matrices_are_trained_and_tril_is_a_buffer", "test_weights_of_each_token_sum_to_one")
def test_dropout_in_training_acts_on_the_weights(submission, rng):
    """In training each weight is dropped with probability p or divided by 1 − p, before it meets the values."""
    B, T, p = 64, 8, integer(rng, 3, 6) / 10
    weights = random_weights(rng, T, T)
    x = normal(rng, B, T, T)
    head = make(submission, weights, T, p)
    seed(submission, rng)
    head.train()
    out, again, whole = head(x), head(x), make(submission, weights, T)(x)
    for answer in (out, again, whole):
        right = is_out(answer, (B, T, T)) and bool(answer.isfinite().all())
        check(right, f"The output must be a tensor {(B, T, T)} of finite numbers.")
    # As many values as numbers in each: the weights can be told from the output.
    values = x @ weights["value.weight"].T
    dropped = torch.linalg.solve(values, out, left=False)  # (B, T, T)
    wanted = torch.linalg.solve(values, whole, left=False)  # what they are without dropout
    gone = dropped.abs() < 1e-6
    kept = (dropped - wanted / (1 - p)).abs() < 1e-6
    check(not torch.allclose(out, whole), "Dropout does nothing in training: no weight is dropped.")
    check(not torch.allclose(out, again), "Two forward passes in training drop the same weights: do not seed torch.")
    check(
        bool((gone | kept).all()),
        f"In training, with p = {p:.1f}, each weight must be 0 or w / (1 − p), w being what it is without dropout. "
        "Dropout belongs on the weights: after the softmax, before the product with v.",
    )
    # Each of the weights falls below 1e-6 or is dropped with probability p. With 2,304 of them the share of what is
    # dropped lies within 0.07 (6.7 standard deviations at p = 0.5) of p: a false alarm in 10^10 runs. Weights that are
    # nearly 0 by themselves are not counted.
    counted = wanted.abs() > 1e-4
    share = float(gone[counted].double().mean())
    check(
        abs(share - p) < 6.5 * (p * (1 - p) / int(counted.sum())) ** 0.5,
        f"With p = {p:.1f}, {share:.0%} of the weights were dropped.",
    )
