"""What learners get wrong in deepdive.transformer_trace."""

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _norm(x, w, which, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], w[f"{which}_g"], w[f"{which}_b"], eps)


def _later(T):
    return torch.ones(T, T, dtype=torch.bool).triu(1)


def _forward(tokens, w, **other):
    """All thirteen; ``other`` replaces one, given the dict so far, for all that follows."""
    t, T = {}, len(tokens)

    def put(name, value):
        t[name] = other[name](t) if name in other else value()

    put("X", lambda: w["E"][tokens])
    put("X_pos", lambda: t["X"] + w["P"][:T])
    put("Q", lambda: t["X_pos"] @ w["Wq"])
    put("K", lambda: t["X_pos"] @ w["Wk"])
    put("V", lambda: t["X_pos"] @ w["Wv"])
    put("scores", lambda: t["Q"] @ t["K"].T / t["Q"].shape[-1] ** 0.5)
    put("weights", lambda: t["scores"].masked_fill(_later(T), -torch.inf).softmax(-1))
    put("attention", lambda: t["weights"] @ t["V"])
    put("H1", lambda: _norm(t["X_pos"] + t["attention"], w, "ln1"))
    put("ffn", lambda: (t["H1"] @ w["W1"] + w["b1"]).relu() @ w["W2"] + w["b2"])
    put("H2", lambda: _norm(t["H1"] + t["ffn"], w, "ln2"))
    put("logits", lambda: t["H2"] @ w["E"].T)
    put("probs", lambda: t["logits"].softmax(-1))
    return t


# embedding


@misconception(
    "The places are left out: X_pos is X. Add a row of P for each place, the first T of them.", name="no-positions"
)
def forward(tokens, weights):
    return _forward(tokens, weights, X_pos=lambda t: t["X"].clone())


@misconception(
    "P is looked up by the token. It is looked up by the place: row 0 for the first token, whatever it is.",
    name="positions-by-token",
    violates=("embedding",),
)
def forward(tokens, weights):
    P = weights["P"]
    return _forward(tokens, weights, X_pos=lambda t: t["X"] + P[tokens % len(P)])


@misconception("Every token gets the first row of P. Each place has its own: P[:T].", name="first-place-for-all")
def forward(tokens, weights):
    return _forward(tokens, weights, X_pos=lambda t: t["X"] + weights["P"][0])


@misconception(
    "Places are counted from 1: the first token gets the second row of P. It gets the first.",
    name="places-from-1",
    violates=("embedding",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, X_pos=lambda t: t["X"] + weights["P"].roll(-1, 0)[: len(tokens)])


@misconception(
    "The places are added into X itself (X += …), so that the X that is returned is X_pos. Make a new tensor.",
    name="X-overwritten",
    violates=("embedding",),
)
def forward(tokens, weights):
    t = _forward(tokens, weights)
    return t | {"X": t["X_pos"].clone()}


@misconception(
    "The embedding is multiplied by √d, as the first transformer did. Here it is the row of E.",
    name="embedding-scaled",
    violates=("embedding",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, X=lambda t: weights["E"][tokens] * weights["E"].shape[1] ** 0.5)


# attention


@misconception(
    "This is pre-norm: attention is given LayerNorm(X_pos). Here the norm comes last: Q, K and V are made of X_pos "
    "itself, and the sum is normalised.",
    name="pre-norm",
    violates=("attention",),
)
def forward(tokens, weights):
    w = weights

    def normed(name):
        return lambda t: _norm(t["X_pos"], w, "ln1") @ w[name]

    return _forward(
        tokens,
        w,
        Q=normed("Wq"),
        K=normed("Wk"),
        V=normed("Wv"),
        H1=lambda t: t["X_pos"] + t["attention"],
        ffn=lambda t: (_norm(t["H1"], w, "ln2") @ w["W1"] + w["b1"]).relu() @ w["W2"] + w["b2"],
        H2=lambda t: t["H1"] + t["ffn"],
    )


@misconception(
    "Q, K and V are made of X, without the places. They are made of X_pos.",
    name="projections-of-X",
    violates=("attention",),
)
def forward(tokens, weights):
    w = weights
    return _forward(tokens, w, Q=lambda t: t["X"] @ w["Wq"], K=lambda t: t["X"] @ w["Wk"], V=lambda t: t["X"] @ w["Wv"])


@misconception("The scores are not divided by √d_k.", name="no-scale", violates=("attention",))
def forward(tokens, weights):
    return _forward(tokens, weights, scores=lambda t: t["Q"] @ t["K"].T)


@misconception(
    "The scores are divided by d_k. Its root is wanted: 2 for the text's 4 numbers.",
    name="scale-without-root",
    violates=("attention",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, scores=lambda t: t["Q"] @ t["K"].T / t["Q"].shape[-1])


@misconception(
    "The scores are divided by √d, the width of the embedding. It is √d_k, that of a query; in the text both are 4.",
    name="scale-by-d",
    violates=("attention",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, scores=lambda t: t["Q"] @ t["K"].T / t["X"].shape[-1] ** 0.5)


@misconception(
    "Queries and keys are exchanged: row i of the scores belongs to query i, Q K.T.",
    name="keys-ask",
    violates=("attention",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, scores=lambda t: t["K"] @ t["Q"].T / t["Q"].shape[-1] ** 0.5)


@misconception(
    "The scores that are returned are masked already, with infinities. They are wanted as they were; the mask "
    "belongs to the weights.",
    name="scores-masked",
    violates=("attention",),
)
def forward(tokens, weights):
    t = _forward(tokens, weights)
    return t | {"scores": t["scores"].masked_fill(_later(len(tokens)), -torch.inf)}


@misconception(
    "Nothing is masked: every token sees those that it is to predict. Minus infinity above the diagonal, before the "
    "softmax.",
    name="no-mask",
    violates=("attention", "nobody_looks_ahead"),
)
def forward(tokens, weights):
    return _forward(tokens, weights, weights=lambda t: t["scores"].softmax(-1))


@misconception(
    "Later tokens get the score 0, which is a score as any other. Minus infinity hides.",
    name="masked-with-0",
    violates=("attention", "nobody_looks_ahead"),
)
def forward(tokens, weights):
    return _forward(tokens, weights, weights=lambda t: t["scores"].tril().softmax(-1))


@misconception(
    "The weights are wiped behind the softmax, and rows no longer sum to 1. Mask the scores, and then take the "
    "softmax.",
    name="mask-after-softmax",
    violates=("attention", "nobody_looks_ahead"),
)
def forward(tokens, weights):
    return _forward(tokens, weights, weights=lambda t: t["scores"].softmax(-1).tril())


@misconception(
    "The softmax runs down the columns. Each query shares its attention out among the keys: the last axis.",
    name="softmax-over-queries",
    violates=("attention", "nobody_looks_ahead"),
)
def forward(tokens, weights):
    T = len(tokens)
    return _forward(tokens, weights, weights=lambda t: t["scores"].masked_fill(_later(T), -torch.inf).softmax(0))


@misconception(
    "The past is masked, and the future seen. Above the diagonal is what comes later: triu(1).",
    name="mask-reversed",
    violates=("attention", "nobody_looks_ahead"),
)
def forward(tokens, weights):
    T = len(tokens)
    return _forward(tokens, weights, weights=lambda t: t["scores"].masked_fill(_later(T).T, -torch.inf).softmax(-1))


@misconception("The weights average X_pos. They average the values, V.", name="values-are-X", violates=("attention",))
def forward(tokens, weights):
    return _forward(tokens, weights, attention=lambda t: t["weights"] @ t["X_pos"])


# the norms


@misconception(
    "The residual is missing: H1 is the norm of the attention alone. Add X_pos to it first.",
    name="no-first-residual",
    violates=("first_norm",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, H1=lambda t: _norm(t["attention"], weights, "ln1"))


@misconception(
    "What is added to the attention is X, without the places. It is what attention was given, X_pos.",
    name="residual-of-X",
    violates=("first_norm",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, H1=lambda t: _norm(t["X"] + t["attention"], weights, "ln1"))


@misconception(
    "The attention is normalised, and then X_pos added. The sum is normalised: LayerNorm(X_pos + attention).",
    name="norm-before-the-sum",
    violates=("first_norm",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, H1=lambda t: t["X_pos"] + _norm(t["attention"], weights, "ln1"))


@misconception("H1 is the sum, not yet normalised.", name="no-first-norm", violates=("first_norm",))
def forward(tokens, weights):
    return _forward(tokens, weights, H1=lambda t: t["X_pos"] + t["attention"])


@misconception(
    "The norm has neither gain nor bias. Multiply by ln1_g and add ln1_b.",
    name="norm-without-gain",
    violates=("first_norm",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, H1=lambda t: F.layer_norm(t["X_pos"] + t["attention"], t["X"].shape[-1:]))


@misconception(
    "The variance of the norm is divided by d − 1, as torch's var does by default. It is divided by d: unbiased=False.",
    name="norm-unbiased",
    violates=("first_norm",),
)
def forward(tokens, weights):
    def norm(t):
        x = t["X_pos"] + t["attention"]
        hat = (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True) + 1e-5).sqrt()
        return hat * weights["ln1_g"] + weights["ln1_b"]

    return _forward(tokens, weights, H1=norm)


@misconception(
    "The norm has no eps. Under the root stands var + 1e-5.", name="norm-without-eps", violates=("first_norm",)
)
def forward(tokens, weights):
    return _forward(tokens, weights, H1=lambda t: _norm(t["X_pos"] + t["attention"], weights, "ln1", eps=0.0))


@misconception(
    "The norm divides by std + 1e-5: its eps stands behind the root. Under the root stands var + 1e-5.",
    name="eps-behind-the-root",
    violates=("first_norm",),
)
def forward(tokens, weights):
    def norm(t):
        x = t["X_pos"] + t["attention"]
        hat = (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True, unbiased=False) + 1e-5)
        return hat * weights["ln1_g"] + weights["ln1_b"]

    return _forward(tokens, weights, H1=norm)


# the feed-forward part


@misconception(
    "There is no ReLU between the two layers, which then are one. max(0, H1 W1 + b1).",
    name="no-relu",
    violates=("feed_forward",),
)
def forward(tokens, weights):
    w = weights
    return _forward(tokens, w, ffn=lambda t: (t["H1"] @ w["W1"] + w["b1"]) @ w["W2"] + w["b2"])


@misconception("The activation is GELU, as in GPT-2. Here it is ReLU.", name="gelu", violates=("feed_forward",))
def forward(tokens, weights):
    w = weights
    return _forward(tokens, w, ffn=lambda t: F.gelu(t["H1"] @ w["W1"] + w["b1"]) @ w["W2"] + w["b2"])


@misconception(
    "A ReLU comes behind the second layer as well. It stands between the two only.",
    name="relu-at-the-end",
    violates=("feed_forward",),
)
def forward(tokens, weights):
    w = weights
    return _forward(tokens, w, ffn=lambda t: ((t["H1"] @ w["W1"] + w["b1"]).relu() @ w["W2"] + w["b2"]).relu())


@misconception(
    "The feed-forward part is given the attention, without residual and norm. It is given H1.",
    name="ffn-of-the-attention",
    violates=("feed_forward",),
)
def forward(tokens, weights):
    w = weights
    return _forward(tokens, w, ffn=lambda t: (t["attention"] @ w["W1"] + w["b1"]).relu() @ w["W2"] + w["b2"])


@misconception(
    "The residual is added in ffn already. ffn is what the two layers give; the sum belongs to H2.",
    name="ffn-with-residual",
    violates=("feed_forward",),
)
def forward(tokens, weights):
    t = _forward(tokens, weights)
    return t | {"ffn": t["ffn"] + t["H1"]}


@misconception("The biases b1 and b2 are left out.", name="ffn-without-biases", violates=("feed_forward",))
def forward(tokens, weights):
    w = weights
    return _forward(tokens, w, ffn=lambda t: (t["H1"] @ w["W1"]).relu() @ w["W2"])


@misconception(
    "The second residual is missing: H2 is the norm of ffn alone. Add H1 to it first.",
    name="no-second-residual",
    violates=("second_norm",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, H2=lambda t: _norm(t["ffn"], weights, "ln2"))


@misconception(
    "What is added to ffn is X_pos. It is what ffn was given, H1.",
    name="second-residual-of-X",
    violates=("second_norm",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, H2=lambda t: _norm(t["X_pos"] + t["ffn"], weights, "ln2"))


@misconception(
    "Both norms use the first gain and bias. The second has its own, ln2_g and ln2_b.",
    name="one-norm-for-both",
    violates=("second_norm",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, H2=lambda t: _norm(t["H1"] + t["ffn"], weights, "ln1"))


@misconception("H2 is the sum, not yet normalised.", name="no-second-norm", violates=("second_norm",))
def forward(tokens, weights):
    return _forward(tokens, weights, H2=lambda t: t["H1"] + t["ffn"])


# the prediction


@misconception(
    "The logits are made of H1, past the feed-forward part. They are made of H2.",
    name="logits-of-H1",
    violates=("prediction",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, logits=lambda t: t["H1"] @ weights["E"].T)


@misconception(
    "The logits are those of the last place only. All places predict at once: (T, V).",
    name="last-place-only",
)
def forward(tokens, weights):
    return _forward(tokens, weights, logits=lambda t: t["H2"][-1:] @ weights["E"].T)


@misconception(
    "The softmax runs over the places. Each place has a distribution over the vocabulary: the last axis.",
    name="softmax-over-places",
    violates=("prediction",),
)
def forward(tokens, weights):
    return _forward(tokens, weights, probs=lambda t: t["logits"].softmax(0))


@misconception(
    "probs are logarithms. Probabilities are wanted: softmax.", name="log-probabilities", violates=("prediction",)
)
def forward(tokens, weights):
    return _forward(tokens, weights, probs=lambda t: t["logits"].log_softmax(-1))


@misconception(
    "The first T rows of P are written into (P += …, or E), and the caller's weights with them. Make new tensors.",
    name="into-the-weights",
    violates=("arguments_stay_as_they_are",),
)
def forward(tokens, weights):
    t = _forward(tokens, weights)
    weights["P"][: len(tokens)] += t["X"]
    return t


@misconception(
    "squeeze takes away the axis of a sequence of one token, too. Leave it out: no axis is too many.",
    name="squeezed",
    violates=("other_sizes",),
)
def forward(tokens, weights):
    t = _forward(tokens, weights)
    return t | {name: t[name].squeeze() for name in ("X", "X_pos", "attention", "H1", "H2")}
