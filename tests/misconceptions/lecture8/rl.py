"""What learners get wrong in lecture8.rl."""

import math

import torch

from grader.checks import misconception

# reinforce_loss


def _advantages(rewards, baseline):
    return (rewards - baseline).detach()


@misconception(
    "The minus is missing: a step against this gradient makes rewarded completions less likely. The loss is minus "
    "advantage · log-probability.",
    name="minus-missing",
)
def reinforce_loss(logprobs, rewards, baseline):
    return (_advantages(rewards, baseline) * logprobs).mean()


@misconception("The terms are summed. The loss is their mean over the N completions.", name="sum-for-mean")
def reinforce_loss(logprobs, rewards, baseline):
    return -(_advantages(rewards, baseline) * logprobs).sum()


@misconception(
    "The probability of the completion stands where its log belongs. For completions that the policy draws, reward · "
    "log-probability has the gradient of the expected reward; reward · probability has another.",
    name="probability-without-log",
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(_advantages(rewards, baseline) * logprobs.exp()).mean()


@misconception(
    "A log is taken of what is a log already. logprobs are the log-probabilities: multiply them as they are.",
    name="log-twice",
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(_advantages(rewards, baseline) * torch.log(-logprobs)).mean()


@misconception(
    "The rewards are divided by their standard deviation, which changes the gradient's length from batch to batch. "
    "Only the baseline is subtracted.",
    name="standardised",
)
def reinforce_loss(logprobs, rewards, baseline):
    advantages = _advantages(rewards, baseline)
    return -(advantages / (advantages.std(correction=0) + 1e-8) * logprobs).mean()


@misconception(
    "The mean of the batch's rewards is subtracted as well. The baseline is the one that is passed in, and no other.",
    name="batch-mean-too",
)
def reinforce_loss(logprobs, rewards, baseline):
    advantages = _advantages(rewards, baseline)
    return -((advantages - advantages.mean()) * logprobs).mean()


@misconception(
    "Rewards and log-probabilities are averaged apart, so no completion answers for its own reward. Multiply one by "
    "one, then take the mean.",
    name="means-multiplied",
)
def reinforce_loss(logprobs, rewards, baseline):
    return -_advantages(rewards, baseline).mean() * logprobs.mean()


@misconception(
    "Completions that earned less than the baseline are left out. They teach as much as the others: their "
    "probability goes down.",
    name="negative-clipped",
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(_advantages(rewards, baseline).clamp(min=0) * logprobs).mean()


@misconception(
    "The policy is weighted with its own probability once more. The completions were drawn by it: what is likely comes "
    "more often, and that is the weight.",
    name="weighted-twice",
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(logprobs.exp().detach() * _advantages(rewards, baseline) * logprobs).mean()


@misconception(
    "The baseline is added. Subtract it, rewards - baseline: what is worse than usual is to become less likely.",
    name="baseline-added",
    violates=("a_baseline_lowers_the_variance",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -((rewards + baseline).detach() * logprobs).mean()


@misconception(
    "The baseline is not used. Subtract it from the rewards: the mean of the gradient stays, its variance falls.",
    name="baseline-ignored",
    violates=("a_baseline_lowers_the_variance",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(rewards.detach() * logprobs).mean()


@misconception(
    "The baseline is subtracted from the loss, where it is a constant without a gradient. Subtract it from each "
    "reward, before the product with the log-probability.",
    name="baseline-from-the-loss",
    violates=("a_baseline_lowers_the_variance",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -((rewards.detach() * logprobs).mean() - torch.as_tensor(baseline).detach().mean())


@misconception(
    "Where there is one baseline for each completion their mean is used. Each reward has its own: rewards - baseline, "
    "number by number.",
    name="mean-of-baselines",
    violates=("baselines_of_any_shape",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(_advantages(rewards, torch.as_tensor(baseline).mean()) * logprobs).mean()


@misconception(
    "The baseline's size is subtracted, its sign is lost. Rewards may be negative, and so may a baseline.",
    name="baseline-abs",
    violates=("baselines_of_any_shape",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(_advantages(rewards, abs(baseline)) * logprobs).mean()


@misconception(
    "The rewards keep their graph, so that backward() reaches the reward model. They are constants here: detach the "
    "advantage, (rewards - baseline).detach().",
    name="rewards-trained",
    violates=("no_gradient_flows_into_rewards_and_baseline",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -((rewards - torch.as_tensor(baseline, dtype=rewards.dtype).detach()) * logprobs).mean()


@misconception(
    "The rewards are detached, but the baseline keeps its graph, so that backward() reaches the model that it comes "
    "from. Detach the whole advantage, (rewards - baseline).detach().",
    name="baseline-trained",
    violates=("no_gradient_flows_into_rewards_and_baseline",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -((rewards.detach() - baseline) * logprobs).mean()


@misconception(
    "Neither rewards nor baseline are detached, so that backward() reaches the models behind both. They are constants: "
    "(rewards - baseline).detach().",
    name="advantage-trained",
    violates=("no_gradient_flows_into_rewards_and_baseline",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -((rewards - baseline) * logprobs).mean()


@misconception(
    "The log-probabilities are detached: no gradient reaches the policy, which is what is to learn. Detach the "
    "advantage alone.",
    name="logprobs-detached",
    violates=("gradient_is_that_of_the_expected_reward",),
)
def reinforce_loss(logprobs, rewards, baseline):
    return -(_advantages(rewards, baseline) * logprobs.detach()).mean()


@misconception(
    "The baseline is subtracted in the caller's tensor of rewards. Make a new one: advantages = rewards - baseline.",
    name="rewards-in-place",
    violates=("arguments_stay_as_they_are",),
)
def reinforce_loss(logprobs, rewards, baseline):
    with torch.no_grad():
        rewards -= baseline
    return -(rewards.detach() * logprobs).mean()


# kl_penalty


def _log_ratio(logp, logp_ref):
    """log p - log q, and 0 where p is 0."""
    return torch.where(logp > -torch.inf, logp - logp_ref, 0.0)


def _kl(logp, logp_ref):
    return (logp.exp() * _log_ratio(logp, logp_ref)).sum(-1)


@misconception(
    "This is KL(reference ‖ policy), the wrong way round. The policy does the averaging: weigh with logp.exp(). "
    "F.kl_div(a, b, log_target=True) is KL(b ‖ a).",
    name="wrong-way-round",
)
def kl_penalty(logp, logp_ref):
    return _kl(logp_ref, logp)


@misconception(
    "The weights are the reference's probabilities. The policy does the averaging: weigh log p − log q with p, which "
    "is logp.exp().",
    name="weights-of-the-reference",
)
def kl_penalty(logp, logp_ref):
    return (logp_ref.exp() * (logp - logp_ref)).sum(-1)


@misconception(
    "The mean over the vocabulary is taken. The KL is the sum over the tokens: their probabilities are the weights.",
    name="mean-over-vocabulary",
)
def kl_penalty(logp, logp_ref):
    return (logp.exp() * (logp - logp_ref)).mean(-1)


@misconception(
    "One number is returned for all places, their sum. Return one for each: sum over the last axis alone.",
    name="summed-over-places",
)
def kl_penalty(logp, logp_ref):
    return _kl(logp, logp_ref).sum()


@misconception(
    "One number is returned for all places, their mean. Return one for each: sum over the last axis, and no more.",
    name="mean-over-places",
)
def kl_penalty(logp, logp_ref):
    return _kl(logp, logp_ref).mean()


@misconception(
    "The differences are not weighted: what the policy never says counts as much as what it always says. Multiply with "
    "the probabilities, logp.exp(), before the sum.",
    name="weights-missing",
)
def kl_penalty(logp, logp_ref):
    return (logp - logp_ref).sum(-1)


@misconception(
    "The weights are log-probabilities. They are probabilities: logp.exp().",
    name="weights-are-logs",
)
def kl_penalty(logp, logp_ref):
    return (logp * (logp - logp_ref)).sum(-1)


@misconception(
    "The probabilities are subtracted. It is their logs whose difference is averaged: logp - logp_ref.",
    name="difference-of-probabilities",
)
def kl_penalty(logp, logp_ref):
    return (logp.exp() * (logp.exp() - logp_ref.exp())).sum(-1)


@misconception(
    "The sign is reversed. The KL is p · (log p − log q), summed, and never negative.",
    name="kl-sign",
)
def kl_penalty(logp, logp_ref):
    return -_kl(logp, logp_ref)


@misconception(
    "The magnitudes of the differences are averaged. Single differences may be negative; their average never is.",
    name="magnitudes",
)
def kl_penalty(logp, logp_ref):
    return (logp.exp() * (logp - logp_ref).abs()).sum(-1)


@misconception(
    "Terms below 0 are cut off. Single terms may be negative; their sum never is.",
    name="terms-clamped",
)
def kl_penalty(logp, logp_ref):
    return (logp.exp() * (logp - logp_ref)).clamp(min=0).sum(-1)


@misconception(
    "Half the squared difference is averaged, which is near the KL where the two models are near each other, and only "
    "there. All of the vocabulary is known here: p · (log p − log q).",
    name="half-the-square",
)
def kl_penalty(logp, logp_ref):
    return (logp.exp() * (logp - logp_ref) ** 2).sum(-1) / 2


@misconception(
    "This is the cross-entropy: the policy's own entropy is not subtracted. The KL is p · (log p − log q), summed.",
    name="cross-entropy",
)
def kl_penalty(logp, logp_ref):
    return -(logp.exp() * logp_ref).sum(-1)


@misconception(
    "Only the likeliest token is looked at. The KL is an average over all tokens of the vocabulary.",
    name="likeliest-token-alone",
)
def kl_penalty(logp, logp_ref):
    best = logp.argmax(-1, keepdim=True)
    return (logp - logp_ref).gather(-1, best)[..., 0]


@misconception(
    "The logs are to base 2. Log-probabilities of log_softmax are natural logs, and so is the KL here.",
    name="base-two",
)
def kl_penalty(logp, logp_ref):
    return _kl(logp, logp_ref) / math.log(2)


@misconception(
    "Places where the two agree are left out of the answer. Their KL is 0: return one number for each place.",
    name="agreement-left-out",
    violates=("kl_is_never_negative",),
)
def kl_penalty(logp, logp_ref):
    differ = (logp != logp_ref).any(-1)
    kl = _kl(logp, logp_ref)
    return kl if differ.all() else kl[differ]


@misconception(
    "The weights are detached, so the gradient is that of the wrong objective: moving probability away from where the "
    "two differ lowers the KL, too. Let the gradient flow through logp.exp().",
    name="weights-detached",
    violates=("kl_gradient",),
)
def kl_penalty(logp, logp_ref):
    return (logp.exp().detach() * _log_ratio(logp, logp_ref)).sum(-1)


@misconception(
    "The policy is detached, so nothing pulls it back: the penalty is a number without a gradient.",
    name="kl-detached",
    violates=("kl_gradient",),
)
def kl_penalty(logp, logp_ref):
    return _kl(logp, logp_ref).detach()


@misconception(
    "log p is computed anew from the probabilities, which round to 0. It is passed in: use logp itself.",
    name="log-of-exp",
    violates=("kl_in_float32",),
)
def kl_penalty(logp, logp_ref):
    p, q = logp.exp(), logp_ref.exp()
    return (p * torch.where(logp > -torch.inf, p.log() - q.log(), 0.0)).sum(-1)


@misconception(
    "Where the policy gives the probability 0, the term is 0 · (−inf), and the KL NaN. Such a token adds nothing: "
    "replace the difference by 0 there, with torch.where.",
    name="nan-at-zero",
    violates=("impossible_tokens",),
)
def kl_penalty(logp, logp_ref):
    return (logp.exp() * (logp - logp_ref)).sum(-1)


@misconception(
    "The difference is written into logp, which is the caller's. Make a new tensor: logp - logp_ref.",
    name="logp-in-place",
    violates=("arguments_stay_as_they_are",),
)
def kl_penalty(logp, logp_ref):
    kl = _kl(logp.clone(), logp_ref)
    with torch.no_grad():
        logp -= logp_ref
    return kl
