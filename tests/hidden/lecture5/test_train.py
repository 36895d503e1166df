"""Checks of lecture5.train: the training loop with no autograd, calibration, evaluation."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    begin,
    check,
    generator,
    generators,
    integers,
    limit,
    needs,
    new_seed,
    normal,
    points,
    record_curve,
    training,
    undisturbed,
    uniform,
)

V, BLOCK = 27, 3


def initial_params(rng, E, H):
    """Parameters scaled as in the lecture; biases and gains off 0 and 1, which hide mistakes."""
    return {
        "C": normal(rng, V, E).contiguous(),
        "W1": normal(rng, BLOCK * E, H) * (5 / 3) / (BLOCK * E) ** 0.5,
        "b1": normal(rng, H) * 0.1,
        "bngain": 1.2 + normal(rng, 1, H) * 0.1,
        "bnbias": 0.2 + normal(rng, 1, H) * 0.1,
        "W2": normal(rng, H, V) * 0.1,
        "b2": normal(rng, V) * 0.1,
    }


def generated_words(rng, chains, length):
    """Examples (X, Y) of an order-3 text over 27 characters, as the sliding window of the lecture sees them.

    The scores of the next character are a sum of three random tables, one for each place in the context:
    enough structure for a small network to find. Character 0 ends a word, and the next one starts from (0,
    0, 0).
    """
    tables = normal(rng, BLOCK, V, V)
    context = torch.zeros(chains, BLOCK, dtype=torch.int64)
    X, Y = [], []
    for _ in range(length):
        scores = sum(tables[place, context[:, place]] for place in range(BLOCK))  # (chains, V)
        following = torch.multinomial(scores.softmax(1), 1, generator=rng)  # (chains, 1)
        X.append(context)
        Y.append(following[:, 0])
        context = torch.cat([context[:, 1:], following], 1) * (following != 0)
    return torch.stack(X, 1).reshape(-1, BLOCK), torch.stack(Y, 1).reshape(-1)


def random_examples(rng, N):
    """Contexts (N, 3) and next characters (N,) with no structure at all."""
    return integers(rng, 0, V - 1, N, BLOCK), integers(rng, 0, V - 1, N)


def first_layer(params, X):
    """hprebn, before the normalisation."""
    return params["C"][X].flatten(1) @ params["W1"] + params["b1"]


def logits_of(params, hprebn, mean, var):
    """The rest of the network, normalised by the given statistics."""
    raw = (hprebn - mean) / (var + 1e-5).sqrt()
    return (params["bngain"] * raw + params["bnbias"]).tanh() @ params["W2"] + params["b2"]


def statistics(hprebn):
    """Mean and Bessel-corrected variance over the rows, (1, H) each."""
    return hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True, unbiased=True)


def oracle_train(params, X, Y, steps, batch_size, lr, generator):
    """The loop that the exercise describes, with torch's autograd for the gradients."""
    params = {name: p.clone().requires_grad_() for name, p in params.items()}
    losses = []
    for _ in range(steps):
        batch = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        hprebn = first_layer(params, X[batch])
        loss = F.cross_entropy(logits_of(params, hprebn, *statistics(hprebn)), Y[batch])
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(params.values()))
        with torch.no_grad():
            for p, dp in zip(params.values(), gradients, strict=True):
                p.sub_(lr * dp)
    return {name: p.detach() for name, p in params.items()}, losses


def heldout_loss(params, X_train, X, Y):
    """The grader's own evaluation: statistics from the training set, loss on other words."""
    mean, var = statistics(first_layer(params, X_train))
    return F.cross_entropy(logits_of(params, first_layer(params, X), mean, var), Y).item()


def baselines(X, Y):
    """The loss of guessing evenly, and of knowing how often each character follows the last one."""
    counts = torch.zeros(V, V, dtype=torch.float64).index_put_((X[:, -1], Y), torch.ones((), dtype=torch.float64), True)
    follows = counts / counts.sum(1, keepdim=True).clamp(min=1)
    return {"uniform": math.log(V), "bigram": -follows[X[:, -1], Y].log().mean().item()}


def unpack(answer):
    """(params, losses) as train_manual must return them; what is wrong with their kind is said here."""
    check(
        isinstance(answer, tuple | list) and len(answer) == 2,
        "train_manual must return two things: the new parameters and the list of losses.",
    )
    params, losses = answer
    check(isinstance(params, dict), "The first thing that train_manual returns must be the dict of parameters.")
    return params, losses


def unpack_losses(answer, steps):
    """The losses: that they are as many Python floats as there were steps is said here."""
    _, losses = unpack(answer)
    check(
        isinstance(losses, list) and all(isinstance(loss, float) for loss in losses),
        "The losses must be a list of Python floats: .item() makes one of a tensor.",
    )
    check(len(losses) == steps, f"{steps} steps must give {steps} losses, one a step: here are {len(losses)}.")
    return losses


@points(3)
def test_one_step(submission, rng):
    """One step moves every parameter by −lr times its gradient, all taken at the old values: with any model."""
    for dtype, rtol in ((torch.float64, 1e-9), (torch.float64, 1e-9), (torch.float32, 1e-4)):
        params, (X, Y) = initial_params(rng, 4, 6), random_examples(rng, 12)
        params = {name: p.to(dtype) for name, p in params.items()}
        for lr in (0.5, 0.2):  # from the same parameters, with another batch
            theirs, ours = generators(rng)
            after, _ = unpack(submission.train_manual(params, X, Y, 1, 8, lr, theirs))
            expected, _ = oracle_train(params, X, Y, 1, 8, lr, ours)
            check(set(after) == set(params), f"The parameters must be exactly these: {', '.join(params)}.")
            assert_close(after, expected, rtol=rtol, sizes={"N": 8, "H": 6, "V": V})


@points(2)
@needs("test_one_step")
def test_trajectory(submission, rng):
    """After 100 steps the parameters are those of the same loop with autograd, to 1e-6."""
    params, (X, Y) = initial_params(rng, 5, 16), generated_words(rng, 40, 10)
    theirs, ours = generators(rng)
    after, _ = unpack(submission.train_manual(params, X, Y, 100, 16, 0.1, theirs))
    expected, _ = oracle_train(params, X, Y, 100, 16, 0.1, ours)
    assert_close(after, expected, rtol=1e-6, sizes={"N": 16, "H": 16, "V": V})


def test_losses(submission, rng):
    """Each step notes one float: the loss of its batch before the update."""
    for steps in (1, 3):
        params, (X, Y) = initial_params(rng, 5, 16), generated_words(rng, 40, 10)
        theirs, ours = generators(rng)
        losses = unpack_losses(submission.train_manual(params, X, Y, steps, 16, 0.1, theirs), steps)
        _, expected = oracle_train(params, X, Y, 1, 16, 0.1, ours)  # the first loss depends on no gradient
        assert_close(losses[0], expected[0], name="losses[0]", rtol=1e-6)


@needs("test_trajectory", "test_losses")
def test_losses_of_a_run(submission, rng):
    """The losses of 100 steps are those of the same loop with autograd, to 1e-6."""
    params, (X, Y) = initial_params(rng, 5, 16), generated_words(rng, 40, 10)
    theirs, ours = generators(rng)
    losses = unpack_losses(submission.train_manual(params, X, Y, 100, 16, 0.1, theirs), 100)
    _, expected = oracle_train(params, X, Y, 100, 16, 0.1, ours)
    actual, expected = (torch.tensor(values, dtype=torch.float64) for values in (losses, expected))
    assert_close(actual, expected, name="losses", rtol=1e-6)


def test_params_stay_as_they_are(submission, rng):
    """The parameters that are passed in, X and Y stay as they are; torch's default dtype and global generator, too."""
    trained = []
    with undisturbed(submission, rng):
        for _ in range(2):
            params, (X, Y) = initial_params(rng, 4, 6), random_examples(rng, 12)
            answer = assert_unchanged(submission.train_manual, params, X, Y, 2, 8, 0.1, generator(new_seed(rng)))
            trained.append(unpack(answer)[0])
            assert_responds(params, trained[-1], name="params")
    assert_responds(*trained, name="params")


@points(2)
def test_calibrate(submission, rng):
    """calibrate returns mean and variance (by M − 1) of hprebn over all rows of X, (1, H) each."""
    params = initial_params(rng, 4, 6)
    for M in (40, 300, 2):
        X, _ = random_examples(rng, M)
        assert_close(
            submission.calibrate(params, X),
            statistics(first_layer(params, X)),
            name=("mean", "var"),
            sizes={"M": M, "H": 6},
            oracle="torch",
        )


def random_statistics(rng, H):
    """Statistics that are those of no batch at all."""
    return normal(rng, 1, H), uniform(rng, 0.3, 1.3, 1, H)


@points(2)
def test_evaluate(submission, rng):
    """evaluate returns the mean loss under the mean and variance that it is given, whatever they are."""
    for N in (9, 70):
        params, (X, Y) = initial_params(rng, 4, 6), random_examples(rng, N)
        mean, var = random_statistics(rng, 6)
        assert_close(
            submission.evaluate(params, mean, var, X, Y),
            F.cross_entropy(logits_of(params, first_layer(params, X), mean, var), Y).item(),
            name="loss",
            rtol=1e-11,  # the loss hardly feels a mean or variance in float32
            sizes={"N": N, "H": 6},
            oracle="torch",
        )


def test_evaluate_row_by_row(submission, rng):
    """No row's loss depends on other rows: that of many is the mean of each one's own."""
    params, (X, Y) = initial_params(rng, 4, 6), random_examples(rng, 6)
    mean, var = random_statistics(rng, 6)
    times = integers(rng, 1, 9, 6)  # how often a row occurs
    alone = [submission.evaluate(params, mean, var, X[i : i + 1], Y[i : i + 1]) for i in range(6)]
    check(all(isinstance(loss, float) for loss in alone), "evaluate must return a Python float, for one row too.")
    check(all(map(math.isfinite, alone)), f"The loss of a single row must be a number: here is {alone[0]}.")
    assert_responds(alone[0], alone[1], name="loss")
    expected = float((torch.tensor(alone, dtype=torch.float64) * times).sum() / times.sum())
    together = submission.evaluate(params, mean, var, X.repeat_interleave(times, 0), Y.repeat_interleave(times))
    assert_close(together, expected, name="loss", oracle="the mean of your own, row by row")


def test_calibrate_and_evaluate_leave_their_arguments(submission, rng):
    """calibrate and evaluate leave arguments as they are, and torch's default dtype and global generator, too."""
    statistics_found, losses = [], []
    with undisturbed(submission, rng):
        for _ in range(2):
            params, (X, Y) = initial_params(rng, 4, 6), random_examples(rng, 5)
            statistics_found.append(assert_unchanged(submission.calibrate, params, X))
            losses.append(assert_unchanged(submission.evaluate, params, *random_statistics(rng, 6), X, Y))
    assert_responds(*statistics_found, name="mean, var")
    assert_responds(*losses, name="loss")


@points(2)
@needs("test_trajectory", "test_losses")
@training
@limit(60)
def test_learns_words_it_has_not_seen(submission, rng):
    """2,000 steps by hand reach the loss of 2,000 steps with autograd, on words you never saw."""
    X, Y = generated_words(rng, 500, 50)
    train, test = slice(0, 20_000), slice(20_000, None)  # whole chains: no word is in both
    params, seed = initial_params(rng, 10, 64), new_seed(rng)

    arguments = (X[train], Y[train], 2_000, 32, 0.1)
    answer = begin(submission.train_manual, params, *arguments, generator(seed))  # both loops at once
    expected, expected_losses = oracle_train(params, *arguments, generator(seed))
    target = heldout_loss(expected, X[train], X[test], Y[test]) + 0.03

    after, losses = unpack(answer())
    record_curve("loss", losses, reference=expected_losses, baselines=baselines(X[train], Y[train]))
    check(
        all(isinstance(after.get(name), torch.Tensor) and after[name].shape == p.shape for name, p in params.items()),
        "The returned parameters must have the names and shapes of those that were passed in.",
    )
    after = {name: after[name].to(p.dtype) for name, p in params.items()}
    reached = heldout_loss(after, X[train], X[test], Y[test])
    check(
        reached <= target,
        f"The loss on unseen words, with calibrated statistics, is {reached:.3f}; it must be {target:.3f} or less.",
    )
    # A loss forgives many a wrong gradient. The path to it does not.
    assert_close(after, expected, rtol=1e-6, sizes={"N": 32, "H": 64, "V": V})
