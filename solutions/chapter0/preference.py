"""Learning from preferences: the same training loop, another loss, and what it can teach.

You write the two losses of learning from human feedback: one that fits a reward to comparisons, and one that trains a
policy on rewards. Then you look at what the reward has learnt, for it is what the raters prefer that it learns: where
they prefer to be agreed with, agreement is rewarded above accuracy. Nothing is broken there; that is the objective.
Source: chapter 0, part 3.
"""

# /// exercise
# title = "rewards from preferences"
# hints = [
#   """The probability that the chosen answer is preferred is sigmoid(difference of the rewards), and the loss \
#   is minus its log. Which single function of torch takes the two steps at once, so that nothing rounds to 0 \
#   before the log? For the policy the question is the same, with softmax.""",
#   """reward_loss = -mean(logsigmoid(chosen - rejected)). Its gradient with respect to w, with d = \
#   chosen_features - rejected_features, is -mean over the pairs of sigmoid(-d @ w) * d. policy_loss = \
#   -mean(rewards * log_softmax(logits)[n, actions[n]]), with the rewards as constants.""",
#   """fit: for _ in range(steps): w = w + lr * (torch.sigmoid(-(d @ w))[:, None] * d).mean(0), or ask autograd. \
#   policy: logprobs = F.log_softmax(logits, dim=1)[torch.arange(len(actions)), actions]; and rewards.detach().""",
# ]
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
    # solution
    return -F.logsigmoid(chosen - rejected).mean()
    # end solution


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
    # solution
    w = torch.zeros(chosen_features.shape[1], dtype=chosen_features.dtype, requires_grad=True)
    for _ in range(steps):
        loss = reward_loss(chosen_features @ w, rejected_features @ w)
        (dw,) = torch.autograd.grad(loss, w)
        w = (w - lr * dw).detach().requires_grad_()
    return w.detach()
    # end solution


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
    # solution
    logprobs = F.log_softmax(logits, dim=1)  # (N, A)
    taken = logprobs[torch.arange(len(actions)), actions]  # (N,)
    return -(rewards.detach() * taken).mean()
    # end solution
