"""Checks of lecture7.multi_head: heads side by side, and the projection that joins them."""

import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
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
    strategies,
    vjp,
)

PROJECTIONS = ("key", "query", "value")


def random_weights(rng, n_embd, num_heads, head_size):
    """Weights of all heads and of the projection, whose bias is not 0."""
    weights = {
        f"heads.{i}.{name}.weight": normal(rng, head_size, n_embd, scale=1.5 * n_embd**-0.5)
        for i in range(num_heads)
        for name in PROJECTIONS
    }
    weights["proj.weight"] = normal(rng, n_embd, num_heads * head_size, scale=0.5)
    weights["proj.bias"] = 0.5 + normal(rng, n_embd, scale=0.2)
    return weights


def make(submission, weights, num_heads, block_size, dropout=0.0):
    """The learner's module in float64 and evaluation mode, with these weights."""
    head_size, n_embd = weights["heads.0.key.weight"].shape
    module = submission.MultiHeadAttention(n_embd, num_heads, head_size, block_size, dropout).double()
    module.load_state_dict(weights, strict=False)
    return module.eval()


def heads_of(x, weights, num_heads):
    """The outputs of the heads, by torch's own attention; a list of (B, T, head_size)."""
    outputs = []
    for i in range(num_heads):
        q, k, v = (x @ weights[f"heads.{i}.{name}.weight"].T for name in ("query", "key", "value"))
        outputs.append(F.scaled_dot_product_attention(q, k, v, is_causal=True))
    return outputs


def expected_output(x, weights, num_heads):
    """What is right: the heads concatenated, times W, plus b."""
    joined = torch.cat(heads_of(x, weights, num_heads), dim=-1)
    return joined @ weights["proj.weight"].T + weights["proj.bias"]


def torchs_own(x, weights, num_heads):
    """The output of nn.MultiheadAttention, with all heads packed into its one matrix."""
    n_embd, T = x.shape[-1], x.shape[1]
    module = nn.MultiheadAttention(n_embd, num_heads, batch_first=True, dtype=torch.float64)
    packed = [
        weights[f"heads.{i}.{name}.weight"] for name in ("query", "key", "value") for i in range(num_heads)
    ]  # q of head 0, q of head 1, …, k of head 0, …
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.cat(packed))
        module.in_proj_bias.zero_()
        module.out_proj.weight.copy_(weights["proj.weight"])
        module.out_proj.bias.copy_(weights["proj.bias"])
        future = torch.ones(T, T).triu(1).bool()
        return module(x, x, x, attn_mask=future, need_weights=False)[0]


@st.composite
def modules_and_inputs(draw):
    """(x, weights, num_heads, block_size), from one head of one number upwards."""
    B, T = draw(strategies.sizes(1, 2)), draw(strategies.sizes(1, 3))
    n_embd, num_heads, head_size = (draw(strategies.sizes(1, 3)) for _ in range(3))
    x = draw(strategies.tensors((B, T, n_embd)))
    x = x.contiguous() if 0 in x.stride() else x  # a view or not, but one that can be written into
    weights = {
        f"heads.{i}.{name}.weight": draw(strategies.tensors((head_size, n_embd), min_value=-2, max_value=2))
        for i in range(num_heads)
        for name in PROJECTIONS
    }
    weights["proj.weight"] = draw(strategies.tensors((n_embd, num_heads * head_size), min_value=-2, max_value=2))
    weights["proj.bias"] = draw(strategies.tensors((n_embd,), min_value=-2, max_value=2))
    return x, weights, num_heads, T + draw(st.integers(0, 2))


def is_out(out, x):
    """Whether this can be computed with."""
    return isinstance(out, torch.Tensor) and out.shape == x.shape and out.dtype == x.dtype


def assert_is_out(out, x):
    """Demand what can be computed with: a tensor of the shape and the dtype of x, of finite numbers."""
    check(is_out(out, x), f"The output must be a tensor (B, T, n_embd), here {tuple(x.shape)}, of {x.dtype}.")
    check(bool(out.isfinite().all()), "The output holds NaN or Inf.")


def test_weights_of_all_heads_and_of_proj(submission, rng):
    """The module finds the weights of every head, and those of proj, which has a bias; each module draws its own."""
    num_heads, head_size, n_embd = integer(rng, 2, 4), integer(rng, 2, 4), integer(rng, 5, 8)
    weights = random_weights(rng, n_embd, num_heads, head_size)
    module, other = (submission.MultiHeadAttention(n_embd, num_heads, head_size, 5, 0.1) for _ in range(2))
    stranger = f"stranger{integer(rng, 0, 10**6)}"  # recorded answers know none of this name
    answer = module.load_state_dict({**weights, stranger: weights["proj.bias"]}, strict=False)
    unexpected = set(answer.unexpected_keys)
    check(stranger in unexpected, "load_state_dict takes a weight that the module cannot have: leave it to nn.Module.")
    lacking = [name for name in weights if name in unexpected]
    check(
        not lacking,
        f"The module has no {', '.join(lacking[:4])}{', …' if len(lacking) > 4 else ''}. Its heads must be in an "
        "nn.ModuleList named heads (a plain list hides them from parameters()), the projection an nn.Linear with bias "
        "named proj.",
    )
    more = [name for name in answer.missing_keys if name.split(".")[-1] != "tril"]
    check(not more, f"The module has weights that are not asked for: {', '.join(more[:4])}.")
    new = other.state_dict(), submission.MultiHeadAttention(n_embd, num_heads, head_size, 5, 0.1).state_dict()
    assert_responds(*(state["proj.weight"] for state in new), name="proj.weight of a new module")
    whole = make(submission, weights, num_heads, 5)
    assert_responds(*(whole(normal(rng, 2, 4, n_embd)) for _ in range(2)), name="out")


@points(2)
@needs("test_weights_of_all_heads_and_of_proj")
def test_each_head_has_its_place(submission, rng):
    """Head i, and no other, gives the numbers i · head_size to (i + 1) · head_size of what is projected."""
    num_heads, head_size, n_embd, T = integer(rng, 2, 4), integer(rng, 2, 4), integer(rng, 9, 12), 4
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, num_heads, head_size)
    # All is asked for before the first is looked at: so many answers leave but one misconception that gave them.
    same = {}
    for i in range(num_heads):
        # A projection that looks at the places of head i alone shows what stands there.
        places = slice(i * head_size, (i + 1) * head_size)
        alone = {**weights, "proj.weight": torch.zeros_like(weights["proj.weight"])}
        alone["proj.weight"][:, places] = weights["proj.weight"][:, places]
        out = make(submission, alone, num_heads, T)(x)
        assert_is_out(out, x)
        for j in range(num_heads):
            other = {name: w + 0.5 if name.startswith(f"heads.{j}.") else w for name, w in alone.items()}
            changed = make(submission, other, num_heads, T)(x)
            assert_is_out(changed, x)
            same[i, j] = torch.allclose(out, changed, rtol=1e-9, atol=1e-9)
    for (i, j), unmoved in same.items():
        check(i != j or not unmoved, f"The weights of head {i} have no effect on what stands in its places.")
        check(i == j or unmoved, f"The weights of head {j} have an effect on what stands in the places of head {i}.")


@points(3)
@needs("test_each_head_has_its_place")
@given(case=modules_and_inputs())
def test_heads_side_by_side_and_projected(submission, case):
    """The output is the heads' outputs side by side, times the projection's weight, plus its bias."""
    x, weights, num_heads, block_size = case
    head_size, n_embd = weights["heads.0.key.weight"].shape
    by_torch = num_heads * head_size == n_embd
    assert_close(
        make(submission, weights, num_heads, block_size)(x),
        (torchs_own if by_torch else expected_output)(x, weights, num_heads),
        name="out",
        sizes={"num_heads": num_heads, "head_size": head_size},
        oracle="nn.MultiheadAttention" if by_torch else "F.scaled_dot_product_attention",
    )


def set_seed(submission, rng):
    """Seed the worker's global generator, so that what dropout does there can be repeated."""
    state = new_state(rng)
    library(submission, "torch").set_rng_state(state)


@points(2)
@needs("test_heads_side_by_side_and_projected")
def test_dropout_after_the_projection(submission, rng):
    """In training each number that proj puts out is dropped or divided by 1 − p."""
    p, n_embd, num_heads, head_size = integer(rng, 3, 6) / 10, 24, 2, 3
    weights = random_weights(rng, n_embd, num_heads, head_size)
    x = normal(rng, 64, 1, n_embd)
    module = make(submission, weights, num_heads, 4, p)
    set_seed(submission, rng)
    module.train()
    module(x)  # what is dropped before the projection shows here; below nothing is there to be dropped
    # With values of 0 the heads give 0 whatever they drop, and what the projection puts out is its bias.
    none = {name: torch.zeros_like(w) if "value" in name else w for name, w in weights.items()}
    module.load_state_dict(none, strict=False)
    out, again = module(x), module(x)
    assert_is_out(out, x)
    assert_is_out(again, x)
    bias = weights["proj.bias"].expand_as(out)
    gone, kept = out.abs() < 1e-9, (out - bias / (1 - p)).abs() < 1e-9
    check(not bool(torch.isclose(out, bias).all()), "In training no number that proj puts out is dropped.")
    check(bool((gone | kept).all()), f"With p = {p:.1f} each number of the output must be 0 or divided by 1 − p.")
    # 1,536 numbers: the share of dropped ones is within 6.5 standard deviations of p in all but one of 10^10 runs.
    share = float(gone.double().mean())
    check(abs(share - p) < 6.5 * (p * (1 - p) / gone.numel()) ** 0.5, f"With p = {p:.1f}, {share:.0%} were dropped.")
    check(not torch.allclose(out, again), "Two forward passes in training drop the same numbers: do not seed torch.")


@needs("test_heads_side_by_side_and_projected")
def test_dropout_inside_the_heads(submission, rng):
    """The probability of dropout is passed on to the heads."""
    n_embd, num_heads, head_size = integer(rng, 3, 6), 2, 2
    weights = random_weights(rng, n_embd, num_heads, head_size)
    x = normal(rng, 1, 1, n_embd).expand(512, 1, n_embd).clone()
    module = make(submission, weights, num_heads, 3, 0.5)
    set_seed(submission, rng)
    module.train()
    out = module(x)
    assert_is_out(out, x)
    # A single token attends to itself alone, so each head gives v / (1 − p) or 0, in all four combinations, before the
    # output itself is dropped or not. Without dropout in the heads the 512 equal rows have two values at most; with
    # it, two or fewer turn up in far less than one of 10^10 runs.
    seen = {round(float(value), 9) for value in out[:, 0, 0]}
    check(len(seen) > 2, "In training the heads drop nothing: pass dropout on to every Head.")


@needs("test_heads_side_by_side_and_projected")
def test_modules_keep_apart(submission, rng):
    """Each module computes with weights of its own, also while another of the same sizes is in use."""
    num_heads, head_size, n_embd, T = integer(rng, 2, 3), integer(rng, 2, 4), integer(rng, 5, 8), 4
    weights = [random_weights(rng, n_embd, num_heads, head_size) for _ in range(2)]
    modules = [make(submission, each, num_heads, T) for each in weights]
    for number in (0, 1, 0):
        x = normal(rng, 2, T, n_embd)
        right = expected_output(x, weights[number], num_heads)
        assert_close(modules[number](x), right, name=f"out of module {number + 1}", oracle="torch's attention")


@needs("test_each_head_has_its_place")
def test_no_dropout_in_evaluation(submission, rng):
    """In evaluation mode nothing is dropped, after training as before."""
    weights, x = random_weights(rng, 5, 2, 3), normal(rng, 3, 4, 5)
    without, module = make(submission, weights, 2, 4), make(submission, weights, 2, 4, 0.5)
    set_seed(submission, rng)
    wanted, outs = without(x), [module(x)]
    module.train()
    module(x)
    outs.append(module.eval()(x))
    assert_is_out(wanted, x)
    assert_responds(wanted, without(x.flip(2)), name="out")
    for out in outs:
        assert_is_out(out, x)
        check(
            torch.allclose(out, wanted, rtol=1e-9, atol=1e-9),
            "In evaluation mode a module with dropout gives something else than one without.",
        )


@needs("test_weights_of_all_heads_and_of_proj")
def test_x_stays_as_it_is(submission, rng):
    """The module leaves x as it is, and in evaluation torch's default dtype and its global random generator, too."""
    torch_there, state = library(submission, "torch"), new_state(rng)
    module = make(submission, random_weights(rng, 6, 2, 4), 2, 4)
    torch_there.set_rng_state(state)
    outs = [assert_unchanged(module, x) for x in (normal(rng, 2, 4, 6), normal(rng, 2, 4, 6))]
    assert_responds(*outs, name="out")
    check(torch_there.zeros(1).dtype == torch.float32, "torch's default dtype is changed.")
    check(torch.equal(torch_there.get_rng_state(), state), "torch's global generator is drawn from or seeded.")


@needs("test_heads_side_by_side_and_projected", "test_x_stays_as_it_is")
def test_gradients(submission, rng):
    """Gradients reach x, the projection and every head, as through torch's attention."""
    n_embd, num_heads, head_size, T = integer(rng, 3, 5), integer(rng, 2, 3), integer(rng, 2, 4), integer(rng, 3, 5)
    x, weights = normal(rng, 2, T, n_embd), random_weights(rng, n_embd, num_heads, head_size)
    upstream = normal(rng, 2, T, n_embd)
    out, (dx,), dweights = vjp(make(submission, weights, num_heads, T), (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *weights.values())]
    expected = expected_output(leaves[0], dict(zip(weights, leaves[1:], strict=True)), num_heads)
    dx_right, *dweights_right = torch.autograd.grad(expected, leaves, upstream)
    assert_close(out, expected.detach(), name="out", oracle="F.scaled_dot_product_attention")
    assert_close(dx, dx_right, name="dx")
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(weights, dweights_right, strict=True)}, name="gradients")
