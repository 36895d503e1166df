"""Batch normalisation: activations that have the scale you want, because the layer says so.

Rather than tune every weight until the activations come out with mean 0 and standard deviation 1, one makes them so:
column by column, over the batch. You write the layer as torch has it, with all that this brings along: two modes,
statistics that are kept on the side, and examples that see each other. Source: lecture 4, sections 4.5 and 4.7.2.
"""

# /// exercise
# title = "batch normalisation"
# forbids = [
#   "torch.nn.modules.batchnorm", "torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d", "torch.nn.BatchNorm3d",
#   "torch.nn.LazyBatchNorm1d", "torch.nn.SyncBatchNorm", "torch.nn.functional.batch_norm", "torch.batch_norm",
#   "torch.native_batch_norm", "torch.nn.InstanceNorm1d", "torch.nn.functional.instance_norm", "torch.instance_norm",
# ]
# why_forbidden = "this exercise is about writing that layer yourself"
# ///

import torch


class BatchNorm1d:
    """A batch normalisation of activations (N, dim): N examples, dim features; each feature by itself.

        y = gamma * (x - mean) / sqrt(var + eps) + beta

    In training, mean and var are those of the batch, over its N examples. In evaluation they are the running
    statistics, which the layer has gathered in training: so that one example alone can be predicted, and does not
    depend on which others are beside it.

    A plain class, as the lecture has it, and called as a function is: ``bn(x)``. (An ``nn.Module`` is as good.)

    Args:
        dim: the number of features.
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
        bn = BatchNorm1d(1, eps=0.0); x = [[1], [3]] has the mean 2, the variance 1 (by N), 2 by N - 1
        bn(x) -> [[-1], [1]]; bn.running_mean -> [0.2]; bn.running_var -> [0.9 * 1 + 0.1 * 2] = [1.1]

    Source: lecture 4, sections 4.5 and 4.7.2; Ioffe and Szegedy, 2015, arXiv:1502.03167. The notes print
    ``(x - mean) / (std + 1e-5)`` and a running standard deviation; here it is as in the paper and in torch.
    """

    def __init__(self, dim: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        raise NotImplementedError("lecture4.batchnorm: BatchNorm1d.__init__ is not written yet")

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise the activations, and in training update the running statistics.

        In training, with the batch's mean and its variance *divided by N* (biased), through both of which gradients
        flow back to x. Each such call also updates both buffers, from values without a graph:

            running_mean = (1 - momentum) * running_mean + momentum * (mean of the batch)
            running_var  = (1 - momentum) * running_var  + momentum * (variance of the batch, divided by N - 1)

        The second variance is the unbiased one. The first describes this batch, the second estimates the variance of
        all that is to come, from a sample: torch divides so, too. The buffers keep their shape, (dim,).

        In evaluation, with running_mean and running_var, for any N from 1; nothing is updated.

        Args:
            x: the activations, (N, dim), in any layout. Not modified.

        Returns:
            y, (N, dim), of the dtype of x.

        Raises:
            ValueError: N is 1 in training: one example has no variance. The buffers stay as they were.
        """
        raise NotImplementedError("lecture4.batchnorm: BatchNorm1d.__call__ is not written yet")

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained: the list [gamma, beta], these very tensors and no copies."""
        raise NotImplementedError("lecture4.batchnorm: BatchNorm1d.parameters is not written yet")
