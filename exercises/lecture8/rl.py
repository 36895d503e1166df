"""Reinforcement learning: completions weighted by what they earned, and a leash.

The policy writes completions, the reward model scores them, and the loss of language modelling is weighted by the
scores. Two things make that work. A baseline is subtracted from the rewards, which changes nothing on average and a lot
in every single step; and the policy is kept near the model that it started from, since the reward model knows only
text of that kind. Source: lecture 8, section 8.4.3.
"""

# /// exercise
# title = "policy gradients and the KL penalty"
# ///

import torch


def reinforce_loss(logprobs: torch.Tensor, rewards: torch.Tensor, baseline: float | torch.Tensor) -> torch.Tensor:
    """Return the loss whose gradient is minus the policy gradient: REINFORCE with a baseline.

    N completions y[0], ..., y[N - 1] were drawn by the policy, and completion n earned rewards[n]:

        loss = -(1/N) * sum over n of (rewards[n] - baseline) * logprobs[n]

    The mean of its gradient, over the completions that the policy itself draws, is that of minus the expected reward,

        - d/dθ sum over y of p(y) * reward(y)

    whatever the baseline is, as long as it does not depend on the completion: sum over y of p(y) * b * dlog p(y)/dθ = b
    * d/dθ sum over y of p(y) = 0. A baseline near the mean reward lowers the *variance* of the gradient: what is worse
    than usual is made less likely, not only a little less more likely.

    Rewards and baseline are constants. If they come from a reward model and a value model, training the policy must
    not change these: no gradient flows into either.

    Args:
        logprobs: (N,) floats, N at least 1: the log-probability of each completion, the sum over its tokens.
        rewards: (N,) floats of the same dtype; they may require a gradient, and get none.
        baseline: a float, or a tensor of the same dtype, of shape () or with one number for each completion, (N,). A
            tensor may require a gradient, and gets none.

    Returns:
        The loss, a scalar tensor of the dtype of logprobs. No argument is modified.

    Example:
        logprobs = [-1, -2], rewards = [3, 0], baseline = 1.0 -> -(2 * (-1) + (-1) * (-2)) / 2 = 0

    Source: lecture 8, section 8.4.3; Williams 1992.
    """
    raise NotImplementedError("lecture8.rl: reinforce_loss is not written yet")


def kl_penalty(logp: torch.Tensor, logp_ref: torch.Tensor) -> torch.Tensor:
    """Return KL(policy || reference) in each place, summed over the vocabulary.

    In every place of a text both models have log-probabilities for all V tokens, log p and log q. How far the policy
    has gone from the reference there is

        KL(p || q) = sum over v of p[v] * (log p[v] - log q[v])

    The average is the *policy's*: what it never says costs nothing, and what it says and the reference would not is
    expensive. KL(q || p), the other way round, is another number. KL is never negative, and 0 where the two are equal.

    The penalty is an objective: gradients flow through it to logp, through the weights p as well.

    Args:
        logp: (..., V) floats: the policy's log-probabilities, log_softmax of its logits. Any number of leading axes,
            none included. They may be as small as -10,000.
        logp_ref: the reference's, of the same shape and dtype.

    Returns:
        (...), of the same dtype: one number for each place, not their mean. No argument is modified.

    A bonus: a token to which the policy gives the probability 0, so that its logp is -inf, adds nothing, whatever the
    reference gives to it; and where the reference's alone is -inf, the KL is inf.

    Example:
        logp = log [0.5, 0.5], logp_ref = log [0.9, 0.1] -> 0.5 log (0.5/0.9) + 0.5 log (0.5/0.1) = 0.5108

    Source: lecture 8, section 8.4.3; Ouyang et al. 2022, equation 2.
    """
    raise NotImplementedError("lecture8.rl: kl_penalty is not written yet")
