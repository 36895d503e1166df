"""Batch normalisation where there are places beside examples: over both, or it normalises something else.

The layer of lecture 4 takes activations (N, C). In a tree of groups they are (N, T, C), and the same code runs on them
without a word: it keeps a mean for each of T·C columns, from N numbers each, where one for each of C channels is meant,
from N·T. That is the bug of the lecture, and a loss curve hardly shows it. Source: lecture 6, section 6.5.
"""

# /// exercise
# title = "batch normalisation over examples and places"
# forbids = [
#   "torch.nn.modules.batchnorm", "torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d", "torch.nn.BatchNorm3d",
#   "torch.nn.LazyBatchNorm1d", "torch.nn.SyncBatchNorm", "torch.nn.functional.batch_norm", "torch.batch_norm",
#   "torch.native_batch_norm", "torch.nn.InstanceNorm1d", "torch.nn.functional.instance_norm", "torch.instance_norm",
# ]
# why_forbidden = "this exercise is about writing that layer yourself"
# hints = [
#   """A channel has one mean and one variance, whatever else there is. So what is averaged over? All axes but \
#   the last; and the number that the variance is divided by is how many numbers that makes.""",
#   """dims = (0,) if x.ndim == 2 else (0, 1); x.mean(dims) and x.var(dims, unbiased=False) are of shape (C,), and \
#   broadcast against (N, T, C) as they are. No keepdim, so the buffers stay (C,).""",
#   """refuse x.ndim not in (2, 3), and in training x.numel() == x.shape[-1]; then the layer of lecture 4 with dims \
#   for 0: running_var gathers x.var(dims), and the result is self.gamma * (x - mean) / torch.sqrt(var + self.eps) + \
#   self.beta.""",
# ]
# ///

import torch


class BatchNorm1d:
    """A batch normalisation of activations (N, dim) or (N, T, dim): each channel by itself, over all else.

        y = gamma * (x - mean) / sqrt(var + eps) + beta

    It is that of lecture 4, for one axis more: N examples, T places in each, dim channels, which come last. In
    training, mean and var are those of the N numbers of a channel, or of its N·T. In evaluation they are the running
    statistics.

    A plain class, as the lecture has it, and called as a function is: ``bn(x)``. (An ``nn.Module`` is as good.)

    Args:
        dim: the number of channels.
        eps: what keeps the root away from 0, at least 0.
        momentum: the weight of the present batch in the running statistics, from 0 to 1.

    Attributes:
        gamma: (dim,), ones at first. Trained, by gradient descent.
        beta: (dim,), zeros at first. Trained.
        running_mean: (dim,), zeros at first. A buffer: updated on the side, and no gradient ever flows through it.
        running_var: (dim,), ones at first. A buffer: the *variance*, not the standard deviation.
        training: whether the layer is in training, True at first. Who uses the layer sets it: ``bn.training = False``.

    All four tensors are float32 at first. Checks give them other values, float64 as a rule; x is of their dtype.
    Whether gamma and beta require a gradient from the start is up to you: who trains says ``p.requires_grad = True``.

    Example:
        bn = BatchNorm1d(1, eps=0.0); x = [[[1], [3]], [[5], [7]]] has the mean 4, the variance 5 (by 4), 20/3 (by 3)
        bn(x) -> [[[-1.342], [-0.447]], [[0.447], [1.342]]]; bn.running_mean -> [0.4]
        bn.running_var -> [0.9 * 1 + 0.1 * 20/3] = [1.567]

    Source: lecture 6, section 6.5, listing 64. ``torch.nn.BatchNorm1d`` has the channels in the middle, (N, dim, T).
    """

    def __init__(self, dim: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        # solution
        self.eps = eps
        self.momentum = momentum
        self.training = True
        self.gamma = torch.ones(dim)
        self.beta = torch.zeros(dim)
        self.running_mean = torch.zeros(dim)
        self.running_var = torch.ones(dim)
        # end solution

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise the activations, and in training update the running statistics.

        Of M numbers a channel, M = N for two axes and M = N·T for three: in training, with the mean of these and
        their variance *divided by M* (biased), through both of which gradients flow back to x. Each such call also
        updates both buffers, from values without a graph:

            running_mean = (1 - momentum) * running_mean + momentum * (mean of the channel)
            running_var  = (1 - momentum) * running_var  + momentum * (variance of the channel, divided by M - 1)

        The buffers keep their shape, (dim,). In evaluation, with running_mean and running_var, for any N and T from 1;
        nothing is updated.

        Args:
            x: the activations, (N, dim) or (N, T, dim), in any layout. Not modified.

        Returns:
            y, of the shape and dtype of x.

        Raises:
            ValueError: x has neither two axes nor three; or, in training, M is 1: one number has no variance. (One
                example with several places has one.) The buffers stay as they were.
        """
        # solution
        if x.ndim not in (2, 3):
            raise ValueError(f"x has {x.ndim} axes; two or three are normalised here")
        if self.training:
            if x.numel() == x.shape[-1]:
                raise ValueError("a channel of one number has no variance to normalise by")
            dims = (0,) if x.ndim == 2 else (0, 1)  # all but the channels
            mean, var = x.mean(dims), x.var(dims, unbiased=False)  # (dim,)
            with torch.no_grad():  # or every batch there ever was would hang on the buffers
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(dims, unbiased=True)
        else:
            mean, var = self.running_mean, self.running_var
        return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta  # (N, dim) or (N, T, dim)
        # end solution

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained: the list [gamma, beta], these very tensors and no copies."""
        # solution
        return [self.gamma, self.beta]
        # end solution
