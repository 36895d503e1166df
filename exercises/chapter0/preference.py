"""Learning from preferences: the same training loop, another loss, and what it can teach.

You write the two losses of learning from human feedback: one that fits a reward to comparisons, and one that trains a
policy on rewards. Then you look at what the reward has learnt, for it is what the raters prefer that it learns: where
they prefer to be agreed with, agreement is rewarded above accuracy. Nothing is broken there; that is the objective.
Source: chapter 0, part 3.
"""

# /// exercise
# title = "rewards from preferences"
# ///

import torch
import torch.nn.functional as F


def reward_loss(chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """Return the Bradley-Terry loss of rewards, given which answer of each pair was preferred.

    The model of a rater: of two answers with rewards a and b the first is preferred with probability
    sigmoid(a - b). The loss is minus the mean log-probability of what the raters did,

        loss = -(1/N) * sum over n of log sigmoid(chosen[n] - rejected[n])

    It is finite and right for differences as large as +-20,000, in float32 too: sigmoid(-20000) rounds to 0,
    and its log to -inf, while log sigmoid(-20000) is -20000. Gradients flow through it to both arguments.

    Args:
        chosen: rewards of the preferred answers, (N,), floats, N at least 1.
        rejected: rewards of the others, (N,), of the same dtype.

    Returns:
        The loss, a scalar tensor of their dtype. Neither argument is modified.

    Example:
        chosen = [0, 2], rejected = [0, 1] -> (0.6931 + 0.3133) / 2 = 0.5032

    Source: chapter 0, part 3; Bradley and Terry 1952, Christiano et al. 2017 (section 2.2.3).
    """
    raise NotImplementedError("chapter0.preference: reward_loss is not written yet")


def fit_reward(chosen_features: torch.Tensor, rejected_features: torch.Tensor, steps: int, lr: float) -> torch.Tensor:
    """Fit a linear reward r(x) = x @ w to preferences, by plain gradient descent from w = 0.

    Each of the steps replaces w by w - lr * dloss/dw, where

        loss = reward_loss(chosen_features @ w, rejected_features @ w)

    is the mean over all N pairs: no batches, no momentum, no decay, the same lr throughout. How you compute the
    gradient is up to you.

    What w then says: features may be how accurate an answer is and how much it agrees with the asker. If the
    raters chose by agreement, w rewards agreement more than accuracy, and a policy trained on it will flatter.

    Args:
        chosen_features: (N, F) floats, the features of the preferred answer of each pair.
        rejected_features: (N, F) floats of the same dtype, those of the other.
        steps: number of updates, at least 1.
        lr: the learning rate.

    Returns:
        w, (F,), of the features' dtype, requiring no gradient. No argument is modified.

    Example:
        chosen_features = [[1, 0]], rejected_features = [[0, 0]], steps = 1, lr = 1 -> [0.5, 0]

    Source: chapter 0, part 3.
    """
    raise NotImplementedError("chapter0.preference: fit_reward is not written yet")


def policy_loss(logits: torch.Tensor, actions: torch.Tensor, rewards: torch.Tensor) -> torch.Tensor:
    """Return the loss whose gradient is minus the policy gradient: REINFORCE, without a baseline.

    The policy takes action a with probability softmax(logits[n])[a]; it took actions[n], and was given rewards[n].

        loss = -(1/N) * sum over n of rewards[n] * log softmax(logits[n])[actions[n]]

    A step against its gradient makes rewarded actions likelier. Over the actions that the policy itself draws,
    the mean of this gradient is that of minus the expected reward, sum over a of softmax(logits)[a] * reward(a).

    The rewards are numbers that the policy was given, not a function to be trained: no gradient flows into them.
    If they come from a reward model, training the policy must not make the *reward model* more generous. The loss
    is finite and right for logits as large as +-10,000, in float32 too.

    Args:
        logits: (N, A) floats, N and A at least 1.
        actions: the action taken in each row, (N,), int64 in [0, A).
        rewards: (N,) floats of the logits' dtype; they may require a gradient, and must get none.

    Returns:
        The loss, a scalar tensor of the logits' dtype. No argument is modified.

    Example:
        logits = [[0, 0]], actions = [1], rewards = [3] -> 3 * log 2 = 2.0794

    Source: chapter 0, part 3; Williams 1992.
    """
    raise NotImplementedError("chapter0.preference: policy_loss is not written yet")
