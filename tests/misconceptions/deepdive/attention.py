"""What learners get wrong in deepdive.attention."""

import numpy as np

from grader.checks import misconception


def _softmax(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _scores(X, Wq, Wk):
    return (X @ Wq) @ (X @ Wk).T / np.sqrt(Wq.shape[1])


def _attend(scores, mask, V, axis=-1):
    """The rest, right by default."""
    weights = _softmax(scores if mask is None else scores + mask, axis)
    return weights @ V, weights


# scores


@misconception("The scores are not scaled. Divide them by √d_k, d_k numbers in a query.", name="no-scale")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk) * np.sqrt(Wq.shape[1]), mask, X @ Wv)


@misconception(
    "The scores are divided by √d_model. What is added up in a score are the d_k products of a query with a key: √d_k.",
    name="scale-by-d-model",
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk) * np.sqrt(Wq.shape[1] / X.shape[1]), mask, X @ Wv)


@misconception("The scores are divided by d_k. Its root is wanted, √d_k.", name="scale-without-root")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk) / np.sqrt(Wq.shape[1]), mask, X @ Wv)


@misconception(
    "The scores are divided by √T, the length of the sequence. It is √d_k, the length of a query.", name="scale-by-T"
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk) * np.sqrt(Wq.shape[1] / len(X)), mask, X @ Wv)


@misconception("The scores are multiplied by √d_k. Divide.", name="scale-reversed")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk) * Wq.shape[1], mask, X @ Wv)


@misconception("Queries and keys are exchanged, K Q.T: row i of the scores belongs to query i, Q K.T.", name="keys-ask")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk).T, mask, X @ Wv)


@misconception("Wq makes the keys as well. They have a matrix of their own, Wk.", name="Wq-twice")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wq), mask, X @ Wv)


@misconception(
    "The scores are X X.T, of tokens that no matrix has projected. They are of queries and keys, X Wq and X Wk.",
    name="scores-of-X",
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(X @ X.T / np.sqrt(Wq.shape[1]), mask, X @ Wv)


# softmax


@misconception(
    "The softmax runs over the queries, axis 0, so that columns sum to 1. A token shares its attention out among the "
    "keys: the last axis.",
    name="softmax-over-queries",
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), mask, X @ Wv, axis=0)


@misconception(
    "All weights together sum to 1. Each row does by itself: sum along axis −1, with keepdims=True.",
    name="softmax-over-everything",
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), mask, X @ Wv, axis=(0, 1))


@misconception(
    "exp overflows for scores of several hundred, and inf/inf is NaN. Subtract the largest score of each row first.",
    name="no-maximum",
    violates=("large_scores",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    scores = _scores(X, Wq, Wk)
    e = np.exp(scores if mask is None else scores + mask)
    weights = e / e.sum(-1, keepdims=True)
    return weights @ (X @ Wv), weights


@misconception(
    "The largest score of all is subtracted. A row far below it has nothing left, 0/0: each row has its own maximum, "
    "max(axis=-1, keepdims=True).",
    name="one-maximum-for-all",
    violates=("large_scores",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    scores = _scores(X, Wq, Wk)
    scores = scores if mask is None else scores + mask
    e = np.exp(scores - scores.max())
    weights = e / e.sum(-1, keepdims=True)
    return weights @ (X @ Wv), weights


@misconception(
    "The maximum is taken before the mask. Where the largest score is hidden, nothing is left of the others, 0/0: mask "
    "first.",
    name="maximum-before-the-mask",
    violates=("large_scores",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    scores = _scores(X, Wq, Wk)
    scores = scores - scores.max(-1, keepdims=True)
    e = np.exp(scores if mask is None else scores + mask)
    weights = e / e.sum(-1, keepdims=True)
    return weights @ (X @ Wv), weights


# mask


@misconception(
    "The scores are multiplied by the mask: what 0 should show becomes 0, and minus infinity may become plus. Add it.",
    name="mask-times",
    violates=("with_a_mask", "nobody_looks_ahead"),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    scores = _scores(X, Wq, Wk)
    return _attend(scores if mask is None else scores * mask, None, X @ Wv)


@misconception(
    "The mask is ignored. Add it to the scores, unless it is None.",
    name="mask-ignored",
    violates=("with_a_mask", "nobody_looks_ahead"),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), None, X @ Wv)


@misconception(
    "The mask is subtracted: minus minus infinity is plus infinity. Add it.",
    name="mask-subtracted",
    violates=("with_a_mask", "nobody_looks_ahead"),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), None if mask is None else -mask, X @ Wv)


@misconception(
    "The mask is added before the scores are divided by √d_k, so that a finite one is made smaller. It is added to the "
    "scaled scores.",
    name="mask-before-the-scale",
    violates=("with_a_mask",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), None if mask is None else mask / np.sqrt(Wq.shape[1]), X @ Wv)


@misconception(
    "The weights are wiped after the softmax, so that rows no longer sum to 1, and a finite mask does not count. Add "
    "the mask to the scores, before the softmax.",
    name="mask-after-the-softmax",
    violates=("with_a_mask", "nobody_looks_ahead"),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    weights = _softmax(_scores(X, Wq, Wk))
    if mask is not None:
        weights = np.where(np.isinf(mask), 0.0, weights)
    return weights @ (X @ Wv), weights


@misconception(
    "Of the mask only minus infinity counts. It is added whatever it holds: a finite number makes a token count more "
    "or less.",
    name="mask-as-yes-or-no",
    violates=("with_a_mask",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), None if mask is None else np.where(np.isinf(mask), mask, 0.0), X @ Wv)


@misconception(
    "All of the mask that is not 0 hides: finite numbers are taken for minus infinity. Add the mask as it is.",
    name="whatever-is-not-0-hides",
    violates=("with_a_mask",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), None if mask is None else np.where(mask == 0, 0.0, -1e300), X @ Wv)


@misconception(
    "The mask is transposed: row i is what token i may see.",
    name="mask-transposed",
    violates=("with_a_mask", "nobody_looks_ahead"),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), None if mask is None else mask.T, X @ Wv)


@misconception(
    "The future is hidden where no mask is given, too. Without one every token sees every other.",
    name="always-causal",
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    T = len(X)
    return _attend(_scores(X, Wq, Wk), np.triu(np.full((T, T), -np.inf), k=1) if mask is None else mask, X @ Wv)


# values, and what is returned


@misconception("The weights average the tokens themselves, X. They average the values, X Wv.", name="values-are-X")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), mask, X)


@misconception(
    "The weights are transposed before they meet the values. Row i of weights V is what token i gathers.",
    name="weights-transposed",
    violates=("without_a_mask", "nobody_looks_ahead"),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    _, weights = _attend(_scores(X, Wq, Wk), mask, X @ Wv)
    return weights.T @ (X @ Wv), weights


@misconception("X is added to the output. That is the residual connection, outside of attention.", name="residual")
def self_attention(X, Wq, Wk, Wv, mask=None):
    output, weights = _attend(_scores(X, Wq, Wk), mask, X @ Wv)
    d = min(X.shape[1], output.shape[1])
    output[:, :d] += X[:, :d]
    return output, weights


@misconception(
    "The second thing that is returned are the scores. The weights are wanted, behind the softmax.",
    name="scores-for-weights",
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    scores = _scores(X, Wq, Wk)
    scores = scores if mask is None else scores + mask
    return _attend(scores, None, X @ Wv)[0], scores


@misconception("Output and weights are exchanged: (output, weights) is the order.", name="exchanged")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), mask, X @ Wv)[::-1]


@misconception("Only the output is returned. The weights are wanted beside it.", name="no-weights")
def self_attention(X, Wq, Wk, Wv, mask=None):
    return _attend(_scores(X, Wq, Wk), mask, X @ Wv)[0]


@misconception(
    "All goes through float32, and half of the digits are lost. Leave the arrays in float64.",
    name="through-float32",
    violates=("without_a_mask",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    X, Wq, Wk, Wv = (array.astype(np.float32) for array in (X, Wq, Wk, Wv))
    output, weights = _attend(_scores(X, Wq, Wk), None if mask is None else mask.astype(np.float32), X @ Wv)
    return output.astype(float), weights.astype(float)


@misconception(
    "The scores are added into the mask (mask += scores), which is the caller's, and used again for the next sequence. "
    "Make a new array.",
    name="into-the-mask",
    violates=("arguments_stay_as_they_are",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    scores = _scores(X, Wq, Wk)
    if mask is not None:
        mask += scores
        scores = mask
    return _attend(scores, None, X @ Wv)


@misconception(
    "squeeze takes away every axis of length 1, that of a single token or a single number too. Leave it out: no axis "
    "is too many.",
    name="squeezed",
    violates=("any_sizes",),
)
def self_attention(X, Wq, Wk, Wv, mask=None):
    output, weights = _attend(_scores(X, Wq, Wk), mask, X @ Wv)
    return output.squeeze(), weights.squeeze()


# causal_mask


@misconception(
    "The diagonal is hidden as well, so that the first token sees nothing. Each token sees itself: k=1 in np.triu.",
    name="hides-itself",
    violates=("causal_mask",),
)
def causal_mask(T):
    return np.triu(np.full((T, T), -np.inf))


@misconception(
    "The past is hidden and the future shown. Row i shows columns 0 to i: minus infinity is above the diagonal.",
    name="hides-the-past",
    violates=("causal_mask",),
)
def causal_mask(T):
    return np.tril(np.full((T, T), -np.inf), k=-1)


@misconception(
    "The mask has 1 and 0, as one that multiplies. This one is added: 0 shows and minus infinity hides.",
    name="ones-and-zeros",
    violates=("causal_mask",),
)
def causal_mask(T):
    return np.tril(np.ones((T, T)))


@misconception(
    "The mask has 1 where a token is hidden. It is added to the scores, so that hiding takes minus infinity.",
    name="ones-hide",
    violates=("causal_mask",),
)
def causal_mask(T):
    return np.triu(np.ones((T, T)), k=1)


@misconception(
    "The mask is one of True and False. It is added to the scores: 0 shows and minus infinity hides.",
    name="booleans",
    violates=("causal_mask",),
)
def causal_mask(T):
    return np.tril(np.ones((T, T), dtype=bool))


@misconception(
    "−1e9 is a large number, and no infinity: among scores as low it hides nothing. Take −np.inf.",
    name="minus-1e9",
    violates=("causal_mask",),
)
def causal_mask(T):
    return np.triu(np.full((T, T), -1e9), k=1)


@misconception(
    "What is shown is NaN: 0 times infinity is no number. Fill the upper triangle only, as by np.triu(np.full(…), "
    "k=1).",
    name="nan-below",
    violates=("causal_mask",),
)
def causal_mask(T):
    with np.errstate(invalid="ignore"):
        return np.triu(np.ones((T, T)), k=1) * -np.inf


@misconception(
    "The token next to it is shown to each one, the very one that it is to predict: k=1 in np.triu, not k=2.",
    name="shows-the-next",
    violates=("causal_mask",),
)
def causal_mask(T):
    return np.triu(np.full((T, T), -np.inf), k=2)
