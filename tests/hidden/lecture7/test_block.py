"""Checks of lecture7.block: two branches off a stream that runs straight through."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import assert_close, assert_unchanged, check, integer, library, new_state, normal, points, vjp

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
    """The learner's block in float64 and evaluation mode, with these weights."""
    n_embd = len(weights["ln1.weight"])
    block = submission.Block(n_embd, n_head, block_size, dropout).double()
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


@points(3)
def test_pre_norm_and_two_residual_connections(submission, rng):
    """The output is y + ffwd(ln2(y)), where y = x + sa(ln1(x))."""
    for n_head in (1, 2, 3):
        n_embd, T = n_head * integer(rng, 2, 4), integer(rng, 2, 5)
        x, weights = 0.5 + 2 * normal(rng, 2, T, n_embd), random_weights(rng, n_embd, n_head)
        assert_close(
            make(submission, weights, n_head, T)(x),
            oracle(x, weights, n_head),
            name="out",
            sizes={"n_head": n_head, "n_embd": n_embd},
            oracle="F.scaled_dot_product_attention and F.layer_norm",
        )


def test_equals_torchs_layer(submission, rng):
    """The output equals that of nn.TransformerEncoderLayer with norm_first=True and a causal mask."""
    n_head = integer(rng, 2, 4)
    n_embd, T = n_head * integer(rng, 2, 5), integer(rng, 3, 6)
    x, weights = 0.5 + 2 * normal(rng, 2, T, n_embd), random_weights(rng, n_embd, n_head)
    assert_close(
        make(submission, weights, n_head, T + 2)(x),
        torchs_layer(x, weights, n_head),
        name="out",
        sizes={"n_head": n_head, "n_embd": n_embd},
        oracle="nn.TransformerEncoderLayer",
    )


def test_the_stream_runs_straight_through(submission, rng):
    """Where both branches end in 0, x comes out as it went in; with one of them open, x plus that branch."""
    n_head, T = 2, integer(rng, 2, 5)
    n_embd = n_head * integer(rng, 2, 4)
    x, weights = 0.5 + 2 * normal(rng, 2, T, n_embd), random_weights(rng, n_embd, n_head)
    closed = {name: torch.zeros_like(w) for name, w in weights.items() if name.startswith(("sa.proj", "ffwd.net.2"))}
    out = make(submission, {**weights, **closed}, n_head, T)(x)
    check(
        isinstance(out, torch.Tensor) and out.shape == x.shape and torch.allclose(out, x, rtol=1e-9),
        "With all weights of sa.proj and of the last layer of ffwd at 0 the branches add nothing, and x must come out "
        "as it went in: neither normalised nor replaced nor doubled.",
    )
    for open_ in ("sa", "ffwd"):
        one = {name: w for name, w in closed.items() if not name.startswith(open_)}
        assert_close(
            make(submission, {**weights, **one}, n_head, T)(x),
            oracle(x, {**weights, **one}, n_head),
            name="out",
            oracle="by hand",
        )


def test_no_token_sees_a_later_one(submission, rng):
    """Changing token t changes no output before t, for every t."""
    n_head, T = 2, integer(rng, 4, 6)
    n_embd = n_head * integer(rng, 2, 4)
    weights, x = random_weights(rng, n_embd, n_head), normal(rng, 1, T, n_embd)
    block = make(submission, weights, n_head, T)
    for t in range(1, T):
        changed = x.clone()
        changed[0, t] += normal(rng, n_embd)
        before, after = block(x), block(changed)
        same = [isinstance(out, torch.Tensor) and out.shape == x.shape for out in (before, after)]
        check(all(same), f"The output must be a tensor (B, T, n_embd), here {tuple(x.shape)}.")
        check(
            torch.allclose(before[0, :t], after[0, :t], rtol=1e-9, atol=1e-9),
            f"Token {t} was changed, and an output before it changed with it.",
        )
        assert_close(after, oracle(changed, weights, n_head), name="out", oracle="by hand")


def test_dropout_reaches_both_parts(submission, rng):
    """In training both branches drop; in evaluation neither does."""
    n_embd, T = 8, 2
    weights = random_weights(rng, n_embd, 2)
    x = normal(rng, 1, T, n_embd).expand(64, T, n_embd).clone()
    for quiet in ("ffwd.net.2", "sa.proj"):  # the part that adds nothing, so that the other is seen alone
        closed = {name: torch.zeros_like(w) if name.startswith(quiet) else w for name, w in weights.items()}
        block = make(submission, closed, 2, T, 0.5)
        right = oracle(x, closed, 2)
        assert_close(block(x), right, name="out", oracle="by hand")
        state = new_state(rng)
        library(submission, "torch").set_rng_state(state)
        block.train()
        out = block(x)
        check(isinstance(out, torch.Tensor) and out.shape == x.shape, "The output must be a tensor (B, T, n_embd).")
        check(bool(out.isfinite().all()), "In training the output holds NaN or Inf.")
        # 64 equal sequences: with p = 0.5 all 1,024 numbers come out alike in one run of 2^1000.
        which = "sa" if quiet.startswith("ffwd") else "ffwd"
        check(
            not torch.allclose(out, right, rtol=1e-9),
            f"In training {which} drops nothing: pass dropout on to it.",
        )


@points(2)
def test_gradients(submission, rng):
    """Gradients reach x and every parameter, as through torch's own operations."""
    n_head, T = 2, integer(rng, 2, 4)
    n_embd = n_head * integer(rng, 2, 3)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, n_head)
    upstream = normal(rng, 2, T, n_embd)
    out, (dx,), dweights = vjp(make(submission, weights, n_head, T), (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *weights.values())]
    right = oracle(leaves[0], dict(zip(weights, leaves[1:], strict=True)), n_head)
    dx_right, *dweights_right = torch.autograd.grad(right, leaves, upstream)
    assert_close(out, right.detach(), name="out", oracle="by hand")
    assert_close(dx, dx_right, name="dx")
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(weights, dweights_right, strict=True)}, name="gradients")


def test_x_stays_as_it_is(submission, rng):
    """The right output is found without modifying the input: x += … would change the caller's tensor."""
    x, weights = normal(rng, 2, 3, 4), random_weights(rng, 4, 2)
    out = assert_unchanged(make(submission, weights, 2, 3), x)
    assert_close(out, oracle(x, weights, 2), name="out", oracle="by hand")
