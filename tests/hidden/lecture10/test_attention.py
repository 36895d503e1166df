"""Checks of lecture10.attention: all heads of causal self-attention in one module."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    normal,
    points,
    record_map,
    undisturbed,
    uniform,
    vjp,
)

SDPA = "F.scaled_dot_product_attention"


def drawn_sizes(rng, heads=(2, 3), **fixed):
    """The sizes of a small GPTConfig, no two of them equal."""
    n_head = integer(rng, *heads)
    sizes = {"n_head": n_head, "n_embd": n_head * integer(rng, 4, 5), "block_size": 7}
    return {"vocab_size": 19, "n_layer": 1, **sizes, **fixed}


def random_weights(rng, C):
    """The four parameters; scores come to 1 or 2."""
    return {
        "c_attn.weight": normal(rng, 3 * C, C, scale=1.5 * C**-0.5),
        "c_attn.bias": normal(rng, 3 * C, scale=0.5),
        "c_proj.weight": normal(rng, C, C, scale=C**-0.5),
        "c_proj.bias": normal(rng, C, scale=0.5),
    }


def make(submission, sizes, weights):
    """The learner's module in float64, with these weights."""
    config = library(submission, "types").SimpleNamespace(**sizes)
    module = submission.CausalSelfAttention(config).double()
    answer = module.load_state_dict(weights, strict=False)
    lacking = [name for name in weights if name in answer.unexpected_keys]
    check(
        not lacking,
        f"The module has no {' and no '.join(lacking)}: it must have nn.Linear modules with the names c_attn and "
        "c_proj, both with a bias.",
    )
    return module.eval()


def oracle(x, weights, n_head):
    """What is right, by torch's own attention."""
    qkv = F.linear(x, weights["c_attn.weight"], weights["c_attn.bias"])  # (B, T, 3 * C)
    q, k, v = qkv.unflatten(-1, (3, n_head, -1)).permute(2, 0, 3, 1, 4)  # each (B, n_head, T, head_size)
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
    return F.linear(y, weights["c_proj.weight"], weights["c_proj.bias"])


def show_sizes(x, n_head):
    """The sizes that may explain a ratio."""
    return {"T": x.shape[1], "n_head": n_head, "n_embd": x.shape[2], "head_size": x.shape[2] // n_head}


def check_form(out, shape, dtype=torch.float64):
    """Demand what can be computed with."""
    check(
        isinstance(out, torch.Tensor) and out.shape == shape and out.dtype == dtype,
        f"The output must be a tensor (B, T, n_embd), here {tuple(shape)}, of {dtype}.",
    )


def same(out, other):
    """Where two outputs are the same, NaN included, which is another check's affair."""
    return torch.isclose(out, other, rtol=1e-9, atol=1e-9, equal_nan=True)


def check_responds(first, second):
    """Demand two outputs that differ where they are numbers: a wrong mask may make NaN of some."""
    numbers = first.isfinite() & second.isfinite()
    check(bool((first != second)[numbers].any()), "The output is the same for two inputs: it must depend on them.")


@points(2)
def test_parameters(submission, rng):
    """A module that computes has the weights and biases of c_attn and c_proj for parameters, and no others."""
    sizes = drawn_sizes(rng)
    C, T = sizes["n_embd"], integer(rng, 3, 6)
    weights = random_weights(rng, C)
    module = make(submission, sizes, weights)
    found = library(submission, "builtins").dict(module.named_parameters())
    more = [name for name in found if name not in weights]
    check(not more, f"{', '.join(more)} is a parameter here, beside those of c_attn and c_proj.")
    assert_close(found, weights, name="the parameters", oracle="as loaded")
    for dtype in (torch.float64, torch.float32):
        module = module if dtype == torch.float64 else module.float()
        outs = [module(normal(rng, 2, T, C).to(dtype)) for _ in range(2)]
        for out in outs:
            check_form(out, (2, T, C), dtype)
        check_responds(*outs)
    config = library(submission, "types").SimpleNamespace(**sizes)
    new = [submission.CausalSelfAttention(config).state_dict() for _ in range(2)]
    check(
        not torch.equal(*(state["c_attn.weight"] for state in new)),
        "Two new modules have the same weights: leave them as torch draws them, and do not seed torch.",
    )


def test_n_embd_is_a_multiple_of_n_head(submission, rng):
    """The constructor raises ValueError where n_embd is no multiple of n_head, and only there."""
    namespace = library(submission, "types").SimpleNamespace
    sizes = drawn_sizes(rng)
    module = make(submission, sizes, random_weights(rng, sizes["n_embd"]))
    answers = [module(normal(rng, 2, 3, sizes["n_embd"])) for _ in range(2)]
    for answer in answers:
        check_form(answer, (2, 3, sizes["n_embd"]))
    assert_responds(*answers, name="attention(x)")
    for _ in range(6):
        n_head = integer(rng, 2, 5)
        rest = integer(rng, 0, 1) * integer(rng, 1, n_head - 1)
        sizes = drawn_sizes(rng, n_head=n_head, n_embd=n_head * integer(rng, 1, 4) + rest)
        if rest:
            why = f"{sizes['n_embd']} numbers for {n_head} heads"
            assert_raises(ValueError, submission.CausalSelfAttention, namespace(**sizes), why=why)
        else:
            submission.CausalSelfAttention(namespace(**sizes))


@points(3)
@needs("test_parameters")
def test_no_token_sees_a_later_one(submission, rng):
    """Changing token t changes no output before t, for every t, whatever the scores are: also at −50,000."""
    sizes = drawn_sizes(rng)
    C, T = sizes["n_embd"], integer(rng, 5, 7)
    weights = random_weights(rng, C)
    module, x = make(submission, sizes, weights), normal(rng, 2, T, C)
    assert_is_causal(module, x, rng)
    check_responds(module(x), module(x + 1))
    low = {name: weight.clone() for name, weight in weights.items()}
    low["c_attn.weight"][:C] = uniform(rng, 2.0, 3.0, C, C)
    low["c_attn.weight"][C : 2 * C] = -1000 / C * uniform(rng, 2.0, 3.0, C, C)
    assert_is_causal(make(submission, sizes, low), uniform(rng, 1.0, 1.2, 2, T, C), rng)


def assert_is_causal(module, x, rng):
    """Change one token after the other, and look at what comes before it."""
    B, T, C = x.shape
    before = module(x)
    check_form(before, x.shape)
    for t in range(1, T):
        changed = x.clone()
        changed[:, t] += uniform(rng, 0.5, 1.0, B, C)
        after = module(changed)
        check_form(after, x.shape)
        touched = ~same(after, before)[:, :t].all(-1).all(0)
        check(
            not bool(touched.any()),
            f"Token {t} was changed, and output {int(touched.int().argmax())} changed with it: an output may depend on "
            "its own token and on earlier ones, never on later ones.",
        )


@needs("test_no_token_sees_a_later_one")
def test_every_head_sees_all_before(submission, rng):
    """Every output depends on every token up to its own, in each head."""
    sizes = drawn_sizes(rng)
    C, n_head, T = sizes["n_embd"], sizes["n_head"], integer(rng, 4, 6)
    weights = random_weights(rng, C)
    weights["c_attn.weight"] *= 0.3  # small scores, so that no weight is lost in rounding
    head_size = C // n_head
    x = normal(rng, 2, T, C)
    for h in range(n_head):
        alone = {**weights, "c_proj.weight": torch.zeros(C, C, dtype=torch.float64)}
        columns = slice(h * head_size, (h + 1) * head_size)
        alone["c_proj.weight"][:, columns] = weights["c_proj.weight"][:, columns]  # nothing of another head comes out
        module = make(submission, sizes, alone)
        before = module(x)
        check_form(before, x.shape)
        for s in range(T):
            changed = x.clone()
            changed[:, s] += uniform(rng, 0.5, 1.0, 2, C)
            after = module(changed)
            check_form(after, x.shape)
            still = same(after, before)[:, s:].all(-1).any(0)
            check(
                not bool(still.any()),
                f"Token {s} was changed, and what head {h} gives to output {s + int(still.int().argmax())} is what it "
                "was: each token gathers from all before it, and from itself, in every head.",
            )


@needs("test_parameters")
def test_weights_sum_to_one(submission, rng):
    """Where all values are the same vector, every output is what c_proj makes of it: weights sum to 1."""
    sizes = drawn_sizes(rng)
    C, T = sizes["n_embd"], integer(rng, 4, 6)
    weights = random_weights(rng, C)
    value = 1.5 + normal(rng, C, scale=0.2)
    weights["c_attn.weight"][2 * C :] = 0.0
    weights["c_attn.bias"][2 * C :] = value  # every token's value is this vector
    x = normal(rng, 2, T, C)
    module = make(submission, sizes, weights)
    out, other = module(x), make(submission, sizes, {**weights, "c_proj.bias": weights["c_proj.bias"] + 1.5})(x)
    right = F.linear(value, weights["c_proj.weight"], weights["c_proj.bias"])
    for answer in (out, other):
        check_form(answer, x.shape)
    wrong = ~same(out, right.expand_as(out)).all(-1).all(0)
    check(
        not bool(wrong.any()),
        f"All values are the same vector v here, and output {int(wrong.int().argmax())} is not c_proj(v): do the "
        "weights of each token sum to 1? Mask the scores with -inf first, then take the softmax over the last axis.",
    )
    check_responds(out, other)


@needs("test_parameters")
def test_shorter_sequences(submission, rng):
    """One module serves every T from 1 to block_size, in any order: it gives what one made for that T gives."""
    sizes = drawn_sizes(rng, block_size=6)
    C = sizes["n_embd"]
    weights = random_weights(rng, C)
    module = make(submission, sizes, weights)
    for T in (3, 6, 1, 5, 6):
        x = normal(rng, 2, T, C)
        fitting = make(submission, {**sizes, "block_size": T}, weights)(x)
        try:
            out = module(x)
        except Exception as error:
            check(T == 6, f"At T = {T} the module stops, and block_size is 6: {error}")
            raise
        check_form(fitting, x.shape)
        check_form(out, x.shape)
        check(
            bool(same(out, fitting).all()),
            f"At T = {T} a module of block_size 6 gives something else than one of block_size {T}: the mask must have "
            "the T that is at hand.",
        )
        check_responds(module(x + 1), out)


@points(4)
@needs(
    "test_no_token_sees_a_later_one",
    "test_every_head_sees_all_before",
    "test_weights_sum_to_one",
    "test_shorter_sequences",
)
def test_matches_torch(submission, rng):
    """The output equals that of torch's causal attention, for any weights, number of heads, head_size and T."""
    cases = []
    for B, T, n_head, head_size in (
        (2, 5, 3, 4),
        (1, 1, 1, 1),
        (1, 4, 1, 7),
        (4, integer(rng, 2, 6), 2, 5),
        (2, 3, 3, 64),
    ):
        C = n_head * head_size
        sizes = drawn_sizes(rng, n_head=n_head, n_embd=C, block_size=T + integer(rng, 0, 2))
        cases.append((normal(rng, B, T, C), random_weights(rng, C), sizes))
    outs = [make(submission, sizes, weights)(x) for x, weights, sizes in cases]
    for (x, weights, sizes), out in zip(cases, outs, strict=True):
        n_head = sizes["n_head"]
        right = oracle(x, weights, n_head)
        if n_head == 1 and x.shape[1] > 1:
            record_map("attention weights", weights_seen(x, weights, out)[0])
        assert_close(out, right, name="out", sizes=show_sizes(x, n_head), oracle=SDPA)


def weights_seen(x, weights, out):
    """The weights of a single head of more numbers than tokens, as the output tells them."""
    C = x.shape[2]
    check_form(out, x.shape)
    values = F.linear(x, weights["c_attn.weight"][2 * C :], weights["c_attn.bias"][2 * C :])  # (B, T, C)
    y = torch.linalg.solve(weights["c_proj.weight"], (out - weights["c_proj.bias"]).mT).mT
    return torch.linalg.lstsq(values.mT, y.mT).solution.mT if bool(y.isfinite().all()) else y


@needs("test_matches_torch")
@points(2)
def test_gradients(submission, rng):
    """Gradients flow back to x and to all four parameters, as through torch's attention."""
    sizes = drawn_sizes(rng)
    C, T = sizes["n_embd"], integer(rng, 3, 6)
    x, weights, upstream = normal(rng, 2, T, C), random_weights(rng, C), normal(rng, 2, T, C)
    _, (dx,), dweights = vjp(make(submission, sizes, weights), (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *weights.values())]
    right = oracle(leaves[0], dict(zip(weights, leaves[1:], strict=True)), sizes["n_head"])
    dx_right, *dweights_right = torch.autograd.grad(right, leaves, upstream)
    assert_close(dx, dx_right, name="dx")
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(weights, dweights_right, strict=True)}, name="gradients")


@needs("test_matches_torch")
def test_float32_and_large_scores(submission, rng):
    """Scores in the thousands give finite, right outputs, and float32 stays float32."""
    sizes = drawn_sizes(rng)
    C, T, n_head = sizes["n_embd"], integer(rng, 4, 7), sizes["n_head"]
    weights = random_weights(rng, C)
    weights["c_attn.weight"][: 2 * C] *= 30
    x = normal(rng, 2, T, C).float()
    module = make(submission, sizes, weights).float()
    # The oracle sees the same rounded numbers, in float64. A score of 10,000 in float32 is right to 0.001 or so.
    rounded = {name: weight.float().double() for name, weight in weights.items()}
    assert_close(module(x), oracle(x.double(), rounded, n_head).float(), name="out", rtol=2e-2, oracle=SDPA)


@needs("test_parameters")
def test_x_stays_as_it_is(submission, rng):
    """The module leaves x as it is, and torch's global generator, too."""
    sizes = drawn_sizes(rng)
    C = sizes["n_embd"]
    module = make(submission, sizes, random_weights(rng, C))
    with undisturbed(submission, rng):
        outs = [assert_unchanged(module, x) for x in (normal(rng, 2, 4, C), normal(rng, 2, 4, C))]
    for out in outs:
        check_form(out, (2, 4, C))
    check_responds(*outs)


@needs("test_matches_torch")
def test_modules_keep_apart(submission, rng):
    """Two modules of different sizes, called in turns, compute each with its own weights."""
    cases = []
    for n_head, width in ((2, 6), (3, 4)):
        sizes = drawn_sizes(rng, n_head=n_head, n_embd=n_head * width)
        weights = random_weights(rng, n_head * width)
        cases.append((make(submission, sizes, weights), weights, sizes))
    for number in (0, 1, 0):
        module, weights, sizes = cases[number]
        x = normal(rng, 2, 5, sizes["n_embd"])
        right = oracle(x, weights, sizes["n_head"])
        assert_close(module(x), right, name=f"out of module {number + 1}", oracle=SDPA)
