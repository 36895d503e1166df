"""Checks of lecture7.train: the training loop step by step, the estimate, and what a model learns of real text."""

import math
from pydoc_data import topics

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    begin,
    check,
    check_training,
    full,
    generator,
    generators,
    integer,
    keeping,
    library,
    limit,
    needs,
    new_seed,
    new_state,
    normal,
    place,
    points,
    record_curve,
    training,
    undisturbed,
)
from grader.checks.counting import bigram_loss

TWIN = "the same loop with a twin of torch's own functions"


def small_sizes(rng, **fixed):
    """The arguments of a small GPTConfig."""
    sizes = {"vocab_size": integer(rng, 7, 11), "block_size": 5, "n_embd": 8, "n_head": 2, "n_layer": 1, "dropout": 0.0}
    return {**sizes, **fixed}


def shapes_of(sizes):
    """The shape of every parameter, by its name."""
    V, C, n_head = sizes["vocab_size"], sizes["n_embd"], sizes["n_head"]
    shapes = {
        "token_embedding_table.weight": (V, C),
        "position_embedding_table.weight": (sizes["block_size"], C),
        "ln_f.weight": (C,),
        "ln_f.bias": (C,),
        "lm_head.weight": (V, C),
        "lm_head.bias": (V,),
    }
    for layer in range(sizes["n_layer"]):
        block = f"blocks.{layer}"
        heads = [f"sa.heads.{i}.{name}" for i in range(n_head) for name in ("key", "query", "value")]
        shapes |= {f"{block}.{head}.weight": (C // n_head, C) for head in heads}
        for name, shape in {"sa.proj": (C, C), "ffwd.net.0": (4 * C, C), "ffwd.net.2": (C, 4 * C)}.items():
            shapes |= {f"{block}.{name}.weight": shape, f"{block}.{name}.bias": shape[:1]}
        shapes |= {f"{block}.{name}.{kind}": (C,) for name in ("ln1", "ln2") for kind in ("weight", "bias")}
    return shapes


def initial_weights(rng, sizes, std):
    """Matrices from N(0, std²); gains around 1 and biases around 0, but not at 1 and 0."""
    weights = {}
    for name, shape in shapes_of(sizes).items():
        centre = 1.0 if "ln" in name and name.endswith("weight") else 0.0
        weights[name] = centre + normal(rng, *shape, scale=std)
    return weights


def make(submission, sizes, weights, double=True):
    """The learner's own model, with these weights."""
    model = submission.GPT(submission.GPTConfig(**sizes))
    if double:
        model.double()
    model.load_state_dict(weights, strict=False)
    return model


def twin(idx, weights, sizes):
    """The logits, (B, T, V), by torch's own functions."""
    n_head, T = sizes["n_head"], idx.shape[1]

    def linear(x, name):
        return F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def layer_norm(x, name):
        return F.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

    x = weights["token_embedding_table.weight"][idx] + weights["position_embedding_table.weight"][:T]
    for layer in range(sizes["n_layer"]):
        block = f"blocks.{layer}"
        packed = [
            torch.cat([weights[f"{block}.sa.heads.{i}.{name}.weight"] for i in range(n_head)])
            for name in ("query", "key", "value")
        ]
        normed = layer_norm(x, f"{block}.ln1")
        q, k, v = (F.linear(normed, W).unflatten(-1, (n_head, -1)).transpose(1, 2) for W in packed)
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + linear(heads.transpose(1, 2).flatten(-2), f"{block}.sa.proj")
        hidden = linear(layer_norm(x, f"{block}.ln2"), f"{block}.ffwd.net.0").relu()
        x = x + linear(hidden, f"{block}.ffwd.net.2")
    return linear(layer_norm(x, "ln_f"), "lm_head")


def windows(data, block_size, batch_size, generator):
    """A batch, as get_batch draws it."""
    starts = torch.randint(len(data) - block_size, (batch_size,), generator=generator)
    places = starts[:, None] + torch.arange(block_size + 1)
    rows = data[places]
    return rows[:, :-1], rows[:, 1:]


def loss_of(logits, y):
    """The mean cross-entropy over all positions."""
    return F.cross_entropy(logits.flatten(0, 1), y.flatten())


def oracle_train(weights, sizes, data, steps, batch_size, lr, generator, clip=math.inf):
    """The loop that the exercise describes, with the twin for the model: (trained weights, losses)."""
    params = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    optimizer = torch.optim.AdamW(params.values(), lr=lr)
    part, losses = data[: int(0.9 * len(data))], []
    for _ in range(steps):
        x, y = windows(part, sizes["block_size"], batch_size, generator)
        loss = loss_of(twin(x, params, sizes), y)
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(params.values()))
        for p, gradient in zip(params.values(), gradients, strict=True):
            p.grad = gradient
        torch.nn.utils.clip_grad_norm_(params.values(), clip)
        optimizer.step()
    return {name: p.detach() for name, p in params.items()}, losses


def parameters_of(model, weights):
    """The model's parameters, without tril."""
    return {name: value for name, value in model.state_dict().items() if name in weights}


def assert_floats(losses, steps):
    """Demand a list of Python floats, one a step."""
    check(
        isinstance(losses, list) and all(type(loss) is float for loss in losses),
        "train must return a list of Python floats: .item() makes one of a tensor.",
    )
    check(len(losses) == steps, f"{steps:,} steps must give {steps:,} losses, not {len(losses):,}.")


def assert_losses(losses, expected):
    """Demand a list of Python floats, and these."""
    assert_floats(losses, len(expected))
    assert_close(
        torch.tensor(losses, dtype=torch.float64),
        torch.tensor(expected, dtype=torch.float64),
        name="losses",
        rtol=1e-6,
        oracle=TWIN,
    )


def assert_trained(model, weights, expected):
    """Demand the parameters of the oracle's loop."""
    assert_close(parameters_of(model, weights), expected, name="the model after training", rtol=1e-6, oracle=TWIN)


def test_validation_data_are_not_trained_on(submission, rng):
    """With another last tenth of data the model comes out the same; with another beginning it does not."""
    sizes = small_sizes(rng)
    V, weights = sizes["vocab_size"], initial_weights(rng, sizes, 0.3)
    N, seed = 10 * integer(rng, 8, 12) + 3, new_seed(rng)
    cut = int(0.9 * N)
    data = torch.randint(0, V, (N,), generator=rng)
    other_end, other_start = data.clone(), data.clone()
    other_end[cut:] = (data[cut:] + 1) % V
    other_start[:cut] = (data[:cut] + 1) % V
    after = []
    for text in (data, other_end, other_start):
        model = make(submission, sizes, weights)
        submission.train(model, text, 12, 5, 20, 0.01, generator(seed))  # 240 windows: some would reach the end
        after.append(parameters_of(model, weights))
    check(set(after[0]) == set(weights), "The model has lost some of its parameters.")
    same, different = (
        all(name in state and torch.equal(state[name], tensor) for name, tensor in after[0].items())
        for state in after[1:]
    )
    check(
        same,
        "The model was trained on validation data: it changes with the last tenth of data. Draw batches from "
        "data[: int(0.9 * len(data))].",
    )
    moved = torch.cat([(after[0][name] - weight).flatten() for name, weight in weights.items() if name in after[0]])
    check(float(moved.abs().mean()) < 0.2, "Twelve steps of 0.01 lead nowhere near: another model is left.")
    check(not different, "The model comes out the same whatever the training data are.")


@needs("test_validation_data_are_not_trained_on")
@points(2)
def test_first_step(submission, rng):
    """After one step every parameter has moved by one step of AdamW."""
    while True:
        sizes = small_sizes(rng)
        weights = initial_weights(rng, sizes, 0.3)
        data = torch.randint(0, sizes["vocab_size"], (63,), generator=rng)
        seed = new_seed(rng)
        expected, clipped = (
            oracle_train(weights, sizes, data, 1, 4, 0.02, generator(seed), clip)[0] for clip in (math.inf, 1.0)
        )
        # AdamW's first step has nearly the same length whatever the gradients': only one that is tiny tells a factor.
        if max((expected[name] - clipped[name]).abs().max().item() for name in weights) > 1e-5:
            break
    model = make(submission, sizes, weights)
    submission.train(model, data, 1, 5, 4, 0.02, generator(seed))
    assert_trained(model, weights, expected)


@needs("test_first_step")
@points(3)
def test_trajectory(submission, rng):
    """After 10 steps the parameters are those of the same loop with a twin of your model, to 1e-6."""
    sizes = small_sizes(rng)
    weights = initial_weights(rng, sizes, 0.3)
    data = torch.randint(0, sizes["vocab_size"], (83,), generator=rng)
    theirs, ours = generators(rng)
    model = make(submission, sizes, weights)
    submission.train(model, data, 10, 5, 6, 0.01, theirs)
    expected, _ = oracle_train(weights, sizes, data, 10, 6, 0.01, ours)
    assert_trained(model, weights, expected)


@needs("test_trajectory")
@points(2)
def test_losses(submission, rng):
    """Of each step the loss of its batch is noted, before the update, as a Python float."""
    sizes = small_sizes(rng)
    weights = initial_weights(rng, sizes, 0.3)
    data = torch.randint(0, sizes["vocab_size"], (83,), generator=rng)
    theirs, ours = generators(rng)
    losses = submission.train(make(submission, sizes, weights), data, 4, 5, 6, 0.02, theirs)
    _, expected = oracle_train(weights, sizes, data, 4, 6, 0.02, ours)
    assert_losses(losses, expected)


@needs("test_trajectory")
def test_training_after_training(submission, rng):
    """Each call makes an optimizer of its own: training goes on with another model, and then with the first again."""
    sizes = small_sizes(rng)
    data = torch.randint(0, sizes["vocab_size"], (63,), generator=rng)
    weights = [initial_weights(rng, sizes, 0.3) for _ in range(2)]
    models = [make(submission, sizes, w) for w in weights]
    for number, block_size in ((0, 5), (1, 4), (0, 3)):  # a model takes shorter windows, too
        theirs, ours = generators(rng)
        submission.train(models[number], data, 3, block_size, 4, 0.02, theirs)
        shorter = {**sizes, "block_size": block_size}
        weights[number], _ = oracle_train(weights[number], shorter, data, 3, 4, 0.02, ours)
        assert_trained(models[number], weights[number], weights[number])


@needs("test_first_step")
def test_nothing_else_changes(submission, rng):
    """data stays as it is, and where nothing is dropped torch's global generator, too: the batches have their own."""
    sizes = small_sizes(rng)
    losses = []
    for _ in range(2):
        model = make(submission, sizes, initial_weights(rng, sizes, 0.3))
        data = torch.randint(0, sizes["vocab_size"], (63,), generator=rng)
        with undisturbed(submission, rng):
            losses.append(assert_unchanged(submission.train, model, data, 2, 5, 4, 0.02, generator(new_seed(rng))))
    assert_responds(*losses, name="losses")


@needs("test_first_step")
def test_dropout_is_on_in_training(submission, rng):
    """A model that comes in evaluation mode is trained in training mode."""
    data = torch.randint(0, 7, (63,), generator=rng)
    with_dropout, without = (small_sizes(rng, vocab_size=7, dropout=dropout) for dropout in (0.5, 0.0))
    weights, seed = initial_weights(rng, without, 0.5), new_seed(rng)
    losses = []
    for sizes in (with_dropout, without):
        model = make(submission, sizes, weights)
        model.eval()
        # With no steps of any length the losses are those of the start; only dropout can change them.
        losses.append(submission.train(model, data, 3, 5, 8, 1e-12, generator(seed)))
        check(model.training is True, "After train the model must be in training mode: model.train() comes first.")
    # With 8 windows through many dropouts of 0.5 the losses are the same in one run of 2^1000.
    check(losses[0] != losses[1], "Dropout does nothing in training: the model came in evaluation mode.")


@points(2)
def test_estimate(submission, rng):
    """estimate_loss is the mean loss over the batches of its seed, without dropout."""
    for mode, block_size, batch_size, batches in (("train", 5, 4, 3), ("eval", 4, 3, 5), ("eval", 3, 5, 4)):
        sizes = small_sizes(rng, dropout=0.4)
        weights = initial_weights(rng, sizes, 0.5)
        data = torch.randint(0, sizes["vocab_size"], (integer(rng, 30, 60),), generator=rng)
        seed = new_seed(rng)
        model = make(submission, sizes, weights)
        library(submission, "torch").set_rng_state(generator(seed + 1).get_state())
        getattr(model, mode)()
        answer = assert_unchanged(submission.estimate_loss, model, data, batches, block_size, batch_size, seed)
        ours = generator(seed)
        losses = []
        for _ in range(batches):
            x, y = windows(data, block_size, batch_size, ours)
            losses.append(loss_of(twin(x, weights, sizes), y).item())
        assert_close(
            answer,
            sum(losses) / batches,
            name="loss",
            rtol=1e-6,  # the lecture adds the losses up in float32
            sizes={"batches": batches, "batch_size": batch_size},
            oracle="a twin of torch's own functions",
        )


@points(2)
def test_estimate_leaves_no_trace(submission, rng):
    """After estimate_loss the mode, the parameters, their gradients and torch's global generator are as they were."""
    sizes = small_sizes(rng, dropout=0.4)
    weights = initial_weights(rng, sizes, 0.5)
    data = torch.randint(0, sizes["vocab_size"], (40,), generator=rng)
    model = make(submission, sizes, weights)
    torch_there, utils = library(submission, "torch"), library(submission, "torch.nn.utils")
    _, loss = keeping(model, 1)(data[:5][None], data[1:6][None])
    loss.backward()  # so that there are gradients, which an estimate leaves alone

    def norm():
        """The gradients do not cross the wire with their tensors; their norm does. Nothing is clipped."""
        found = utils.clip_grad_norm_(model.parameters(), float("inf"))
        return float(found) if isinstance(found, torch.Tensor) else 0.0

    mode, gradients, answers = {True: "training", False: "evaluation"}, norm(), []
    for was in (True, False):
        model.train(was)
        state = new_state(rng)
        torch_there.set_rng_state(state)
        answers.append(submission.estimate_loss(model, data, 3, 5, 4, new_seed(rng)))
        check(
            model.training is was,
            f"The model was in {mode[was]} mode, and after estimate_loss it is in {mode[not was]} mode: put it back.",
        )
        check(
            torch.equal(torch_there.get_rng_state(), state),
            "estimate_loss has used torch's global random generator, and with it changed the training that follows: "
            "draw its batches with a generator of its own.",
        )
    assert_responds(*answers, name="loss")
    assert_close(parameters_of(model, weights), weights, name="the parameters", oracle="as they were")
    check(
        math.isclose(norm(), gradients, rel_tol=1e-9),
        "estimate_loss has changed the gradients of the parameters: it only measures.",
    )


def encoded(text):
    """(data, V): a text as integers."""
    ids = {character: i for i, character in enumerate(sorted(set(text)))}
    return torch.tensor([ids[character] for character in text]), len(ids)


def logits_of(model, x, double=False):
    """The logits of the learner's model for held-out windows; the targets stay here."""
    parts = []
    for part in x.split(256):
        answer = model(part)
        logits = answer[0] if isinstance(answer, tuple | list) and answer else None
        check(
            isinstance(logits, torch.Tensor) and logits.dim() == 3 and logits.shape[:2] == part.shape,
            "The trained model must still give (logits, loss), with logits (B, T, V).",
        )
        parts.append(logits)
    return torch.cat(parts) if double else torch.cat(parts).float()


def assert_causal(model, x, V):
    """Demand that no output of the trained model depends on a later token."""
    t = x.shape[1] // 2
    changed = x[:8].clone()
    changed[:, t:] = (changed[:, t:] + 1) % V
    before, after = logits_of(model, x[:8]), logits_of(model, changed)
    check(
        torch.allclose(before[:, :t], after[:, :t], rtol=1e-4, atol=1e-4),
        f"A leak: the trained model's scores at token {t - 1} change when only later tokens are changed. It sees what "
        "it is to predict, so its loss says nothing: look for the causal mask in Head.",
    )


@points(4)
@training
@limit(120)
def test_learns_real_text(submission, rng):
    """After 400 steps the loss on text it has not seen is the twin's, ± 0.1: not above it, and not far below either."""
    text = "".join(f"{name}\n{topic}\n" for name, topic in sorted(topics.topics.items()))  # Python's own manual
    data, V = encoded(text)
    sizes = {"vocab_size": V, "block_size": 32, "n_embd": 32, "n_head": 4, "n_layer": 2, "dropout": 0.0}
    weights = {name: weight.float() for name, weight in initial_weights(rng, sizes, 0.02).items()}
    held_out = data[int(0.9 * len(data)) :]
    rows = held_out[: len(held_out) // 33 * 33].reshape(-1, 33)
    rows = rows[torch.randperm(len(rows), generator=rng)[:1000]]
    x, y = rows[:, :-1], rows[:, 1:]

    theirs, ours = generators(rng)
    model = make(submission, sizes, weights, double=False)
    answer = begin(submission.train, model, data, 400, 32, 32, 3e-3, theirs)  # both loops at once
    trained, right_losses = oracle_train(weights, sizes, data, 400, 32, 3e-3, ours)
    right = loss_of(twin(x, trained, sizes), y).item()
    bigram = bigram_loss(data[: int(0.9 * len(data))], x, y, V)
    losses = answer()
    assert_floats(losses, 400)
    baselines = {"uniform": math.log(V), "pairs of characters": bigram}
    record_curve("loss", losses, reference=right_losses, baselines=baselines, band=(right - 0.1, right + 0.1))

    model.eval()
    reached = loss_of(logits_of(model, x), y).item()
    check(
        reached > right - 0.1,
        f"A leak: the loss on unseen text is {reached:.2f}, and a model that sees only what came before reaches "
        f"{right:.2f} with these steps. That is no success: yours sees what it is to predict (is there a causal mask "
        "in Head?) or was trained on this text.",
    )
    assert_causal(model, x, V)
    # The twin's loss and a tenth; where that is missed, the curve tells why.
    check_training(
        reached=reached,
        target=right + 0.1,
        losses=losses,
        reference=right_losses,
        classes=V,
        what="loss on unseen text",
    )
    # Measured over seeds: 1.91 to 1.94 after 400 steps, and 2.31 by pairs.
    check(reached < bigram - 0.2, f"The loss is {reached:.2f}: hardly better than {bigram:.2f}, by counting pairs.")


def trained_on_shakespeare(submission, rng, device, sizes, steps, batch_size, lr, std=None):
    """The validation loss of the learner's model after the learner's training; no leak in it.

    The model starts with matrices from N(0, std²), or as it is made.
    """
    from grader.data import tinyshakespeare

    data, V = encoded(tinyshakespeare())
    block_size = sizes["block_size"]
    sizes = {"vocab_size": V, **sizes}
    drawn = {} if std is None else initial_weights(rng, sizes, std)
    weights = {name: weight.float() for name, weight in drawn.items()}
    library(submission, "torch").set_rng_state(new_state(rng))
    held_out = data[int(0.9 * len(data)) :]
    rows = held_out[: len(held_out) // (block_size + 1) * (block_size + 1)].reshape(-1, block_size + 1)
    x, y = rows[:, :-1], rows[:, 1:]
    theirs, _ = generators(rng)
    model = make(submission, sizes, weights, double=False).to(device)
    losses = submission.train(model, place(submission, data, device), steps, block_size, batch_size, lr, theirs)
    model.to("cpu")
    assert_floats(losses, steps)
    record_curve("loss", losses, baselines={"uniform": math.log(V)})
    model.eval()
    reached = loss_of(logits_of(model, x), y).item()
    assert_causal(model, x, V)
    return reached


@points(2)
@full
@training
@limit(600)
def test_learns_tiny_shakespeare(submission, rng, device):
    """On Tiny Shakespeare 4,000 steps of a model for the CPU reach a validation loss of 1.90 or less."""
    sizes = {"block_size": 64, "n_embd": 64, "n_head": 4, "n_layer": 2, "dropout": 0.0}
    reached = trained_on_shakespeare(submission, rng, device, sizes, 4_000, 16, 3e-3, std=0.02)
    # Measured: 1.90 after 2,000 steps, 1.83 after 4,000. The lecture's 10.8 million parameters end at 1.48.
    check(reached > 1.4, f"A leak: no model of this size reaches {reached:.2f} on text that it has not seen.")
    check(reached <= 1.90, f"The validation loss is {reached:.2f}; 1.90 or less is wanted.")


@points(2)
@full(device="cuda")
@training
@limit(3600)
def test_learns_tiny_shakespeare_at_the_lectures_size(submission, rng, device):
    """The lecture's 10.8 million parameters, as torch draws them, reach a validation loss of 1.50 in 5,000 steps."""
    sizes = {"block_size": 256, "n_embd": 384, "n_head": 6, "n_layer": 6, "dropout": 0.2}
    reached = trained_on_shakespeare(submission, rng, device, sizes, 5_000, 64, 3e-4)
    # Measured on an H200: 1.480, and at most 1.49 from step 3,000 on. From N(0, 0.02) the best is 1.485 after 2,500
    # steps, and 1.558 after 5,000. Published: 1.48 by the lecture, 1.47 by nanoGPT.
    check(reached > 1.3, f"A leak: no model of this size reaches {reached:.2f} on text that it has not seen.")
    check(reached <= 1.50, f"The validation loss is {reached:.2f}; 1.50 or less is wanted.")
