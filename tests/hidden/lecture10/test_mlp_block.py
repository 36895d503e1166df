"""Checks of lecture10.mlp_block: the network of each token, and two branches off a stream that runs through."""

import math

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
    normal,
    points,
    uniform,
    vjp,
)

LAYER = "nn.TransformerEncoderLayer"


def mlp_weights(rng, C):
    """The four parameters of the MLP; what reaches the GELU is of size 1 to 3, where its two kinds differ most."""
    return {
        "c_fc.weight": normal(rng, 4 * C, C, scale=1.5 * C**-0.5),
        "c_fc.bias": normal(rng, 4 * C, scale=0.5),
        "c_proj.weight": normal(rng, C, 4 * C, scale=(4 * C) ** -0.5),
        "c_proj.bias": normal(rng, C, scale=0.5),
    }


def block_weights(rng, C):
    """The parameters of a block; gains and biases are neither 1 nor 0, so that none can be left out unnoticed."""
    weights = {
        "attn.c_attn.weight": normal(rng, 3 * C, C, scale=C**-0.5),
        "attn.c_attn.bias": normal(rng, 3 * C, scale=0.3),
        "attn.c_proj.weight": normal(rng, C, C, scale=C**-0.5),
        "attn.c_proj.bias": normal(rng, C, scale=0.3),
    }
    for name in ("ln_1", "ln_2"):
        weights[f"{name}.weight"] = 1.4 + uniform(rng, -0.2, 0.2, C)
        weights[f"{name}.bias"] = normal(rng, C, scale=0.3)
    return weights | {f"mlp.{name}": weight for name, weight in mlp_weights(rng, C).items()}


def loaded(submission, kind, sizes, weights, parts):
    """The learner's module in float64, with these weights."""
    config = library(submission, "types").SimpleNamespace(**{"vocab_size": 19, "n_layer": 1, **sizes})
    module = getattr(submission, kind)(config).double()
    answer = module.load_state_dict(weights, strict=False)
    lacking = [name for name in weights if name in answer.unexpected_keys]
    check(
        not lacking,
        f"{kind} has no {', '.join(lacking[:4])}{', …' if len(lacking) > 4 else ''}. Its parts must be named {parts}.",
    )
    return module.eval()


def make_mlp(submission, weights):
    """The learner's MLP with these weights."""
    sizes = {"n_embd": len(weights["c_proj.bias"]), "n_head": 1, "block_size": 5}
    return loaded(submission, "MLP", sizes, weights, "c_fc and c_proj")


def make_block(submission, weights, n_head):
    """The learner's block with these weights."""
    sizes = {"n_embd": len(weights["ln_1.bias"]), "n_head": n_head, "block_size": 7}
    return loaded(submission, "Block", sizes, weights, "ln_1, attn, ln_2 and mlp")


def assert_parameters(submission, module, weights, name):
    """Demand these parameters and no others."""
    found = library(submission, "builtins").dict(module.named_parameters())
    more = [key for key in found if key not in weights]
    check(not more, f"{name} has parameters that are not asked for: {', '.join(more[:4])}.")
    assert_close(found, weights, name=f"the parameters of {name}", oracle="as loaded")


def gelu(h):
    """GELU by tanh, longhand."""
    return 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h * h * h)))


def mlp_oracle(x, weights, prefix=""):
    """What the MLP must give."""
    hidden = gelu(F.linear(x, weights[f"{prefix}c_fc.weight"], weights[f"{prefix}c_fc.bias"]))
    return F.linear(hidden, weights[f"{prefix}c_proj.weight"], weights[f"{prefix}c_proj.bias"])


def block_oracle(x, weights, n_head):
    """What the block must give, as two sums of torch's own functions."""

    def layer_norm(x, name):
        return F.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

    qkv = F.linear(layer_norm(x, "ln_1"), weights["attn.c_attn.weight"], weights["attn.c_attn.bias"])
    q, k, v = qkv.unflatten(-1, (3, n_head, -1)).permute(2, 0, 3, 1, 4)  # each (B, n_head, T, head_size)
    heads = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
    y = x + F.linear(heads, weights["attn.c_proj.weight"], weights["attn.c_proj.bias"])
    return y + mlp_oracle(layer_norm(y, "ln_2"), weights, "mlp.")


def torchs_layer(x, weights, n_head):
    """The output of torch's layer with norm_first and this GELU, which is this block."""
    C, T = x.shape[-1], x.shape[1]
    layer = nn.TransformerEncoderLayer(
        C, n_head, 4 * C, dropout=0.0, activation=gelu, batch_first=True, norm_first=True, dtype=torch.float64
    )
    names = {"attn.c_proj": "self_attn.out_proj", "mlp.c_fc": "linear1", "mlp.c_proj": "linear2"}
    names |= {"ln_1": "norm1", "ln_2": "norm2"}
    state = {f"{new}.{kind}": weights[f"{old}.{kind}"] for old, new in names.items() for kind in ("weight", "bias")}
    state["self_attn.in_proj_weight"] = weights["attn.c_attn.weight"]
    state["self_attn.in_proj_bias"] = weights["attn.c_attn.bias"]
    layer.load_state_dict(state)
    with torch.no_grad():
        return layer(x, src_mask=torch.ones(T, T).triu(1).bool())


def check_form(out, x):
    """Demand what can be computed with."""
    check(
        isinstance(out, torch.Tensor) and out.shape == x.shape and out.dtype == x.dtype,
        f"The output must be a tensor of the shape of x, here {tuple(x.shape)}, and of its dtype, {x.dtype}.",
    )


def assert_computes(module, x):
    """Demand outputs that depend on the input, and are not the input."""
    out = module(x)
    check_form(out, x)
    assert_responds(out, module(x + 1), name="out")
    check(not torch.equal(out, x), "The output is the input.")


def test_parameters_of_the_mlp(submission, rng):
    """An MLP that computes has the weights and biases of c_fc, four times as wide, and of c_proj, and no others."""
    C = integer(rng, 3, 6)
    weights = mlp_weights(rng, C)
    module = make_mlp(submission, weights)
    assert_parameters(submission, module, weights, "the MLP")
    assert_computes(module, normal(rng, 2, 7, C))


@points(3)
@needs("test_parameters_of_the_mlp")
def test_mlp(submission, rng):
    """The MLP gives c_proj(gelu(c_fc(x))) with GELU by tanh, for any leading axes; float32 stays float32."""
    cases = []
    for leading in ((3, 5), (), (7,), (2, 1, 3)):
        C = integer(rng, 4, 6)
        cases.append((normal(rng, *leading, C, scale=1.5), mlp_weights(rng, C), torch.float64))
    cases.append((normal(rng, 2, 9, 8).float(), mlp_weights(rng, 8), torch.float32))
    outs = [make_mlp(submission, weights).to(dtype)(x) for x, weights, dtype in cases]
    for (x, weights, dtype), out in zip(cases, outs, strict=True):
        rounded = {name: weight.to(dtype).double() for name, weight in weights.items()}
        assert_close(
            out,
            mlp_oracle(x.double(), rounded).to(dtype),
            name="out",
            rtol=1e-9 if dtype == torch.float64 else 1e-5,
            oracle="by the formula",
            sizes={"n_embd": x.shape[-1]},
        )


@needs("test_parameters_of_the_mlp")
def test_parameters_of_the_block(submission, rng):
    """A block that computes has the parameters of ln_1, attn, ln_2 and mlp, and no others."""
    C = 2 * integer(rng, 3, 5)
    weights = block_weights(rng, C)
    module = make_block(submission, weights, 2)
    assert_parameters(submission, module, weights, "the block")
    assert_computes(module, normal(rng, 2, 5, C))


@needs("test_parameters_of_the_block")
def test_the_stream_runs_straight_through(submission, rng):
    """Where both branches end in 0, x comes out as it went in: neither normalised nor replaced nor doubled."""
    C, T = 2 * integer(rng, 3, 4), integer(rng, 3, 5)
    weights = block_weights(rng, C)
    x = 0.5 + 2 * normal(rng, 2, T, C)
    # Mistakes that are alike here are told apart by what comes of one branch alone, and of both.
    for parts in (("attn",), ("mlp",), ()):
        make_block(submission, closed(weights, *parts), 2)(x)
    silent = make_block(submission, closed(weights, "attn", "mlp"), 2)
    out = silent(x)
    check_form(out, x)
    check(
        torch.allclose(out, x, rtol=1e-9),
        "With all weights of attn.c_proj and of mlp.c_proj at 0 the branches add nothing, and x must come out as it "
        "went in: neither normalised nor replaced nor doubled.",
    )


def closed(weights, *parts):
    """Weights with which these parts, attn or mlp, add nothing."""
    last = tuple(f"{part}.c_proj" for part in parts)
    return {name: torch.zeros_like(w) if name.startswith(last) else w for name, w in weights.items()}


@points(4)
@needs("test_mlp", "test_the_stream_runs_straight_through")
def test_block(submission, rng):
    """The output is y + mlp(ln_2(y)), where y = x + attn(ln_1(x)), as in torch's own layer with norm_first."""
    cases = []
    for B, T, n_head, head_size in ((2, 6, 2, 5), (1, 1, 1, 4), (3, integer(rng, 2, 5), 3, 4)):
        C = n_head * head_size
        cases.append((0.5 + 2 * normal(rng, B, T, C), block_weights(rng, C), n_head))
    outs = [make_block(submission, weights, n_head)(x) for x, weights, n_head in cases]
    for (x, weights, n_head), out in zip(cases, outs, strict=True):
        sizes = {"n_head": n_head, "n_embd": x.shape[-1]}
        assert_close(out, torchs_layer(x, weights, n_head), name="out", oracle=LAYER, sizes=sizes)


@needs("test_parameters_of_the_block")
def test_x_stays_as_it_is(submission, rng):
    """Neither the MLP nor the block modifies its input: x += … would change the caller's tensor."""
    C = 2 * integer(rng, 3, 4)
    mlp, block = make_mlp(submission, mlp_weights(rng, C)), make_block(submission, block_weights(rng, C), 2)
    for module in (mlp, block):
        outs = [assert_unchanged(module, x) for x in (normal(rng, 2, 5, C), normal(rng, 2, 5, C))]
        assert_responds(*outs, name="out")


@points(2)
@needs("test_block", "test_x_stays_as_it_is")
def test_gradients(submission, rng):
    """Gradients reach x and every parameter, as through torch's own operations."""
    n_head, T = 2, integer(rng, 3, 4)
    C = n_head * integer(rng, 3, 4)
    x, weights, upstream = normal(rng, 2, T, C), block_weights(rng, C), normal(rng, 2, T, C)
    _, (dx,), dweights = vjp(make_block(submission, weights, n_head), (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *weights.values())]
    right = block_oracle(leaves[0], dict(zip(weights, leaves[1:], strict=True)), n_head)
    dx_right, *dweights_right = torch.autograd.grad(right, leaves, upstream)
    assert_close(dx, dx_right, name="dx")
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(weights, dweights_right, strict=True)}, name="gradients")


@needs("test_block")
def test_blocks_keep_apart(submission, rng):
    """Two blocks in turns compute each with its own weights, whatever the other was given."""
    C, T = 6, integer(rng, 3, 5)
    weights = [block_weights(rng, C) for _ in range(2)]
    blocks = [make_block(submission, w, n_head) for w, n_head in zip(weights, (2, 3), strict=True)]
    for number in (0, 1, 0):
        x = normal(rng, 2, T, C)
        right = block_oracle(x, weights[number], number + 2)
        assert_close(blocks[number](x), right, name=f"out of block {number + 1}", oracle="torch's functions")
