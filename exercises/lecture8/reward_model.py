"""A reward from rankings: every ranking is many comparisons.

People find it easier to say which of several answers is better than to write the best one. So the model from
fine-tuning writes k answers to a prompt, somebody ranks them, and a reward model is trained to give the better of any
two the higher score. For two answers this is the loss of chapter 0. Source: lecture 8, section 8.4.2.
"""

# /// exercise
# title = "rewards from rankings"
# ///

import torch
import torch.nn.functional as F


def reward_loss(rewards: torch.Tensor, ranking: torch.Tensor) -> torch.Tensor:
    """Return the mean Bradley-Terry loss over all pairs of k ranked completions of one prompt.

    Of two completions with rewards a and b a rater prefers the first with probability sigmoid(a - b). A ranking of k
    completions compares each of them with each other: for i < j, ranking[i] was preferred to ranking[j]. So

        loss = - 2 / (k (k - 1)) * sum over i < j of log sigmoid(rewards[ranking[i]] - rewards[ranking[j]])

    which is the mean over the k (k - 1) / 2 pairs. Each pair counts once, neighbours in the ranking and others alike.
    For k = 2 this is the loss of chapter 0. It is finite and right for rewards as large as +-10,000, in float32 too;
    gradients flow through it to the rewards.

    Args:
        rewards: (k,) floats, k at least 2: what the reward model gave to each completion.
        ranking: (k,) int64, a permutation of 0 to k - 1: the *numbers of the completions*, the best one first. So
            ranking[0] is which completion is best, not what place completion 0 has.

    Returns:
        The loss, a scalar tensor of the rewards' dtype. No argument is modified.

    Example:
        rewards = [0, 3, 1], ranking = [1, 2, 0]: completion 1 is best, then 2, then 0
        -> (-log sigmoid(3 - 1) - log sigmoid(3 - 0) - log sigmoid(1 - 0)) / 3 = 0.1629

    Source: lecture 8, section 8.4.2; Ouyang et al. 2022, equation 1.
    """
    raise NotImplementedError("lecture8.reward_model: reward_loss is not written yet")
