"""What goes wrong in lecture5.forward."""

import torch

from grader.checks import misconception


def _forward(params, X, Y, **wrong):
    """The right graph, line by line, except for the lines given in ``wrong``."""
    N = X.shape[0]
    lines = {
        "emb": lambda c: c["C"][X],
        "embcat": lambda c: c["emb"].reshape(N, -1),
        "hprebn": lambda c: c["embcat"] @ c["W1"] + c["b1"],
        "bnmeani": lambda c: c["hprebn"].mean(0, keepdim=True),
        "bndiff": lambda c: c["hprebn"] - c["bnmeani"],
        "bndiff2": lambda c: c["bndiff"] ** 2,
        "bnvar": lambda c: c["bndiff2"].sum(0, keepdim=True) / (N - 1),
        "bnvar_inv": lambda c: (c["bnvar"] + 1e-5) ** -0.5,
        "bnraw": lambda c: c["bndiff"] * c["bnvar_inv"],
        "hpreact": lambda c: c["bngain"] * c["bnraw"] + c["bnbias"],
        "h": lambda c: torch.tanh(c["hpreact"]),
        "logits": lambda c: c["h"] @ c["W2"] + c["b2"],
        "logit_maxes": lambda c: c["logits"].max(1, keepdim=True).values,
        "norm_logits": lambda c: c["logits"] - c["logit_maxes"],
        "counts": lambda c: c["norm_logits"].exp(),
        "counts_sum": lambda c: c["counts"].sum(1, keepdim=True),
        "counts_sum_inv": lambda c: c["counts_sum"] ** -1,
        "probs": lambda c: c["counts"] * c["counts_sum_inv"],
        "logprobs": lambda c: c["probs"].log(),
        "loss": lambda c: -c["logprobs"][torch.arange(N), Y].mean(),
    }
    c = {**params, "X": X, "Y": Y}
    for name, line in lines.items():
        c[name] = wrong.get(name, line)(c)
    return c


@misconception(
    "embcat puts the rows of one context side by side, each row whole: emb.reshape(N, -1). "
    "Yours takes the first number of every row, then the second, and so on."
)
def forward(params, X, Y):
    return _forward(params, X, Y, embcat=lambda c: c["emb"].transpose(1, 2).reshape(len(X), -1))


@misconception("The first layer has a bias: hprebn is embcat @ W1 + b1, though batch normalisation removes b1 again.")
def forward(params, X, Y):
    return _forward(params, X, Y, hprebn=lambda c: c["embcat"] @ c["W1"])


@misconception("The variance of the lecture has Bessel's correction: divide the sum of bndiff2 by N - 1, not by N.")
def forward(params, X, Y):
    return _forward(params, X, Y, bnvar=lambda c: c["bndiff2"].mean(0, keepdim=True))


@misconception(
    "Batch normalisation takes its statistics over the examples, axis 0, one for each hidden unit. "
    "Over axis 1 it is layer normalisation."
)
def forward(params, X, Y):
    return _forward(
        params,
        X,
        Y,
        bnmeani=lambda c: c["hprebn"].mean(1, keepdim=True),
        bnvar=lambda c: c["bndiff2"].sum(1, keepdim=True) / (c["bndiff2"].shape[1] - 1),
    )


@misconception("Statistics of the batch keep their axis: with keepdim=True bnmeani and bnvar are (1, H), not (H,).")
def forward(params, X, Y):
    return _forward(
        params,
        X,
        Y,
        bnmeani=lambda c: c["hprebn"].mean(0),
        bnvar=lambda c: c["bndiff2"].sum(0) / (len(X) - 1),
    )


@misconception("The 1e-5 belongs inside the root: bnvar_inv is (bnvar + 1e-5)**-0.5, not 1 / (bnvar**0.5 + 1e-5).")
def forward(params, X, Y):
    return _forward(params, X, Y, bnvar_inv=lambda c: 1 / (c["bnvar"] ** 0.5 + 1e-5))


@misconception(
    "bnvar_inv needs its 1e-5, (bnvar + 1e-5)**-0.5: without it a unit that is the same in every example "
    "divides by zero."
)
def forward(params, X, Y):
    return _forward(params, X, Y, bnvar_inv=lambda c: c["bnvar"] ** -0.5)


@misconception("bnvar_inv is one over the standard deviation: take the root of the variance, (bnvar + 1e-5)**-0.5.")
def forward(params, X, Y):
    return _forward(params, X, Y, bnvar_inv=lambda c: (c["bnvar"] + 1e-5) ** -1)


@misconception("The gain scales bnraw alone, and the bias comes after: bngain * bnraw + bnbias.")
def forward(params, X, Y):
    return _forward(params, X, Y, hpreact=lambda c: c["bngain"] * (c["bnraw"] + c["bnbias"]))


@misconception(
    "Each example subtracts its own largest logit: the maximum is over the characters, axis 1, not the batch."
)
def forward(params, X, Y):
    return _forward(params, X, Y, logit_maxes=lambda c: c["logits"].max(0, keepdim=True).values)


@misconception(
    "Each example subtracts its own largest logit: "
    "one maximum for the whole batch can leave a row of counts that all round to zero. Take .max(1, keepdim=True)."
)
def forward(params, X, Y):
    return _forward(params, X, Y, logit_maxes=lambda c: c["logits"].max() * torch.ones_like(c["logits"][:, :1]))


@misconception("exp overflows for large logits: subtract each row's maximum first, logits - logit_maxes.")
def forward(params, X, Y):
    return _forward(params, X, Y, norm_logits=lambda c: c["logits"])


@misconception("Each example's probabilities sum to 1: counts_sum adds up the characters, axis 1, not the batch.")
def forward(params, X, Y):
    return _forward(params, X, Y, counts_sum=lambda c: c["counts"].sum(0, keepdim=True))


@misconception("The loss is the mean over the batch, so that it does not grow with N: take .mean() of the N terms.")
def forward(params, X, Y):
    return _forward(params, X, Y, loss=lambda c: -c["logprobs"][torch.arange(len(X)), Y].sum())


@misconception("The loss is minus the mean log-probability: without the sign, making it smaller makes the net worse.")
def forward(params, X, Y):
    return _forward(params, X, Y, loss=lambda c: c["logprobs"][torch.arange(len(X)), Y].mean())


@misconception(
    "The loss picks one log-probability a row, logprobs[torch.arange(N), Y]. "
    "logprobs[:, Y] picks every row for every target, N * N numbers."
)
def forward(params, X, Y):
    return _forward(params, X, Y, loss=lambda c: -c["logprobs"][:, Y].mean())


@misconception("Only the true character counts: average logprobs[torch.arange(N), Y], not all of logprobs.")
def forward(params, X, Y):
    return _forward(params, X, Y, loss=lambda c: -c["logprobs"].mean())


@misconception(
    "mul_ writes bnraw into bndiff, which the backward pass needs as it was: bndiff * bnvar_inv is a new tensor.",
    name="bndiff-overwritten",
    violates=("batch_normalisation",),
)
def forward(params, X, Y):
    return _forward(params, X, Y, bnraw=lambda c: c["bndiff"].mul_(c["bnvar_inv"]))


@misconception(
    "exp_ writes counts into norm_logits, which the backward pass needs as it was: norm_logits.exp() is a new tensor.",
    name="norm-logits-overwritten",
    violates=("softmax",),
)
def forward(params, X, Y):
    return _forward(params, X, Y, counts=lambda c: c["norm_logits"].exp_())


@misconception(
    "The cache is the caller's own dict of parameters, which grows. Begin with a new one: c = dict(params).",
    name="cache-in-params",
    violates=("arguments_are_unchanged",),
)
def forward(params, X, Y):
    params.update(_forward(params, X, Y))
    return params


@misconception(
    "float() computes in single precision, half of the digits that float64 has: let all tensors keep their dtype.",
    name="tanh-in-float32",
    violates=("tanh_and_second_layer",),
)
def forward(params, X, Y):
    return _forward(params, X, Y, h=lambda c: torch.tanh(c["hpreact"].float()).to(c["hpreact"].dtype))


@misconception(
    "double() makes the cache float64 whatever the parameters are: let all tensors have the parameters' dtype.",
    name="all-in-float64",
    violates=("cache_holds_everything",),
)
def forward(params, X, Y):
    return {**_forward({name: p.double() for name, p in params.items()}, X, Y), **params}


@misconception(
    "The second layer has a bias, too: logits is h @ W2 + b2.",
    name="no-b2",
)
def forward(params, X, Y):
    return _forward(params, X, Y, logits=lambda c: c["h"] @ c["W2"])


@misconception(
    "The loss is a mean over the N examples: divide the sum of their N terms by N, not by N * V.",
    name="loss-over-all",
)
def forward(params, X, Y):
    return _forward(params, X, Y, loss=lambda c: -c["logprobs"][torch.arange(len(X)), Y].sum() / c["logits"].numel())
