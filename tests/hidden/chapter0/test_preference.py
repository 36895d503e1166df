"""Checks of chapter0.preference: both losses against torch, the fitted reward, and what it has learnt."""

import hypothesis.strategies as st
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    needs,
    normal,
    points,
    requires_grad,
    strategies,
    vjp,
)

# reward_loss


def bradley_terry(chosen, rejected):
    """Minus the mean of log sigmoid, written as softplus."""
    return F.softplus(rejected - chosen).mean()


@st.composite
def reward_pairs(draw):
    """(chosen, rejected), each (N,)."""
    N = draw(strategies.sizes(1, 6))
    return draw(strategies.tensors((N,))), draw(strategies.tensors((N,)))


@points(3)
@given(pairs=reward_pairs())
def test_reward_loss(submission, pairs):
    """The loss is minus the mean of log sigmoid(chosen − rejected), for any number of pairs."""
    chosen, rejected = pairs
    assert_close(
        submission.reward_loss(chosen, rejected),
        bradley_terry(chosen, rejected),
        name="loss",
        oracle="−logsigmoid",
        sizes={"N": len(chosen)},
    )


@needs("test_reward_loss")
def test_reward_loss_gradients(submission, rng):
    """Gradients flow to both rewards: the chosen one is pushed up, the rejected one down."""
    for _ in range(2):
        N = integer(rng, 2, 7)
        chosen, rejected, upstream = normal(rng, N), normal(rng, N), 0.5 + torch.rand((), generator=rng).double()
        leaves = [chosen.clone().requires_grad_(), rejected.clone().requires_grad_()]
        expected = torch.autograd.grad(bradley_terry(*leaves), leaves, upstream)
        _, gradients, _ = vjp(submission.reward_loss, (chosen, rejected), upstream)
        assert_close(gradients, expected, name=("dchosen", "drejected"), sizes={"N": N})


@needs("test_reward_loss")
@points(2)
def test_reward_loss_at_the_extremes(submission, rng):
    """Rewards of ±10,000 give the right finite loss, in float32 as in float64, whichever answer was preferred."""
    for dtype in (torch.float64, torch.float32):
        N = integer(rng, 3, 5)
        size, sign = 1e4 * (1 - 0.1 * torch.rand(N, generator=rng)), torch.ones(N)
        sign[0] = -1  # at least one pair each way
        chosen = (sign * size).to(dtype)
        rejected = -chosen + torch.randn(N, generator=rng).to(dtype)
        assert_close(
            submission.reward_loss(chosen, rejected),
            bradley_terry(chosen.double(), rejected.double()).to(dtype),
            name="loss",
            rtol=1e-9 if dtype == torch.float64 else 1e-5,
            oracle="−logsigmoid",
            sizes={"N": N},
        )


# fit_reward


def oracle_fit(chosen, rejected, steps, lr):
    """Gradient descent with the gradient written out."""
    d, w = chosen - rejected, torch.zeros(chosen.shape[1], dtype=chosen.dtype)
    for _ in range(steps):
        w += lr * (torch.sigmoid(-(d @ w))[:, None] * d).mean(0)
    return w


def draw_pairs(rng, N, features):
    """Features of both answers of N pairs, chosen at random."""
    return normal(rng, N, features), normal(rng, N, features)


# Where the loss is wrong, or its gradient, the fit that uses it is too.
@needs("test_reward_loss", "test_reward_loss_gradients")
@points(3)
def test_fit(submission, rng):
    """w is what gradient descent from zero reaches, after several steps and after one, in the features' dtype."""
    for steps, dtype in ((integer(rng, 4, 9), torch.float64), (1, torch.float64), (3, torch.float32)):
        N, features = integer(rng, 5, 9), integer(rng, 2, 4)
        chosen, rejected = (pairs.to(dtype) for pairs in draw_pairs(rng, N, features))
        lr = 0.3 + 0.5 * float(torch.rand((), generator=rng))
        submission.reward_loss(normal(rng, N), normal(rng, N))  # tells apart which of the two goes the wrong way
        assert_close(
            submission.fit_reward(chosen, rejected, steps, lr),
            oracle_fit(chosen.double(), rejected.double(), steps, lr).to(dtype),
            name="w",
            rtol=1e-9 if dtype == torch.float64 else 1e-5,
            oracle="gradient descent",
            sizes={"N": N, "F": features, "steps": steps},
        )


@needs("test_fit")
def test_w_requires_no_gradient(submission, rng):
    """The fitted w is done learning: it requires no gradient, whatever the features are."""
    ws = [submission.fit_reward(*draw_pairs(rng, integer(rng, 4, 6), 3), 3, 0.5) for _ in range(2)]
    assert_responds(*ws, name="w")
    check(not any(map(requires_grad, ws)), "w requires a gradient: return w.detach().")


def rated(rng, N, by):
    """Pairs of answers with features (accuracy, agreement) in [0, 1], rated by one of them alone, 9 times in 10."""
    a = torch.rand(N, 2, generator=rng, dtype=torch.float64)
    b = torch.rand(N, 2, generator=rng, dtype=torch.float64)
    first = (a[:, by] > b[:, by]) != (torch.rand(N, generator=rng) < 0.1)
    return torch.where(first[:, None], a, b), torch.where(first[:, None], b, a)


@needs("test_fit")
def test_what_raters_prefer_is_rewarded(submission, rng):
    """Raters who prefer agreement teach a reward that puts it above accuracy; raters who go by accuracy do not."""
    # With 400 pairs the two weights lie some 15 of their standard errors apart: no false alarm in 1e9 runs.
    for by, preferred, other in ((1, "agreement", "accuracy"), (0, "accuracy", "agreement")):
        chosen, rejected = rated(rng, 400, by)
        w = submission.fit_reward(chosen, rejected, 60, 2.0)
        check(
            isinstance(w, torch.Tensor) and w.shape == (2,) and w.is_floating_point(),
            "fit_reward must return one weight for each of the two features, a tensor of shape (2,).",
        )
        check(
            w[by].item() > w[1 - by].item(),
            f"These raters went by {preferred}. The fitted reward gives {w[by].item():.3g} for it and "
            f"{w[1 - by].item():.3g} for {other}: it must value what was preferred more highly.",
        )


@needs("test_fit")
def test_a_fit_leaves_no_trace(submission, rng):
    """Fitting modifies no features, and the same features give the same w again, after others as well."""
    first, second = (draw_pairs(rng, integer(rng, 4, 6), 3) for _ in range(2))
    w = assert_unchanged(submission.fit_reward, *first, 3, 0.5)
    assert_responds(w, assert_unchanged(submission.fit_reward, *second, 3, 0.5), name="w")
    other = submission.fit_reward(first[0], draw_pairs(rng, len(first[0]), 3)[1], 3, 0.5)
    assert_responds(w, other, name="w, fitted to the same chosen and other rejected answers")
    assert_close(submission.fit_reward(*first, 3, 0.5), w, name="w, the second time", oracle="the first time")


# policy_loss


def surrogate(logits, actions, rewards):
    """Minus the mean of reward times log-probability: cross-entropy, weighted."""
    return (F.cross_entropy(logits, actions, reduction="none") * rewards).mean()


@st.composite
def episodes(draw):
    """(logits (N, A), actions, rewards)."""
    N, A = draw(strategies.sizes(1, 5)), draw(strategies.sizes(1, 5))
    actions = draw(strategies.integers_tensor((N,), 0, A))
    return draw(strategies.tensors((N, A))), actions, draw(strategies.tensors((N,)))


@points(3)
@given(episode=episodes())
def test_policy_loss(submission, episode):
    """The loss is minus the mean of rewards times the log-probabilities of the actions taken."""
    logits, actions, rewards = episode
    assert_close(
        submission.policy_loss(logits, actions, rewards),
        surrogate(logits, actions, rewards),
        name="loss",
        oracle="cross-entropy, weighted",
        sizes={"N": logits.shape[0], "A": logits.shape[1]},
    )


@needs("test_policy_loss")
@points(2)
def test_gradient_is_that_of_the_expected_reward(submission, rng):
    """Averaged over the policy's own actions, the gradient is that of minus the expected reward."""
    for _ in range(2):
        A = integer(rng, 3, 6)
        logits, reward_of = normal(rng, A), normal(rng, A)
        leaf = logits.clone().requires_grad_()
        (expected,) = torch.autograd.grad(-(leaf.softmax(0) @ reward_of), leaf)
        # One row for each action, its reward weighted with how often the policy takes it; the mean divides by A.
        weights = A * logits.softmax(0)
        _, gradients, _ = vjp(
            submission.policy_loss,
            (logits.expand(A, A).clone(), torch.arange(A), weights * reward_of),
            torch.tensor(1.0, dtype=torch.float64),
        )
        dlogits = gradients[0]
        check(isinstance(dlogits, torch.Tensor), "No gradient reaches the logits through policy_loss.")
        assert_close(dlogits.sum(0), expected, name="dlogits, summed over the actions", sizes={"A": A})


@needs("test_policy_loss")
def test_no_gradient_flows_into_the_rewards(submission, rng):
    """The rewards are constants: no gradient reaches them."""
    N, A = integer(rng, 5, 6), integer(rng, 2, 4)
    logits, rewards, actions = normal(rng, N, A), normal(rng, N), torch.randint(0, A, (N,), generator=rng)
    upstream = torch.tensor(1.0, dtype=torch.float64)
    _, (_, _, drewards), _ = vjp(submission.policy_loss, (logits, actions, rewards), upstream)
    check(
        drewards is None or (isinstance(drewards, torch.Tensor) and not drewards.any()),
        "A gradient flows into the rewards: a reward model behind them would learn to reward whatever was done. Take "
        "rewards.detach().",
    )


@needs("test_policy_loss")
def test_policy_loss_at_the_extremes(submission, rng):
    """Logits of ±10,000 in float32 give the right finite loss: the log of a softmax that rounds to 0 is not finite."""
    N, A = integer(rng, 5, 6), integer(rng, 3, 4)
    logits = 1e4 * torch.randn(N, A, generator=rng).sign() + torch.randn(N, A, generator=rng)
    logits[0, 0], logits[0, 1] = 1e4, -1e4
    actions, rewards = torch.randint(0, A, (N,), generator=rng), torch.randn(N, generator=rng)
    actions[0] = 1  # an action that the policy holds impossible
    assert_close(
        submission.policy_loss(logits, actions, rewards),
        surrogate(logits.double(), actions, rewards.double()).float(),
        name="loss",
        rtol=1e-4,
        atol=1e-3,  # at 10,000 neighbouring float32 numbers lie 0.001 apart
        oracle="cross-entropy, weighted",
        sizes={"N": N, "A": A},
    )


@needs("test_reward_loss", "test_policy_loss")
def test_losses_leave_no_trace(submission, rng):
    """Neither loss modifies what it is given, and the same arguments give the same loss again."""
    N, A = integer(rng, 5, 6), integer(rng, 2, 4)
    pairs = [(normal(rng, N), normal(rng, N)) for _ in range(2)]
    played = [(normal(rng, N, A), torch.randint(0, A, (N,), generator=rng), normal(rng, N)) for _ in range(2)]
    for function, (first, second) in ((submission.reward_loss, pairs), (submission.policy_loss, played)):
        loss = assert_unchanged(function, *first)
        assert_responds(loss, assert_unchanged(function, *second), name="loss")
        assert_close(function(*first), loss, name="loss, the second time", oracle="the first time")
