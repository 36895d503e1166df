"""Checks of lecture8.reward_model: two completions, k of them, and what flows back."""

import itertools

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    needs,
    normal,
    points,
    undisturbed,
    vjp,
)

ORACLE = "pair by pair"


def longhand(rewards, ranking):
    """The mean over the pairs, one after the other, each as a softplus."""
    order = ranking.tolist()
    terms = [F.softplus(rewards[worse] - rewards[better]) for better, worse in itertools.combinations(order, 2)]
    return torch.stack(terms).mean()


def ranked(rng, k):
    """(rewards, ranking): a ranking that the rewards do not follow, and which is not its own inverse."""
    while True:
        ranking = torch.randperm(k, generator=rng)
        if k < 3 or not torch.equal(ranking[ranking], torch.arange(k)):
            return normal(rng, k), ranking


def by_the_example(submission):
    """A call that tells apart what is alike for two completions; it is asked for, and not compared."""
    submission.reward_loss(torch.tensor([0.5, -1.0, 2.0, 1.5], dtype=torch.float64), torch.tensor([1, 2, 3, 0]))


@points(2)
def test_two_completions(submission, rng):
    """With two completions the loss is that of chapter 0, whichever of the two is ranked first."""
    rewards = normal(rng, 2)
    cases = [(rewards, torch.tensor(order)) for order in ([0, 1], [1, 0])]  # one of them against the rewards
    answers = [submission.reward_loss(*case) for case in cases]
    by_the_example(submission)
    for answer, case in zip(answers, cases, strict=True):
        assert_close(answer, longhand(*case), name="loss", oracle="−logsigmoid", sizes={"k": 2})


@points(3)
@needs("test_two_completions")
def test_all_pairs(submission, rng):
    """With k completions the loss is the mean over all k(k − 1)/2 pairs, for any ranking and any k."""
    cases = [ranked(rng, k) for k in (3, 4, integer(rng, 5, 6), integer(rng, 7, 9))]
    answers = [submission.reward_loss(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        assert_close(answer, longhand(*case), name="loss", oracle=ORACLE, sizes={"k": len(case[0])})


@points(2)
@needs("test_all_pairs")
def test_gradients(submission, rng):
    """Gradients flow to the rewards of all completions: in each pair the better is pushed up as the other is down."""
    for k in (2, integer(rng, 4, 6)):
        rewards, ranking = ranked(rng, k)
        upstream = 0.5 + torch.rand((), generator=rng, dtype=torch.float64)
        leaf = rewards.clone().requires_grad_()
        (expected,) = torch.autograd.grad(longhand(leaf, ranking), leaf, upstream)
        _, gradients, _ = vjp(submission.reward_loss, (rewards, ranking), upstream)
        check(isinstance(gradients[0], torch.Tensor), "No gradient reaches the rewards through reward_loss.")
        assert_close(gradients[0], expected, name="drewards", sizes={"k": k})


@points(2)
@needs("test_all_pairs")
def test_at_the_extremes(submission, rng):
    """Rewards of ±10,000 give the right finite loss, in float32 as in float64, against the ranking too."""
    for dtype, rtol in ((torch.float64, 1e-9), (torch.float32, 1e-5)):
        rewards, ranking = ranked(rng, integer(rng, 3, 5))
        rewards = rewards.contiguous()
        rewards[ranking[0]] -= 1e4  # the best has the least, by far
        rewards[ranking[1]] += 1e4
        rewards = rewards.to(dtype)
        expected = longhand(rewards.double(), ranking).to(dtype)
        name, sizes = "loss", {"k": len(rewards)}
        assert_close(
            submission.reward_loss(rewards, ranking), expected, name=name, rtol=rtol, oracle=ORACLE, sizes=sizes
        )


@needs("test_two_completions")
def test_arguments_stay_as_they_are(submission, rng):
    """Arguments and torch's global generator stay as they are; the same arguments give the same loss again."""
    k = integer(rng, 4, 6)
    (rewards, ranking), second = ranked(rng, k), ranked(rng, k)
    with undisturbed(submission, rng):
        loss = assert_unchanged(submission.reward_loss, rewards, ranking)
    assert_responds(loss, assert_unchanged(submission.reward_loss, *second), name="loss")
    turned = submission.reward_loss(rewards, ranking.roll(1))
    assert_responds(loss, turned, name="loss, of the same rewards with another ranking,")
    assert_close(submission.reward_loss(rewards, ranking), loss, name="loss, again", oracle="the first time")
