"""Checks of lecture6.train: the loop step by step, the modes, and what the tree learns of words."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    begin,
    check,
    check_training,
    generator,
    generators,
    integer,
    integers,
    library,
    limit,
    needs,
    new_seed,
    normal,
    parameters_of,
    points,
    record_curve,
    requires_grad,
    training,
    undisturbed,
    uniform,
)

LECTURE = (27, 8, 10, 68)  # V, block_size, E, H


def small_sizes(rng):
    """(V, block_size, E, H)."""
    return integer(rng, 7, 11), 4, 5, integer(rng, 12, 15)


def levels_of(block_size):
    return block_size.bit_length() - 1


def random_weights(rng, sizes, dtype=torch.float64, *, new=False):
    """The parameters in order; with ``new`` as a new network has them, else gamma and beta away from 1 and 0."""
    V, block_size, E, H = sizes
    weights, width = [normal(rng, V, E)], E
    for _ in range(levels_of(block_size)):
        weights.append(normal(rng, 2 * width, H) / (2 * width) ** 0.5)
        weights += [uniform(rng, 0.8, 1.4, H), uniform(rng, -0.4, 0.4, H)]
        width = H
    weights += [normal(rng, H, V) * 0.2 / H**0.5, uniform(rng, -0.1, 0.1, V)]
    if new:
        for place in range(2, len(weights) - 2, 3):
            weights[place], weights[place + 1] = torch.ones(H), torch.zeros(H)
        weights[-2], weights[-1] = weights[-2] / 2, torch.zeros(V)
    return [weight.to(dtype).contiguous() for weight in weights]


def random_rows(rng, sizes, N):
    """Contexts and what follows, with no structure at all."""
    return integers(rng, 0, sizes[0] - 1, N, sizes[1]).contiguous(), integers(rng, 0, sizes[0] - 1, N)


def random_statistics(rng, sizes, dtype=torch.float64):
    """Running means and variances of each level, away from those of any batch."""
    H = sizes[3]
    return [
        (uniform(rng, -0.5, 0.5, H).to(dtype), uniform(rng, 1.5, 2.5, H).to(dtype)) for _ in range(levels_of(sizes[1]))
    ]


def loaded(submission, sizes, weights, statistics=None):
    """The learner's own network with these weights, and running statistics."""
    model = submission.build_wavenet(*sizes)
    for put, weight in zip(parameters_of(submission, model, "__setattr__"), weights, strict=True):
        put("data", weight)
    attribute = library(submission, "operator").attrgetter
    for level, pair in enumerate(statistics or ()):
        for name, tensor in zip(("running_mean", "running_var"), pair, strict=True):
            attribute(f"{name}.__setattr__")(model.layers[3 + 4 * level])("data", tensor)
    return model


def statistics_of(model, sizes):
    """The running statistics of the learner's network."""
    found = []
    for level in range(levels_of(sizes[1])):
        layer = model.layers[3 + 4 * level]
        found.append((layer.running_mean, layer.running_var))
    for pair in found:
        for tensor in pair:
            check(
                isinstance(tensor, torch.Tensor) and tensor.numel() == sizes[3] and tensor.is_floating_point(),
                "The running statistics must be tensors of floats, one for each channel.",
            )
    return [(mean.reshape(-1), var.reshape(-1)) for mean, var in found]


def weights_of(submission, model, weights):
    """The parameters of the learner's network, of the shapes that they had."""
    found = parameters_of(submission, model)
    check(
        len(found) == len(weights)
        and all(isinstance(p, torch.Tensor) and p.shape == w.shape for p, w in zip(found, weights, strict=True)),
        "After training the network must have the parameters that it had, of the same shapes.",
    )
    return tuple(found)


def names_of(weights):
    """What a learner calls them."""
    levels = range(1, (len(weights) - 3) // 3 + 1)
    return (
        "embedding",
        *(f"{name} of level {n}" for n in levels for name in ("W", "gamma", "beta")),
        "last W",
        "last b",
    )


def logits_of(weights, X, statistics=None):
    """What the network must answer: in training, or in evaluation by these statistics."""
    h = weights[0][X]
    for level in range((len(weights) - 3) // 3):
        W, gamma, beta = weights[1 + 3 * level : 4 + 3 * level]
        h = h.reshape(h.shape[0], h.shape[1] // 2, -1) @ W
        pair = (None, None) if statistics is None else statistics[level]
        flat = F.batch_norm(h.flatten(0, 1), *pair, gamma, beta, training=statistics is None)
        h = torch.tanh(flat).view(*h.shape)
    return h.squeeze(1) @ weights[-2] + weights[-1]


def schedule(submission, rates):
    """A function of the step, where the submission runs; it has an answer for a few steps more than there are."""
    partial, getitem = library(submission, "functools").partial, library(submission, "operator").getitem
    return partial(getitem, [*rates, rates[-1], rates[-1]])


def used(rng):
    """Two generators in one state, and that is not where their seed has put them."""
    sources = generators(rng)
    for source in sources:
        torch.rand(3, generator=source)
    return sources


def oracle_train(weights, X, Y, rates, batch_size, generator):
    """The loop that the exercise describes: (trained weights, losses)."""
    params = [weight.clone().requires_grad_() for weight in weights]
    optimizer, losses = torch.optim.AdamW(params), []
    for rate in rates:
        ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        loss = F.cross_entropy(logits_of(params, X[ix]), Y[ix])
        losses.append(loss.item())
        for p, gradient in zip(params, torch.autograd.grad(loss, params), strict=True):
            p.grad = gradient
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
    return tuple(p.detach() for p in params), losses


def assert_floats(losses, steps):
    """Demand a list of Python floats, one a step."""
    check(
        isinstance(losses, list) and all(type(loss) is float for loss in losses),
        "train must return a list of Python floats: .item() makes one of a tensor.",
    )
    check(len(losses) == steps, f"{steps:,} steps must give {steps:,} losses, not {len(losses):,}.")


def assert_trained(submission, model, weights, expected, **how):
    """Demand the weights of the oracle's loop."""
    actual = weights_of(submission, model, weights)
    assert_close(actual, tuple(expected), name=names_of(weights), oracle="the same loop by autograd", **how)


@points(2)
def test_one_step(submission, rng):
    """One step changes every parameter by a step of AdamW, on the batch that the generator draws."""
    for _ in range(2):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, sizes), random_rows(rng, sizes, 12)
        first = loaded(submission, sizes, weights)
        submission.train(first, X, Y, 2, 8, schedule(submission, [0.04] * 2), used(rng)[0])
        weights_of(submission, first, weights)  # asked for, to tell mistakes apart
        for rate in (0.07, 0.03):  # from the same weights, with another batch
            theirs, ours = used(rng)
            model = loaded(submission, sizes, weights)
            submission.train(model, X, Y, 1, 8, schedule(submission, [rate]), theirs)
            expected, _ = oracle_train(weights, X, Y, [rate], 8, ours)
            assert_trained(submission, model, weights, expected, rtol=1e-6, sizes={"N": 8, "M": 12, "V": sizes[0]})


@points(2)
@needs("test_one_step")
def test_trajectory(submission, rng):
    """After 30 steps at one learning rate the parameters are those of the same loop by autograd, to 1e-6."""
    for batch_size in (9, 3):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, sizes), random_rows(rng, sizes, 50)
        theirs, ours = used(rng)
        model, rates = loaded(submission, sizes, weights), [0.003] * 30
        submission.train(model, X, Y, 30, batch_size, schedule(submission, rates), theirs)
        expected, _ = oracle_train(weights, X, Y, rates, batch_size, ours)
        assert_trained(submission, model, weights, expected, rtol=1e-6, sizes={"N": batch_size, "M": 50})


@needs("test_trajectory")
def test_learning_rates(submission, rng):
    """Step i, counted from 0, has the learning rate lr_schedule(i)."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, sizes), random_rows(rng, sizes, 30)
    for rates in ([0.01, 0.004], [integer(rng, 1, 99) / 5000 for _ in range(9)]):
        theirs, ours = generators(rng)
        model = loaded(submission, sizes, weights)
        submission.train(model, X, Y, len(rates), 7, schedule(submission, rates), theirs)
        expected, _ = oracle_train(weights, X, Y, rates, 7, ours)
        assert_trained(submission, model, weights, expected, rtol=1e-6)


@needs("test_trajectory")
def test_training_mode(submission, rng):
    """train puts the model into training, whatever its mode was, and leaves it there."""
    for mode in (True, False, False):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, sizes), random_rows(rng, sizes, 30)
        theirs, ours = generators(rng)
        model = loaded(submission, sizes, weights, random_statistics(rng, sizes))
        model.train(mode)
        submission.train(model, X, Y, 4, 7, schedule(submission, [0.004] * 4), theirs)
        found, modes = weights_of(submission, model, weights), (model.training, model.layers[3].training)
        expected, _ = oracle_train(weights, X, Y, [0.004] * 4, 7, ours)
        assert_close(found, expected, name=names_of(weights), oracle="the same loop by autograd", rtol=1e-6)
        check(modes == (True, True), "After train the model must be in training, all its layers too.")


def test_losses(submission, rng):
    """Of each step one float is noted, the loss of its batch before the update."""
    for steps in (1, 3):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, sizes), random_rows(rng, sizes, 4)
        X, Y = X.repeat(9, 1), Y.repeat(9)
        theirs, ours = generators(rng)
        model = loaded(submission, sizes, weights)
        losses = submission.train(model, X, Y, steps, 16, schedule(submission, [0.04] * steps), theirs)
        assert_floats(losses, steps)
        _, expected = oracle_train(weights, X, Y, [0.04], 16, ours)  # the first loss depends on no gradient
        assert_close(losses[0], expected[0], name="losses[0]", rtol=1e-6, sizes={"N": 16})


@needs("test_trajectory", "test_training_mode")
def test_training_after_training(submission, rng):
    """Each call starts with a new optimizer: another model after the first, and then the first again."""
    sizes = small_sizes(rng)
    weights = [random_weights(rng, sizes) for _ in range(2)]
    models = [loaded(submission, sizes, w) for w in weights]
    for number in (0, 1, 0):
        X, Y = random_rows(rng, sizes, 20)
        theirs, ours = generators(rng)
        submission.train(models[number], X, Y, 4, 6, schedule(submission, [0.01] * 4), theirs)
        weights[number], _ = oracle_train(weights[number], X, Y, [0.01] * 4, 6, ours)
        assert_trained(submission, models[number], weights[number], weights[number], rtol=1e-6)


@needs("test_training_after_training", "test_losses")
def test_losses_of_a_run(submission, rng):
    """The losses of 30 steps are those of the same loop by autograd, to 1e-6, also where two calls make them."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, sizes), random_rows(rng, sizes, 40)
    model, losses, expected = loaded(submission, sizes, weights), [], []
    for rate in (0.003, 0.001):
        theirs, ours = generators(rng)
        found = submission.train(model, X, Y, 15, 16, schedule(submission, [rate] * 15), theirs)
        assert_floats(found, 15)
        weights, right = oracle_train(weights, X, Y, [rate] * 15, 16, ours)
        losses, expected = losses + found, expected + right
    actual, expected = (torch.tensor(values, dtype=torch.float64) for values in (losses, expected))
    assert_close(actual, expected, name="losses", rtol=1e-6)


def of_torch(submission, sizes, rng):
    """A model of torch's own layers, whose parameters() is an iterator; and its weights in order."""
    V, block_size, E, H = sizes
    nn = library(submission, "torch.nn")
    model = nn.Sequential(nn.Embedding(V, E), nn.Flatten(), nn.Linear(block_size * E, H), nn.Tanh(), nn.Linear(H, V))
    model = model.double()
    weights = {
        "0.weight": normal(rng, V, E),
        "2.weight": normal(rng, H, block_size * E) / (block_size * E) ** 0.5,
        "2.bias": normal(rng, H) * 0.1,
        "4.weight": normal(rng, V, H) * 0.2 / H**0.5,
        "4.bias": normal(rng, V) * 0.1,
    }
    model.load_state_dict(weights)
    return model, list(weights.values())


def torch_logits(weights, X):
    C, W1, b1, W2, b2 = weights
    return torch.tanh(C[X].flatten(1) @ W1.T + b1) @ W2.T + b2


@needs("test_trajectory")
def test_any_model(submission, rng):
    """A model of torch's layers is trained as well, though its parameters() is an iterator, used up after one loop."""
    sizes = small_sizes(rng)
    X, Y = random_rows(rng, sizes, 20)
    own_weights = random_weights(rng, sizes)
    own = loaded(submission, sizes, own_weights)
    submission.train(own, X, Y, 2, 6, schedule(submission, [0.01] * 2), generators(rng)[0])
    weights_of(submission, own, own_weights)
    theirs, ours = generators(rng)
    model, weights = of_torch(submission, sizes, rng)
    submission.train(model, X, Y, 5, 6, schedule(submission, [0.01] * 5), theirs)
    params = [weight.clone().requires_grad_() for weight in weights]
    optimizer = torch.optim.AdamW(params, lr=0.01)
    for _ in range(5):
        ix = torch.randint(0, 20, (6,), generator=ours)
        optimizer.zero_grad()
        F.cross_entropy(torch_logits(params, X[ix]), Y[ix]).backward()
        optimizer.step()
    expected = tuple(p.detach() for p in params)
    names = ("embedding", "W1", "b1", "W2", "b2")
    assert_close(
        tuple(parameters_of(submission, model)), expected, name=names, rtol=1e-6, oracle="the same loop by autograd"
    )


@points(2)
def test_evaluate(submission, rng):
    """evaluate is the mean cross-entropy over all rows, by the running statistics: be they many, or one alone."""
    for N in (70, 9, 1_345, 1):  # the first in evaluation already
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, sizes), random_rows(rng, sizes, N)
        statistics = random_statistics(rng, sizes)
        model = loaded(submission, sizes, weights, statistics)
        if N == 70:
            model.eval()
        right = F.cross_entropy(logits_of(weights, X, statistics), Y).item()
        actual = submission.evaluate(model, X, Y)
        assert_close(
            actual,
            right,
            name="loss",
            rtol=1e-6,  # a mean that is added up in float32 will do
            sizes={"N": N, "V": sizes[0]},
            oracle="torch",
        )


@needs("test_evaluate")
def test_the_mode_is_put_back(submission, rng):
    """After evaluate the model is in the mode in which it was, with all its layers."""
    sizes = small_sizes(rng)
    weights, statistics, found = random_weights(rng, sizes), random_statistics(rng, sizes), []
    model = loaded(submission, sizes, weights, statistics)
    for mode in (True, False, True, *(bool(integer(rng, 0, 1)) for _ in range(9))):
        X, Y = random_rows(rng, sizes, 6)
        model.train(mode)
        loss = submission.evaluate(model, X, Y)
        found.append((mode, (model.training, model.layers[3].training, model.layers[7].training)))
        right = F.cross_entropy(logits_of(weights, X, statistics), Y).item()
        assert_close(loss, right, name="loss", rtol=1e-6, oracle="torch")
    for mode, modes in found:
        was = "training" if mode else "evaluation"
        check(modes == (mode,) * 3, f"The model was in {was} before evaluate, and must be afterwards.")


@needs("test_evaluate")
def test_no_graph(submission, rng):
    """evaluate runs the model without recording anything for gradients."""
    sizes = small_sizes(rng)
    X, Y = random_rows(rng, sizes, 13)
    model, weights = of_torch(submission, sizes, rng)
    seen = library(submission, "unittest.mock").Mock(return_value=None)
    model[4].register_forward_hook(seen)
    loss = submission.evaluate(model, X, Y)
    assert_close(loss, F.cross_entropy(torch_logits(weights, X), Y).item(), name="loss", rtol=1e-6, oracle="torch")
    check(seen.called is True, "evaluate must run the model that it is given: model(X).")
    _, _, logits = library(submission, "operator").attrgetter("call_args.args")(seen)
    check(
        not requires_grad(logits),
        "A graph is recorded while you evaluate: for a whole split that takes much memory, and nothing needs it. Run "
        "the model under torch.no_grad().",
    )


@needs("test_evaluate")
def test_evaluate_leaves_no_trace(submission, rng):
    """After evaluate parameters, gradients and running statistics are as they were, and gradients still required."""
    sizes = small_sizes(rng)
    weights, statistics = random_weights(rng, sizes), random_statistics(rng, sizes)
    model = loaded(submission, sizes, weights, statistics)
    for ask in parameters_of(submission, model, "requires_grad_"):
        ask()
    for put, weight in zip(parameters_of(submission, model, "__setattr__"), weights, strict=True):
        put("grad", weight + 1)
    losses = [submission.evaluate(model, *random_rows(rng, sizes, 11)) for _ in range(2)]
    assert_responds(*losses, name="loss")
    found = weights_of(submission, model, weights)
    assert_close(found, tuple(weights), name=names_of(weights), oracle="as they were")
    check(all(map(requires_grad, found)), "After evaluate the parameters require no gradients any more.")
    for gradient, weight in zip(parameters_of(submission, model, "grad"), weights, strict=True):
        same = isinstance(gradient, torch.Tensor) and torch.equal(gradient, weight + 1)
        check(same, "evaluate has changed a gradient: it only measures.")
    for level, (actual, right) in enumerate(zip(statistics_of(model, sizes), statistics, strict=True)):
        names = (f"running_mean of level {level + 1}", f"running_var of level {level + 1}")
        assert_close(actual, right, name=names, oracle="as they were")


@needs("test_evaluate")
def test_arguments_stay_as_they_are(submission, rng):
    """X and Y stay as they are, and so do torch's default dtype and global generator."""
    sizes, losses, means = small_sizes(rng), [], []
    models = [loaded(submission, sizes, random_weights(rng, sizes)) for _ in range(2)]
    with undisturbed(submission, rng):
        for model in models:
            X, Y = random_rows(rng, sizes, 20)
            rates = schedule(submission, [0.01] * 3)
            losses.append(assert_unchanged(submission.train, model, X, Y, 3, 5, rates, generators(rng)[0]))
            means.append(assert_unchanged(submission.evaluate, model, X, Y))
    assert_responds(*losses, name="losses")
    assert_responds(*means, name="loss")
    check(library(submission, "torch").zeros(1).dtype == torch.float32, "torch's default dtype is changed.")


def rows_of(words, block_size):
    """X and Y of words of small letters."""
    windows = []
    for word in words:
        ids = [0] * block_size + [ord(letter) - 96 for letter in word] + [0]
        windows += [ids[i : i + block_size + 1] for i in range(len(word) + 1)]
    rows = torch.tensor(windows)
    return rows[:, :-1].contiguous(), rows[:, -1].contiguous()


def bigram_loss(train, heldout, V):
    """What counting pairs of characters reaches on other words."""
    (X_train, Y_train), (X, Y) = train, heldout
    counts = torch.ones(V, V)
    counts.index_put_((X_train[:, -1], Y_train), torch.ones(len(Y_train)), accumulate=True)
    return -(counts / counts.sum(1, keepdim=True)).log()[X[:, -1], Y].mean().item()


def learn(submission, rng, words, steps, *, with_oracle):
    """Train the learner's network on four fifths of words.

    Returns:
        ``(reached, right, losses, right_losses, bigram)``: losses on the words that the submission never saw, by its
        network, by the oracle's and by counting pairs; and the curves. Each network is measured here, by weights and
        statistics that it has; the oracle's statistics are those of 2,000 rows of training.
    """
    cut = int(0.8 * len(words))
    train, (X, Y) = rows_of(words[:cut], LECTURE[1]), rows_of(words[cut:], LECTURE[1])
    weights = random_weights(rng, LECTURE, torch.float32, new=True)
    rates, seed = [0.003] * (3 * steps // 4) + [0.0003] * (steps - 3 * steps // 4), new_seed(rng)
    model = loaded(submission, LECTURE, weights)
    answer = begin(submission.train, model, *train, steps, 128, schedule(submission, rates), generator(seed))
    right, right_losses = None, ()
    if with_oracle:  # both loops at once
        trained, right_losses = oracle_train(weights, *train, rates, 128, generator(seed))
        right = measured(trained, X, Y, [None] * 3, train[0])
    losses = answer()
    assert_floats(losses, steps)
    bigram = bigram_loss(train, (X, Y), LECTURE[0])
    baselines = {"uniform": math.log(LECTURE[0]), "pairs of characters": bigram}
    record_curve("loss", losses, reference=right_losses or None, baselines=baselines)
    reached = measured(weights_of(submission, model, weights), X, Y, statistics_of(model, LECTURE))
    record_curve("loss", losses, reference=right_losses or None, baselines=baselines | {"on unseen words": reached})
    return reached, right, losses, right_losses, bigram


def measured(weights, X, Y, statistics, rows=None):
    """The loss in evaluation; where there are no statistics, by those of the first 2,000 rows of training."""
    if rows is not None:
        statistics, h = [], weights[0][rows[:2_000]]
        for level in range(3):
            W, gamma, beta = weights[1 + 3 * level : 4 + 3 * level]
            h = h.reshape(h.shape[0], h.shape[1] // 2, -1) @ W
            flat = h.flatten(0, 1)
            statistics.append((flat.mean(0), flat.var(0)))
            h = torch.tanh(F.batch_norm(flat, *statistics[-1], gamma, beta)).view(*h.shape)
    return F.cross_entropy(logits_of(weights, X, statistics), Y).item()


@points(2)
@needs("test_one_step", "test_trajectory", "test_learning_rates", "test_losses", "test_training_mode")
@training
@limit(60)
def test_learns_words_it_has_not_seen(submission, rng):
    """400 steps on generated words reach the loss of the same loop by autograd, on words you never saw."""
    from grader.data import generated_words

    words = generated_words(4_000, new_seed(rng))
    reached, right, losses, right_losses, bigram = learn(submission, rng, words, 400, with_oracle=True)
    check(
        abs(losses[0] - math.log(LECTURE[0])) < 0.3,
        f"The first loss is {losses[0]:.2f}; of the weights that came it is about ln 27 = {math.log(27):.2f}.",
    )
    check_training(
        reached=reached,
        target=right + 0.03,
        losses=losses,
        reference=right_losses,
        classes=LECTURE[0],
        what="loss on unseen words",
    )
    check(reached < bigram, f"The loss is {reached:.2f}: no better than {bigram:.2f}, by counting pairs.")
