"""Each gradient as a contraction, and broadcasting written out."""

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
    one_hot = torch.nn.functional.one_hot(c["Y"], c["logprobs"].shape[1])
    return -one_hot.to(c["logprobs"].dtype) / len(c["Y"])


def d_probs(c, d):
    return torch.reciprocal(c["probs"]) * d["logprobs"]


def d_counts_sum_inv(c, d):
    return torch.einsum("nv,nv->n", d["probs"], c["counts"]).unsqueeze(1)


def d_counts_sum(c, d):
    return -d["counts_sum_inv"] / c["counts_sum"].square()


def d_counts(c, d):
    through_probs = torch.einsum("nv,nk->nv", d["probs"], c["counts_sum_inv"])
    return through_probs + d["counts_sum"].expand_as(through_probs)


def d_norm_logits(c, d):
    return torch.exp(c["norm_logits"]) * d["counts"]


def d_logit_maxes(c, d):
    return torch.einsum("nv->n", -d["norm_logits"])[:, None]


def d_logits(c, d):
    is_max = (c["logits"] == c["logit_maxes"]).to(c["logits"].dtype)
    return torch.einsum("nv,nk->nv", is_max, d["logit_maxes"]) + d["norm_logits"]


def d_h(c, d):
    return torch.einsum("nv,hv->nh", d["logits"], c["W2"])


def d_W2(c, d):
    return torch.einsum("nh,nv->hv", c["h"], d["logits"])


def d_b2(c, d):
    return torch.einsum("nv->v", d["logits"])


def d_hpreact(c, d):
    return d["h"] * (1 - torch.tanh(c["hpreact"]) ** 2)


def d_bngain(c, d):
    return torch.einsum("nh,nh->h", c["bnraw"], d["hpreact"]).view(1, -1)


def d_bnbias(c, d):
    return torch.einsum("nh->h", d["hpreact"]).view(1, -1)


def d_bnraw(c, d):
    return torch.einsum("kh,nh->nh", c["bngain"], d["hpreact"])


def d_bnvar_inv(c, d):
    return torch.einsum("nh,nh->h", c["bndiff"], d["bnraw"]).view(1, -1)


def d_bnvar(c, d):
    return d["bnvar_inv"] * c["bnvar_inv"] ** 3 / -2


def d_bndiff2(c, d):
    N = len(c["bndiff2"])
    return (d["bnvar"] / (N - 1)).expand(N, -1)


def d_bndiff(c, d):
    return torch.einsum("kh,nh->nh", c["bnvar_inv"], d["bnraw"]) + 2 * c["bndiff"] * d["bndiff2"]


def d_bnmeani(c, d):
    return -torch.einsum("nh->h", d["bndiff"])[None]


def d_hprebn(c, d):
    return d["bndiff"] + d["bnmeani"].expand_as(d["bndiff"]) / len(c["hprebn"])


def d_embcat(c, d):
    return torch.einsum("nh,mh->nm", d["hprebn"], c["W1"])


def d_W1(c, d):
    return torch.einsum("nm,nh->mh", c["embcat"], d["hprebn"])


def d_b1(c, d):
    return torch.einsum("nh->h", d["hprebn"])


def d_emb(c, d):
    E = c["emb"].shape[2]
    return torch.stack(d["embcat"].split(E, dim=1), dim=1)


def d_C(c, d):
    one_hot = torch.nn.functional.one_hot(c["X"], len(c["C"])).to(c["C"].dtype)
    return torch.einsum("nbv,nbe->ve", one_hot, d["emb"])
