"""The full training loop with no autograd: your forward pass, your backward pass, your update.

You put the pieces of this unit together: in about twenty lines they do what ``loss.backward()`` did. Then you
fix the statistics of batch normalisation on the training set, and measure the loss with them. Source:
lecture 5, section 5.6, exercise 4.
"""

# /// exercise
# title = "the training loop by hand"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss",
# ]
# why_forbidden = "this unit is about writing the gradient yourself"
# ///

import torch

from .batchnorm import batchnorm_backward
from .cross_entropy import cross_entropy_backward
from .forward import forward
from .linear import linear_backward
from .tanh_embedding import embedding_backward, tanh_backward


def train_manual(
    params: dict[str, torch.Tensor],
    X: torch.Tensor,
    Y: torch.Tensor,
    steps: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> tuple[dict[str, torch.Tensor], list[float]]:
    """Train the network by stochastic gradient descent, with your own gradients.

    Each of the steps, in this order:

        1. draws a batch with ``torch.randint(0, X.shape[0], (batch_size,), generator=generator)``: these
           rows of X and Y. One such call a step, and no other use of the generator.
        2. runs ``forward`` on the batch, and notes its loss: the loss *before* the update.
        3. computes the gradients of all seven parameters at the present values.
        4. replaces every parameter p by p - lr * dp. lr stays the same throughout; nothing is carried over
           from one step to the next but the parameters.

    Args:
        params: the parameters at the start, floats of one dtype: ``C`` (V, E), ``W1`` (block*E, H),
            ``b1`` (H,), ``bngain`` (1, H), ``bnbias`` (1, H), ``W2`` (H, V), ``b2`` (V,). Neither the dict
            nor a tensor in it is modified.
        X: all contexts of the training set, (M, block), int64 in [0, V), contiguous.
        Y: all next characters, (M,), int64 in [0, V).
        steps: number of updates, at least 1.
        batch_size: examples in a batch, at least 2.
        lr: the learning rate.
        generator: source of the batches. It advances.

    Returns:
        ``(params, losses)``: a new dict with the seven trained parameters, under the same names and of the
        same shapes and dtype; and a list of ``steps`` Python floats, the loss of each step's batch.

    Source: lecture 5, section 5.6 (exercise 4).
    """
    raise NotImplementedError("lecture5.train: train_manual is not written yet")


def calibrate(params: dict[str, torch.Tensor], X: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and variance of the first layer, hprebn, over the whole training set.

    In training each batch is normalised by its own statistics. A single context has none, so after training
    the statistics are fixed once: those of ``hprebn = embcat @ W1 + b1``, for the final parameters, over all
    rows of X.

    Args:
        params: the trained parameters, named and shaped as in ``train_manual``.
        X: all contexts of the training set, (M, block), int64, contiguous; M is at least 2.

    Returns:
        ``(mean, var)``, each (1, H). The variance is divided by M - 1 (Bessel's correction), as in
        ``forward``, without the 1e-5. No argument is modified.

    Source: lecture 5, section 5.6.1, step 5; lecture 4 for the idea.
    """
    raise NotImplementedError("lecture5.train: calibrate is not written yet")


def evaluate(
    params: dict[str, torch.Tensor], mean: torch.Tensor, var: torch.Tensor, X: torch.Tensor, Y: torch.Tensor
) -> float:
    """Return the mean loss on X and Y, with batch normalisation by fixed statistics.

    The network is that of ``forward``, but for one line: bnraw = (hprebn - mean) / sqrt(var + 1e-5), with
    the mean and variance that are passed in. So each example's loss depends on that example alone, and a
    single row (N = 1) can be evaluated.

    Args:
        params: the parameters, named and shaped as in ``train_manual``.
        mean: mean of hprebn, (1, H), as ``calibrate`` returns it.
        var: variance of hprebn, (1, H), as ``calibrate`` returns it.
        X: contexts, (N, block), int64 in [0, V), contiguous; N is at least 1.
        Y: their true next characters, (N,), int64 in [0, V).

    Returns:
        The mean over the N examples of -log p(Y), natural logarithm, as a Python float. No argument is
        modified.

    Source: lecture 5, section 5.6.
    """
    raise NotImplementedError("lecture5.train: evaluate is not written yet")
