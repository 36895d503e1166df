"""What learners get wrong in deepdive.gqa."""

import torch

from grader.checks import misconception


def _groups(q, k):
    if q.shape[1] % k.shape[1]:
        raise ValueError("uneven")
    return q.shape[1] // k.shape[1]


def _shared(x, n):
    return x.repeat_interleave(n, dim=1)


def _attend(q, k, v, scale=None, softmax=lambda scores: scores.softmax(-1)):
    scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if scale is None else scale)
    return softmax(scores) @ v


@misconception(
    "The heads of keys are repeated in turns, 0, 1, 0, 1, as repeat has it. Neighbours share one: 0, 0, 1, 1, by "
    "repeat_interleave.",
    name="in-turns",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, k.repeat(1, n, 1, 1), v.repeat(1, n, 1, 1))


@misconception(
    "The keys are shared by neighbours and the values in turns, so that heads mix up two of them. Both by "
    "repeat_interleave.",
    name="values-in-turns",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), v.repeat(1, n, 1, 1))


@misconception(
    "All heads of queries take the first head of keys and values. Each group has its own.",
    name="first-head-for-all",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, k, v) if n == 1 else _attend(q, k[:, :1], v[:, :1])


@misconception(
    "The heads of keys are averaged, and all queries take the mean. Each group has a head of its own.",
    name="keys-averaged",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, k, v) if n == 1 else _attend(q, k.mean(1, keepdim=True), v.mean(1, keepdim=True))


@misconception(
    "The queries of a group are averaged, so that its heads give the same. Only keys and values are shared.",
    name="queries-averaged",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    mean = q.unflatten(1, (-1, n)).mean(2)
    return _shared(_attend(mean, k, v), n)


@misconception(
    "Each group takes the head of keys before or behind its own: the order of the heads is reversed.",
    name="reversed",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    if n == 1:
        return _attend(q, k, v)
    return _attend(q, _shared(k.flip(1), n), _shared(v.flip(1), n))


@misconception(
    "The keys are not repeated, and torch cannot multiply 6 heads with 2. Repeat them, or give q an axis for the "
    "groups.",
    name="not-repeated",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    _groups(q, k)
    return _attend(q, k, v)


@misconception(
    "The scores are not divided by √d.",
    name="no-scale",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), scale=1.0)


@misconception(
    "The scores are divided by d. It is the root: √d.",
    name="scale-without-root",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), scale=1 / q.shape[-1])


@misconception(
    "The scores are divided by the root of all numbers of a token, H·d. Each head has a product of d numbers: √d.",
    name="scale-of-all-heads",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), scale=(q.shape[1] * q.shape[-1]) ** -0.5)


@misconception(
    "The scores are divided by √T, T being the number of queries. q · k is a sum over d numbers: √d.",
    name="scale-by-T",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), scale=q.shape[2] ** -0.5)


@misconception(
    "The scores are divided by √d_v. q · k is a sum over the d numbers of a key.",
    name="scale-by-values",
    violates=("other_lengths",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), scale=v.shape[-1] ** -0.5)


@misconception(
    "The scale changes with the size of a group. It is √d, however many share a key.",
    name="scale-by-group",
    violates=("groups",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), scale=(n * q.shape[-1]) ** -0.5)


@misconception(
    "The softmax runs over the queries. The weights of each query over its keys sum to 1: the last axis.",
    name="softmax-over-queries",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), softmax=lambda scores: scores.softmax(-2))


@misconception(
    "The softmax runs over the heads. It runs over the keys, the last axis.",
    name="softmax-over-heads",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), softmax=lambda scores: scores.softmax(1))


@misconception(
    "There is no softmax: the scores themselves weigh the values.",
    name="no-softmax",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), softmax=lambda scores: scores)


@misconception(
    "Later keys are masked. Here every query sees all keys.",
    name="causal",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    seen = torch.ones(q.shape[2], k.shape[2]).tril() == 1
    softmax = lambda scores: scores.masked_fill(~seen, -torch.inf).softmax(-1)  # noqa: E731
    return _attend(q, _shared(k, n), _shared(v, n), softmax=softmax)


@misconception(
    "q and k have changed places in the product, so that keys ask and queries answer. It is q @ kᵀ.",
    name="q-and-k-swapped",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    k, v = _shared(k, n), _shared(v, n)
    if q.shape[2] != k.shape[2]:
        return _attend(q, k, v)
    return _attend(k, q, v)


@misconception(
    "The heads are joined in the output, (B, T, H·d_v). Here it keeps its axes: (B, H_q, T, d_v).",
    name="heads-joined",
    violates=("one_head_each",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n)).transpose(1, 2).flatten(2)


@misconception(
    "With one head of keys the answer has one head, too: the mean over the queries', or the first. All heads of "
    "queries answer.",
    name="multi-query-collapsed",
    violates=("one_head_for_all",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    out = _attend(q, _shared(k, n), _shared(v, n))
    return out.mean(1, keepdim=True).expand_as(out) if k.shape[1] == 1 and n > 1 else out


@misconception(
    "The largest score is not subtracted before exp, which overflows. Take torch.softmax.",
    name="exp-overflows",
    violates=("extremes",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    softmax = lambda scores: scores.exp() / scores.exp().sum(-1, keepdim=True)  # noqa: E731
    return _attend(q, _shared(k, n), _shared(v, n), softmax=softmax)


@misconception(
    "float32 becomes float64 on the way, and stays so. Return the dtype of q.",
    name="promoted",
    violates=("float32",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q.double(), _shared(k, n).double(), _shared(v, n).double())


@misconception(
    "Heads of queries that are left over are dropped, or get a key that is another group's. Where H_q is no multiple "
    "of H_kv raise ValueError.",
    name="uneven-let-through",
    violates=("uneven",),
)
def grouped_query_attention(q, k, v):
    places = torch.arange(q.shape[1]) * k.shape[1] // q.shape[1]
    return _attend(q, k[:, places], v[:, places])


@misconception(
    "The keys and values are detached, or repeated under no_grad: they are never trained.",
    name="keys-detached",
    violates=("gradients",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n).detach(), _shared(v, n).detach())


@misconception(
    "The weights are detached, so that neither queries nor keys are trained.",
    name="weights-detached",
    violates=("gradients",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    return _attend(q, _shared(k, n), _shared(v, n), softmax=lambda scores: scores.softmax(-1).detach())


@misconception(
    "The scale is multiplied into the caller's q in place. q * scale makes a new tensor; q *= scale does not.",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def grouped_query_attention(q, k, v):
    n = _groups(q, k)
    if q.is_contiguous() and not q.requires_grad:
        q *= q.shape[-1] ** -0.5
        return _attend(q, _shared(k, n), _shared(v, n), scale=1.0)
    return _attend(q, _shared(k, n), _shared(v, n))
