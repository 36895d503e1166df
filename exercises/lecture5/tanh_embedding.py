"""Tanh and the embedding table, backward: a factor for each number, and a sum for each row.

You write the gradient of an elementwise function from its *output* alone, and the gradient of a table lookup,
in which one row may have been looked up many times. Source: lecture 5, sections 5.2.3 and 5.6.
"""

# /// exercise
# title = "tanh and the embedding, backward"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss",
# ]
# why_forbidden = "this unit is about writing the gradient yourself"
# ///

import torch


def tanh_backward(dh: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the loss with respect to hpreact, where ``h = tanh(hpreact)``.

    The derivative of tanh at x is 1 - tanh(x)**2. It is written here in terms of the output h, which the
    forward pass has kept: the input is not needed.

    Args:
        dh: gradient of the loss with respect to h, of one axis or more, floats.
        h: output of tanh, of the shape and dtype of dh, each number in [-1, 1].

    Returns:
        dhpreact, of the shape and dtype of h. No argument is modified.

    Example:
        dh = [4, 4, 4], h = [0, 0.5, -1] -> [4, 3, 0]

    Source: lecture 5, section 5.2.3, exercise 1; lecture 1 for the derivative of tanh.
    """
    raise NotImplementedError("lecture5.tanh_embedding: tanh_backward is not written yet")


def embedding_backward(demb: torch.Tensor, X: torch.Tensor, vocab: int) -> torch.Tensor:
    """Return the gradient of the loss with respect to the table C, where ``emb = C[X]``.

    Row t of the result is the sum of demb over all places of X that hold token t, and zero where no place
    does. There may be millions of places: a bonus is for code without a Python loop over them (a loop over the
    vocabulary is no hindrance). Arguments may be views of other tensors, as a transposed one is: ``reshape``
    takes any, ``view`` does not.

    Args:
        demb: gradient of the loss with respect to emb, X's shape plus (E,), floats.
        X: tokens, int64 in [0, vocab), any shape; a token may occur any number of times.
        vocab: number of rows of C.

    Returns:
        dC, (vocab, E), of demb's dtype. No argument is modified.

    Example:
        demb = [[1, 2], [3, 4], [5, 6]], X = [2, 0, 2], vocab = 4 -> [[3, 4], [0, 0], [6, 8], [0, 0]]

    Source: lecture 5, section 5.2.3, exercise 1 (the last step, from emb to C).
    """
    raise NotImplementedError("lecture5.tanh_embedding: embedding_backward is not written yet")
