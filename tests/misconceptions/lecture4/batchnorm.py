"""What learners get wrong in lecture4.batchnorm."""

import torch

from grader.checks import misconception


class _Right:
    """The right layer, in parts, for others to spoil one of them."""

    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = torch.ones(dim), torch.zeros(dim)
        self.running_mean, self.running_var = torch.zeros(dim), torch.ones(dim)

    def __call__(self, x):
        if self.training:
            self.refuse(x)
            mean, var = self.statistics(x)
            self.update(x)
        else:
            mean, var = self.running_mean, self.running_var
        return self.normalise(x, mean, var)

    def refuse(self, x):
        if len(x) == 1:
            raise ValueError("one example has no variance")

    def statistics(self, x):
        return x.mean(0), x.var(0, unbiased=False)

    def update(self, x):
        x = x.detach()
        self.move(x.mean(0), x.var(0))

    def move(self, mean, var):
        m = self.momentum
        self.running_mean, self.running_var = (
            (1 - m) * self.running_mean + m * mean,
            (1 - m) * self.running_var + m * var,
        )

    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta

    def parameters(self):
        return [self.gamma, self.beta]


# the output


@misconception(
    "The batch is normalised by its unbiased variance, which divides by N − 1: that is what var and std do unless told "
    "otherwise. nn.BatchNorm1d normalises by x.var(0, unbiased=False); the lecture's class does not.",
    name="unbiased-normalises",
    violates=("training",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(0), x.var(0)


@misconception(
    "eps is added to the standard deviation. It belongs under the root, beside the variance: torch.sqrt(var + eps).",
    name="eps-outside",
    violates=("training",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / (torch.sqrt(var) + self.eps) + self.beta


@misconception(
    "This is the formula as section 4.5.2 prints it, (x − mean) / (std + eps): there std divides by N − 1, and eps "
    "stands outside the root. nn.BatchNorm1d has sqrt(var + eps), with the variance by N.",
    name="as-printed",
    violates=("training",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(0), x.var(0)

    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / (torch.sqrt(var) + self.eps) + self.beta


@misconception(
    "eps is missing. Write torch.sqrt(var + eps): where a feature is the same in all examples, 0/0 would be NaN.",
    name="no-eps",
    violates=("training",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / torch.sqrt(var) + self.beta


@misconception(
    "eps is always 1e-5 here, whatever the layer was made with: use self.eps.",
    name="eps-fixed",
    violates=("eps",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / torch.sqrt(var + 1e-5) + self.beta


@misconception(
    "In evaluation eps is missing. The line that normalises is the same in both modes: torch.sqrt(running_var + eps).",
    name="no-eps-in-evaluation",
    violates=("eps",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        eps = self.eps if self.training else 0.0
        return self.gamma * (x - mean) / torch.sqrt(var + eps) + self.beta


@misconception(
    "The root is missing: this divides by the variance. Divide by torch.sqrt(var + eps), which has the unit of x.",
    name="no-root",
    violates=("training", "evaluation"),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / (var + self.eps) + self.beta


@misconception(
    "The mean is not subtracted: x is only divided. The numerator is x − mean.",
    name="not-centred",
    violates=("training", "evaluation"),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * x / torch.sqrt(var + self.eps) + self.beta


@misconception(
    "gamma and beta are not used. The normalised x is scaled by gamma and shifted by beta: gamma·x̂ + beta.",
    name="no-gamma-no-beta",
    violates=("training", "evaluation"),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return (x - mean) / torch.sqrt(var + self.eps)


@misconception(
    "beta is multiplied by gamma as well. It is added last: gamma·x̂ + beta, not gamma·(x̂ + beta).",
    name="beta-scaled",
    violates=("training", "evaluation"),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * ((x - mean) / torch.sqrt(var + self.eps) + self.beta)


@misconception(
    "Mean and variance run over the features of each example: that is layer normalisation. Here each feature has its "
    "own, over the examples: axis 0.",
    name="over-features",
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(1, keepdim=True), x.var(1, unbiased=False, keepdim=True)


@misconception(
    "There is one mean and one variance of the whole batch here. Each feature has its own: x.mean(0), not x.mean().",
    name="over-everything",
    violates=("training",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(), x.var(unbiased=False)


@misconception(
    "In training the batch is normalised by the running statistics. It is normalised by its own; the running ones are "
    "for evaluation.",
    name="running-in-training",
    violates=("training",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        if self.training:
            self.refuse(x)
            self.update(x)
        return self.normalise(x, self.running_mean, self.running_var)


@misconception(
    "In evaluation the batch's own statistics are used. There they are the running ones, so that no prediction depends "
    "on what else is in the batch.",
    name="batch-in-evaluation",
    violates=("evaluation",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        if self.training:
            self.refuse(x)
            self.update(x)
        return self.normalise(x, *self.statistics(x))


@misconception(
    "The attribute training is not asked for: the layer works as in training always. Where it is False, use the "
    "running statistics, update nothing, and take a batch of one.",
    name="always-training",
    violates=("evaluation", "evaluation_changes_nothing"),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        self.refuse(x)
        self.update(x)
        return self.normalise(x, *self.statistics(x))


# the gradients


@misconception(
    "Mean and variance of the batch are constants for the gradient here: they were computed without a graph. Only the "
    "update of the buffers is; through the two statistics each example moves all others.",
    name="statistics-detached",
    violates=("gradients",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return super().statistics(x.detach())


@misconception(
    "In evaluation everything is computed under no_grad. The caller decides that: only the update of the buffers, in "
    "training, stands under no_grad.",
    name="no-graph-in-evaluation",
    violates=("gradients_in_evaluation",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        if self.training:
            return super().__call__(x)
        with torch.no_grad():
            return super().__call__(x)


@misconception(
    "The running statistics are updated with the graph of the batch on them, so memory grows with every batch. Update "
    "them under torch.no_grad(), or from detached values.",
    name="graph-through-buffers",
    violates=("the_buffers_have_no_graph",),
)
class BatchNorm1d(_Right):
    def update(self, x):
        self.move(x.mean(0), x.var(0))


# the running statistics


@misconception(
    "running_var gathers the biased variance, which divides by N. It is to estimate the variance of what is to come: "
    "x.var(0), which divides by N − 1.",
    name="biased-gathered",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def update(self, x):
        x = x.detach()
        self.move(x.mean(0), x.var(0, unbiased=False))


@misconception(
    "The two variances have changed places. The batch is normalised by the one that divides by N, and running_var "
    "gathers the one that divides by N − 1.",
    name="variances-swapped",
    violates=("training", "running_statistics"),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(0), x.var(0)

    def update(self, x):
        x = x.detach()
        self.move(x.mean(0), x.var(0, unbiased=False))


@misconception(
    "The momentum is the wrong way round: it is the weight of the new batch, (1 − momentum)·running + momentum·new.",
    name="momentum-reversed",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def move(self, mean, var):
        m = self.momentum
        self.running_mean = m * self.running_mean + (1 - m) * mean
        self.running_var = m * self.running_var + (1 - m) * var


@misconception(
    "The momentum is 0.1 here whatever the layer was made with: use self.momentum.",
    name="momentum-fixed",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def move(self, mean, var):
        self.running_mean = 0.9 * self.running_mean + 0.1 * mean
        self.running_var = 0.9 * self.running_var + 0.1 * var


@misconception(
    "The momentum is 0.001 unless one is given, as in the lecture's own run. The default is torch's, 0.1.",
    name="momentum-of-the-lecture",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.001):
        super().__init__(dim, eps, momentum)


@misconception(
    "The old statistics lose nothing: momentum·new is added to all of them. They are weighted by 1 − momentum.",
    name="old-not-weighted",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def move(self, mean, var):
        self.running_mean = self.running_mean + self.momentum * mean
        self.running_var = self.running_var + self.momentum * var


@misconception(
    "The running statistics are those of the last batch alone. They gather all: (1 − momentum)·running + momentum·new.",
    name="last-batch-only",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def move(self, mean, var):
        self.running_mean, self.running_var = mean, var


@misconception(
    "The running statistics are never updated, so they stay as they were made. Each batch of training moves them.",
    name="never-updated",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def update(self, x):
        pass


@misconception(
    "running_var gathers the standard deviation. It is a running variance, x.var(0), here and in torch; the root is "
    "taken where it is used.",
    name="running-std",
    violates=("running_statistics",),
)
class BatchNorm1d(_Right):
    def update(self, x):
        x = x.detach()
        self.move(x.mean(0), x.std(0))


@misconception(
    "running_mean and running_var are (1, dim) after a batch, for keepdim=True has left the axis of the batch. They "
    "are of shape (dim,), before and after: leave keepdim out.",
    name="keepdim-in-buffers",
    violates=("the_buffers_keep_their_shape",),
)
class BatchNorm1d(_Right):
    def update(self, x):
        x = x.detach()
        self.move(x.mean(0, keepdim=True), x.var(0, keepdim=True))


@misconception(
    "In evaluation the running statistics are updated as well. What is only looked at must leave no trace: update in "
    "training alone.",
    name="updated-in-evaluation",
    violates=("evaluation_changes_nothing",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        out = super().__call__(x)
        if not self.training and len(x) > 1:
            self.update(x)
        return out


@misconception(
    "The running statistics belong to the class, so all layers of one size share them. Make them in __init__, as "
    "attributes of self.",
    name="shared-statistics",
    violates=("layers_keep_apart",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__(dim, eps, momentum)
        shared = vars(_Right).get(f"_shared_{dim}", (self.running_mean, self.running_var))
        setattr(_Right, f"_shared_{dim}", shared)
        self.running_mean, self.running_var = shared

    def move(self, mean, var):
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(var, self.momentum)


# the rest


@misconception(
    "A batch of one is not refused in training. Its variance is 0, and by N − 1 it is 0/0, NaN, which then stays in "
    "running_var: raise ValueError.",
    name="one-not-refused",
    violates=("a_batch_of_one",),
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        pass


@misconception(
    "The batch of one is refused too late: the running statistics have been updated by then, with NaN. Ask before.",
    name="refused-too-late",
    violates=("a_batch_of_one",),
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        if len(x) == 1:
            self.update(x)
            raise ValueError("one example has no variance")


@misconception(
    "A batch of one is refused in evaluation, too. It needs no statistics of its own there: raise in training only.",
    name="one-refused-in-evaluation",
    violates=("evaluation",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        self.refuse(x)
        return super().__call__(x)


@misconception(
    "A batch of one ends in an AssertionError. The exercise asks for ValueError: if …: raise ValueError(…).",
    name="assertion",
    violates=("a_batch_of_one",),
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        assert len(x) > 1, "one example has no variance"


@misconception(
    "A new layer is in evaluation: training must be True at first.",
    name="starts-in-evaluation",
    violates=("a_new_layer",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__(dim, eps, momentum)
        self.training = False


@misconception(
    "gamma starts at random numbers. A new layer only normalises: gamma is 1 and beta 0 in every feature.",
    name="gamma-random",
    violates=("a_new_layer",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__(dim, eps, momentum)
        self.gamma = 1 + 0.1 * torch.linspace(-1, 1, dim)


@misconception(
    "running_var starts at 0. It starts at 1, the variance that activations should have; running_mean starts at 0.",
    name="running-var-zero",
    violates=("a_new_layer",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__(dim, eps, momentum)
        self.running_var = torch.zeros(dim)


@misconception(
    "gamma and beta are (1, dim) here, as in the lecture's first version. In this exercise all tensors are (dim,).",
    name="two-axes",
    violates=("a_new_layer",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__(dim, eps, momentum)
        self.gamma, self.beta = torch.ones(1, dim), torch.zeros(1, dim)


@misconception(
    "parameters() gives the running statistics as well. An optimizer would move them by a gradient that they do not "
    "have: [gamma, beta] are all.",
    name="buffers-are-parameters",
    violates=("parameters",),
)
class BatchNorm1d(_Right):
    def parameters(self):
        return [self.gamma, self.beta, self.running_mean, self.running_var]


@misconception(
    "parameters() gives copies. What an optimizer changes in them never reaches the layer: return the tensors "
    "themselves, [self.gamma, self.beta].",
    name="parameters-copied",
    violates=("parameters",),
)
class BatchNorm1d(_Right):
    def parameters(self):
        return [self.gamma.clone(), self.beta.clone()]


@misconception(
    "beta is not among the parameters, so it is never trained: return [self.gamma, self.beta].",
    name="beta-not-trained",
    violates=("parameters",),
)
class BatchNorm1d(_Right):
    def parameters(self):
        return [self.gamma]


@misconception(
    "In training x is changed in place, as x -= mean and x.sub_(mean) do, and the caller's own activations with it. "
    "Write x - mean, which makes a new tensor.",
    name="x-modified-in-training",
    violates=("x_stays_in_training",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        centred = x.sub_(mean) if self.training else x - mean
        return self.gamma * centred / torch.sqrt(var + self.eps) + self.beta


@misconception(
    "In evaluation x is changed in place, as x -= running_mean does, and the caller's own activations with it. Write "
    "x - running_mean, which makes a new tensor.",
    name="x-modified-in-evaluation",
    violates=("x_stays_in_evaluation",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        centred = x - mean if self.training else x.sub_(mean)
        return self.gamma * centred / torch.sqrt(var + self.eps) + self.beta


@misconception(
    "float() computes the statistics in single precision, half of the digits that float64 has: let x keep its dtype.",
    name="float32-inside",
    violates=("training",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        mean, var = super().statistics(x.float())
        return mean.to(x.dtype), var.to(x.dtype)


@misconception(
    "double() makes the output float64 whatever x is. It has the dtype of x: leave the conversion out.",
    name="float64-returned",
    violates=("float32",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return super().normalise(x.double(), mean, var)
