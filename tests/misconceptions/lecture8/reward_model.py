"""What learners get wrong in lecture8.reward_model."""

import itertools

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _over(pairs, loss=lambda d: -F.logsigmoid(d)):
    """The mean of a loss of differences, over pairs of (better, worse)."""
    return torch.stack([loss(better - worse) for better, worse in pairs]).mean()


def _pairs(rewards, ranking):
    """All pairs of rewards, the better completion first."""
    return list(itertools.combinations(rewards[ranking].unbind(), 2))


@misconception(
    "Only neighbours in the ranking are compared. A ranking of k completions says k(k − 1)/2 things: compare each with "
    "all that stand behind it.",
    name="adjacent-only",
    violates=("all_pairs",),
)
def reward_loss(rewards, ranking):
    return _over(itertools.pairwise(rewards[ranking].unbind()))


@misconception(
    "The best completion is compared with the others, and these not with each other. All pairs count.",
    name="best-against-the-rest",
    violates=("all_pairs",),
)
def reward_loss(rewards, ranking):
    best, *others = rewards[ranking].unbind()
    return _over([(best, other) for other in others])


@misconception(
    "Only the best completion and the worst are compared. All pairs count.",
    name="best-against-worst",
    violates=("all_pairs",),
)
def reward_loss(rewards, ranking):
    ordered = rewards[ranking]
    return _over([(ordered[0], ordered[-1])])


@misconception(
    "The better completion's reward is subtracted from the worse one's: this loss falls when the worse is rewarded. "
    "The ranking has the best first, and the difference is better minus worse.",
    name="sign",
)
def reward_loss(rewards, ranking):
    return _over([(worse, better) for better, worse in _pairs(rewards, ranking)])


@misconception(
    "ranking is read as the places of the completions, ranking[0] as the place of completion 0. It holds their "
    "numbers, the best first: rewards[ranking] puts the rewards in order.",
    name="ranks-for-indices",
    violates=("all_pairs",),
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, ranking.argsort()))


@misconception(
    "The ranking is not used: the completions are taken in the order in which they came. The best one is "
    "rewards[ranking[0]].",
    name="ranking-ignored",
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, torch.arange(len(rewards))))


@misconception(
    "The rewards are sorted by their own size, so that the model is taught what it believes already. Their order is "
    "that of the ranking: rewards[ranking].",
    name="sorted-by-reward",
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, rewards.argsort(descending=True)))


@misconception(
    "The losses of the pairs are summed. The loss is their mean.", name="sum-for-mean", violates=("all_pairs",)
)
def reward_loss(rewards, ranking):
    pairs = _pairs(rewards, ranking)
    return _over(pairs) * len(pairs)


@misconception(
    "The sum over the pairs is divided by k, the number of completions. There are k(k − 1)/2 pairs.",
    name="divided-by-k",
)
def reward_loss(rewards, ranking):
    pairs = _pairs(rewards, ranking)
    return _over(pairs) * len(pairs) / len(rewards)


@misconception(
    "The mean is taken over a whole matrix of k² differences, in which the pairs that do not count are zeros. Divide "
    "by the number of pairs, k(k − 1)/2.",
    name="divided-by-k-squared",
)
def reward_loss(rewards, ranking):
    pairs = _pairs(rewards, ranking)
    return _over(pairs) * len(pairs) / len(rewards) ** 2


@misconception(
    "Each completion is compared with itself as well, which adds log 2 for each: only pairs of two count, i < j. With "
    "torch.triu that is diagonal=1.",
    name="diagonal-counted",
)
def reward_loss(rewards, ranking):
    return _over(list(itertools.combinations_with_replacement(rewards[ranking].unbind(), 2)))


@misconception(
    "Each pair is counted in both directions, so that every completion is to be better than every other. The ranking "
    "says which: i < j alone.",
    name="both-directions",
)
def reward_loss(rewards, ranking):
    return _over(list(itertools.permutations(rewards.unbind(), 2)))


@misconception(
    "The log is missing: this is minus the probability. The loss of a pair is minus the log of its probability.",
    name="sigmoid-without-log",
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, ranking), lambda d: -torch.sigmoid(d))


@misconception(
    "The minus is missing. log sigmoid is at most 0 and grows as the fit gets better; the loss is minus that.",
    name="minus-missing",
)
def reward_loss(rewards, ranking):
    return -_over(_pairs(rewards, ranking))


@misconception(
    "This is a hinge: pairs that are apart by 1 cost nothing. The loss of a pair is −logsigmoid(better − worse), which "
    "never ends to ask for more.",
    name="hinge",
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, ranking), lambda d: F.relu(1 - d))


@misconception(
    "The loss is −difference, without a logsigmoid: it only widens the gaps, for ever. The loss of a pair is "
    "−logsigmoid(better − worse).",
    name="difference-alone",
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, ranking), lambda d: -d)


@misconception(
    "The differences are averaged before the logsigmoid, so that good pairs make up for bad ones. Take the loss of "
    "each pair, then the mean.",
    name="mean-before-log",
    violates=("all_pairs",),
)
def reward_loss(rewards, ranking):
    return -F.logsigmoid(_over(_pairs(rewards, ranking), lambda d: d))


@misconception(
    "This is the likelihood of the whole ranking, a softmax of each completion against all behind it (Plackett and "
    "Luce). A model with reason, and another one: here each pair is a comparison of its own.",
    name="softmax-over-the-rest",
    violates=("all_pairs",),
)
def reward_loss(rewards, ranking):
    ordered = rewards[ranking]
    terms = [ordered[i:].logsumexp(0) - ordered[i] for i in range(len(ordered) - 1)]
    return torch.stack(terms).mean()


@misconception(
    "Pairs count more the further apart they stand in the ranking. Each pair counts once.",
    name="weighted-by-distance",
    violates=("all_pairs",),
)
def reward_loss(rewards, ranking):
    ordered, k = rewards[ranking], len(rewards)
    terms = [-(j - i) * F.logsigmoid(ordered[i] - ordered[j]) for i in range(k) for j in range(i + 1, k)]
    return torch.stack(terms).mean()


@misconception(
    "sigmoid rounds to 0 before the log is taken, so the loss is infinite. F.logsigmoid takes both steps at once.",
    name="log-of-sigmoid",
    violates=("at_the_extremes",),
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, ranking), lambda d: -torch.sigmoid(d).log())


@misconception(
    "A small number is added inside the log. It keeps the loss finite and makes it wrong: use F.logsigmoid.",
    name="epsilon-in-the-log",
)
def reward_loss(rewards, ranking):
    return _over(_pairs(rewards, ranking), lambda d: -(torch.sigmoid(d) + 1e-8).log())


@misconception(
    "The worse completion's reward is detached. Both rewards come from the model that is being fitted, and both get a "
    "gradient.",
    name="worse-detached",
    violates=("gradients",),
)
def reward_loss(rewards, ranking):
    return _over([(better, worse.detach()) for better, worse in _pairs(rewards, ranking)])


@misconception(
    "The rewards are put in order in the caller's own tensor. Make a new one: ordered = rewards[ranking].",
    name="sorted-in-place",
    violates=("arguments_stay_as_they_are",),
)
def reward_loss(rewards, ranking):
    pairs = _pairs(rewards.clone(), ranking)
    with torch.no_grad():
        rewards[:] = rewards[ranking]
    return _over(pairs)
