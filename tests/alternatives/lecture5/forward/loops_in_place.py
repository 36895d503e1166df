"""The forward pass example by example and unit by unit, in place on tensors of its own."""

import torch


def forward(params, X, Y):
    C, W1, b1 = params["C"], params["W1"], params["b1"]
    N, block = X.shape
    H, V = params["W2"].shape

    emb = torch.stack([torch.stack([C[int(t)] for t in context]) for context in X])
    embcat = emb.clone().view(N, block * C.shape[1])
    hprebn = torch.stack([row @ W1 for row in embcat])
    hprebn += b1

    bnmeani, bnvar = torch.empty(1, H, dtype=C.dtype), torch.empty(1, H, dtype=C.dtype)
    for j in range(H):
        unit = hprebn[:, j]
        bnmeani[0, j] = unit.sum() / N
        bnvar[0, j] = sum((v - bnmeani[0, j]) ** 2 for v in unit) / (N - 1)
    bndiff = hprebn.clone()
    bndiff -= bnmeani
    bndiff2 = bndiff.pow(2)
    bnvar_inv = bnvar.clone().add_(1e-5).sqrt_().reciprocal_()
    bnraw = bndiff.clone().mul_(bnvar_inv)
    hpreact = bnraw.clone().mul_(params["bngain"]).add_(params["bnbias"])
    h = hpreact.clone().tanh_()
    logits = params["b2"].expand(N, V).clone()
    for j in range(H):
        logits += h[:, j : j + 1] * params["W2"][j]

    logit_maxes = torch.tensor([[max(row)] for row in logits.tolist()], dtype=logits.dtype)
    norm_logits = logits.clone().sub_(logit_maxes)
    counts = norm_logits.clone().exp_()
    counts_sum = sum(counts[:, j : j + 1] for j in range(V))
    counts_sum_inv = counts_sum.clone().reciprocal_()
    probs = counts.clone().mul_(counts_sum_inv)
    logprobs = probs.clone().log_()
    loss = -sum(logprobs[i, int(Y[i])] for i in range(N)) / N

    c = {"X": X, "Y": Y, "loss": loss, "logprobs": logprobs, "probs": probs, "counts_sum_inv": counts_sum_inv}
    c |= {"counts_sum": counts_sum, "counts": counts, "norm_logits": norm_logits, "logit_maxes": logit_maxes}
    c |= {
        "logits": logits,
        "h": h,
        "hpreact": hpreact,
        "bnraw": bnraw,
        "bnvar_inv": bnvar_inv,
        "bnvar": bnvar,
    }
    c |= {
        "bndiff2": bndiff2,
        "bndiff": bndiff,
        "bnmeani": bnmeani,
        "hprebn": hprebn,
        "embcat": embcat,
        "emb": emb,
    }
    return c | params
