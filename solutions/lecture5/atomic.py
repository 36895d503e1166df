"""Backpropagation through the atoms: 26 gradients, one operation at a time.

The forward pass of exercise ``forward``, read downwards, with N examples, contexts of ``block`` characters, V
characters, E numbers for each character and H hidden units (M = block*E):

    emb            = C[X]                                 (N, block, E) from C (V, E), X (N, block)
    embcat         = emb, the last two axes as one        (N, M)
    hprebn         = embcat @ W1 + b1                     (N, H)        W1 (M, H), b1 (H,)
    bnmeani        = hprebn.sum(0, keepdim=True) / N      (1, H)
    bndiff         = hprebn - bnmeani                     (N, H)
    bndiff2        = bndiff**2                            (N, H)
    bnvar          = bndiff2.sum(0, keepdim=True) / (N-1) (1, H)
    bnvar_inv      = (bnvar + 1e-5)**-0.5                 (1, H)
    bnraw          = bndiff * bnvar_inv                   (N, H)
    hpreact        = bngain * bnraw + bnbias              (N, H)        bngain, bnbias (1, H)
    h              = tanh(hpreact)                        (N, H)
    logits         = h @ W2 + b2                          (N, V)        W2 (H, V), b2 (V,)
    logit_maxes    = logits.max(1, keepdim=True).values   (N, 1)
    norm_logits    = logits - logit_maxes                 (N, V)
    counts         = exp(norm_logits)                     (N, V)
    counts_sum     = counts.sum(1, keepdim=True)          (N, 1)
    counts_sum_inv = counts_sum**-1                       (N, 1)
    probs          = counts * counts_sum_inv              (N, V)
    logprobs       = log(probs)                           (N, V)
    loss           = -logprobs[arange(N), Y].mean()       ()            Y (N,)

You go back up, with one small function for each name: ``d_<name>(c, d)`` returns the gradient of the loss
with respect to ``c[name]``, and has its shape.

    c  the cache: every tensor above by its name, the parameters, ``X``, ``Y`` and ``loss``.
    d  the gradients already known, by the same names: ``d["probs"]`` is the gradient of the loss with respect
        to probs.

Each function is graded alone, with random numbers in ``d``: take the gradients of exactly those tensors that
are computed *directly* from yours (the lines above in which your name stands on the right), and trust them. A
shortcut that holds only for the true gradients, such as (probs - one_hot) / N for the logits, is another
exercise. No function modifies c or d. What is in them may be a view of another tensor, as a transposed one is:
``reshape`` takes any, ``view`` does not. Source: lecture 5, section 5.3, exercise 1.
"""

# /// exercise
# title = "backpropagation, atom by atom"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss",
# ]
# why_forbidden = "this unit is about writing the gradient yourself"
# hints = [
#   """For each name: find the lines of the graph where it stands on the right. Each such line gives one \
#   term, its local derivative times d of what stands on the left; two lines, two terms, and they are \
#   added (counts, logits, bndiff and hprebn have two).""",
#   """What was broadcast forward is summed backward (keepdim=True keeps the 1), and what was summed \
#   forward is broadcast backward: the result has the shape of c[name]. For matrices let the shapes \
#   decide: (N, H) can only be dlogits (N, V) @ W2.T (V, H).""",
#   """The three that are not plain arithmetic: max passes its gradient to the largest logit of each row \
#   only (F.one_hot of c['logits'].argmax(1)); the derivative of v**-0.5 is -0.5 * v**-1.5; and rows \
#   of C that were looked up twice need dC.index_add_(0, X.reshape(-1), demb.reshape(-1, E)), for \
#   dC[X] += demb loses all but one.""",
# ]
# ///

import torch

Tensors = dict[str, torch.Tensor]


def backward(c: Tensors) -> Tensors:
    """Chain the 26 functions, from the loss back to the embedding table (given; nothing to write here).

    Args:
        c: the cache of the forward pass.

    Returns:
        d: the gradient of the loss with respect to each of the 26 tensors, by name.
    """
    d: Tensors = {}
    d["logprobs"] = d_logprobs(c, d)
    d["probs"] = d_probs(c, d)
    d["counts_sum_inv"] = d_counts_sum_inv(c, d)
    d["counts_sum"] = d_counts_sum(c, d)
    d["counts"] = d_counts(c, d)
    d["norm_logits"] = d_norm_logits(c, d)
    d["logit_maxes"] = d_logit_maxes(c, d)
    d["logits"] = d_logits(c, d)
    d["h"] = d_h(c, d)
    d["W2"] = d_W2(c, d)
    d["b2"] = d_b2(c, d)
    d["hpreact"] = d_hpreact(c, d)
    d["bngain"] = d_bngain(c, d)
    d["bnbias"] = d_bnbias(c, d)
    d["bnraw"] = d_bnraw(c, d)
    d["bnvar_inv"] = d_bnvar_inv(c, d)
    d["bnvar"] = d_bnvar(c, d)
    d["bndiff2"] = d_bndiff2(c, d)
    d["bndiff"] = d_bndiff(c, d)
    d["bnmeani"] = d_bnmeani(c, d)
    d["hprebn"] = d_hprebn(c, d)
    d["embcat"] = d_embcat(c, d)
    d["W1"] = d_W1(c, d)
    d["b1"] = d_b1(c, d)
    d["emb"] = d_emb(c, d)
    d["C"] = d_C(c, d)
    return d


def d_logprobs(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of logprobs, (N, V).

    Forward: ``loss = -logprobs[arange(N), Y].mean()``, the mean of one log-probability a row. The gradient of
    the loss with respect to itself is 1, so this function reads nothing from d.
    """
    # solution
    N = c["Y"].shape[0]
    dlogprobs = torch.zeros_like(c["logprobs"])  # what the loss does not pick, it does not depend on
    dlogprobs[torch.arange(N), c["Y"]] = -1.0 / N
    return dlogprobs
    # end solution


def d_probs(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of probs, (N, V).

    Forward: ``logprobs = log(probs)``.
    """
    # solution
    return d["logprobs"] / c["probs"]
    # end solution


def d_counts_sum_inv(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of counts_sum_inv, (N, 1).

    Forward: ``probs = counts * counts_sum_inv``; the one number of a row is broadcast over its V columns.
    """
    # solution
    return (c["counts"] * d["probs"]).sum(1, keepdim=True)
    # end solution


def d_counts_sum(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of counts_sum, (N, 1).

    Forward: ``counts_sum_inv = counts_sum**-1``.
    """
    # solution
    return -(c["counts_sum"] ** -2) * d["counts_sum_inv"]
    # end solution


def d_counts(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of counts, (N, V).

    Forward, two lines: ``probs = counts * counts_sum_inv`` and ``counts_sum = counts.sum(1, keepdim=True)``.
    """
    # solution
    through_probs = c["counts_sum_inv"] * d["probs"]  # (N, V)
    through_sum = d["counts_sum"]  # (N, 1): each count enters its row's sum once
    return through_probs + through_sum
    # end solution


def d_norm_logits(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of norm_logits, (N, V).

    Forward: ``counts = exp(norm_logits)``.
    """
    # solution
    return c["counts"] * d["counts"]  # exp is its own derivative
    # end solution


def d_logit_maxes(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of logit_maxes, (N, 1).

    Forward: ``norm_logits = logits - logit_maxes``; the one number of a row is broadcast over its V columns.

    In the whole chain this gradient is zero up to rounding, since the maximum cancels out of the softmax.
    With random numbers in d it is not.
    """
    # solution
    return -d["norm_logits"].sum(1, keepdim=True)
    # end solution


def d_logits(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of logits, (N, V).

    Forward, two lines: ``norm_logits = logits - logit_maxes`` and ``logit_maxes = logits.max(1,
    keepdim=True).values``. The maximum depends on one logit of each row only. No row has two largest logits.
    """
    # solution
    is_max = torch.zeros_like(c["logits"]).scatter_(1, c["logits"].argmax(1, keepdim=True), 1.0)  # (N, V)
    return d["norm_logits"] + is_max * d["logit_maxes"]
    # end solution


def d_h(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of h, (N, H).

    Forward: ``logits = h @ W2 + b2``.
    """
    # solution
    return d["logits"] @ c["W2"].T  # (N, V) @ (V, H)
    # end solution


def d_W2(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of W2, (H, V).

    Forward: ``logits = h @ W2 + b2``.
    """
    # solution
    return c["h"].T @ d["logits"]  # (H, N) @ (N, V)
    # end solution


def d_b2(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of b2, (V,).

    Forward: ``logits = h @ W2 + b2``; b2 is added to each of the N rows.
    """
    # solution
    return d["logits"].sum(0)
    # end solution


def d_hpreact(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of hpreact, (N, H).

    Forward: ``h = tanh(hpreact)``.
    """
    # solution
    return (1 - c["h"] ** 2) * d["h"]
    # end solution


def d_bngain(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bngain, (1, H).

    Forward: ``hpreact = bngain * bnraw + bnbias``; bngain is broadcast over the N rows.
    """
    # solution
    return (c["bnraw"] * d["hpreact"]).sum(0, keepdim=True)
    # end solution


def d_bnbias(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bnbias, (1, H).

    Forward: ``hpreact = bngain * bnraw + bnbias``; bnbias is broadcast over the N rows.
    """
    # solution
    return d["hpreact"].sum(0, keepdim=True)
    # end solution


def d_bnraw(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bnraw, (N, H).

    Forward: ``hpreact = bngain * bnraw + bnbias``.
    """
    # solution
    return c["bngain"] * d["hpreact"]
    # end solution


def d_bnvar_inv(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bnvar_inv, (1, H).

    Forward: ``bnraw = bndiff * bnvar_inv``; bnvar_inv is broadcast over the N rows.
    """
    # solution
    return (c["bndiff"] * d["bnraw"]).sum(0, keepdim=True)
    # end solution


def d_bnvar(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bnvar, (1, H).

    Forward: ``bnvar_inv = (bnvar + 1e-5)**-0.5``.
    """
    # solution
    return -0.5 * (c["bnvar"] + 1e-5) ** -1.5 * d["bnvar_inv"]
    # end solution


def d_bndiff2(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bndiff2, (N, H).

    Forward: ``bnvar = bndiff2.sum(0, keepdim=True) / (N - 1)``.
    """
    # solution
    N = c["bndiff2"].shape[0]
    return torch.ones_like(c["bndiff2"]) / (N - 1) * d["bnvar"]  # (N, H) * (1, H)
    # end solution


def d_bndiff(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bndiff, (N, H).

    Forward, two lines: ``bnraw = bndiff * bnvar_inv`` and ``bndiff2 = bndiff**2``.
    """
    # solution
    through_raw = c["bnvar_inv"] * d["bnraw"]  # (N, H)
    through_square = 2 * c["bndiff"] * d["bndiff2"]  # (N, H)
    return through_raw + through_square
    # end solution


def d_bnmeani(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of bnmeani, (1, H).

    Forward: ``bndiff = hprebn - bnmeani``; bnmeani is broadcast over the N rows.
    """
    # solution
    return -d["bndiff"].sum(0, keepdim=True)
    # end solution


def d_hprebn(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of hprebn, (N, H).

    Forward, two lines: ``bndiff = hprebn - bnmeani`` and ``bnmeani = hprebn.sum(0, keepdim=True) / N``.
    """
    # solution
    N = c["hprebn"].shape[0]
    return d["bndiff"] + d["bnmeani"] / N  # (N, H) + (1, H)
    # end solution


def d_embcat(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of embcat, (N, M).

    Forward: ``hprebn = embcat @ W1 + b1``.
    """
    # solution
    return d["hprebn"] @ c["W1"].T  # (N, H) @ (H, M)
    # end solution


def d_W1(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of W1, (M, H).

    Forward: ``hprebn = embcat @ W1 + b1``.
    """
    # solution
    return c["embcat"].T @ d["hprebn"]  # (M, N) @ (N, H)
    # end solution


def d_b1(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of b1, (H,).

    Forward: ``hprebn = embcat @ W1 + b1``; b1 is added to each of the N rows.

    In the whole chain this gradient is zero up to rounding, since batch normalisation subtracts the bias
    again.
    """
    # solution
    return d["hprebn"].sum(0)
    # end solution


def d_emb(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of emb, (N, block, E).

    Forward: ``embcat = emb.reshape(N, block * E)``, the same numbers in the same order.
    """
    # solution
    return d["embcat"].reshape(c["emb"].shape)
    # end solution


def d_C(c: Tensors, d: Tensors) -> torch.Tensor:
    """Return the gradient of C, (V, E).

    Forward: ``emb = C[X]``. A character that occurs several times in X has used its row several times; a row
    that no character of X uses has a gradient of zero.
    """
    # solution
    tokens = c["X"].reshape(-1)  # (N*block,)
    rows = d["emb"].reshape(tokens.shape[0], -1)  # (N*block, E)
    return torch.zeros_like(c["C"]).index_add_(0, tokens, rows)  # adds the rows of repeated tokens up
    # end solution
