"""What learners get wrong in chapter0.preference."""

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _descend(chosen_features, rejected_features, steps, lr, start=0.0, loss_of=None):
    """Gradient descent on a loss of the two rewards."""
    w = torch.full((chosen_features.shape[1],), start, dtype=chosen_features.dtype)
    loss_of = loss_of or (lambda chosen, rejected: -F.logsigmoid(chosen - rejected).mean())
    for _ in range(steps):
        w = w.detach().requires_grad_()
        loss = loss_of(chosen_features @ w, rejected_features @ w)
        w = w - lr * torch.autograd.grad(loss, w)[0]
    return w.detach()


def _taken(logprobs, actions):
    """The entry of each row's action."""
    return logprobs[torch.arange(len(actions)), actions]


# reward_loss


@misconception(
    "The log is missing: this is minus the probability. The loss of a pair is minus the log of its probability.",
    name="sigmoid-without-log",
)
def reward_loss(chosen, rejected):
    return -torch.sigmoid(chosen - rejected).mean()


@misconception(
    "The two answers have changed places: this loss falls when the rejected answer is rewarded. The difference is "
    "chosen minus rejected.",
    name="pair-swapped",
)
def reward_loss(chosen, rejected):
    return -F.logsigmoid(rejected - chosen).mean()


@misconception(
    "The minus is missing. log sigmoid is at most 0 and grows as the fit gets better; the loss is minus that.",
    name="minus-missing",
)
def reward_loss(chosen, rejected):
    return F.logsigmoid(chosen - rejected).mean()


@misconception("The losses of the pairs are summed. The loss is their mean.", name="sum-for-mean")
def reward_loss(chosen, rejected):
    return -F.logsigmoid(chosen - rejected).sum()


@misconception(
    "sigmoid rounds to 0 before the log is taken, so the loss is infinite. F.logsigmoid takes both steps at once.",
    name="log-of-sigmoid",
)
def reward_loss(chosen, rejected):
    return -torch.sigmoid(chosen - rejected).log().mean()


@misconception(
    "A small number is added inside the log. It keeps the loss finite and makes it wrong: use F.logsigmoid.",
    name="epsilon-in-the-log",
)
def reward_loss(chosen, rejected):
    return -(torch.sigmoid(chosen - rejected) + 1e-8).log().mean()


@misconception(
    "The mean is taken before the logsigmoid, so that good pairs make up for bad ones. Take the loss of each pair, "
    "then the mean.",
    name="mean-before-log",
)
def reward_loss(chosen, rejected):
    return -F.logsigmoid((chosen - rejected).mean())


@misconception(
    "The rejected rewards are detached. Both rewards come from the model that is being fitted, and both get a "
    "gradient.",
    name="rejected-detached",
)
def reward_loss(chosen, rejected):
    return -F.logsigmoid(chosen - rejected.detach()).mean()


# fit_reward


@misconception(
    "w is float32, whatever the features are. Make it of their dtype: torch.zeros(F, dtype=chosen_features.dtype).",
    name="w-in-float32",
    violates=("fit",),
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    return _descend(chosen_features.float(), rejected_features.float(), steps, lr)


@misconception(
    "The differences are written into chosen_features, which are the caller's. Work on a new tensor: chosen_features - "
    "rejected_features.",
    name="features-in-place",
    violates=("a_fit_leaves_no_trace",),
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    d = chosen_features
    d -= rejected_features
    w = torch.zeros(d.shape[1], dtype=d.dtype)
    for _ in range(steps):
        w = w + lr * (torch.sigmoid(-(d @ w))[:, None] * d).mean(0)
    return w


@misconception(
    "The update goes uphill: the gradient points to where the loss grows. Step against it: w − lr · dloss/dw.",
    name="uphill",
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    return _descend(chosen_features, rejected_features, steps, -lr)


@misconception(
    "The features of the two answers have changed places, so what was rejected is rewarded. The loss is that of "
    "chosen minus rejected.",
    name="features-swapped",
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    return _descend(rejected_features, chosen_features, steps, lr)


@misconception(
    "The gradient is that of the sum over the pairs. The loss is their mean: divide by N.", name="gradient-of-the-sum"
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    return _descend(chosen_features, rejected_features, steps, lr * len(chosen_features))


@misconception(
    "Every step uses the gradient at w = 0, where each pair counts one half. Compute it anew at the current w: a pair "
    "that is ranked right already counts less.",
    name="gradient-at-zero",
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    return steps * _descend(chosen_features, rejected_features, 1, lr)


@misconception("Only one step is taken. The update is repeated, steps times.", name="one-step")
def fit_reward(chosen_features, rejected_features, steps, lr):
    return _descend(chosen_features, rejected_features, 1, lr)


@misconception("w starts at 1. It starts at 0, where no feature is rewarded.", name="starts-at-one")
def fit_reward(chosen_features, rejected_features, steps, lr):
    return _descend(chosen_features, rejected_features, steps, lr, start=1.0)


@misconception(
    "The gradients of earlier steps add up: .grad is not cleared between the steps. Set w.grad to None after each "
    "step, or take the gradient with torch.autograd.grad.",
    name="gradients-accumulate",
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    w = torch.zeros(chosen_features.shape[1], dtype=chosen_features.dtype, requires_grad=True)
    for _ in range(steps):
        (-F.logsigmoid((chosen_features - rejected_features) @ w).mean()).backward()
        with torch.no_grad():
            w -= lr * w.grad
    return w.detach()


@misconception(
    "The optimizer is Adam here. The exercise asks for plain gradient descent: w − lr · dloss/dw.",
    name="adam",
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    w, m, v = (torch.zeros(chosen_features.shape[1], dtype=chosen_features.dtype) for _ in range(3))
    for step in range(1, steps + 1):
        dw = w - _descend_from(w, chosen_features - rejected_features)
        m, v = 0.9 * m + 0.1 * dw, 0.999 * v + 0.001 * dw**2
        w = w - lr * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)).sqrt() + 1e-8)
    return w


def _descend_from(w, d):
    """One step of length 1 from w."""
    return w + (torch.sigmoid(-(d @ w))[:, None] * d).mean(0)


@misconception(
    "The loss has no logsigmoid: it only widens the gap between the two rewards, for ever. Fit with reward_loss.",
    name="difference-alone",
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    return _descend(
        chosen_features, rejected_features, steps, lr, loss_of=lambda chosen, rejected: -(chosen - rejected).mean()
    )


@misconception(
    "w still requires a gradient when it is returned, so everything computed with it is recorded. It is done learning: "
    "return w.detach().",
    name="w-requires-grad",
)
def fit_reward(chosen_features, rejected_features, steps, lr):
    d = chosen_features - rejected_features
    w = torch.zeros(d.shape[1], dtype=d.dtype)
    for _ in range(steps):
        w = w + lr * (torch.sigmoid(-(d @ w))[:, None] * d).mean(0)
    return w.requires_grad_()


# policy_loss


@misconception(
    "The probability of the action stands where its log belongs. For actions that the policy draws, "
    "reward·log-probability has the gradient of the expected reward; reward·probability has another.",
    name="probability-without-log",
)
def policy_loss(logits, actions, rewards):
    return -(rewards.detach() * _taken(logits.softmax(1), actions)).mean()


@misconception(
    "The sign is reversed: a step against this gradient makes rewarded actions less likely. The loss is minus "
    "reward·log-probability.",
    name="policy-sign",
)
def policy_loss(logits, actions, rewards):
    return (rewards.detach() * _taken(logits.log_softmax(1), actions)).mean()


@misconception("The terms are summed. The loss is their mean over the N rows.", name="policy-sum-for-mean")
def policy_loss(logits, actions, rewards):
    return -(rewards.detach() * _taken(logits.log_softmax(1), actions)).sum()


@misconception(
    "The rewards keep their graph, so backward() reaches whatever made them. They are constants here: "
    "rewards.detach() has the same values and passes no gradient on.",
    name="rewards-trained",
)
def policy_loss(logits, actions, rewards):
    return -(rewards * _taken(logits.log_softmax(1), actions)).mean()


@misconception(
    "The rewards and the log-probabilities are averaged apart, so no action answers for its own reward. Multiply row "
    "by row, then take the mean.",
    name="means-multiplied",
)
def policy_loss(logits, actions, rewards):
    return -rewards.detach().mean() * _taken(logits.log_softmax(1), actions).mean()


@misconception(
    "The raw logit of the action is taken. It becomes a log-probability when the logsumexp of its row is subtracted, "
    "as F.log_softmax(logits, dim=1) does.",
    name="raw-logits",
)
def policy_loss(logits, actions, rewards):
    return -(rewards.detach() * _taken(logits, actions)).mean()


@misconception(
    "The softmax runs down the N rows (dim=0). It runs along each row, over the actions: dim=1.",
    name="softmax-over-rows",
)
def policy_loss(logits, actions, rewards):
    return -(rewards.detach() * _taken(logits.log_softmax(0), actions)).mean()


@misconception(
    "The softmax rounds to 0 before the log is taken, which gives −inf. F.log_softmax takes both steps at once.",
    name="log-of-softmax",
)
def policy_loss(logits, actions, rewards):
    return -(rewards.detach() * _taken(logits.softmax(1).log(), actions)).mean()


@misconception(
    "The mean reward is subtracted as a baseline. That is a good idea for later; this loss is without one.",
    name="baseline",
)
def policy_loss(logits, actions, rewards):
    return -((rewards - rewards.mean()).detach() * _taken(logits.log_softmax(1), actions)).mean()


@misconception(
    "All actions of a row get its reward, taken or not. Only the log-probability of the action that was taken counts.",
    name="all-actions",
)
def policy_loss(logits, actions, rewards):
    return -(rewards.detach()[:, None] * logits.log_softmax(1)).sum(1).mean()


@misconception(
    "logp[:, actions] takes the columns of all actions for every row, N by N numbers. Each row has one action: "
    "logp[torch.arange(N), actions].",
    name="every-action-for-every-row",
)
def policy_loss(logits, actions, rewards):
    return -(rewards.detach() * logits.log_softmax(1)[:, actions]).mean()


@misconception(
    "The log-probabilities are detached, or made numbers: no gradient reaches the policy, which is what is to learn. "
    "Detach the rewards alone.",
    name="logits-detached",
    violates=("gradient_is_that_of_the_expected_reward",),
)
def policy_loss(logits, actions, rewards):
    return -(rewards.detach() * _taken(logits.detach().log_softmax(1), actions)).mean()
