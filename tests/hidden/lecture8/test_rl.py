"""Checks of lecture8.rl: the gradient of small policies, of which all can be listed, and the KL divergence."""

import torch

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    needs,
    normal,
    points,
    record_curve,
    undisturbed,
    uniform,
    vjp,
)

ONE = torch.tensor(1.0, dtype=torch.float64)

# reinforce_loss


def longhand(logprobs, rewards, baseline):
    """One completion after the other."""
    baselines = torch.as_tensor(baseline, dtype=torch.float64).expand(len(rewards))
    terms = [-(rewards[n] - baselines[n]) * logprobs[n] for n in range(len(rewards))]
    return torch.stack(terms).mean()


def completions(rng, N):
    """(logprobs, rewards)."""
    return -uniform(rng, 0.5, 9.0, N), normal(rng, N)


def number(rng, low=0.5, high=1.5):
    """A Python float."""
    return float(uniform(rng, low, high))


@points(2)
def test_without_a_baseline(submission, rng):
    """With the baseline 0 the loss is minus the mean of rewards times log-probabilities."""
    cases = [(*completions(rng, N), 0.0) for N in (1, 2, integer(rng, 3, 6), integer(rng, 7, 9))]
    answers = [submission.reinforce_loss(*case) for case in cases]
    submission.reinforce_loss(*completions(rng, 4), number(rng))  # asked for and not compared
    for answer, case in zip(answers, cases, strict=True):
        assert_close(answer, longhand(*case), name="loss", oracle="one by one", sizes={"N": len(case[0])})


class Policy:
    """Says two tokens out of V: V² completions, of which each log-probability is a sum of two."""

    def __init__(self, rng, V):
        self.V, self.N = V, V * V
        self.theta = normal(rng, V + V * V).contiguous()  # logits of the first token, and of the second after each

    def logprobs(self, theta):
        """The log-probability of all completions, (N,)."""
        first = theta[: self.V].log_softmax(0)
        second = theta[self.V :].reshape(self.V, self.V).log_softmax(1)
        return (first[:, None] + second).flatten()

    def expected(self, theta, rewards):
        """The expected reward."""
        return float(self.logprobs(theta).exp() @ rewards)

    def slopes(self, rewards):
        """The gradient of the expected reward by central differences; the error is about 1e-10."""
        h, slopes = 1e-5, []
        for i in range(len(self.theta)):
            step = torch.zeros_like(self.theta)
            step[i] = h
            up, down = (self.expected(self.theta + sign * step, rewards) for sign in (1, -1))
            slopes.append((up - down) / (2 * h))
        return torch.tensor(slopes, dtype=torch.float64)

    def gradients(self, submission, rewards, baseline):
        """The gradient of the submission's loss for each completion drawn alone, (N, parameters)."""
        logprobs = self.logprobs(self.theta)
        _, gradients, _ = vjp(submission.reinforce_loss, (logprobs, rewards, baseline), ONE)
        dlogprobs = gradients[0]
        check(
            isinstance(dlogprobs, torch.Tensor) and dlogprobs.shape == (self.N,) and bool(dlogprobs.isfinite().all()),
            "No gradient reaches the log-probabilities through reinforce_loss: the policy learns nothing.",
        )
        jacobian = torch.autograd.functional.jacobian(self.logprobs, self.theta)
        return self.N * dlogprobs[:, None] * jacobian  # of the mean over N, each has its N-th part

    def mean_and_variance(self, gradients):
        """Over the completions as the policy draws them: the mean gradient, and the variance, summed over θ."""
        p = self.logprobs(self.theta).exp()[:, None]
        mean = (p * gradients).sum(0)
        return mean, float((p * (gradients - mean) ** 2).sum())


@points(3)
@needs("test_without_a_baseline")
def test_gradient_is_that_of_the_expected_reward(submission, rng):
    """Averaged over all that a policy can say, the gradient is that of minus the expected reward, for any baseline."""
    for V, baseline in ((2, 0.0), (3, number(rng)), (3, -number(rng, 2, 9)), (2, number(rng, 2, 9))):
        policy = Policy(rng, V)
        rewards = normal(rng, policy.N)
        mean, _ = policy.mean_and_variance(policy.gradients(submission, rewards, baseline))
        assert_close(
            mean,
            -policy.slopes(rewards),
            name="the gradient, averaged",
            rtol=1e-6,
            oracle="finite differences of the expected reward",
            sizes={"N": policy.N},
        )


@points(2)
@needs("test_gradient_is_that_of_the_expected_reward")
def test_a_baseline_lowers_the_variance(submission, rng):
    """With the expected reward for a baseline the gradients of single completions scatter less than with none."""
    policy = Policy(rng, 3)
    rewards = uniform(rng, 5.0, 6.0, policy.N)
    expected = policy.expected(policy.theta, rewards)
    scatter = [
        policy.mean_and_variance(policy.gradients(submission, rewards, baseline))[1]
        for baseline in (0.0, *map(float, range(1, 11)), expected)
    ]
    record_curve("variance of the gradient, baselines 0 to 10", scatter[:-1])
    # Nothing is drawn here. Without a baseline each gradient is 5 to 6 times dlog p/dθ, with it at most 1 times.
    check(
        scatter[-1] < scatter[0] / 5,
        f"The rewards lie between 5 and 6. With the baseline {expected:.2f} the variance of the gradient must be far "
        f"smaller than with 0; yours is {scatter[-1]:.3g} and {scatter[0]:.3g}.",
    )


@needs("test_a_baseline_lowers_the_variance")
def test_baselines_of_any_shape(submission, rng):
    """The baseline is subtracted from each reward: a float, a tensor of one number, or one for each completion."""
    N = integer(rng, 4, 9)
    baselines = (number(rng), -number(rng), uniform(rng, 0.5, 1.5), uniform(rng, -1.5, -0.5, N))
    cases = [(*completions(rng, N), baseline) for baseline in baselines]
    answers = [submission.reinforce_loss(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        assert_close(answer, longhand(*case), name="loss", oracle="one by one", sizes={"N": N})


@needs("test_a_baseline_lowers_the_variance")
def test_no_gradient_flows_into_rewards_and_baseline(submission, rng):
    """Rewards and baseline are constants: no gradient reaches them."""
    N = integer(rng, 4, 7)
    for baseline in (uniform(rng, 0.5, 1.5), uniform(rng, 0.5, 1.5, N)):
        _, (_, *others), _ = vjp(submission.reinforce_loss, (*completions(rng, N), baseline), ONE)
        for name, gradient in zip(("rewards", "baseline"), others, strict=True):
            check(
                gradient is None or (isinstance(gradient, torch.Tensor) and not gradient.any()),
                f"A gradient flows into the {name}, and into the model that they come from, which would learn to rate "
                "everything so that the loss falls. Detach the advantage, rewards - baseline, as a whole.",
            )


# kl_penalty


def distributions(rng, *shape, scale=1.0):
    """Two tensors of log-probabilities, which lie in memory the other way round."""
    both = (normal(rng, *shape, scale=scale).log_softmax(-1) for _ in range(2))
    return tuple(logp.transpose(0, -1).contiguous().transpose(0, -1) for logp in both)


def divergence(logp, logp_ref):
    """The cross-entropy minus the entropy."""
    p = logp.exp()
    return -(p * logp_ref).sum(-1) + (p * logp).sum(-1)


@points(3)
def test_kl(submission, rng):
    """kl_penalty is KL(policy ‖ reference) in each place, summed over the vocabulary, for any leading axes."""
    shapes = (
        (integer(rng, 3, 4),),
        (2, 5),
        (integer(rng, 3, 4), integer(rng, 5, 9)),
        (2, 3, integer(rng, 5, 9)),
        (4, 1, 2),
    )
    cases = [distributions(rng, *shape) for shape in shapes]
    answers = [submission.kl_penalty(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        sizes = {"V": case[0].shape[-1], "places": case[0][..., 0].numel()}
        assert_close(answer, divergence(*case), name="KL", oracle="cross-entropy minus entropy", sizes=sizes)


@needs("test_kl")
def test_kl_is_never_negative(submission, rng):
    """The KL is 0 where the policy is the reference, and above 0 where it is not."""
    V = integer(rng, 4, 9)
    logp, logp_ref = distributions(rng, 6, V)
    logp_ref[2:4] = logp[2:4]
    kl = submission.kl_penalty(logp, logp_ref)
    check(isinstance(kl, torch.Tensor) and kl.shape == (6,), "kl_penalty must return one number for each place.")
    check(bool((kl[2:4].abs() < 1e-12).all()), f"Where the two are equal the KL is 0; yours is {kl[2:4].tolist()}.")
    other = torch.cat([kl[:2], kl[4:]])
    check(
        bool((other > 0).all()),
        f"Where the two differ the KL is above 0; here one of yours is {float(other.min()):.3g}.",
    )


@points(2)
@needs("test_kl")
def test_kl_gradient(submission, rng):
    """Gradients flow to the policy's logits as through KL(policy ‖ reference), through its weights too."""
    V = integer(rng, 4, 9)
    logits, logits_ref, upstream = normal(rng, 3, V), normal(rng, 3, V), uniform(rng, 0.5, 1.5, 3)
    leaf = logits.clone().requires_grad_()
    (expected,) = torch.autograd.grad(divergence(leaf.log_softmax(-1), logits_ref.log_softmax(-1)), leaf, upstream)
    arguments = logits.log_softmax(-1), logits_ref.log_softmax(-1)
    _, (dlogp, _), _ = vjp(submission.kl_penalty, arguments, upstream)
    check(isinstance(dlogp, torch.Tensor) and dlogp.shape == (3, V), "No gradient reaches logp through kl_penalty.")
    dlogits = dlogp - logits.softmax(-1) * dlogp.sum(-1, keepdim=True)  # back through the log_softmax
    assert_close(dlogits, expected, name="dlogits", sizes={"V": V})


@needs("test_kl")
def test_kl_in_float32(submission, rng):
    """Log-probabilities down to −10,000 give the right finite KL, in float32."""
    V = integer(rng, 4, 9)
    logp, logp_ref = (tensor.float() for tensor in distributions(rng, 5, V, scale=3000.0))
    logp[0], logp_ref[0] = logp[0].clamp(min=-1e4), logp_ref[0].clamp(min=-1e4)
    expected = divergence(logp.double(), logp_ref.double()).float()
    assert_close(submission.kl_penalty(logp, logp_ref), expected, name="KL", rtol=1e-5, oracle="in float64")


@bonus
@needs("test_kl")
def test_impossible_tokens(submission, rng):
    """A token that the policy never says adds nothing, even where logp_ref is −inf too; what only it says makes inf."""
    V = integer(rng, 4, 9)
    logits, logits_ref = normal(rng, 4, V), normal(rng, 4, V)
    logits[0, 1] = logits[1, 2] = logits_ref[1, 2] = logits_ref[2, 0] = -torch.inf
    logp, logp_ref = logits.log_softmax(-1), logits_ref.log_softmax(-1)
    terms = torch.where(logp.isneginf(), 0.0, logp.exp() * (logp - logp_ref))
    kl = submission.kl_penalty(logp, logp_ref)
    check(isinstance(kl, torch.Tensor) and kl.shape == (4,), "kl_penalty must return one number for each place.")
    expected = terms.sum(-1)
    check(
        bool(kl[2].isposinf()),
        f"Where the policy says what the reference holds impossible the KL is inf; yours is {float(kl[2])}.",
    )
    finite = torch.tensor([0, 1, 3])
    assert_close(kl[finite], expected[finite], name="KL", oracle="the tokens of probability 0 left out")


@needs("test_without_a_baseline", "test_kl")
def test_arguments_stay_as_they_are(submission, rng):
    """Arguments and torch's global generator stay as they are; the same arguments give the same answers again."""
    N, V = integer(rng, 4, 6), integer(rng, 5, 7)
    for function, name, (first, second) in (
        (submission.reinforce_loss, "loss", [(*completions(rng, N), uniform(rng, 0.5, 1.5, N)) for _ in range(2)]),
        (submission.kl_penalty, "KL", [distributions(rng, N, V) for _ in range(2)]),
    ):
        with undisturbed(submission, rng):
            answer = assert_unchanged(function, *first)
        assert_responds(answer, assert_unchanged(function, *second), name=name)
        assert_responds(answer, function(first[0], *second[1:]), name=f"{name}, with another second argument,")
        assert_close(function(*first), answer, name=f"{name}, the second time", oracle="the first time")
