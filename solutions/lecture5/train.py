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
# hints = [
#   """Six calls lead from the cache to the seven gradients, each answering with the gradient that the \
#   next one takes: cross_entropy_backward, linear_backward, tanh_backward, batchnorm_backward, \
#   linear_backward, embedding_backward. Print the shape after each.""",
#   """embcat is emb with its last two axes merged: demb = dembcat.reshape(c["emb"].shape). Compute all \
#   seven gradients before you change the first parameter, and make a new dict: \
#   {name: p - lr * grads[name] for name, p in params.items()}.""",
#   """calibrate: hprebn = params["C"][X].reshape(len(X), -1) @ params["W1"] + params["b1"], then mean and \
#   var over axis 0 with keepdim=True. evaluate: the same hprebn, normalised with the mean and var that \
#   you are given, then gain, bias, tanh, second layer, and minus the mean of log_softmax at Y.""",
# ]
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
    # solution
    losses = []
    for _ in range(steps):
        batch = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        c = forward(params, X[batch], Y[batch])
        losses.append(c["loss"].item())
        grads = backward(c)
        params = {name: p - lr * grads[name] for name, p in params.items()}  # new tensors: the old stay
    return params, losses
    # end solution


# solution
def backward(c: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the gradients of the loss with respect to the seven parameters, from the forward cache."""
    dlogits = cross_entropy_backward(c["logits"], c["Y"])  # (N, V)
    dh, dW2, db2 = linear_backward(dlogits, c["h"], c["W2"])  # (N, H), (H, V), (V,)
    dhpreact = tanh_backward(dh, c["h"])  # (N, H)
    dhprebn, dbngain, dbnbias = batchnorm_backward(dhpreact, c["bnraw"], c["bngain"], c["bnvar_inv"])
    dembcat, dW1, db1 = linear_backward(dhprebn, c["embcat"], c["W1"])  # (N, block*E), (block*E, H), (H,)
    demb = dembcat.reshape(c["emb"].shape)  # (N, block, E)
    dC = embedding_backward(demb, c["X"], c["C"].shape[0])  # (V, E)
    return {"C": dC, "W1": dW1, "b1": db1, "bngain": dbngain, "bnbias": dbnbias, "W2": dW2, "b2": db2}


def first_layer(params: dict[str, torch.Tensor], X: torch.Tensor) -> torch.Tensor:
    """Return hprebn, the first layer before its normalisation, (M, H)."""
    embcat = params["C"][X].reshape(X.shape[0], -1)  # (M, block*E)
    return embcat @ params["W1"] + params["b1"]  # (M, H)


# end solution


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
    # solution
    hprebn = first_layer(params, X)  # (M, H)
    return hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True)  # torch's var has M - 1 by default
    # end solution


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
    # solution
    bnraw = (first_layer(params, X) - mean) / torch.sqrt(var + 1e-5)  # (N, H)
    h = torch.tanh(params["bngain"] * bnraw + params["bnbias"])  # (N, H)
    logits = h @ params["W2"] + params["b2"]  # (N, V)
    logprobs = torch.log_softmax(logits, dim=1)  # (N, V)
    return -logprobs[torch.arange(X.shape[0]), Y].mean().item()
    # end solution
