"""What learners get wrong in lecture6.batchnorm3d."""

import torch

from grader.checks import misconception


class _Right:
    """The right layer, in parts, for others to spoil one of them."""

    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = torch.ones(dim), torch.zeros(dim)
        self.running_mean, self.running_var = torch.zeros(dim), torch.ones(dim)

    def __call__(self, x):
        self.ask_axes(x)
        if self.training:
            self.refuse(x)
            mean, var = self.statistics(x)
            self.update(x)
        else:
            mean, var = self.running_mean, self.running_var
        return self.normalise(x, mean, var)

    def ask_axes(self, x):
        if x.ndim not in {2, 3}:
            raise ValueError("two or three axes")

    def refuse(self, x):
        if x.numel() == x.shape[-1]:
            raise ValueError("one number has no variance")

    def flat(self, x):
        return x.reshape(-1, x.shape[-1])

    def statistics(self, x):
        return self.flat(x).mean(0), self.flat(x).var(0, unbiased=False)

    def gathered(self, x):
        return self.flat(x).mean(0), self.flat(x).var(0)

    def update(self, x):
        self.move(*self.gathered(x.detach()))

    def move(self, mean, var):
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * var

    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta

    def parameters(self):
        return [self.gamma, self.beta]


# what is averaged over


@misconception(
    "This is the bug of the lecture: of (N, T, C) the mean is taken over axis 0 alone, so each place has statistics of "
    "its own, from N numbers. A channel has one mean and one variance, over (0, 1).",
    name="axis-0-alone",
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(0), x.var(0, unbiased=False)

    def gathered(self, x):
        return x.mean(0), x.var(0)


@misconception(
    "This is the lecture's class: it normalises by the variance that divides by the count less 1, which nn.BatchNorm1d "
    "does not, and its buffers keep the axes of the batch, (1, 1, dim). Normalise by x.var(dims, unbiased=False), and "
    "leave keepdim out.",
    name="as-printed",
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        pass

    def dims(self, x):
        return 0 if x.ndim == 2 else (0, 1)

    def statistics(self, x):
        return x.mean(self.dims(x), keepdim=True), x.var(self.dims(x), keepdim=True)

    def gathered(self, x):
        return self.statistics(x)


@misconception(
    "The statistics run over axis 0 and the last one, as nn.BatchNorm1d has it for (N, C, T). Here the channels come "
    "last: (0, 1).",
    name="channels-in-the-middle",
    violates=("three_axes",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        if x.ndim == 2:
            return super().statistics(x)
        return x.mean((0, 2), keepdim=True), x.var((0, 2), unbiased=False, keepdim=True)


@misconception(
    "The places of each example are normalised by themselves, over axis 1 alone. The examples count together: (0, 1).",
    name="axis-1-alone",
    violates=("three_axes",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        if x.ndim == 2:
            return super().statistics(x)
        return x.mean(1, keepdim=True), x.var(1, unbiased=False, keepdim=True)


@misconception(
    "The channels of each place are normalised over themselves, the last axis: that is layer normalisation. Each "
    "channel has its own statistics, over all other axes.",
    name="over-channels",
    violates=("two_axes",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)


@misconception(
    "There is one mean and one variance of all numbers. Each channel has its own: over all axes but the last.",
    name="over-everything",
    violates=("two_axes",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean(), x.var(unbiased=False)


@misconception(
    "The variance of (N, T, C) is the mean of the places' variances, and what the places differ by is lost. Take the "
    "variance of all N·T numbers at once: x.var((0, 1), unbiased=False).",
    name="mean-of-variances",
    violates=("three_axes",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        if x.ndim == 2:
            return super().statistics(x)
        return x.mean((0, 1)), x.var(0, unbiased=False).mean(0)


@misconception(
    "x is flattened to two axes, and stays so: (N, T, dim) must come back as (N, T, dim).",
    name="left-flat",
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return super().normalise(self.flat(x), mean, var)


@misconception(
    "Places and examples change places when x is brought back to three axes. The shape is the same only where N is T: "
    "keep their order.",
    name="axes-swapped",
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        out = super().normalise(x, mean, var)
        return out if x.ndim == 2 else out.transpose(0, 1)


@misconception(
    "x of two axes is normalised over both of them: dims (0, 1) are right for three axes alone.",
    name="both-of-two",
    violates=("two_axes",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return x.mean((0, 1)), x.var((0, 1), unbiased=False)


# the output


@misconception(
    "The batch is normalised by its unbiased variance, which divides by the count less 1: that is what var does unless "
    "told otherwise. nn.BatchNorm1d normalises by x.var(dims, unbiased=False); the lecture's class does not.",
    name="unbiased-normalises",
    violates=("two_axes",),
)
class BatchNorm1d(_Right):
    def statistics(self, x):
        return self.flat(x).mean(0), self.flat(x).var(0)


@misconception(
    "eps is added to the standard deviation. It belongs under the root, beside the variance: torch.sqrt(var + eps).",
    name="eps-outside",
    violates=("two_axes",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / (torch.sqrt(var) + self.eps) + self.beta


@misconception(
    "eps is always 1e-5 here, whatever the layer was made with: use self.eps.",
    name="eps-fixed",
    violates=("eps",),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return self.gamma * (x - mean) / torch.sqrt(var + 1e-5) + self.beta


@misconception(
    "gamma and beta are not used. The normalised x is scaled by gamma and shifted by beta: gamma·x̂ + beta.",
    name="no-gamma-no-beta",
    violates=("two_axes", "evaluation"),
)
class BatchNorm1d(_Right):
    def normalise(self, x, mean, var):
        return (x - mean) / torch.sqrt(var + self.eps)


@misconception(
    "In training the batch is normalised by the running statistics. It is normalised by its own; the running ones are "
    "for evaluation.",
    name="running-in-training",
    violates=("two_axes",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        self.ask_axes(x)
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
        self.ask_axes(x)
        if self.training:
            self.refuse(x)
            self.update(x)
        return self.normalise(x, *self.statistics(x))


@misconception(
    "The attribute training is not asked for: the layer works as in training always. Where it is False, use the "
    "running statistics, and update nothing.",
    name="always-training",
    violates=("evaluation", "evaluation_changes_nothing"),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        self.ask_axes(x)
        self.refuse(x)
        self.update(x)
        return self.normalise(x, *self.statistics(x))


@misconception(
    "Mean and variance of the batch are constants for the gradient here: they were computed without a graph. Only the "
    "update of the buffers is.",
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
        self.move(*self.gathered(x))


# the running statistics


@misconception(
    "running_var gathers the biased variance, which divides by the count. It is to estimate the variance of what is to "
    "come: x.var(dims), which divides by the count less 1.",
    name="biased-gathered",
    violates=("running_var",),
)
class BatchNorm1d(_Right):
    def gathered(self, x):
        return self.statistics(x)


@misconception(
    "The unbiased variance of (N, T, C) is made with N / (N - 1). A channel has N·T numbers: N·T / (N·T - 1).",
    name="bessel-of-n",
    violates=("running_var",),
)
class BatchNorm1d(_Right):
    def gathered(self, x):
        mean, var = self.statistics(x)
        return mean, var * (len(x) / max(1, len(x) - 1))


@misconception(
    "Of (N, T, C) only the last place is gathered. The running statistics are those of all places.",
    name="last-place-gathered",
    violates=("running_mean",),
)
class BatchNorm1d(_Right):
    def gathered(self, x):
        return super().gathered(x if x.ndim == 2 or len(x) == 1 else x[:, -1])


@misconception(
    "The momentum is the wrong way round: it is the weight of the new batch, (1 − momentum)·running + momentum·new.",
    name="momentum-reversed",
    violates=("running_mean",),
)
class BatchNorm1d(_Right):
    def move(self, mean, var):
        m = self.momentum
        self.running_mean = m * self.running_mean + (1 - m) * mean
        self.running_var = m * self.running_var + (1 - m) * var


@misconception(
    "The momentum is 0.1 here whatever the layer was made with: use self.momentum.",
    name="momentum-fixed",
    violates=("running_mean",),
)
class BatchNorm1d(_Right):
    def move(self, mean, var):
        self.running_mean = 0.9 * self.running_mean + 0.1 * mean
        self.running_var = 0.9 * self.running_var + 0.1 * var


@misconception(
    "The momentum is 0.001 unless one is given. The default is torch's, 0.1.",
    name="momentum-of-lecture-4",
    violates=("running_mean",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.001):
        super().__init__(dim, eps, momentum)


@misconception(
    "The running statistics are never updated, so they stay as they were made. Each batch of training moves them.",
    name="never-updated",
    violates=("running_mean",),
)
class BatchNorm1d(_Right):
    def update(self, x):
        pass


@misconception(
    "running_var gathers the standard deviation. It is a running variance, here and in torch; the root is taken where "
    "it is used.",
    name="running-std",
    violates=("running_var",),
)
class BatchNorm1d(_Right):
    def gathered(self, x):
        mean, var = super().gathered(x)
        return mean, var.sqrt()


@misconception(
    "The buffers have the axes of the batch after it, (1, dim) or (1, 1, dim), for keepdim=True has left them. They "
    "are of shape (dim,), before and after: leave keepdim out.",
    name="keepdim-in-buffers",
    violates=("the_buffers_keep_their_shape",),
)
class BatchNorm1d(_Right):
    def gathered(self, x):
        dims = tuple(range(x.ndim - 1))
        return x.mean(dims, keepdim=True), x.var(dims, keepdim=True)


@misconception(
    "In evaluation the running statistics are updated as well. What is only looked at must leave no trace: update in "
    "training alone.",
    name="updated-in-evaluation",
    violates=("evaluation_changes_nothing",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        out = super().__call__(x)
        if not self.training and x.numel() > x.shape[-1]:
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
    "One number a channel is not refused in training. Its variance is 0, and by the count less 1 it is 0/0, NaN, which "
    "then stays in running_var: raise ValueError.",
    name="one-not-refused",
    violates=("one_number_is_refused",),
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        pass


@misconception(
    "One example is refused in training though it has several places. Count the numbers of a channel, N·T, not N.",
    name="one-example-refused",
    violates=("one_number_is_refused", "any_batch"),
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        if len(x) == 1:
            raise ValueError("one example has no variance")


@misconception(
    "One example of one place, (1, 1, dim), is not refused in training, only (1, dim). It has one number a channel, "
    "too.",
    name="one-place-not-refused",
    violates=("one_number_is_refused",),
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        if x.ndim == 2 and len(x) == 1:
            raise ValueError("one example has no variance")


@misconception(
    "One number is refused too late: the running statistics have been updated by then, with NaN. Ask before.",
    name="refused-too-late",
    violates=("one_number_is_refused",),
)
class BatchNorm1d(_Right):
    def refuse(self, x):
        if x.numel() == x.shape[-1]:
            self.update(x)
            raise ValueError("one number has no variance")


@misconception(
    "One number is refused in evaluation, too. It needs no statistics of its own there: raise in training only.",
    name="one-refused-in-evaluation",
    violates=("evaluation",),
)
class BatchNorm1d(_Right):
    def __call__(self, x):
        self.refuse(x)
        return super().__call__(x)


@misconception(
    "x of any number of axes is taken. One axis or four raise ValueError here, as in the lecture's listing.",
    name="any-axes",
    violates=("other_axes_are_refused",),
)
class BatchNorm1d(_Right):
    def ask_axes(self, x):
        pass


@misconception(
    "Too many axes end in an AssertionError. The exercise asks for ValueError: if …: raise ValueError(…).",
    name="axes-asserted",
    violates=("other_axes_are_refused",),
)
class BatchNorm1d(_Right):
    def ask_axes(self, x):
        assert x.ndim in {2, 3}, "two or three axes"


@misconception(
    "The axes are counted in training alone. In evaluation x of one axis or of four raises ValueError as well.",
    name="axes-in-training-alone",
    violates=("other_axes_are_refused",),
)
class BatchNorm1d(_Right):
    def ask_axes(self, x):
        if self.training:
            super().ask_axes(x)


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
    "running_var starts at 0. It starts at 1, the variance that activations should have; running_mean starts at 0.",
    name="running-var-zero",
    violates=("a_new_layer",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__(dim, eps, momentum)
        self.running_var = torch.zeros(dim)


@misconception(
    "gamma and beta are (1, 1, dim) here. In this exercise all tensors are (dim,).",
    name="three-axes-of-gamma",
    violates=("a_new_layer",),
)
class BatchNorm1d(_Right):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__(dim, eps, momentum)
        self.gamma, self.beta = torch.ones(1, 1, dim), torch.zeros(1, 1, dim)

    def normalise(self, x, mean, var):
        return super().normalise(x, mean, var).reshape(x.shape)


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
