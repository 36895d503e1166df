"""Checks of lecture10.model: GPT-2 against a twin made of torch's functions, and what it starts with."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    integers,
    library,
    needs,
    new_state,
    normal,
    points,
    uniform,
    vjp,
)

TWIN = "a twin of torch's own functions"
EMBEDDING, HEAD = "transformer.wte.weight", "lm_head.weight"


def drawn_sizes(rng, **fixed):
    """The attributes of a small GPTConfig, no two of them equal."""
    n_head = integer(rng, 2, 3)
    sizes = {"n_layer": 2, "n_head": n_head, "n_embd": 4 * n_head, "vocab_size": integer(rng, 17, 23)}
    return {**sizes, "block_size": integer(rng, 5, 7), **fixed}


def random_weights(rng, sizes):
    """Weights of the whole model, without lm_head's, which are wte's; gains and biases neither 1 nor 0."""
    V, C = sizes["vocab_size"], sizes["n_embd"]
    weights = {EMBEDDING: normal(rng, V, C), "transformer.wpe.weight": normal(rng, sizes["block_size"], C)}
    norms = ["transformer.ln_f"]
    for layer in range(sizes["n_layer"]):
        block = f"transformer.h.{layer}"
        shapes = {"attn.c_attn": (3 * C, C), "attn.c_proj": (C, C), "mlp.c_fc": (4 * C, C), "mlp.c_proj": (C, 4 * C)}
        for name, shape in shapes.items():
            weights[f"{block}.{name}.weight"] = normal(rng, *shape, scale=shape[1] ** -0.5)
            weights[f"{block}.{name}.bias"] = normal(rng, shape[0], scale=0.3)
        norms += [f"{block}.ln_1", f"{block}.ln_2"]
    for name in norms:
        weights[f"{name}.weight"] = 1.4 + uniform(rng, -0.2, 0.2, C)
        weights[f"{name}.bias"] = normal(rng, C, scale=0.3)
    return weights


def made(submission, sizes):
    """A new model of the learner's."""
    return submission.GPT(library(submission, "types").SimpleNamespace(**sizes))


def make(submission, sizes, weights):
    """The learner's model in float64, with these weights."""
    model = made(submission, sizes).double()
    answer = model.load_state_dict({**weights, HEAD: weights[EMBEDDING]}, strict=False)
    lacking = [name for name in (*weights, HEAD) if name in answer.unexpected_keys]
    check(
        not lacking,
        f"The model has no {', '.join(lacking[:3])}{', …' if len(lacking) > 3 else ''}. Its parts must have the names "
        "of the stub, and the blocks be in an nn.ModuleList: a plain list hides them.",
    )
    return model.eval()


def twin(idx, weights, n_head):
    """The logits, (B, T, V), by torch's own functions."""

    def linear(x, name):
        return F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def layer_norm(x, name):
        return F.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

    x = weights[EMBEDDING][idx] + weights["transformer.wpe.weight"][: idx.shape[1]]
    for layer in range(sum(name.endswith("mlp.c_fc.bias") for name in weights)):
        block = f"transformer.h.{layer}"
        qkv = linear(layer_norm(x, f"{block}.ln_1"), f"{block}.attn.c_attn")
        q, k, v = qkv.unflatten(-1, (3, n_head, -1)).permute(2, 0, 3, 1, 4)  # each (B, n_head, T, head_size)
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        x = x + linear(heads, f"{block}.attn.c_proj")
        hidden = F.gelu(linear(layer_norm(x, f"{block}.ln_2"), f"{block}.mlp.c_fc"), approximate="tanh")
        x = x + linear(hidden, f"{block}.mlp.c_proj")
    return layer_norm(x, "transformer.ln_f") @ weights[EMBEDDING].T


def tokens(rng, sizes, B, T):
    """Random tokens, (B, T)."""
    return integers(rng, 0, sizes["vocab_size"] - 1, B, T)


def unpack(answer):
    """(logits, loss) as forward must return them; what is wrong with their kind is said here."""
    check(isinstance(answer, tuple | list) and len(answer) == 2, "forward must return two things: logits and loss.")
    return answer


def logits_of(model, idx):
    """The logits alone, without targets."""
    logits, _ = unpack(model(idx))
    check(
        isinstance(logits, torch.Tensor) and logits.dim() == 3 and logits.shape[:2] == idx.shape,
        f"The logits must be a tensor (B, T, V), here with B, T = {tuple(idx.shape)}.",
    )
    return logits


def attribute(submission, name, model):
    """What lies at this path."""
    return library(submission, "operator").attrgetter(name)(model)


@points(2)
def test_embedding_and_head_are_one(submission, rng):
    """wte and lm_head share one matrix: what is loaded into one is seen in the other, whichever it is."""
    library(submission, "torch").set_rng_state(new_state(rng))
    cases = []
    for given in (HEAD, EMBEDDING):
        sizes = drawn_sizes(rng)
        W = normal(rng, sizes["vocab_size"], sizes["n_embd"])
        model = made(submission, sizes).double()
        model.load_state_dict({given: W}, strict=False)
        found = {name: attribute(submission, name, model) for name in (HEAD, EMBEDDING)}
        cases.append((given, W, found))
    for given, W, found in cases:
        for name, matrix in found.items():
            check(
                isinstance(matrix, torch.Tensor) and matrix.shape == W.shape and torch.equal(matrix, W),
                f"A matrix (vocab_size, n_embd) was loaded into {given}, and {name} is not that matrix: wte and "
                "lm_head must hold the very same Parameter.",
            )


@points(2)
@needs("test_embedding_and_head_are_one")
def test_parameters(submission, rng):
    """A model that computes has the parameters of the stub's parts and no others."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    found = library(submission, "builtins").dict(model.named_parameters())
    more = [name for name in found if name not in {*weights, HEAD}]
    check(not more, f"The model has parameters that are not asked for: {', '.join(more[:4])}.")
    found = {EMBEDDING if name == HEAD else name: value for name, value in found.items()}
    lacking = [name for name in weights if name not in found]
    check(not lacking, f"The model has no parameter {lacking[0] if lacking else ''}, among others.")
    assert_close(found, weights, name="the parameters", oracle="as loaded")
    idx = tokens(rng, sizes, 2, 4)
    others = (idx + 1) % sizes["vocab_size"]
    assert_responds(unpack(model(idx))[0], unpack(model(others))[0], name="logits")


@points(4)
@needs("test_parameters")
def test_logits(submission, rng):
    """The logits equal those of a twin built of torch's functions, for models of several sizes and every T."""
    cases = []
    for n_layer, dtype in ((1, torch.float64), (3, torch.float64), (2, torch.float32)):
        sizes = drawn_sizes(rng, n_layer=n_layer)
        weights = random_weights(rng, sizes)
        model = make(submission, sizes, weights)
        if dtype == torch.float32:
            model.float()
        for T in range(1, sizes["block_size"]):
            idx = tokens(rng, sizes, 2, T)
            cases.append((logits_of(model, idx), twin(idx, weights, sizes["n_head"]).to(dtype), T))
    for logits, right, T in cases:
        rtol = 1e-9 if right.dtype == torch.float64 else 1e-4
        assert_close(logits, right, name="logits", rtol=rtol, sizes={"T": T}, oracle=TWIN)


@needs("test_logits")
def test_too_many_tokens(submission, rng):
    """block_size tokens are taken; more of them raise a ValueError."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    idx = tokens(rng, sizes, 2, sizes["block_size"])
    assert_close(logits_of(model, idx), twin(idx, weights, sizes["n_head"]), name="logits", oracle=TWIN)
    for more in (1, 2):
        T = sizes["block_size"] + more
        assert_raises(ValueError, model, tokens(rng, sizes, 2, T), why=f"{T} tokens, block_size is {T - more}")


@points(2)
@needs("test_logits")
def test_loss(submission, rng):
    """With targets the loss is the mean cross-entropy over all positions; without, it is None."""
    for B in (3, 1):
        sizes = drawn_sizes(rng)
        T, weights = integer(rng, 2, sizes["block_size"] - 1), random_weights(rng, sizes)
        idx, targets = tokens(rng, sizes, B, T), tokens(rng, sizes, B, T)
        right = twin(idx, weights, sizes["n_head"])
        model = make(submission, sizes, weights)
        _, loss = unpack(assert_unchanged(model, idx, targets))
        assert_close(
            loss,
            F.cross_entropy(right.flatten(0, 1), targets.flatten()),
            name="loss",
            sizes={"B": B, "T": T, "V": sizes["vocab_size"]},
            oracle=TWIN,
        )
        check(unpack(model(idx))[1] is None, "Without targets the loss must be None.")


@needs("test_logits")
def test_logits_with_targets(submission, rng):
    """With targets the logits are those without, (B, T, V)."""
    for B in (3, 1):
        sizes = drawn_sizes(rng)
        T = integer(rng, 2, sizes["block_size"] - 1)
        idx, targets = tokens(rng, sizes, B, T), tokens(rng, sizes, B, T)
        model = make(submission, sizes, random_weights(rng, sizes))
        logits, _ = unpack(model(idx, targets))
        assert_close(logits, logits_of(model, idx), name="logits", oracle="without targets")


@needs("test_loss")
def test_a_batch_cut_from_a_text(submission, rng):
    """idx and targets may be views into one text, not contiguous in memory."""
    sizes = drawn_sizes(rng)
    T, weights = sizes["block_size"] - 1, random_weights(rng, sizes)
    text = tokens(rng, sizes, 3, T + 1)
    model = make(submission, sizes, weights)
    _, loss = unpack(model(text[:, :-1], text[:, 1:]))
    right = twin(text[:, :-1], weights, sizes["n_head"])
    assert_close(loss, F.cross_entropy(right.mT, text[:, 1:]), name="loss", oracle=TWIN)


@points(2)
@needs("test_logits")
def test_gradients(submission, rng):
    """Gradients reach every parameter, as through the twin; the shared matrix has those of both its uses."""
    sizes = drawn_sizes(rng)
    T, weights = sizes["block_size"] - 1, random_weights(rng, sizes)
    idx, upstream = tokens(rng, sizes, 2, T), normal(rng, 2, T, sizes["vocab_size"])
    _, _, dweights = vjp(make(submission, sizes, weights), (idx,), upstream)
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    gradients = torch.autograd.grad(twin(idx, leaves, sizes["n_head"]), list(leaves.values()), upstream)
    named = {f"d{EMBEDDING if name == HEAD else name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(leaves, gradients, strict=True)}, name="gradients")


@needs("test_logits")
def test_models_keep_apart(submission, rng):
    """Two models of different sizes in turns compute each with its own weights."""
    cases = []
    for n_head in (2, 3):
        sizes = drawn_sizes(rng, n_head=n_head, n_embd=12)
        weights = random_weights(rng, sizes)
        cases.append((make(submission, sizes, weights), weights, sizes))
    for number, T in ((0, 3), (1, 2), (0, 4)):
        model, weights, sizes = cases[number]
        idx = tokens(rng, sizes, 2, T)
        right = twin(idx, weights, sizes["n_head"])
        assert_close(logits_of(model, idx), right, name=f"logits of model {number + 1}", oracle=TWIN)


def wide_sizes(rng):
    """Sizes at which a standard deviation can be told to 6 %."""
    V = integer(rng, 330, 400)
    return {"n_layer": 3, "n_head": 2, "n_embd": 48, "vocab_size": V, "block_size": integer(rng, 120, 130)}


@needs("test_logits")
def test_size_of_gpt2(submission, rng):
    """With the sizes of GPT-2 the model has 124,439,808 parameters, and it can be built on the meta device."""
    sizes = drawn_sizes(rng, vocab_size=integer(rng, 100, 999))
    made(submission, sizes)  # where numbers are, too
    for drawn in (sizes, {"block_size": 1024, "vocab_size": 50257, "n_layer": 12, "n_head": 12, "n_embd": 768}):
        V, C, T = drawn["vocab_size"], drawn["n_embd"], drawn["block_size"]
        wanted = (V + T + 2) * C + drawn["n_layer"] * (12 * C * C + 13 * C)
        config = library(submission, "types").SimpleNamespace(**drawn)
        # As in "with torch.device(…):", but in one call, so that nothing is left behind where a constructor stops.
        on = library(submission, "torch.utils._device").device_decorator
        build = library(submission, "functools").partial(submission.GPT, config)
        model = on(library(submission, "torch").device("meta"), build)()
        numel = library(submission, "operator").methodcaller("numel")
        builtins = library(submission, "builtins")
        count = builtins.sum(builtins.map(numel, model.parameters()))
        shown = f"{count:,}" if type(count) is int else "no number of"
        check(shown == f"{wanted:,}", f"With {drawn} the model has {shown} parameters; {wanted:,} are wanted.")


@needs("test_loss")
def test_first_loss(submission, rng):
    """The first loss of a new model is within 0.1 of ln V, the loss of who knows nothing."""
    sizes = wide_sizes(rng)
    library(submission, "torch").set_rng_state(new_state(rng))
    model = made(submission, sizes)
    # Logits have a standard deviation of 0.14, so that the mean over 720 random targets is off by 0.005, and by 0.01
    # and 0.005 for the width of the logits and for each token's own, which is 0.7 above the others: 0.1 is far.
    idx, targets = tokens(rng, sizes, 6, 120), tokens(rng, sizes, 6, 120)
    _, loss = unpack(model(idx, targets))
    _, other = unpack(model((idx + 1) % sizes["vocab_size"], targets))
    check(isinstance(loss, torch.Tensor) and loss.shape == (), "The loss must be a tensor of shape ().")
    wanted = math.log(sizes["vocab_size"])
    check(
        abs(float(loss) - wanted) < 0.1,
        f"The first loss of a new model is {float(loss):.4g}; ln V is {wanted:.4g}: the first weights are too large, "
        "or not drawn as the stub says.",
    )
    assert_responds(loss, other, name="the loss")


def assert_first_weights(state, sizes):
    """Demand normal numbers with the right standard deviations, and biases of 0."""
    residual = 0.02 / (2 * sizes["n_layer"]) ** 0.5
    kinds = {"transformer.wte": 0.02, "transformer.wpe": 0.02, "attn.c_attn": 0.02, "mlp.c_fc": 0.02}
    kinds |= {"attn.c_proj": residual, "mlp.c_proj": residual}
    for kind, std in kinds.items():
        names = [name for name in state if name.endswith(f"{kind}.weight")]
        weights = torch.cat([state[name].flatten() for name in names]).double() / std
        # Of n normal numbers the standard deviation is right to 1 / sqrt(2 n), and the mean to 1 / sqrt(n): seven of
        # these is beyond once in 4e11 runs. The largest of 5,000 to 30,000 lies between 2.7 and 8 but once in 1e10.
        n, found = len(weights), float(weights.std())
        check(
            abs(found - 1) < 7 / (2 * n) ** 0.5 and abs(float(weights.mean())) < 7 / n**0.5,
            f"The weights of {kind} must have a mean of 0 and a standard deviation of {std:.4g}, here; they have "
            f"{float(weights.mean()) * std:.2g} and {found * std:.4g}.",
        )
        largest = float(weights.abs().max())
        check(
            2.7 < largest < 8,
            f"The weights of {kind} must be normal numbers; the largest of {n:,} is {largest:.3g} standard deviations, "
            "and three to five are to be expected.",
        )
        check(len(names) == 1 or not torch.equal(*(state[name] for name in names[:2])), f"{kind} is the same in all.")
    for name in state:
        if name.endswith((".c_attn.bias", ".c_fc.bias", ".c_proj.bias")):
            check(not bool(state[name].any()), f"{name} must start with zeros.")


def weights_of(model, like):
    """The model's parameters, once they have the right shapes."""
    state = {name: value for name, value in model.state_dict().items() if name in like}
    for name, weight in like.items():
        found = state.get(name)
        check(isinstance(found, torch.Tensor) and found.shape == weight.shape, f"{name} must be {tuple(weight.shape)}.")
    return state


@points(3)
@needs("test_first_loss")
def test_first_weights(submission, rng):
    """New models start with N(0, 0.02²), the projections of a block with 0.02/√(2·n_layer), biases 0, gains 1."""
    sizes = wide_sizes(rng)
    like = random_weights(rng, sizes)
    library(submission, "torch").set_rng_state(new_state(rng))
    states = [weights_of(made(submission, sizes), like) for _ in range(2)]
    assert_first_weights(states[0], sizes)
    for name, value in states[0].items():
        if ".ln_" in name:
            expected = 1.0 if name.endswith("weight") else 0.0
            check(bool((value == expected).all()), f"{name} must be {expected:g} everywhere, as torch makes it.")
    check(
        not torch.equal(states[0][EMBEDDING], states[1][EMBEDDING]),
        "Two new models have the same weights: do not seed torch.",
    )


@needs("test_first_weights")
def test_init_weights_again(submission, rng):
    """init_weights, called on a model that has other weights, draws all of them anew."""
    sizes = wide_sizes(rng)
    weights = random_weights(rng, sizes)
    library(submission, "torch").set_rng_state(new_state(rng))
    made(submission, sizes).state_dict()  # tells apart what is not drawn at all; not judged
    model, states = make(submission, sizes, weights), []
    for _ in range(2):
        model.init_weights()
        states.append(weights_of(model, weights))
    for state in states:
        assert_first_weights(state, sizes)
    check(not torch.equal(states[0][EMBEDDING], states[1][EMBEDDING]), "init_weights draws the same numbers twice.")
