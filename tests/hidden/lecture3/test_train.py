"""Checks of lecture3.train: the loop step by step, what evaluate measures, and what a model learns of words."""

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
    full,
    generator,
    generators,
    integer,
    integers,
    library,
    limit,
    needs,
    new_seed,
    normal,
    points,
    record_curve,
    record_points,
    requires_grad,
    training,
    undisturbed,
)

NAMES = ("C", "W1", "b1", "W2", "b2")
LECTURE = (27, 3, 10, 200)  # V, block_size, E, H


def random_weights(rng, V, block_size, E, H, dtype=torch.float64):
    """Weights scaled so that no unit is saturated and the first loss is about ln V; biases off 0."""
    fan_in = block_size * E
    weights = {
        "C": normal(rng, V, E),
        "W1": normal(rng, fan_in, H) * (5 / 3) / fan_in**0.5,
        "b1": normal(rng, H) * 0.1,
        "W2": normal(rng, H, V) * 0.2 / H**0.5,
        "b2": normal(rng, V) * 0.1,
    }
    return {name: weight.to(dtype) for name, weight in weights.items()}


def small_sizes(rng):
    """(V, block_size, E, H)."""
    return integer(rng, 7, 11), integer(rng, 2, 3), 4, integer(rng, 12, 15)


def random_rows(rng, sizes, N):
    """Contexts and what follows, with no structure at all."""
    return integers(rng, 0, sizes[0] - 1, N, sizes[1]).contiguous(), integers(rng, 0, sizes[0] - 1, N)


def loaded(submission, sizes, weights):
    """The learner's own model with these weights, of their dtype."""
    model = submission.MLPLanguageModel(*sizes)
    attribute = library(submission, "operator").attrgetter
    for name, weight in weights.items():
        attribute(f"{name}.__setattr__")(model)("data", weight)
    return model


def schedule(submission, rates):
    """A function of the step, where the submission runs; it has an answer for a few steps more than there are."""
    partial, getitem = library(submission, "functools").partial, library(submission, "operator").getitem
    return partial(getitem, [*rates, rates[-1], rates[-1]])


def weights_of(model, weights):
    """The five tensors of the learner's model, of the shapes that they had."""
    found = {}
    for name, weight in weights.items():
        found[name] = getattr(model, name)
        check(
            isinstance(found[name], torch.Tensor) and found[name].shape == weight.shape,
            f"After training {name} must be a tensor of the shape that it had.",
        )
    return found


def logits_of(weights, X):
    """What the model must answer."""
    h = torch.tanh(weights["C"][X].flatten(1) @ weights["W1"] + weights["b1"])
    return h @ weights["W2"] + weights["b2"]


def used(rng):
    """Two generators in one state, and that is not where their seed has put them."""
    sources = generators(rng)
    for source in sources:
        torch.rand(3, generator=source)
    return sources


def oracle_train(weights, X, Y, rates, batch_size, generator):
    """The loop that the exercise describes: (trained weights, losses)."""
    params = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    losses = []
    for rate in rates:
        ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        loss = F.cross_entropy(logits_of(params, X[ix]), Y[ix])
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(params.values()))
        with torch.no_grad():
            for p, gradient in zip(params.values(), gradients, strict=True):
                p.sub_(rate * gradient)
    return {name: p.detach() for name, p in params.items()}, losses


def assert_floats(losses, steps):
    """Demand a list of Python floats, one a step."""
    check(
        isinstance(losses, list) and all(type(loss) is float for loss in losses),
        "train must return a list of Python floats: .item() makes one of a tensor.",
    )
    check(len(losses) == steps, f"{steps:,} steps must give {steps:,} losses, not {len(losses):,}.")


def assert_trained(model, weights, expected, **how):
    """Demand the weights of the oracle's loop."""
    assert_close(weights_of(model, weights), expected, oracle="the same loop by autograd", **how)


@points(3)
def test_one_step(submission, rng):
    """One step moves every parameter by −lr times its gradient, taken on the batch that the generator draws."""
    for dtype, rtol in ((torch.float64, 1e-9), (torch.float64, 1e-9), (torch.float32, 1e-4)):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, *sizes, dtype=dtype), random_rows(rng, sizes, 12)
        submission.train(loaded(submission, sizes, weights), X, Y, 2, 8, schedule(submission, [0.4, 0.4]), used(rng)[0])
        for rate in (0.7, 0.3):  # from the same weights, with another batch
            theirs, ours = used(rng)
            model = loaded(submission, sizes, weights)
            submission.train(model, X, Y, 1, 8, schedule(submission, [rate]), theirs)
            expected, _ = oracle_train(weights, X, Y, [rate], 8, ours)
            assert_trained(model, weights, expected, rtol=rtol, sizes={"N": 8, "M": 12, "V": sizes[0]})


@points(2)
@needs("test_one_step")
def test_trajectory(submission, rng):
    """After 60 steps at one learning rate the parameters are those of the same loop by autograd, to 1e-6."""
    for batch_size in (9, 1):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 50)
        theirs, ours = used(rng)
        model, rates = loaded(submission, sizes, weights), [0.2] * 60
        submission.train(model, X, Y, 60, batch_size, schedule(submission, rates), theirs)
        expected, _ = oracle_train(weights, X, Y, rates, batch_size, ours)
        assert_trained(model, weights, expected, rtol=1e-6, sizes={"N": batch_size, "M": 50, "V": sizes[0]})


@points(2)
@needs("test_trajectory")
def test_learning_rates(submission, rng):
    """Step i, counted from 0, is as long as lr_schedule(i) says."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 30)
    for rates in ([0.5, 0.15], [integer(rng, 1, 99) / 100 for _ in range(9)]):
        theirs, ours = generators(rng)
        model = loaded(submission, sizes, weights)
        submission.train(model, X, Y, len(rates), 7, schedule(submission, rates), theirs)
        expected, _ = oracle_train(weights, X, Y, rates, 7, ours)
        assert_trained(model, weights, expected, rtol=1e-6)


def test_losses(submission, rng):
    """Of each step one float is noted, the loss of its batch before the update."""
    for steps in (1, 3):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 1)
        X, Y = X.repeat(40, 1), Y.repeat(40)  # of equal rows every batch has the same loss
        theirs, ours = generators(rng)
        model = loaded(submission, sizes, weights)
        losses = submission.train(model, X, Y, steps, 16, schedule(submission, [0.4] * steps), theirs)
        assert_floats(losses, steps)
        _, expected = oracle_train(weights, X, Y, [0.4], 16, ours)  # the first loss depends on no gradient
        assert_close(losses[0], expected[0], name="losses[0]", rtol=1e-6, sizes={"N": 16})


@needs("test_trajectory")
def test_training_after_training(submission, rng):
    """Training goes on with another model, and then with the first again, from where each is."""
    sizes = small_sizes(rng)
    weights = [random_weights(rng, *sizes) for _ in range(2)]
    models = [loaded(submission, sizes, w) for w in weights]
    for number in (0, 1, 0):
        X, Y = random_rows(rng, sizes, 20)
        theirs, ours = generators(rng)
        submission.train(models[number], X, Y, 4, 6, schedule(submission, [0.3] * 4), theirs)
        weights[number], _ = oracle_train(weights[number], X, Y, [0.3] * 4, 6, ours)
        assert_trained(models[number], weights[number], weights[number], rtol=1e-6)


@needs("test_training_after_training", "test_losses")
def test_losses_of_a_run(submission, rng):
    """The losses of 60 steps are those of the same loop by autograd, to 1e-6, also where two calls make them."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 40)
    model, losses, expected = loaded(submission, sizes, weights), [], []
    for rate in (0.3, 0.1):
        theirs, ours = generators(rng)
        found = submission.train(model, X, Y, 30, 16, schedule(submission, [rate] * 30), theirs)
        assert_floats(found, 30)
        weights, right = oracle_train(weights, X, Y, [rate] * 30, 16, ours)
        losses, expected = losses + found, expected + right
    actual, expected = (torch.tensor(values, dtype=torch.float64) for values in (losses, expected))
    assert_close(actual, expected, name="losses", rtol=1e-6)


def of_torch(submission, sizes, weights):
    """The same network of torch's own layers: what it has is forward and parameters(), an iterator."""
    V, block_size, E, H = sizes
    nn = library(submission, "torch.nn")
    layers = (nn.Embedding(V, E), nn.Flatten(), nn.Linear(block_size * E, H), nn.Tanh(), nn.Linear(H, V))
    model = nn.Sequential(*layers).double()
    names = {"0.weight": "C", "2.weight": "W1", "2.bias": "b1", "4.weight": "W2", "4.bias": "b2"}
    model.load_state_dict({key: weights[name].T if "W" in name else weights[name] for key, name in names.items()})
    return model, names


@needs("test_trajectory")
def test_any_model(submission, rng):
    """A model of torch's layers is trained as well, though its parameters() is an iterator, used up after one loop."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 20)
    theirs, ours = generators(rng)
    model, names = of_torch(submission, sizes, weights)
    own = loaded(submission, sizes, weights)
    submission.train(own, X, Y, 2, 6, schedule(submission, [0.3] * 2), generators(rng)[0])
    weights_of(own, weights)
    submission.train(model, X, Y, 5, 6, schedule(submission, [0.3] * 5), theirs)
    expected, _ = oracle_train(weights, X, Y, [0.3] * 5, 6, ours)
    found = model.state_dict()
    trained = {name: found[key].T if "W" in name else found[key] for key, name in names.items()}
    assert_close(trained, expected, rtol=1e-6, oracle="the same loop by autograd")


@points(2)
def test_evaluate(submission, rng):
    """evaluate is the mean cross-entropy over all rows, be they many or one."""
    for N in (9, 2_345, 1, 70):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, N)
        assert_close(
            submission.evaluate(loaded(submission, sizes, weights), X, Y),
            F.cross_entropy(logits_of(weights, X), Y).item(),
            name="loss",
            rtol=1e-6,  # a mean that is added up in float32 will do
            sizes={"N": N, "V": sizes[0]},
            oracle="torch",
        )


@needs("test_evaluate")
def test_no_graph(submission, rng):
    """evaluate runs the model without recording anything for gradients."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 13)
    model, _ = of_torch(submission, sizes, weights)
    seen = library(submission, "unittest.mock").Mock(return_value=None)
    model[4].register_forward_hook(seen)
    loss = submission.evaluate(model, X, Y)
    assert_close(loss, F.cross_entropy(logits_of(weights, X), Y).item(), name="loss", rtol=1e-6, oracle="torch")
    check(seen.called is True, "evaluate must run the model that it is given: model.forward(X).")
    _, _, logits = library(submission, "operator").attrgetter("call_args.args")(seen)
    check(
        not requires_grad(logits),
        "A graph is recorded while you evaluate: for a whole split that takes much memory, and nothing needs it. Run "
        "the model under torch.no_grad().",
    )


@needs("test_evaluate")
def test_evaluate_leaves_no_trace(submission, rng):
    """After evaluate the parameters and their gradients are as they were, and they require gradients still."""
    sizes = small_sizes(rng)
    weights, losses = random_weights(rng, *sizes), []
    model = loaded(submission, sizes, weights)
    attribute = library(submission, "operator").attrgetter
    for name in NAMES:
        attribute(f"{name}.__setattr__")(model)("grad", weights[name] + 1)
    for _ in range(2):
        X, Y = random_rows(rng, sizes, 11)
        losses.append(submission.evaluate(model, X, Y))
    assert_responds(*losses, name="loss")
    found = weights_of(model, weights)
    assert_close(found, weights, oracle="as they were")
    check(all(map(requires_grad, found.values())), "After evaluate the parameters require no gradients any more.")
    for name in NAMES:
        gradient = attribute(f"{name}.grad")(model)
        check(
            isinstance(gradient, torch.Tensor) and torch.equal(gradient, weights[name] + 1),
            f"evaluate has changed {name}.grad: it only measures.",
        )


def test_arguments_stay_as_they_are(submission, rng):
    """X and Y stay as they are, and so do torch's default dtype and global generator."""
    sizes, losses, means = small_sizes(rng), [], []
    models = [loaded(submission, sizes, random_weights(rng, *sizes)) for _ in range(2)]
    with undisturbed(submission, rng):
        for model, N in zip(models, (61, 67), strict=True):  # shares of 61 and of 67 are never the same
            X, Y = random_rows(rng, sizes, N)
            rates = schedule(submission, [0.2] * 3)
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
    """Train the learner's model on four fifths of words.

    Returns:
        ``(reached, right, losses, right_losses, bigram)``: losses on the words that the submission never saw, by its
        model, by the oracle's and by counting pairs; and the curves.
    """
    cut = int(0.8 * len(words))
    train, heldout = rows_of(words[:cut], LECTURE[1]), rows_of(words[cut:], LECTURE[1])
    weights = random_weights(rng, *LECTURE, dtype=torch.float32)
    rates, seed = [0.1] * (3 * steps // 4) + [0.01] * (steps - 3 * steps // 4), new_seed(rng)
    model = loaded(submission, LECTURE, weights)
    answer = begin(submission.train, model, *train, steps, 32, schedule(submission, rates), generator(seed))
    right, right_losses = None, ()
    if with_oracle:  # both loops at once
        trained, right_losses = oracle_train(weights, *train, rates, 32, generator(seed))
        right = F.cross_entropy(logits_of(trained, heldout[0]), heldout[1]).item()
    losses = answer()
    assert_floats(losses, steps)
    bigram = bigram_loss(train, heldout, LECTURE[0])
    baselines = {"uniform": math.log(LECTURE[0]), "pairs of characters": bigram}
    record_curve("loss", losses, reference=right_losses or None, baselines=baselines)
    learnt = weights_of(model, weights)
    record_points("two dimensions of your embedding", learnt["C"][:, :2], labels=list(".abcdefghijklmnopqrstuvwxyz"))
    reached = F.cross_entropy(logits_of(learnt, heldout[0]), heldout[1]).item()
    record_curve("loss", losses, reference=right_losses or None, baselines=baselines | {"on unseen words": reached})
    return reached, right, losses, right_losses, bigram


@points(2)
@needs("test_learning_rates", "test_losses")
@training
@limit(60)
def test_learns_words_it_has_not_seen(submission, rng):
    """3,000 steps on generated words reach the loss of the same loop by autograd, on words you never saw."""
    from grader.data import generated_words

    words = generated_words(4_000, new_seed(rng))
    reached, right, losses, right_losses, bigram = learn(submission, rng, words, 3_000, with_oracle=True)
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
    # Measured: 2.20 to 2.42 where pairs of characters reach 2.48 to 2.64; one character of context does no better.
    check(reached < bigram - 0.1, f"The loss is {reached:.2f}: hardly better than {bigram:.2f}, by counting pairs.")


@points(2)
@full
@training
@limit(600)
def test_learns_names(submission, rng):
    """On names.txt 50,000 steps at the lecture's size reach a loss of 2.17 on names that were not trained on."""
    from grader.data import names

    words = names()
    order = torch.randperm(len(words), generator=rng).tolist()
    reached, _, _, _, bigram = learn(submission, rng, [words[i] for i in order], 50_000, with_oracle=False)
    # Measured: 2.13 to 2.14; the lecture's own 200,000 steps from N(0, 1) reach 2.17. Some names come twice.
    check(reached > 1.9, f"A leak: no model of this size reaches {reached:.2f} on names that it has not seen.")
    check(
        reached <= 2.17, f"The loss on unseen names is {reached:.3f}; 2.17 or less is wanted; pairs reach {bigram:.2f}."
    )
