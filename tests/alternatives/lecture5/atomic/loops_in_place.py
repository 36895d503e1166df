"""Each gradient in place on tensors of its own, with loops where a reduction stood."""

import torch


def backward(c):
    d = {}
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


def d_logprobs(c, d):
    N = len(c["Y"])
    dlogprobs = torch.zeros_like(c["logprobs"])
    for i in range(N):
        dlogprobs[i, c["Y"][i]] -= 1 / N
    return dlogprobs


def d_probs(c, d):
    return d["logprobs"].clone().div_(c["probs"])


def d_counts_sum_inv(c, d):
    total = torch.zeros_like(c["counts_sum_inv"])
    for j in range(c["counts"].shape[1]):
        total[:, 0] += c["counts"][:, j] * d["probs"][:, j]
    return total


def d_counts_sum(c, d):
    return c["counts_sum"].clone().pow_(-2).neg_().mul_(d["counts_sum_inv"])


def d_counts(c, d):
    dcounts = d["probs"].clone().mul_(c["counts_sum_inv"])
    dcounts += d["counts_sum"]
    return dcounts


def d_norm_logits(c, d):
    return d["counts"].clone().mul_(c["counts"])


def d_logit_maxes(c, d):
    return torch.tensor([[-sum(row)] for row in d["norm_logits"].tolist()], dtype=c["logits"].dtype)


def d_logits(c, d):
    dlogits = d["norm_logits"].clone()
    largest = c["logits"].max(1).indices
    dlogits[torch.arange(len(largest)), largest] += d["logit_maxes"][:, 0]
    return dlogits


def d_h(c, d):
    dh = torch.zeros_like(c["h"])
    for j in range(c["W2"].shape[1]):
        dh += d["logits"][:, j, None] * c["W2"][:, j]
    return dh


def d_W2(c, d):
    dW2 = torch.zeros_like(c["W2"])
    for h, dlogits in zip(c["h"], d["logits"], strict=True):
        dW2 += h[:, None] * dlogits[None]
    return dW2


def d_b2(c, d):
    db2 = torch.zeros_like(c["b2"])
    for row in d["logits"]:
        db2 += row
    return db2


def d_hpreact(c, d):
    return c["h"].clone().square_().neg_().add_(1).mul_(d["h"])


def d_bngain(c, d):
    return sum(x * g for x, g in zip(c["bnraw"], d["hpreact"], strict=True)).reshape(1, -1)


def d_bnbias(c, d):
    dbnbias = torch.zeros_like(c["bnbias"])
    for row in d["hpreact"]:
        dbnbias += row
    return dbnbias


def d_bnraw(c, d):
    return d["hpreact"].clone().mul_(c["bngain"])


def d_bnvar_inv(c, d):
    return sum(x * g for x, g in zip(c["bndiff"], d["bnraw"], strict=True)).reshape(1, -1)


def d_bnvar(c, d):
    return c["bnvar"].add(1e-5).pow_(-1.5).mul_(-0.5).mul_(d["bnvar_inv"])


def d_bndiff2(c, d):
    N = len(c["bndiff2"])
    return torch.cat([d["bnvar"] / (N - 1)] * N)


def d_bndiff(c, d):
    dbndiff = d["bnraw"].clone().mul_(c["bnvar_inv"])
    dbndiff += c["bndiff"] * d["bndiff2"]
    dbndiff += c["bndiff"] * d["bndiff2"]
    return dbndiff


def d_bnmeani(c, d):
    dbnmeani = torch.zeros_like(c["bnmeani"])
    for row in d["bndiff"]:
        dbnmeani -= row
    return dbnmeani


def d_hprebn(c, d):
    N = len(c["hprebn"])
    return torch.stack([row + d["bnmeani"][0] / N for row in d["bndiff"]])


def d_embcat(c, d):
    return torch.stack([c["W1"] @ row for row in d["hprebn"]])


def d_W1(c, d):
    dW1 = torch.zeros_like(c["W1"])
    for x, g in zip(c["embcat"], d["hprebn"], strict=True):
        dW1 += torch.outer(x, g)
    return dW1


def d_b1(c, d):
    db1 = torch.zeros_like(c["b1"])
    for row in d["hprebn"]:
        db1 += row
    return db1


def d_emb(c, d):
    return d["embcat"].clone().view_as(c["emb"])


def d_C(c, d):
    dC = torch.zeros_like(c["C"])
    N, block = c["X"].shape
    for n in range(N):
        for t in range(block):
            dC[c["X"][n, t]] += d["emb"][n, t]
    return dC
