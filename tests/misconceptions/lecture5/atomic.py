"""What goes wrong in lecture5.atomic: each gradient's own mistakes, in the lecture's order."""

import torch

from grader.checks import misconception


def _table(c, demb):
    """Sum the rows of demb for each character, into a table of C's shape."""
    return torch.zeros_like(c["C"]).index_add_(0, c["X"].reshape(-1), demb.reshape(-1, demb.shape[-1]))


@misconception(
    "The loss is a mean over N examples, so each picked log-probability has the gradient -1/N, not -1.",
    name="logprobs-no-mean",
)
def d_logprobs(c, d):
    dlogprobs = torch.zeros_like(c["logprobs"])
    dlogprobs[torch.arange(len(c["Y"])), c["Y"]] = -1.0
    return dlogprobs


@misconception(
    "The loss is minus the mean of the picked log-probabilities: the gradient of each has that minus too, -1/N.",
    name="logprobs-sign",
)
def d_logprobs(c, d):
    N = len(c["Y"])
    dlogprobs = torch.zeros_like(c["logprobs"])
    dlogprobs[torch.arange(N), c["Y"]] = 1.0 / N
    return dlogprobs


@misconception(
    "The loss depends on one log-probability a row, that of Y: all others have a gradient of zero.",
    name="logprobs-every-column",
)
def d_logprobs(c, d):
    return torch.full_like(c["logprobs"], -1.0 / len(c["Y"]))


@misconception(
    "The mean is over the N picked log-probabilities, so each gets -1/N: V does not enter.",
    name="logprobs-over-all",
)
def d_logprobs(c, d):
    dlogprobs = torch.zeros_like(c["logprobs"])
    dlogprobs[torch.arange(len(c["Y"])), c["Y"]] = -1.0 / dlogprobs.numel()
    return dlogprobs


@misconception(
    "Each row picks its own target, at [torch.arange(N), Y]: [:, Y] writes into every row at every target.",
    name="logprobs-every-row",
)
def d_logprobs(c, d):
    dlogprobs = torch.zeros_like(c["logprobs"])
    dlogprobs[:, c["Y"]] = -1.0 / len(c["Y"])
    return dlogprobs


@misconception(
    "The derivative of log(p) is 1/p: divide by probs, do not multiply.",
    name="probs-multiplied",
)
def d_probs(c, d):
    return d["logprobs"] * c["probs"]


@misconception(
    "The derivative of log(p) is 1/p, in terms of the input probs: the output logprobs does not enter.",
    name="probs-of-logprobs",
)
def d_probs(c, d):
    return d["logprobs"] / c["logprobs"]


@misconception(
    "1/probs is only the local derivative: the chain rule multiplies it by d['logprobs'].",
    name="probs-no-chain",
)
def d_probs(c, d):
    return 1 / c["probs"]


@misconception(
    "One counts_sum_inv serves V columns: what was broadcast forward is summed backward, here along the row.",
    name="counts_sum_inv-not-summed",
)
def d_counts_sum_inv(c, d):
    return c["counts"] * d["probs"]


@misconception(
    "counts_sum_inv is (N, 1), and so is its gradient: sum with keepdim=True, or it becomes (N,).",
    name="counts_sum_inv-keepdim",
)
def d_counts_sum_inv(c, d):
    return (c["counts"] * d["probs"]).sum(1)


@misconception(
    "counts_sum_inv was broadcast along the row: sum over the columns, axis 1, not over the batch.",
    name="counts_sum_inv-wrong-axis",
)
def d_counts_sum_inv(c, d):
    return (c["counts"] * d["probs"]).sum(0, keepdim=True)


@misconception(
    "What was broadcast forward is summed backward, not averaged: there is no 1/V.",
    name="counts_sum_inv-mean",
)
def d_counts_sum_inv(c, d):
    return (c["counts"] * d["probs"]).mean(1, keepdim=True)


@misconception(
    "probs = counts * counts_sum_inv: the derivative with respect to counts_sum_inv is the other factor, counts.",
    name="counts_sum_inv-by-probs",
)
def d_counts_sum_inv(c, d):
    return (c["probs"] * d["probs"]).sum(1, keepdim=True)


@misconception(
    "The derivative of a product with respect to one factor is the other one: d['probs'] is still to be "
    "multiplied by counts.",
    name="counts_sum_inv-no-counts",
)
def d_counts_sum_inv(c, d):
    return d["probs"].sum(1, keepdim=True)


@misconception(
    "The derivative of s**-1 is -s**-2: 1/s is that of log(s).",
    name="counts_sum-log",
)
def d_counts_sum(c, d):
    return c["counts_sum"] ** -1 * d["counts_sum_inv"]


@misconception(
    "The derivative of s**-1 is -s**-2: the exponent -1 comes down as a factor, and brings its sign.",
    name="counts_sum-sign",
)
def d_counts_sum(c, d):
    return c["counts_sum"] ** -2 * d["counts_sum_inv"]


@misconception(
    "The derivative of s**-1 is -s**-2: the exponent falls by one, from -1 to -2.",
    name="counts_sum-exponent",
)
def d_counts_sum(c, d):
    return -(c["counts_sum"] ** -1) * d["counts_sum_inv"]


@misconception(
    "With s = counts_sum the factor is -s**-2, which is -counts_sum_inv**2: counts_sum_inv**-2 is s**2.",
    name="counts_sum-of-inverse",
)
def d_counts_sum(c, d):
    return -(c["counts_sum_inv"] ** -2) * d["counts_sum_inv"]


@misconception(
    "counts is used twice: its gradient through counts_sum is missing, d['counts_sum'] for every column.",
    name="counts-no-sum-branch",
)
def d_counts(c, d):
    return c["counts_sum_inv"] * d["probs"]


@misconception(
    "counts is used twice: its gradient through probs is missing, counts_sum_inv * d['probs'].",
    name="counts-no-probs-branch",
)
def d_counts(c, d):
    return d["counts_sum"].expand_as(c["counts"]).clone()


@misconception(
    "A sum passes its gradient to every term whole: d['counts_sum'] is not divided by V.",
    name="counts-shared",
)
def d_counts(c, d):
    return c["counts_sum_inv"] * d["probs"] + d["counts_sum"] / c["counts"].shape[1]


@misconception(
    "Gradients of two uses are added: probs and counts_sum each contribute a term, not a factor.",
    name="counts-product",
)
def d_counts(c, d):
    return c["counts_sum_inv"] * d["probs"] * d["counts_sum"]


@misconception(
    "probs = counts * counts_sum_inv: through probs the factor is counts_sum_inv, not counts_sum.",
    name="counts-by-sum",
)
def d_counts(c, d):
    return c["counts_sum"] * d["probs"] + d["counts_sum"]


@misconception(
    "exp is its own derivative: multiply d['counts'] by counts.",
    name="norm_logits-no-slope",
)
def d_norm_logits(c, d):
    return d["counts"].clone()


@misconception(
    "The derivative of exp(x) is exp(x), which is counts: no second exp around it.",
    name="norm_logits-exp-twice",
)
def d_norm_logits(c, d):
    return c["counts"].exp() * d["counts"]


@misconception(
    "exp is its own derivative: the factor is counts, not norm_logits, its input.",
    name="norm_logits-by-input",
)
def d_norm_logits(c, d):
    return c["norm_logits"] * d["counts"]


@misconception(
    "exp is its own derivative: multiply by counts. Dividing is right for the logarithm.",
    name="norm_logits-divided",
)
def d_norm_logits(c, d):
    return d["counts"] / c["counts"]


@misconception(
    "logit_maxes is subtracted, so its gradient is minus the sum of d['norm_logits'].",
    name="logit_maxes-sign",
)
def d_logit_maxes(c, d):
    return d["norm_logits"].sum(1, keepdim=True)


@misconception(
    "One maximum is subtracted from V columns: what was broadcast forward is summed backward, along the row.",
    name="logit_maxes-not-summed",
)
def d_logit_maxes(c, d):
    return -d["norm_logits"]


@misconception(
    "logit_maxes is (N, 1), and so is its gradient: sum with keepdim=True, or it becomes (N,).",
    name="logit_maxes-keepdim",
)
def d_logit_maxes(c, d):
    return -d["norm_logits"].sum(1)


@misconception(
    "What was broadcast forward is summed backward, not averaged: there is no 1/V.",
    name="logit_maxes-mean",
)
def d_logit_maxes(c, d):
    return -d["norm_logits"].mean(1, keepdim=True)


@misconception(
    "The maximum was broadcast along the row: sum over the columns, axis 1, not over the batch.",
    name="logit_maxes-wrong-axis",
)
def d_logit_maxes(c, d):
    return -d["norm_logits"].sum(0, keepdim=True)


@misconception(
    "That this gradient vanishes holds only for the true gradients: in general it is minus the row sum of "
    "d['norm_logits'].",
    name="logit_maxes-zero",
)
def d_logit_maxes(c, d):
    return torch.zeros_like(c["logit_maxes"])


@misconception(
    "logits is used twice: its gradient through logit_maxes is missing, which goes to the largest logit of each row.",
    name="logits-no-max-branch",
)
def d_logits(c, d):
    return d["norm_logits"].clone()


@misconception(
    "logits is used twice: its gradient through norm_logits is missing, d['norm_logits'] as it is.",
    name="logits-no-norm-branch",
)
def d_logits(c, d):
    is_max = c["logits"] == c["logit_maxes"]
    return is_max * d["logit_maxes"]


@misconception(
    "The maximum depends on one logit of each row: d['logit_maxes'] goes to that one alone, not to the whole row.",
    name="logits-every-column",
)
def d_logits(c, d):
    return d["norm_logits"] + d["logit_maxes"]


@misconception(
    "d['logit_maxes'] goes to the largest logit of the row, at logits.argmax(1), not to that of the target Y.",
    name="logits-at-target",
)
def d_logits(c, d):
    at_Y = torch.zeros_like(c["logits"])
    at_Y[torch.arange(len(c["Y"])), c["Y"]] = 1.0
    return d["norm_logits"] + at_Y * d["logit_maxes"]


@misconception(
    "The minus of logits - logit_maxes is in d['logit_maxes'] already: add that term, do not subtract it.",
    name="logits-sign",
)
def d_logits(c, d):
    is_max = c["logits"] == c["logit_maxes"]
    return d["norm_logits"] - is_max * d["logit_maxes"]


@misconception(
    "max(1) takes the largest logit of each row: pass d['logit_maxes'] to logits.argmax(1), not to the "
    "largest of each column.",
    name="logits-column-max",
)
def d_logits(c, d):
    is_max = c["logits"] == c["logits"].max(0, keepdim=True).values
    return d["norm_logits"] + is_max * d["logit_maxes"]


@misconception(
    "(probs - one_hot) / N is right only with the true gradients in d, and belongs to the exercise cross_entropy: "
    "here use d['norm_logits'] and d['logit_maxes'].",
    name="logits-shortcut",
)
def d_logits(c, d):
    dlogits = c["probs"].clone()
    dlogits[torch.arange(len(c["Y"])), c["Y"]] -= 1
    return dlogits / len(c["Y"])


@misconception(
    "The gradient is d['logits'] @ W2.T: the transpose swaps the axes of W2, while reshape or view only "
    "regroups its numbers.",
    name="h-reshaped",
)
def d_h(c, d):
    return d["logits"] @ c["W2"].reshape(c["W2"].shape[1], -1)


@misconception(
    "h is (N, H), and so is its gradient: d['logits'] @ W2.T. W2 @ d['logits'].T is its transpose.",
    name="h-transposed",
)
def d_h(c, d):
    return c["W2"] @ d["logits"].T


@misconception(
    "h reaches the loss through logits = h @ W2 + b2, so W2 weights what comes back: d['logits'] @ W2.T, not "
    "a plain sum.",
    name="h-no-W2",
)
def d_h(c, d):
    return d["logits"].sum(1, keepdim=True).expand_as(c["h"]).clone()


@misconception(
    "This is the gradient of h itself: the factor 1 - h**2 of tanh comes one step later, in d_hpreact.",
    name="h-tanh-early",
)
def d_h(c, d):
    return (1 - c["h"] ** 2) * (d["logits"] @ c["W2"].T)


@misconception(
    "W2 is (H, V), and so is its gradient: h.T @ d['logits']. d['logits'].T @ h is its transpose.",
    name="W2-transposed",
)
def d_W2(c, d):
    return d["logits"].T @ c["h"]


@misconception(
    "The 1/N of the loss is in d['logits'] already: sum over the batch, do not average.",
    name="W2-mean",
)
def d_W2(c, d):
    return c["h"].T @ d["logits"] / len(c["h"])


@misconception(
    "The gradient is h.T @ d['logits']: the transpose swaps the axes of h, while reshape or view only "
    "regroups its numbers.",
    name="W2-reshaped",
)
def d_W2(c, d):
    return c["h"].reshape(c["h"].shape[1], -1) @ d["logits"]


@misconception(
    "logits = h @ W2 + b2: the input of the second layer is h, after tanh, not hpreact.",
    name="W2-hpreact",
)
def d_W2(c, d):
    return c["hpreact"].T @ d["logits"]


@misconception(
    "b2 is added to all N rows, so its gradient is the sum over them, not the mean: 1/N is in d['logits'] already.",
    name="b2-mean",
)
def d_b2(c, d):
    return d["logits"].mean(0)


@misconception(
    "b2 is (V,), and so is its gradient: leave out keepdim, which makes it (1, V).",
    name="b2-keepdim",
)
def d_b2(c, d):
    return d["logits"].sum(0, keepdim=True)


@misconception(
    "b2 was broadcast over the batch: sum over axis 0, the rows, not over the columns.",
    name="b2-wrong-axis",
)
def d_b2(c, d):
    return d["logits"].sum(1)


@misconception(
    "One b2 is added to all N rows: what was broadcast forward is summed backward, to (V,).",
    name="b2-not-summed",
)
def d_b2(c, d):
    return d["logits"].clone()


@misconception(
    "The slope of tanh is 1 - h**2, with the output h: not with the input hpreact.",
    name="hpreact-of-input",
)
def d_hpreact(c, d):
    return (1 - c["hpreact"] ** 2) * d["h"]


@misconception(
    "h is tanh already, so the slope is 1 - h**2: tanh of h is one tanh too many.",
    name="hpreact-tanh-twice",
)
def d_hpreact(c, d):
    return (1 - torch.tanh(c["h"]) ** 2) * d["h"]


@misconception(
    "tanh has a slope, 1 - h**2, which multiplies d['h'].",
    name="hpreact-no-slope",
)
def d_hpreact(c, d):
    return d["h"].clone()


@misconception(
    "h * (1 - h) is the slope of the sigmoid; that of tanh is 1 - h**2.",
    name="hpreact-sigmoid",
)
def d_hpreact(c, d):
    return c["h"] * (1 - c["h"]) * d["h"]


@misconception(
    "The slope of tanh is 1 - h**2: the square is missing from 1 - h.",
    name="hpreact-no-square",
)
def d_hpreact(c, d):
    return (1 - c["h"]) * d["h"]


@misconception(
    "1 - h**2 is only the slope of tanh: the chain rule multiplies it by d['h'].",
    name="hpreact-no-chain",
)
def d_hpreact(c, d):
    return 1 - c["h"] ** 2


@misconception(
    "One bngain serves all N rows: what was broadcast forward is summed backward, over the batch.",
    name="bngain-not-summed",
)
def d_bngain(c, d):
    return c["bnraw"] * d["hpreact"]


@misconception(
    "bngain is (1, H), and so is its gradient: sum with keepdim=True, or it becomes (H,).",
    name="bngain-keepdim",
)
def d_bngain(c, d):
    return (c["bnraw"] * d["hpreact"]).sum(0)


@misconception(
    "bngain multiplies the normalised bnraw, not hprebn: sum bnraw * d['hpreact'].",
    name="bngain-by-hprebn",
)
def d_bngain(c, d):
    return (c["hprebn"] * d["hpreact"]).sum(0, keepdim=True)


@misconception(
    "bngain multiplies bnraw, not bndiff, which is not yet divided by the standard deviation.",
    name="bngain-by-bndiff",
)
def d_bngain(c, d):
    return (c["bndiff"] * d["hpreact"]).sum(0, keepdim=True)


@misconception(
    "What was broadcast forward is summed backward, not averaged: 1/N is in d['hpreact'] already.",
    name="bngain-mean",
)
def d_bngain(c, d):
    return (c["bnraw"] * d["hpreact"]).mean(0, keepdim=True)


@misconception(
    "bngain multiplies bnraw, so its gradient is the sum of bnraw * d['hpreact']. The plain sum of d['hpreact'] is "
    "that of bnbias.",
    name="bngain-no-bnraw",
)
def d_bngain(c, d):
    return d["hpreact"].sum(0, keepdim=True)


@misconception(
    "One bnbias is added to all N rows: what was broadcast forward is summed backward, over the batch.",
    name="bnbias-not-summed",
)
def d_bnbias(c, d):
    return d["hpreact"].clone()


@misconception(
    "bnbias is (1, H), and so is its gradient: sum with keepdim=True, or it becomes (H,).",
    name="bnbias-keepdim",
)
def d_bnbias(c, d):
    return d["hpreact"].sum(0)


@misconception(
    "What was broadcast forward is summed backward, not averaged: 1/N is in d['hpreact'] already.",
    name="bnbias-mean",
)
def d_bnbias(c, d):
    return d["hpreact"].mean(0, keepdim=True)


@misconception(
    "bnbias is added, so its gradient is the plain sum of d['hpreact']. The sum of bnraw * d['hpreact'] is that of "
    "bngain.",
    name="bnbias-weighed",
)
def d_bnbias(c, d):
    return (c["bnraw"] * d["hpreact"]).sum(0, keepdim=True)


@misconception(
    "bnbias was broadcast over the batch: sum over axis 0, the rows, not over the hidden units.",
    name="bnbias-wrong-axis",
)
def d_bnbias(c, d):
    return d["hpreact"].sum(1, keepdim=True)


@misconception(
    "bnraw was scaled by bngain: so is its gradient, bngain * d['hpreact'].",
    name="bnraw-no-gain",
)
def d_bnraw(c, d):
    return d["hpreact"].clone()


@misconception(
    "hpreact = bngain * bnraw + bnbias: a factor stays a factor backward. Multiply by bngain, do not divide.",
    name="bnraw-divided",
)
def d_bnraw(c, d):
    return d["hpreact"] / c["bngain"]


@misconception(
    "A constant that is added has no part in the derivative: bngain * d['hpreact'], without bnbias.",
    name="bnraw-plus-bias",
)
def d_bnraw(c, d):
    return c["bngain"] * d["hpreact"] + c["bnbias"]


@misconception(
    "The derivative of bngain * bnraw with respect to bnraw is the other factor, bngain.",
    name="bnraw-by-bnraw",
)
def d_bnraw(c, d):
    return c["bnraw"] * d["hpreact"]


@misconception(
    "One bnvar_inv serves all N rows: what was broadcast forward is summed backward, over the batch.",
    name="bnvar_inv-not-summed",
)
def d_bnvar_inv(c, d):
    return c["bndiff"] * d["bnraw"]


@misconception(
    "bnvar_inv is (1, H), and so is its gradient: sum with keepdim=True, or it becomes (H,).",
    name="bnvar_inv-keepdim",
)
def d_bnvar_inv(c, d):
    return (c["bndiff"] * d["bnraw"]).sum(0)


@misconception(
    "bnraw = bndiff * bnvar_inv: the derivative with respect to bnvar_inv is the other factor, bndiff, not bnraw.",
    name="bnvar_inv-by-bnraw",
)
def d_bnvar_inv(c, d):
    return (c["bnraw"] * d["bnraw"]).sum(0, keepdim=True)


@misconception(
    "What was broadcast forward is summed backward, not averaged: there is no 1/N.",
    name="bnvar_inv-mean",
)
def d_bnvar_inv(c, d):
    return (c["bndiff"] * d["bnraw"]).mean(0, keepdim=True)


@misconception(
    "bnvar_inv was broadcast over the batch: sum over axis 0, the rows, not over the hidden units.",
    name="bnvar_inv-wrong-axis",
)
def d_bnvar_inv(c, d):
    return (c["bndiff"] * d["bnraw"]).sum(1, keepdim=True)


@misconception(
    "The derivative of v**-0.5 is -0.5 * v**-1.5: the exponent falls by one, from -0.5 to -1.5.",
    name="bnvar-exponent-same",
)
def d_bnvar(c, d):
    return -0.5 * (c["bnvar"] + 1e-5) ** -0.5 * d["bnvar_inv"]


@misconception(
    "The derivative of v**-0.5 is -0.5 * v**-1.5: the sign of the exponent comes down with it.",
    name="bnvar-sign",
)
def d_bnvar(c, d):
    return 0.5 * (c["bnvar"] + 1e-5) ** -1.5 * d["bnvar_inv"]


@misconception(
    "The derivative of v**-0.5 is -0.5 * v**-1.5: the exponent comes down as a factor, so 0.5 is missing.",
    name="bnvar-no-half",
)
def d_bnvar(c, d):
    return -((c["bnvar"] + 1e-5) ** -1.5) * d["bnvar_inv"]


@misconception(
    "The base is bnvar + 1e-5, backward as forward: the 1e-5 is missing.",
    name="bnvar-no-eps",
)
def d_bnvar(c, d):
    return -0.5 * c["bnvar"] ** -1.5 * d["bnvar_inv"]


@misconception(
    "The derivative of v**-0.5 is -0.5 * v**-1.5: from -0.5 the exponent falls to -1.5, it does not rise to 0.5.",
    name="bnvar-exponent-up",
)
def d_bnvar(c, d):
    return -0.5 * (c["bnvar"] + 1e-5) ** 0.5 * d["bnvar_inv"]


@misconception(
    "bnvar_inv is one over a root, v**-0.5, so the derivative is -0.5 * v**-1.5: -v**-2 is that of 1/v.",
    name="bnvar-inverse",
)
def d_bnvar(c, d):
    return -((c["bnvar"] + 1e-5) ** -2) * d["bnvar_inv"]


@misconception(
    "The forward pass divides by N - 1 (Bessel's correction), and so does the gradient: not by N.",
    name="bndiff2-by-n",
)
def d_bndiff2(c, d):
    return torch.ones_like(c["bndiff2"]) / len(c["bndiff2"]) * d["bnvar"]


@misconception(
    "bnvar is the sum divided by N - 1: the factor 1/(N - 1) is missing.",
    name="bndiff2-no-factor",
)
def d_bndiff2(c, d):
    return torch.ones_like(c["bndiff2"]) * d["bnvar"]


@misconception(
    "What was summed forward is broadcast backward: every row gets d['bnvar'] / (N - 1), which makes it (N, H).",
    name="bndiff2-not-broadcast",
)
def d_bndiff2(c, d):
    return d["bnvar"] / (len(c["bndiff2"]) - 1)


@misconception(
    "bnvar depends on bndiff2 linearly, so the derivative is 1/(N - 1): the factor 2 * bndiff belongs to d_bndiff.",
    name="bndiff2-early-square",
)
def d_bndiff2(c, d):
    return 2 * c["bndiff"] / (len(c["bndiff2"]) - 1) * d["bnvar"]


@misconception(
    "A sum gives every row the same weight: the derivative is 1/(N - 1), and bndiff2 itself does not enter.",
    name="bndiff2-weighed",
)
def d_bndiff2(c, d):
    return c["bndiff2"] / (len(c["bndiff2"]) - 1) * d["bnvar"]


@misconception(
    "bndiff is used twice: its gradient through bndiff2 is missing, 2 * bndiff * d['bndiff2'].",
    name="bndiff-no-square-branch",
)
def d_bndiff(c, d):
    return c["bnvar_inv"] * d["bnraw"]


@misconception(
    "bndiff is used twice: its gradient through bnraw is missing, bnvar_inv * d['bnraw'].",
    name="bndiff-no-raw-branch",
)
def d_bndiff(c, d):
    return 2 * c["bndiff"] * d["bndiff2"]


@misconception(
    "The derivative of bndiff**2 is 2 * bndiff: the 2 is missing.",
    name="bndiff-no-two",
)
def d_bndiff(c, d):
    return c["bnvar_inv"] * d["bnraw"] + c["bndiff"] * d["bndiff2"]


@misconception(
    "The derivative of bndiff**2 is 2 * bndiff, not 2: bndiff itself is missing.",
    name="bndiff-no-bndiff",
)
def d_bndiff(c, d):
    return c["bnvar_inv"] * d["bnraw"] + 2 * d["bndiff2"]


@misconception(
    "The derivative of bndiff**2 is 2 * bndiff: bndiff2 is the square itself, not its derivative.",
    name="bndiff-by-square",
)
def d_bndiff(c, d):
    return c["bnvar_inv"] * d["bnraw"] + 2 * c["bndiff2"] * d["bndiff2"]


@misconception(
    "bnraw = bndiff * bnvar_inv: in the term through bnraw the factor bnvar_inv is missing.",
    name="bndiff-no-bnvar-inv",
)
def d_bndiff(c, d):
    return d["bnraw"] + 2 * c["bndiff"] * d["bndiff2"]


@misconception(
    "bnmeani is subtracted, so its gradient is minus the sum of d['bndiff'].",
    name="bnmeani-sign",
)
def d_bnmeani(c, d):
    return d["bndiff"].sum(0, keepdim=True)


@misconception(
    "One mean is subtracted from all N rows: what was broadcast forward is summed backward, over the batch.",
    name="bnmeani-not-summed",
)
def d_bnmeani(c, d):
    return -d["bndiff"]


@misconception(
    "bnmeani is (1, H), and so is its gradient: sum with keepdim=True, or it becomes (H,).",
    name="bnmeani-keepdim",
)
def d_bnmeani(c, d):
    return -d["bndiff"].sum(0)


@misconception(
    "What was broadcast forward is summed backward, not averaged: the 1/N of the mean comes one step "
    "later, in d_hprebn.",
    name="bnmeani-mean",
)
def d_bnmeani(c, d):
    return -d["bndiff"].mean(0, keepdim=True)


@misconception(
    "bnmeani was broadcast over the batch: sum over axis 0, the rows, not over the hidden units.",
    name="bnmeani-wrong-axis",
)
def d_bnmeani(c, d):
    return -d["bndiff"].sum(1, keepdim=True)


@misconception(
    "hprebn is used twice: its gradient through bnmeani is missing, d['bnmeani'] / N for every row.",
    name="hprebn-no-mean-branch",
)
def d_hprebn(c, d):
    return d["bndiff"].clone()


@misconception(
    "hprebn is used twice: its gradient through bndiff is missing, d['bndiff'] as it is.",
    name="hprebn-no-diff-branch",
)
def d_hprebn(c, d):
    return d["bnmeani"].expand_as(c["hprebn"]) / len(c["hprebn"])


@misconception(
    "bnmeani is a mean: each of the N rows gets d['bnmeani'] / N, and the 1/N is missing.",
    name="hprebn-no-n",
)
def d_hprebn(c, d):
    return d["bndiff"] + d["bnmeani"]


@misconception(
    "Bessel's N - 1 belongs to the variance: the mean divides by N, and so does its gradient.",
    name="hprebn-bessel",
)
def d_hprebn(c, d):
    return d["bndiff"] + d["bnmeani"] / (len(c["hprebn"]) - 1)


@misconception(
    "The minus of hprebn - bnmeani is in d['bnmeani'] already: add that term, do not subtract it.",
    name="hprebn-sign",
)
def d_hprebn(c, d):
    return d["bndiff"] - d["bnmeani"] / len(c["hprebn"])


@misconception(
    "The gradient is d['hprebn'] @ W1.T: the transpose swaps the axes of W1, while reshape or view only "
    "regroups its numbers.",
    name="embcat-reshaped",
)
def d_embcat(c, d):
    return d["hprebn"] @ c["W1"].reshape(c["W1"].shape[1], -1)


@misconception(
    "embcat is (N, M), and so is its gradient: d['hprebn'] @ W1.T. W1 @ d['hprebn'].T is its transpose.",
    name="embcat-transposed",
)
def d_embcat(c, d):
    return c["W1"] @ d["hprebn"].T


@misconception(
    "The first layer puts out hprebn, before batch normalisation: start from d['hprebn'], not from d['hpreact'].",
    name="embcat-from-hpreact",
)
def d_embcat(c, d):
    return d["hpreact"] @ c["W1"].T


@misconception(
    "W1 is (M, H), and so is its gradient: embcat.T @ d['hprebn']. d['hprebn'].T @ embcat is its transpose.",
    name="W1-transposed",
)
def d_W1(c, d):
    return d["hprebn"].T @ c["embcat"]


@misconception(
    "The 1/N of the loss is in d['hprebn'] already: sum over the batch, do not average.",
    name="W1-mean",
)
def d_W1(c, d):
    return c["embcat"].T @ d["hprebn"] / len(c["embcat"])


@misconception(
    "The gradient is embcat.T @ d['hprebn']: the transpose swaps the axes of embcat, while reshape or view only "
    "regroups its numbers.",
    name="W1-reshaped",
)
def d_W1(c, d):
    return c["embcat"].reshape(c["embcat"].shape[1], -1) @ d["hprebn"]


@misconception(
    "The first layer puts out hprebn, before batch normalisation: start from d['hprebn'], not from d['hpreact'].",
    name="W1-from-hpreact",
)
def d_W1(c, d):
    return c["embcat"].T @ d["hpreact"]


@misconception(
    "b1 is added to all N rows, so its gradient is the sum over them, not the mean: 1/N is in d['hprebn'] already.",
    name="b1-mean",
)
def d_b1(c, d):
    return d["hprebn"].mean(0)


@misconception(
    "b1 is (H,), and so is its gradient: leave out keepdim, which makes it (1, H).",
    name="b1-keepdim",
)
def d_b1(c, d):
    return d["hprebn"].sum(0, keepdim=True)


@misconception(
    "b1 was broadcast over the batch: sum over axis 0, the rows, not over the hidden units.",
    name="b1-wrong-axis",
)
def d_b1(c, d):
    return d["hprebn"].sum(1)


@misconception(
    "One b1 is added to all N rows: what was broadcast forward is summed backward, to (H,).",
    name="b1-not-summed",
)
def d_b1(c, d):
    return d["hprebn"].clone()


@misconception(
    "That this gradient vanishes holds only for the true gradients: in general it is the sum of "
    "d['hprebn'] over the rows.",
    name="b1-zero",
)
def d_b1(c, d):
    return torch.zeros_like(c["b1"])


@misconception(
    "b1 is added before batch normalisation: sum d['hprebn'], not d['hpreact'].",
    name="b1-from-hpreact",
)
def d_b1(c, d):
    return d["hpreact"].sum(0)


@misconception(
    "emb is (N, block, E), and so is its gradient: give d['embcat'] emb's shape back.",
    name="emb-not-reshaped",
)
def d_emb(c, d):
    return d["embcat"].clone()


@misconception(
    "A row of embcat holds one character after the other, E numbers each: reshape to (N, block, E) "
    "directly, without a transpose.",
    name="emb-interleaved",
)
def d_emb(c, d):
    N, block, E = c["emb"].shape
    return d["embcat"].reshape(N, E, block).transpose(1, 2)


@misconception(
    "A row of embcat belongs to one example: keep N as the first axis, instead of moving it there afterwards.",
    name="emb-batch-last",
)
def d_emb(c, d):
    N, block, E = c["emb"].shape
    return d["embcat"].reshape(block, N, E).transpose(0, 1)


@misconception(
    "The last axis of emb is E: (N, block, E), not (N, E, block).",
    name="emb-axes-swapped",
)
def d_emb(c, d):
    N, block, E = c["emb"].shape
    return d["embcat"].reshape(N, E, block)


@misconception(
    "A character that occurs several times gets the sum of its gradients. dC[X] = d['emb'] and dC[X] += d['emb'] "
    "both keep only one of them: use index_add_.",
    name="C-overwritten",
)
def d_C(c, d):
    dC = torch.zeros_like(c["C"])
    dC[c["X"]] = d["emb"]
    return dC


@misconception(
    "The gradients of a repeated character add up: take their sum, not their mean.",
    name="C-mean",
)
def d_C(c, d):
    dC = _table(c, d["emb"])
    return dC / c["X"].reshape(-1).bincount(minlength=len(dC)).clamp(min=1)[:, None]


@misconception(
    "The 1/N of the loss is in d['emb'] already: sum the gradients of a character, do not average over the batch.",
    name="C-over-batch",
)
def d_C(c, d):
    return _table(c, d["emb"]) / len(c["X"])


@misconception(
    "Every character of the context has looked a row up, not only the first: add the gradients of all columns of X.",
    name="C-first-column",
)
def d_C(c, d):
    return torch.zeros_like(c["C"]).index_add_(0, c["X"][:, 0], d["emb"][:, 0])


@misconception(
    "Only the last character's gradient arrived: every column of X has looked rows up, and their gradients are added.",
    name="C-last-column",
)
def d_C(c, d):
    return torch.zeros_like(c["C"]).index_add_(0, c["X"][:, -1], d["emb"][:, -1])


@misconception(
    "C has a row for every character, and so has its gradient: those that do not occur keep a row of zeros.",
    name="C-only-seen",
)
def d_C(c, d):
    return _table(c, d["emb"])[c["X"].unique()]


@misconception(
    "C has a row for every character, and so has its gradient: those beyond the largest in X have a row of zeros.",
    name="C-up-to-the-largest",
)
def d_C(c, d):
    return _table(c, d["emb"])[: int(c["X"].max()) + 1]


@misconception(
    "view wants numbers that lie one after the other, which those of a transposed tensor do not: write reshape.",
    name="C-view",
)
def d_C(c, d):
    E = d["emb"].shape[2]
    return torch.zeros_like(c["C"]).index_add_(0, c["X"].view(-1), d["emb"].view(-1, E))


@misconception(
    "The table is float32 whatever the gradients are: make it with torch.zeros_like(c['C']), which has C's dtype.",
    name="C-in-float32",
)
def d_C(c, d):
    E = d["emb"].shape[2]
    return torch.zeros(c["C"].shape).index_add_(0, c["X"].reshape(-1), d["emb"].reshape(-1, E).float())


@misconception(
    "*= changes d['counts'] itself, which other functions read: d['counts'] * c['counts'] is a new tensor.",
    name="norm_logits-in-place",
    violates=("arguments_are_unchanged",),
)
def d_norm_logits(c, d):
    d["counts"] *= c["counts"]
    return d["counts"]


@misconception(
    "scatter_ changes the gradient of norm_logits in d itself: begin with a copy, d['norm_logits'].clone().",
    name="logits-in-place",
    violates=("arguments_are_unchanged",),
)
def d_logits(c, d):
    return d["norm_logits"].scatter_add_(1, c["logits"].argmax(1, keepdim=True), d["logit_maxes"])
