"""The forward pass in small steps: every intermediate gets a name, so that its gradient can have one too.

You write the two-layer network of lecture 5 (embedding, linear, batch normalisation, tanh, linear,
cross-entropy) one operation a line, and keep the result of each line in a dict. The exercises after this one
walk that dict backwards. Source: lecture 5, sections 5.2 and 5.3.
"""

# /// exercise
# title = "the forward pass, one operation a line"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss",
# ]
# why_forbidden = "this unit is about writing the gradient yourself"
# hints = [
#   """Write the lines in the order of the table, and print each shape as you go. Statistics of batch \
#   normalisation reduce over the examples (axis 0), everything of the softmax over the characters \
#   (axis 1).""",
#   """keepdim=True keeps the reduced axis as 1, so that (1, H) and (N, 1) broadcast back without a \
#   thought. The variance is bndiff2.sum(0, keepdim=True) / (N - 1).""",
#   """The loss picks one log-probability a row: -logprobs[torch.arange(N), Y].mean(). The cache is a \
#   plain dict: {**params, 'X': X, 'Y': Y, 'emb': emb, ...}.""",
# ]
# ///

import torch


def forward(params: dict[str, torch.Tensor], X: torch.Tensor, Y: torch.Tensor) -> dict[str, torch.Tensor]:
    """Run the network on one batch and return everything that was computed on the way.

    With N examples, contexts of ``block`` characters, V characters, E numbers for each character and H hidden
    units:

        emb             (N, block, E)   the row of C for each character of the context
        embcat          (N, block*E)    these rows side by side, first character first
        hprebn          (N, H)          embcat times W1, plus b1
        bnmeani         (1, H)          mean of hprebn over the batch
        bndiff          (N, H)          hprebn minus bnmeani
        bndiff2         (N, H)          bndiff squared
        bnvar           (1, H)          sum of bndiff2 over the batch, divided by N - 1 (Bessel's correction)
        bnvar_inv       (1, H)          1 / sqrt(bnvar + 1e-5), the 1e-5 inside the root
        bnraw           (N, H)          bndiff times bnvar_inv
        hpreact         (N, H)          bngain times bnraw, plus bnbias
        h               (N, H)          tanh of hpreact
        logits          (N, V)          h times W2, plus b2
        logit_maxes     (N, 1)          the largest logit of each example
        norm_logits     (N, V)          logits minus logit_maxes, so that exp cannot overflow
        counts          (N, V)          exp of norm_logits
        counts_sum      (N, 1)          sum of counts over the V characters
        counts_sum_inv  (N, 1)          1 / counts_sum
        probs           (N, V)          counts times counts_sum_inv
        logprobs        (N, V)          natural logarithm of probs
        loss            ()              minus the mean, over the batch, of the logprobs of the true characters

    Args:
        params: the parameters, floats of one dtype: ``C`` (V, E), ``W1`` (block*E, H), ``b1`` (H,),
            ``bngain`` (1, H), ``bnbias`` (1, H), ``W2`` (H, V), ``b2`` (V,).
        X: the contexts, (N, block), int64 in [0, V), contiguous as a batch of rows is; N is at least 2.
        Y: the true next characters, (N,), int64 in [0, V).

    Returns:
        The cache ``c``: a dict with the 20 tensors above under these names and shapes, the seven parameters
        under theirs, and ``X`` and ``Y``. Nothing that was passed in is modified.

    Source: lecture 5, section 5.2.2 (the expanded forward pass).
    """
    # solution
    N = X.shape[0]

    emb = params["C"][X]  # (N, block, E)
    embcat = emb.reshape(N, -1)  # (N, block*E)
    hprebn = embcat @ params["W1"] + params["b1"]  # (N, H)

    bnmeani = hprebn.sum(0, keepdim=True) / N  # (1, H)
    bndiff = hprebn - bnmeani  # (N, H)
    bndiff2 = bndiff**2  # (N, H)
    bnvar = bndiff2.sum(0, keepdim=True) / (N - 1)  # (1, H)
    bnvar_inv = (bnvar + 1e-5) ** -0.5  # (1, H)
    bnraw = bndiff * bnvar_inv  # (N, H)
    hpreact = params["bngain"] * bnraw + params["bnbias"]  # (N, H)

    h = torch.tanh(hpreact)  # (N, H)
    logits = h @ params["W2"] + params["b2"]  # (N, V)

    logit_maxes = logits.max(1, keepdim=True).values  # (N, 1)
    norm_logits = logits - logit_maxes  # (N, V)
    counts = norm_logits.exp()  # (N, V)
    counts_sum = counts.sum(1, keepdim=True)  # (N, 1)
    counts_sum_inv = counts_sum**-1  # (N, 1)
    probs = counts * counts_sum_inv  # (N, V)
    logprobs = probs.log()  # (N, V)
    loss = -logprobs[torch.arange(N), Y].mean()  # ()

    return {
        **params,
        "X": X,
        "Y": Y,
        "emb": emb,
        "embcat": embcat,
        "hprebn": hprebn,
        "bnmeani": bnmeani,
        "bndiff": bndiff,
        "bndiff2": bndiff2,
        "bnvar": bnvar,
        "bnvar_inv": bnvar_inv,
        "bnraw": bnraw,
        "hpreact": hpreact,
        "h": h,
        "logits": logits,
        "logit_maxes": logit_maxes,
        "norm_logits": norm_logits,
        "counts": counts,
        "counts_sum": counts_sum,
        "counts_sum_inv": counts_sum_inv,
        "probs": probs,
        "logprobs": logprobs,
        "loss": loss,
    }
    # end solution
