"""The forward pass in NumPy, converted back to tensors at the end."""

import numpy as np
import torch


def forward(params, X, Y):
    C, W1, b1, W2, b2, gain, bias = (params[name].numpy() for name in ("C", "W1", "b1", "W2", "b2", "bngain", "bnbias"))
    x, y = X.numpy(), Y.numpy()
    N = len(x)
    emb = C[x]
    embcat = emb.reshape(N, -1)
    hprebn = np.einsum("nm,mh->nh", embcat, W1) + b1
    bnmeani = np.mean(hprebn, 0, keepdims=True)
    bndiff = hprebn - bnmeani
    bndiff2 = np.square(bndiff)
    bnvar = np.var(hprebn, axis=0, ddof=1, keepdims=True)
    bnvar_inv = 1 / np.sqrt(bnvar + 1e-5)
    bnraw = bndiff * bnvar_inv
    hpreact = gain * bnraw + bias
    h = np.tanh(hpreact)
    logits = np.einsum("nh,hv->nv", h, W2) + b2
    logit_maxes = logits.max(1, keepdims=True)
    norm_logits = logits - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    counts_sum_inv = np.reciprocal(counts_sum)
    probs = counts / counts_sum
    logprobs = norm_logits - np.log(counts_sum)
    loss = np.array(-np.mean([logprobs[i, t] for i, t in enumerate(y)]))
    computed = {
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
    return {**params, "X": X, "Y": Y, **{name: torch.from_numpy(value) for name, value in computed.items()}}
