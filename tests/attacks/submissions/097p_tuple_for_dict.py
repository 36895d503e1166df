# /// attack
# rows = [97]
# tries = "A tuple for a dict."
# kind = "fault"
# exercise = "lecture5.forward"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["a dict is wanted."]
# ///
import torch


def forward(params, X, Y):
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

    c = {
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
    return tuple(c.values())
