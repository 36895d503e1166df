"""Checks of lecture7.head: one head of causal self-attention."""

import hypothesis.strategies as st
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    new_state,
    normal,
    points,
    record_map,
    strategies,
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


def attention_weights(x, weights):
    """The rows of weights themselves, (B, T, T)."""
    T, head_size = x.shape[1], weights["key.weight"].shape[0]
    scores = (x @ weights["query.weight"].T) @ (x @ weights["key.weight"].T).mT / head_size**0.5
    return scores.masked_fill(torch.ones(T, T).triu(1).bool(), -torch.inf).softmax(-1)


def show_sizes(x, weights):
    """The sizes that may explain a ratio."""
    head_size, n_embd = weights["key.weight"].shape
    return {"T": x.shape[1], "head_size": head_size, "n_embd": n_embd}


@st.composite
def heads_and_inputs(draw):
    """(x, weights, block_size), from one token and one number upwards."""
    B, T = draw(strategies.sizes(1, 2)), draw(strategies.sizes(1, 5))
    n_embd, head_size = draw(strategies.sizes(1, 4)), draw(strategies.sizes(1, 4))
    x = draw(strategies.tensors((B, T, n_embd)))
    weights = {
        f"{name}.weight": draw(strategies.tensors((head_size, n_embd), min_value=-2, max_value=2))
        for name in PROJECTIONS
    }
    return x, weights, T + draw(st.integers(0, 2))


@points(3)
@given(case=heads_and_inputs())
def test_matches_torch(submission, case):
    """The output equals that of torch's causal attention, for any weights and any T up to block_size."""
    x, weights, block_size = case
    assert_close(
        make(submission, weights, block_size)(x),
        sdpa(x, weights),
        name="out",
        sizes=show_sizes(x, weights),
        oracle="F.scaled_dot_product_attention",
    )


@points(2)
def test_no_token_sees_a_later_one(submission, rng):
    """Changing token t changes no output before t, for every t."""
    T = integer(rng, 5, 8)
    n_embd = integer(rng, T, 10)
    weights = random_weights(rng, n_embd, T)
    head = make(submission, weights, T)
    x = normal(rng, 1, T, n_embd)
    before = head(x)
    assert_is_out(before, (1, T, T))
    # As many tokens as numbers in each value: the weights can be told from the output.
    record_map("attention weights", torch.linalg.solve(x @ weights["value.weight"].T, before, left=False)[0])
    for t in range(1, T):
        changed = x.clone()
        changed[0, t] += normal(rng, n_embd)
        after = head(changed)
        assert_is_out(after, (1, T, T))
        touched = ((after - before)[0, :t].abs() > 1e-9).any(-1)
        check(
            not bool(touched.any()),
            f"Token {t} was changed, and output {int(touched.int().argmax())} changed with it: an output may depend on "
            "its own token and on earlier ones, never on later ones. That is what tril is for.",
        )
        assert_close(after, sdpa(changed, weights), name="out", oracle="F.scaled_dot_product_attention")


def assert_is_out(out, shape):
    """Demand a tensor of finite numbers and of this shape, so that it can be looked into."""
    right = isinstance(out, torch.Tensor) and out.shape == shape
    check(right, f"The output must be a tensor (B, T, head_size), here {shape}.")
    check(
        bool(out.isfinite().all()),
        "The output holds NaN or Inf. Does a row of the softmax see no token at all, or is the softmax missing?",
    )


def test_query_and_key_decide(submission, rng):
    """The output depends on the query weights and on the key weights, as torch's does."""
    T, n_embd, head_size = integer(rng, 4, 7), integer(rng, 3, 8), integer(rng, 2, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
    outputs = [make(submission, weights, T)(x)]
    assert_is_out(outputs[0], (2, T, head_size))
    for name in ("query", "key"):
        other = {**weights, f"{name}.weight": normal(rng, head_size, n_embd)}
        out = make(submission, other, T)(x)
        assert_is_out(out, (2, T, head_size))
        check(
            not torch.allclose(out, outputs[0], rtol=1e-9, atol=1e-12),
            f"With other {name} weights the output stays what it was: the weights of attention must come from "
            "queries and keys, not be the same for all.",
        )
        assert_close(
            out, sdpa(x, other), name="out", sizes=show_sizes(x, other), oracle="F.scaled_dot_product_attention"
        )


def test_scale(submission, rng):
    """The scores are divided by √head_size, at head_size 4 and at 64, whatever n_embd is."""
    for head_size, n_embd, T in ((4, integer(rng, 10, 20), 6), (64, integer(rng, 10, 20), 7)):
        x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
        assert_close(
            make(submission, weights, T)(x),
            sdpa(x, weights),
            name="out",
            sizes=show_sizes(x, weights),
            oracle="F.scaled_dot_product_attention",
        )


def test_weights_of_each_token_sum_to_one(submission, rng):
    """Where all values are the same vector, every output is that vector: the weights of a token sum to 1."""
    T, n_embd, head_size = integer(rng, 4, 7), integer(rng, 3, 6), integer(rng, 2, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
    x[..., -1] = 1.0
    value = normal(rng, head_size)
    weights["value.weight"] = torch.zeros(head_size, n_embd, dtype=torch.float64)
    weights["value.weight"][:, -1] = value  # every token's value is this vector
    out = make(submission, weights, T)(x)
    assert_is_out(out, (2, T, head_size))
    sums = (out @ value) / (value @ value)  # (2, T)
    worst = int((sums - 1).abs().amax(0).argmax())
    check(
        bool(((sums - 1).abs() < 1e-9).all()),
        f"All values are the same vector here, and output {worst} is {float(sums[0, worst]):.4g} times it, not once: "
        "do its weights sum to 1? Mask the scores with -inf first, then take the softmax over the last axis.",
    )
    assert_close(out, value.expand(2, T, head_size).clone(), name="out", oracle="by hand")


def test_shorter_sequences(submission, rng):
    """One head serves every T from 1 to block_size."""
    block_size, n_embd, head_size = integer(rng, 4, 7), integer(rng, 2, 5), 3
    weights = random_weights(rng, n_embd, head_size)
    head = make(submission, weights, block_size)
    for T in (block_size, 1, block_size - 1, 2):
        x = normal(rng, 2, T, n_embd)
        try:
            out = head(x)
        except Exception as error:
            check(T == block_size, f"At T = {T} the head stops, and block_size is {block_size}: {error}")
            raise
        assert_close(
            out,
            sdpa(x, weights),
            name="out",
            sizes={"T": T, "block_size": block_size},
            oracle="F.scaled_dot_product_attention",
        )


@points(2)
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
    assert_responds(*map(head, normal(rng, 2, 2, block_size, n_embd)), name="out")


@points(2)
def test_dropout_in_training_acts_on_the_weights(submission, rng):
    """In training each weight is dropped with probability p or divided by 1 − p, before it meets the values."""
    B, T, p = 64, 8, integer(rng, 3, 6) / 10
    weights = random_weights(rng, T, T)
    x = normal(rng, B, T, T)
    head = make(submission, weights, T, p)
    seed(submission, rng)
    head.train()
    out = head(x)
    assert_is_out(out, (B, T, T))
    # As many values as numbers in each: the weights can be told from the output.
    dropped = torch.linalg.solve(x @ weights["value.weight"].T, out, left=False)  # (B, T, T)
    wanted = attention_weights(x, weights)
    seen = torch.ones(T, T, dtype=torch.bool).tril().expand(B, T, T)
    gone = dropped.abs() < 1e-6
    kept = (dropped - wanted / (1 - p)).abs() < 1e-6
    whole = (dropped - wanted).abs() < 1e-6
    check(not bool(whole.all()), "Dropout does nothing in training: no weight is dropped.")
    check(
        bool((gone | kept)[seen].all()) and bool(gone[~seen].all()),
        f"In training, with p = {p:.1f}, each weight must be 0 or w / (1 − p), w being what it is without dropout. "
        "Dropout belongs on the weights: after the softmax, before the product with v.",
    )
    # Each of the weights falls below 1e-6 or is dropped with probability p. With 2,304 of them the share of what is
    # dropped lies within 0.07 (6.7 standard deviations at p = 0.5) of p: a false alarm in 10^10 runs. Weights that are
    # nearly 0 by themselves are not counted.
    counted = seen & (wanted > 1e-4)
    share = float(gone[counted].double().mean())
    check(
        abs(share - p) < 6.5 * (p * (1 - p) / int(counted.sum())) ** 0.5,
        f"With p = {p:.1f}, {share:.0%} of the weights were dropped.",
    )


def test_no_dropout_in_evaluation(submission, rng):
    """In evaluation mode dropout does nothing, after training as before."""
    T, n_embd, head_size = integer(rng, 4, 7), integer(rng, 3, 6), integer(rng, 2, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, head_size)
    head = make(submission, weights, T, 0.5)
    seed(submission, rng)
    first = head(x)
    head.train()
    head(x)
    head.eval()
    assert_close(first, sdpa(x, weights), name="out", oracle="F.scaled_dot_product_attention")
    assert_close(head(x), sdpa(x, weights), name="out", oracle="F.scaled_dot_product_attention")


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


def test_x_stays_as_it_is(submission, rng):
    """The right output is found without modifying the input."""
    x, weights = normal(rng, 2, 4, 3), random_weights(rng, 3, 2)
    out = assert_unchanged(make(submission, weights, 4), x)
    assert_close(out, sdpa(x, weights), name="out", oracle="F.scaled_dot_product_attention")
