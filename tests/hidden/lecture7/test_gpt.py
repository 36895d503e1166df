"""Checks of lecture7.gpt: the whole model against a twin made of torch's functions, and what it writes."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    generators,
    integer,
    library,
    needs,
    new_state,
    normal,
    points,
    vjp,
)

TWIN = "a twin of torch's own functions"


def random_sizes(rng, **fixed):
    """The arguments of a small GPTConfig."""
    n_head = integer(rng, 1, 3)
    sizes = {
        "vocab_size": integer(rng, 7, 13),
        "block_size": integer(rng, 4, 6),
        "n_embd": n_head * 4,
        "n_head": n_head,
        "n_layer": 2,
        "dropout": 0.0,
    }
    return {**sizes, **fixed}


def random_weights(rng, sizes):
    """Weights of the whole model; gains and biases are neither 1 nor 0, so that none can be left out unnoticed."""
    V, C, n_head = sizes["vocab_size"], sizes["n_embd"], sizes["n_head"]
    weights = {
        "token_embedding_table.weight": normal(rng, V, C),
        "position_embedding_table.weight": normal(rng, sizes["block_size"], C),
        "ln_f.weight": 1.3 + normal(rng, C, scale=0.3),
        "ln_f.bias": normal(rng, C, scale=0.3),
        "lm_head.weight": normal(rng, V, C),
        "lm_head.bias": normal(rng, V, scale=0.5),
    }
    for layer in range(sizes["n_layer"]):
        block = f"blocks.{layer}"
        for i in range(n_head):
            for name in ("key", "query", "value"):
                weights[f"{block}.sa.heads.{i}.{name}.weight"] = normal(rng, C // n_head, C, scale=C**-0.5)
        shapes = {"sa.proj": (C, C), "ffwd.net.0": (4 * C, C), "ffwd.net.2": (C, 4 * C)}
        for name, shape in shapes.items():
            weights[f"{block}.{name}.weight"] = normal(rng, *shape, scale=shape[1] ** -0.5)
            weights[f"{block}.{name}.bias"] = normal(rng, shape[0], scale=0.3)
        for name in ("ln1", "ln2"):
            weights[f"{block}.{name}.weight"] = 1.3 + normal(rng, C, scale=0.3)
            weights[f"{block}.{name}.bias"] = normal(rng, C, scale=0.3)
    return weights


def make(submission, sizes, weights):
    """The learner's model in float64 and evaluation mode, with these weights."""
    model = submission.GPT(submission.GPTConfig(**sizes)).double()
    answer = model.load_state_dict(weights, strict=False)
    unexpected = set(answer.unexpected_keys)
    lacking = [name for name in weights if name in unexpected]
    check(
        not lacking,
        f"The model has no {', '.join(lacking[:3])}{', …' if len(lacking) > 3 else ''}. Its parts must have the names "
        "of the stub, and the blocks be in an nn.Sequential or nn.ModuleList: a plain list hides them.",
    )
    more = [name for name in answer.missing_keys if name.split(".")[-1] != "tril"]
    check(not more, f"The model has weights that are not asked for: {', '.join(more[:4])}.")
    return model.eval()


def twin(idx, weights, n_head):
    """The logits, (B, T, V), by torch's own functions."""

    def linear(x, name):
        return F.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    def layer_norm(x, name):
        return F.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

    x = weights["token_embedding_table.weight"][idx] + weights["position_embedding_table.weight"][: idx.shape[1]]
    for layer in range(sum(name.endswith("sa.proj.weight") for name in weights)):
        block = f"blocks.{layer}"
        normed, heads = layer_norm(x, f"{block}.ln1"), []
        for i in range(n_head):
            q, k, v = (linear(normed, f"{block}.sa.heads.{i}.{name}") for name in ("query", "key", "value"))
            heads.append(F.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + linear(torch.cat(heads, -1), f"{block}.sa.proj")
        hidden = linear(layer_norm(x, f"{block}.ln2"), f"{block}.ffwd.net.0").relu()
        x = x + linear(hidden, f"{block}.ffwd.net.2")
    return linear(layer_norm(x, "ln_f"), "lm_head")


def twin_generates(idx, n, sizes, weights, temperature, top_k, generator):
    """What the model must write, token by token."""
    for _ in range(n):
        logits = twin(idx[:, -sizes["block_size"] :], weights, sizes["n_head"])[:, -1] / temperature
        if top_k is not None:
            order = logits.argsort(-1, descending=True)
            logits = logits.scatter(-1, order[:, top_k:], -torch.inf)
        drawn = torch.multinomial(logits.softmax(-1), 1, generator=generator)
        idx = torch.cat([idx, drawn], 1)
    return idx


def tokens(rng, sizes, B, T):
    """Random tokens, (B, T)."""
    return torch.randint(0, sizes["vocab_size"], (B, T), generator=rng)


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


def calm(weights):
    """The same weights with small logits: of many tokens each is likely, so that what is drawn tells more."""
    quiet = ("lm_head.weight", "lm_head.bias")
    return {name: 0.15 * weight if name in quiet else weight for name, weight in weights.items()}


@points(2)
def test_parts(submission, rng):
    """A model that computes has the parts of the stub and no others: 10,788,929 parameters by default."""
    builtins = library(submission, "builtins")
    numel = library(submission, "operator").methodcaller("numel")
    small = random_sizes(rng, vocab_size=integer(rng, 20, 400), block_size=integer(rng, 20, 400))
    model, idx = make(submission, small, random_weights(rng, small)), tokens(rng, small, 2, 3)
    for sizes in (small, None):
        config = submission.GPTConfig() if sizes is None else submission.GPTConfig(**sizes)
        count = builtins.sum(builtins.map(numel, submission.GPT(config).parameters()))
        expected = 10_788_929 if sizes is None else sum(w.numel() for w in random_weights(rng, sizes).values())
        which = "With the default configuration" if sizes is None else f"With {sizes}"
        found = f"{count:,}" if type(count) is int else "no number of"
        check(found == f"{expected:,}", f"{which} the model has {found} parameters; {expected:,} are wanted.")
    others = (idx + 1) % small["vocab_size"]
    assert_responds(unpack(model(idx))[0], unpack(model(others))[0], name="logits")


@needs("test_parts")
def test_positions_count_from_the_start(submission, rng):
    """The first tokens have the same positions, and so the same logits, however many tokens follow."""
    sizes = random_sizes(rng)
    weights = random_weights(rng, sizes)
    T = sizes["block_size"] - 1
    idx, model = tokens(rng, sizes, 1, T), make(submission, sizes, weights)
    whole = logits_of(model, idx)
    for t in range(1, T):
        part = logits_of(model, idx[:, :t])
        assert_close(part, whole[:, :t].clone(), name=f"logits of the first {t} tokens alone", oracle="the whole")
    assert_responds(whole, logits_of(model, (idx + 1) % sizes["vocab_size"]), name="logits")


@needs("test_positions_count_from_the_start")
@points(4)
def test_logits(submission, rng):
    """The logits equal those of a twin built of torch's functions, for models of several sizes and every T."""
    for n_layer, dtype in ((1, torch.float64), (3, torch.float64), (2, torch.float32)):
        sizes = random_sizes(rng, n_layer=n_layer)
        weights = random_weights(rng, sizes)
        model = make(submission, sizes, weights)
        if dtype == torch.float32:
            model.float()
        for T in range(1, sizes["block_size"]):
            idx = tokens(rng, sizes, 2, T)
            assert_close(
                logits_of(model, idx),
                twin(idx, weights, sizes["n_head"]).to(dtype),
                name="logits",
                rtol=1e-9 if dtype == torch.float64 else 1e-4,
                sizes={"T": T},
                oracle=TWIN,
            )


@needs("test_logits")
def test_too_many_tokens(submission, rng):
    """block_size tokens are taken; more of them raise a ValueError."""
    sizes = random_sizes(rng)
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    idx = tokens(rng, sizes, 2, sizes["block_size"])
    assert_close(logits_of(model, idx), twin(idx, weights, sizes["n_head"]), name="logits", oracle=TWIN)
    for more in (1, 2):
        T = sizes["block_size"] + more
        assert_raises(ValueError, model, tokens(rng, sizes, 2, T), why=f"{T} tokens, block_size is {T - more}")


@needs("test_logits")
@points(2)
def test_loss(submission, rng):
    """With targets the loss is the mean cross-entropy over all positions; without, it is None."""
    for B in (3, 1):
        sizes = random_sizes(rng)
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
        sizes = random_sizes(rng)
        T, weights = integer(rng, 2, sizes["block_size"] - 1), random_weights(rng, sizes)
        idx, targets = tokens(rng, sizes, B, T), tokens(rng, sizes, B, T)
        model = make(submission, sizes, weights)
        logits, _ = unpack(model(idx, targets))
        assert_close(logits, logits_of(model, idx), name="logits", oracle="without targets")


@needs("test_loss")
def test_a_batch_cut_from_a_text(submission, rng):
    """idx and targets may be views into one text, not contiguous in memory."""
    sizes = random_sizes(rng)
    T, weights = sizes["block_size"] - 1, random_weights(rng, sizes)
    text = tokens(rng, sizes, 3, T + 1)
    model = make(submission, sizes, weights)
    right = twin(text[:, :-1], weights, sizes["n_head"])
    _, loss = unpack(model(text[:, :-1], text[:, 1:]))
    assert_close(loss, F.cross_entropy(right.mT, text[:, 1:]), name="loss", oracle=TWIN)


@needs("test_logits")
def test_gradients(submission, rng):
    """Gradients reach every parameter, as through the twin."""
    sizes = random_sizes(rng)
    T, weights = sizes["block_size"] - 1, random_weights(rng, sizes)
    idx, upstream = tokens(rng, sizes, 2, T), normal(rng, 2, T, sizes["vocab_size"])
    _, _, dweights = vjp(make(submission, sizes, weights), (idx,), upstream)
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    right = twin(idx, leaves, sizes["n_head"])
    gradients = torch.autograd.grad(right, list(leaves.values()), upstream, allow_unused=True)
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    expected = {
        f"d{name}": torch.zeros_like(weights[name]) if gradient is None else gradient
        for name, gradient in zip(leaves, gradients, strict=True)
    }
    assert_close(named, expected, name="gradients")


@needs("test_logits")
def test_models_keep_apart(submission, rng):
    """Two models in turns compute each with its own weights, whatever the other was given."""
    sizes = random_sizes(rng)
    weights = [random_weights(rng, sizes) for _ in range(2)]
    models = [make(submission, sizes, w) for w in weights]
    for number, T in ((0, 3), (1, 2), (0, 2)):
        idx = tokens(rng, sizes, 2, T)
        right = twin(idx, weights[number], sizes["n_head"])
        assert_close(logits_of(models[number], idx), right, name=f"logits of model {number + 1}", oracle=TWIN)


@needs("test_parts")
def test_first_weights(submission, rng):
    """The model's own parts start as torch initialises them: embeddings normal, lm_head uniform within 1/√n_embd."""
    library(submission, "torch").set_rng_state(new_state(rng))
    sizes = random_sizes(rng, vocab_size=integer(rng, 60, 70), block_size=integer(rng, 50, 58), n_embd=48, n_head=2)
    state = submission.GPT(submission.GPTConfig(**sizes)).state_dict()
    # Of 2,400 normal numbers the standard deviation is 1 ± 0.015, and the mean 0 ± 0.02: ten of these is no accident.
    for name in ("token_embedding_table.weight", "position_embedding_table.weight"):
        weight = state[name]
        spread = f"torch draws an embedding from N(0, 1); the numbers of {name} have"
        check(0.85 < float(weight.std()) < 1.15, f"{spread} the standard deviation {float(weight.std()):.3g}.")
        check(abs(float(weight.mean())) < 0.2, f"{spread} the mean {float(weight.mean()):.3g}.")
    # Of 2,880 uniform numbers all lie below 0.97 of the bound once in 1e38 runs, and of 60 all below 0.6 in 1e13.
    bound = sizes["n_embd"] ** -0.5
    for name, share in (("lm_head.weight", 0.97), ("lm_head.bias", 0.6)):
        largest = float(state[name].abs().max())
        check(
            share * bound < largest <= bound * (1 + 1e-5) and float(state[name].std()) > 0.3 * bound,
            f"torch draws {name} uniform within 1/√n_embd, here {bound:.3g}; its largest number is {largest:.3g}.",
        )
    norm = state["ln_f.weight"], state["ln_f.bias"]
    check(bool((norm[0] == 1).all()) and not norm[1].any(), "torch makes a LayerNorm with gain 1 and bias 0.")


@needs("test_logits")
def test_dropout_is_passed_on(submission, rng):
    """config.dropout acts in the blocks and nowhere else, in training and not in evaluation."""
    sizes = random_sizes(rng, dropout=0.5)
    idx = tokens(rng, sizes, 1, sizes["block_size"] - 1).expand(16, -1).clone()
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    library(submission, "torch").set_rng_state(new_state(rng))
    quiet = logits_of(model, idx)
    assert_close(logits_of(model, idx), quiet, name="logits", oracle="the first call, in evaluation mode too")
    model.train()
    logits = logits_of(model, idx)
    check(logits.shape == quiet.shape, "The logits must be (B, T, V) in training, too.")
    check(bool(logits.isfinite().all()), "In training the logits hold NaN or Inf.")
    # 16 equal sequences through many dropouts of 0.5: all alike in one run of 2^1000.
    check(not torch.allclose(logits, quiet, rtol=1e-9), "In training nothing is dropped: pass config.dropout to Block.")
    # Where the last layer of each branch is all zeros, the blocks add nothing, whatever is dropped in them.
    branches = (".sa.proj.", ".ffwd.net.2.")
    silent = {name: w.zero_() if any(end in name for end in branches) else w for name, w in weights.items()}
    model = make(submission, sizes, silent)
    quiet = logits_of(model, idx)
    model.train()
    check(
        torch.allclose(logits_of(model, idx), quiet, rtol=1e-9),
        "In training something is dropped outside the blocks: their attention and their feed-forward network added "
        "nothing here, and the logits changed. config.dropout is for the blocks alone.",
    )


def assert_writes(answer, expected, T):
    """Compare what was generated."""
    check(
        isinstance(answer, torch.Tensor) and answer.shape == expected.shape,
        f"generate must return idx and n tokens after it, here {tuple(expected.shape)}; you return "
        + (f"{tuple(answer.shape)}." if isinstance(answer, torch.Tensor) else "something else."),
    )
    check(
        torch.equal(answer[:, :T], expected[:, :T]),
        "What generate returns must begin with the idx that it was given, whole and unchanged.",
    )
    assert_equal(answer, expected, name="idx", oracle=TWIN)


@needs("test_logits")
@points(2)
def test_generate_draws_as_the_twin(submission, rng):
    """generate appends the tokens that softmax and torch.multinomial give for the same generator."""
    sizes = random_sizes(rng, vocab_size=integer(rng, 17, 19), block_size=9)
    weights = calm(random_weights(rng, sizes))
    model = make(submission, sizes, weights)
    logits_of(model, tokens(rng, sizes, 2, 5))  # tells apart models that draw the same tokens; not judged
    for B, T, n in ((5, 3, 5), (1, 1, 7), (3, 2, 0)):
        idx, (theirs, ours) = tokens(rng, sizes, B, 2 * T + 1)[:, 1::2], generators(rng)  # its numbers lie apart
        assert_writes(
            model.generate(idx, n, 1.0, None, theirs), twin_generates(idx, n, sizes, weights, 1.0, None, ours), T
        )


@needs("test_generate_draws_as_the_twin")
def test_generate_without_a_generator(submission, rng):
    """Without a generator torch's global one decides, and without a temperature it is 1."""
    sizes = random_sizes(rng, vocab_size=integer(rng, 17, 19), block_size=9)
    weights = calm(random_weights(rng, sizes))
    model, idx = make(submission, sizes, weights), tokens(rng, sizes, 4, 3)
    theirs, ours = generators(rng)
    library(submission, "torch").set_rng_state(theirs.get_state())
    assert_writes(model.generate(idx, 5), twin_generates(idx, 5, sizes, weights, 1.0, None, ours), 3)


@needs("test_generate_draws_as_the_twin")
@points(2)
def test_generate_beyond_block_size(submission, rng):
    """Longer texts can be written, too: the model sees the last block_size tokens, and nothing is lost of the text."""
    sizes = random_sizes(rng, vocab_size=integer(rng, 17, 19))
    block_size, weights = sizes["block_size"], calm(random_weights(rng, sizes))
    model = make(submission, sizes, weights)
    model(tokens(rng, sizes, 2, block_size))  # so many the model can see: what stops below is the text's growth
    for T, n in ((2, block_size + 5), (block_size, 4), (block_size + 3, 4)):
        idx, (theirs, ours) = tokens(rng, sizes, 3, T), generators(rng)
        try:
            answer = model.generate(idx, n, 1.0, None, theirs)
        except Exception as error:
            check(
                block_size >= T + n,
                f"generate stops ({error}) when the text grows to {T + n} tokens: block_size is {block_size}. "
                "Does the model get more than the last block_size tokens?",
            )
            raise
        assert_writes(answer, twin_generates(idx, n, sizes, weights, 1.0, None, ours), T)


@needs("test_generate_draws_as_the_twin")
def test_temperature(submission, rng):
    """The logits are divided by the temperature before the softmax."""
    sizes = random_sizes(rng, vocab_size=integer(rng, 17, 19), block_size=9)
    weights = calm(random_weights(rng, sizes))
    model = make(submission, sizes, weights)
    idx = tokens(rng, sizes, 8, 2)  # for both: one beginning may be gone on with in many ways
    for temperature in (0.4 + integer(rng, 0, 2) / 10, 3.5 + integer(rng, 0, 9) / 10):
        theirs, ours = generators(rng)
        expected = twin_generates(idx, 6, sizes, weights, temperature, None, ours)
        assert_writes(model.generate(idx, 6, temperature, None, theirs), expected, 2)


@needs("test_generate_draws_as_the_twin")
@points(2)
def test_top_k(submission, rng):
    """With top_k only the k likeliest tokens can be drawn; with 1 the likeliest is; V or more changes nothing."""
    sizes = random_sizes(rng, vocab_size=integer(rng, 17, 19), block_size=9)
    weights = calm(random_weights(rng, sizes))
    model = make(submission, sizes, weights)
    model.generate(tokens(rng, sizes, 8, 2), 6, 1.0, None, generators(rng)[0])  # tells who draws at all; not judged
    for top_k in (3, 1, 5, sizes["vocab_size"], sizes["vocab_size"] + 4):
        idx, (theirs, ours) = tokens(rng, sizes, 8, 2), generators(rng)
        expected = twin_generates(idx, 6, sizes, weights, 1.0, top_k, ours)
        assert_writes(model.generate(idx, 6, 1.0, top_k, theirs), expected, 2)


@needs("test_generate_draws_as_the_twin")
def test_generate_leaves_the_model_as_it_is(submission, rng):
    """generate changes neither the mode nor a parameter, and leaves idx alone."""
    sizes = random_sizes(rng, block_size=9)
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    for training in (True, False):
        model.train(training)
        idx, (theirs, _) = tokens(rng, sizes, 2, 2), generators(rng)
        assert_unchanged(model.generate, idx, 4, 1.0, None, theirs)
        mode = {True: "training", False: "evaluation"}
        check(
            model.training is training,
            f"The model was in {mode[training]} mode, and after generate it is in {mode[not training]} mode.",
        )
    after = {name: value for name, value in model.state_dict().items() if name in weights}
    assert_close(after, weights, name="the parameters", oracle="as loaded")
