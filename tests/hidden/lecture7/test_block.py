"""Checks of lecture7.block: two branches off a stream that runs straight through."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    new_state,
    normal,
    points,
    vjp,
)

PROJECTIONS = ("key", "query", "value")


def random_weights(rng, n_embd, n_head):
    """Weights of a whole block; gains and biases are neither 1 nor 0, so that none can be left out unnoticed."""
    head_size = n_embd // n_head
    weights = {
        f"sa.heads.{i}.{name}.weight": normal(rng, head_size, n_embd, scale=n_embd**-0.5)
        for i in range(n_head)
        for name in PROJECTIONS
    }
    shapes = {
        "sa.proj": (n_embd, n_embd),
        "ffwd.net.0": (4 * n_embd, n_embd),
        "ffwd.net.2": (n_embd, 4 * n_embd),
    }
    for name, shape in shapes.items():
        weights[f"{name}.weight"] = normal(rng, *shape, scale=shape[1] ** -0.5)
        weights[f"{name}.bias"] = normal(rng, shape[0], scale=0.3)
    for name in ("ln1", "ln2"):
        weights[f"{name}.weight"] = 1.3 + normal(rng, n_embd, scale=0.3)
        weights[f"{name}.bias"] = normal(rng, n_embd, scale=0.3)
    return weights


def make(submission, weights, n_head, block_size, dropout=0.0):
    """The learner's block in the weights' dtype and evaluation mode, with these weights."""
    n_embd = len(weights["ln1.weight"])
    block = submission.Block(n_embd, n_head, block_size, dropout).to(weights["ln1.weight"].dtype)
    answer = block.load_state_dict(weights, strict=False)
    unexpected = set(answer.unexpected_keys)
    lacking = [name for name in weights if name in unexpected]
    check(
        not lacking,
        f"The block has no {', '.join(lacking[:4])}{', …' if len(lacking) > 4 else ''}. Its parts must be named sa, "
        "ffwd, ln1 and ln2.",
    )
    more = [name for name in answer.missing_keys if name.split(".")[-1] != "tril"]
    check(not more, f"The block has weights that are not asked for: {', '.join(more[:4])}.")
    return block.eval()


def layer_norm(x, weights, name):
    """Layer normalisation over the last axis, by torch."""
    return F.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])


def attention(x, weights, n_head):
    """Multi-head attention, by torch's own."""
    outputs = []
    for i in range(n_head):
        q, k, v = (x @ weights[f"sa.heads.{i}.{name}.weight"].T for name in ("query", "key", "value"))
        outputs.append(F.scaled_dot_product_attention(q, k, v, is_causal=True))
    return F.linear(torch.cat(outputs, -1), weights["sa.proj.weight"], weights["sa.proj.bias"])


def feed_forward(x, weights):
    """The feed-forward network."""
    hidden = F.linear(x, weights["ffwd.net.0.weight"], weights["ffwd.net.0.bias"]).relu()
    return F.linear(hidden, weights["ffwd.net.2.weight"], weights["ffwd.net.2.bias"])


def oracle(x, weights, n_head):
    """The block, as two sums."""
    y = x + attention(layer_norm(x, weights, "ln1"), weights, n_head)
    return y + feed_forward(layer_norm(y, weights, "ln2"), weights)


def closed(weights, *parts):
    """Weights with which these parts, sa or ffwd, add nothing."""
    last = tuple({"sa": "sa.proj", "ffwd": "ffwd.net.2"}[part] for part in parts)
    return {name: torch.zeros_like(w) if name.startswith(last) else w for name, w in weights.items()}


def check_shape(out, x):
    """Demand an output of the input's shape."""
    shape = tuple(x.shape)
    check(
        isinstance(out, torch.Tensor) and tuple(out.shape) == shape, f"The output must be (B, T, n_embd), here {shape}."
    )


def torchs_layer(x, weights, n_head):
    """The output of nn.TransformerEncoderLayer with norm_first, which is this block."""
    n_embd, T = x.shape[-1], x.shape[1]
    layer = nn.TransformerEncoderLayer(
        n_embd, n_head, 4 * n_embd, dropout=0.0, batch_first=True, norm_first=True, dtype=torch.float64
    )
    packed = [weights[f"sa.heads.{i}.{name}.weight"] for name in ("query", "key", "value") for i in range(n_head)]
    names = {"sa.proj": "self_attn.out_proj", "ffwd.net.0": "linear1", "ffwd.net.2": "linear2"}
    names |= {"ln1": "norm1", "ln2": "norm2"}
    state = {f"{new}.{kind}": weights[f"{old}.{kind}"] for old, new in names.items() for kind in ("weight", "bias")}
    state["self_attn.in_proj_weight"] = torch.cat(packed)
    state["self_attn.in_proj_bias"] = torch.zeros(3 * n_embd, dtype=torch.float64)
    layer.load_state_dict(state)
    with torch.no_grad():
        return layer(x, src_mask=torch.ones(T, T).triu(1).bool())


@points(2)
def test_the_stream_runs_straight_through(submission, rng):
    """Where both branches end in 0, x comes out as it went in: neither normalised nor replaced nor doubled."""
    n_head, T = 2, integer(rng, 3, 5)
    n_embd = n_head * integer(rng, 3, 4)
    weights = random_weights(rng, n_embd, n_head)
    x = 0.5 + 2 * normal(rng, 2, T, n_embd)
    # Mistakes that are alike here are told apart by what comes of one branch alone, and of both.
    for parts in (("sa",), ("ffwd",), ()):
        make(submission, closed(weights, *parts), n_head, T)(x)
    out = make(submission, closed(weights, "sa", "ffwd"), n_head, T)(x)
    check_shape(out, x)
    check(
        torch.allclose(out, x, rtol=1e-9),
        "With all weights of sa.proj and of the last layer of ffwd at 0 the branches add nothing, and x must come out "
        "as it went in: neither normalised nor replaced nor doubled.",
    )


@needs("test_the_stream_runs_straight_through")
@points(4)
def test_pre_norm_and_two_residual_connections(submission, rng):
    """The output is y + ffwd(ln2(y)), where y = x + sa(ln1(x)), as in nn.TransformerEncoderLayer with norm_first."""
    for n_head, dtype in ((1, torch.float64), (2, torch.float64), (3, torch.float32)):
        n_embd, block_size = n_head * integer(rng, 3, 4), 6
        weights = {name: w.to(dtype) for name, w in random_weights(rng, n_embd, n_head).items()}
        block, exact = make(submission, weights, n_head, block_size), {name: w.double() for name, w in weights.items()}
        for B, T in ((2, block_size), (4, integer(rng, 2, 5)), (1, 1)):
            x = (0.5 + 2 * normal(rng, B, T, n_embd)).to(dtype)
            assert_close(
                block(x),
                torchs_layer(x.double(), exact, n_head).to(dtype),
                name="out",
                rtol=1e-9 if dtype == torch.float64 else 1e-5,
                sizes={"n_head": n_head, "n_embd": n_embd},
                oracle="nn.TransformerEncoderLayer",
            )


def test_no_token_sees_a_later_one(submission, rng):
    """Changing token t changes the output at t, and none before it, for every t."""
    n_head, T = 2, integer(rng, 4, 6)
    n_embd = n_head * integer(rng, 4, 5)
    weights, x = random_weights(rng, n_embd, n_head), normal(rng, 1, T, n_embd)
    block = make(submission, weights, n_head, T)
    before = block(x)
    check_shape(before, x)
    for t in range(1, T):
        changed = x.clone()
        changed[0, t] += normal(rng, n_embd)
        after = block(changed)
        check_shape(after, x)
        check(
            torch.allclose(before[0, :t], after[0, :t], rtol=1e-9, atol=1e-9),
            f"Token {t} was changed, and an output before it changed with it.",
        )
        assert_responds(before[0, t], after[0, t], name=f"the output at token {t}")


@needs("test_pre_norm_and_two_residual_connections")
def test_dropout_reaches_both_parts(submission, rng):
    """In training both branches drop; in evaluation neither does."""
    n_embd, T = 8, 2
    weights = random_weights(rng, n_embd, 2)
    x = normal(rng, 1, T, n_embd).expand(64, T, n_embd).clone()
    for quiet, loud in (("ffwd", "sa"), ("sa", "ffwd")):  # one part adds nothing, so that the other is seen alone
        block = make(submission, closed(weights, quiet), 2, T, 0.5)
        library(submission, "torch").set_rng_state(new_state(rng))
        first, second = block(x), block(x)
        check_shape(first, x)
        check_shape(second, x)
        check(
            torch.allclose(first, second, rtol=1e-9, atol=1e-9),
            "In evaluation mode the same x gives two different outputs: is dropout on?",
        )
        assert_responds(first, block(x + 0.5 * x.roll(1, -1)), name="out")
        block.train()
        out = block(x)
        check_shape(out, x)
        check(bool(out.isfinite().all()), "In training the output holds NaN or Inf.")
        # 64 equal sequences: with p = 0.5 all 1,024 numbers come out alike in one run of 2^1000.
        check(
            not torch.allclose(out, first, rtol=1e-9),
            f"In training {loud} drops nothing: pass dropout on to it.",
        )


def test_x_stays_as_it_is(submission, rng):
    """The input is not modified: x += … would change the caller's tensor."""
    block, x = make(submission, random_weights(rng, 8, 2), 2, 3), normal(rng, 2, 3, 8)
    assert_responds(assert_unchanged(block, x), assert_unchanged(block, normal(rng, 2, 3, 8)), name="out")


@needs("test_pre_norm_and_two_residual_connections", "test_x_stays_as_it_is")
@points(2)
def test_gradients(submission, rng):
    """Gradients reach x and every parameter, as through torch's own operations."""
    n_head, T = 2, integer(rng, 3, 4)
    n_embd = n_head * 3
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, n_head)
    upstream = normal(rng, 2, T, n_embd)
    _, (dx,), dweights = vjp(make(submission, weights, n_head, T), (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *weights.values())]
    right = oracle(leaves[0], dict(zip(weights, leaves[1:], strict=True)), n_head)
    dx_right, *dweights_right = torch.autograd.grad(right, leaves, upstream)
    assert_close(dx, dx_right, name="dx")
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(weights, dweights_right, strict=True)}, name="gradients")


@needs("test_pre_norm_and_two_residual_connections")
def test_blocks_keep_apart(submission, rng):
    """Two blocks in turns compute each with its own weights, whatever the other was given."""
    n_head, T = 2, integer(rng, 3, 5)
    n_embd = n_head * 3
    weights = [random_weights(rng, n_embd, n_head) for _ in range(2)]
    blocks = [make(submission, w, n_head, T) for w in weights]
    for number in (0, 1, 0):
        x = normal(rng, 2, T, n_embd)
        right = oracle(x, weights[number], n_head)
        assert_close(blocks[number](x), right, name=f"out of block {number + 1}", oracle="by hand")
