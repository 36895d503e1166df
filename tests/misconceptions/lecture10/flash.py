"""What learners get wrong in lecture10.flash."""

import math

import torch

from grader.checks import misconception


def _masked(scores, i, j):
    """The scores of the blocks that begin at i and j, without those of later keys."""
    rows = torch.arange(i, i + scores.shape[-2])
    columns = torch.arange(j, j + scores.shape[-1])
    return scores.masked_fill(columns > rows[:, None], -math.inf)


def _update(state, scores, v_block):
    """One step of the online softmax."""
    m, l, acc = state
    m_new = torch.maximum(m, scores.amax(-1, keepdim=True))
    p, old = (scores - m_new).exp(), (m - m_new).exp()
    return m_new, l * old + p.sum(-1, keepdim=True), acc * old + p @ v_block


def _flash(
    q, k, v, block_size, causal, *, mask=_masked, update=_update, scale=None, start=-math.inf, end=None, last=True
):
    """The right algorithm, with parts to exchange."""
    if block_size < 1:
        raise ValueError("block_size")
    T = q.shape[-2]
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    out = []
    for i in range(0, T, block_size):
        q_block = q[..., i : i + block_size, :]
        m = q.new_full((*q_block.shape[:-1], 1), start)
        state = (m, torch.zeros_like(m), v.new_zeros((*q_block.shape[:-1], v.shape[-1])))
        stop = T if not causal else min(i + block_size, T)
        for j in range(0, stop if end is None else end(T, stop), block_size):
            k_block, v_block = k[..., j : j + block_size, :], v[..., j : j + block_size, :]
            scores = q_block @ k_block.transpose(-2, -1) * scale
            if causal:
                scores = mask(scores, i, j)
            state = update(state, scores, v_block)
        out.append(state[2] / state[1] if last else state[2])
    return torch.cat(out, -2)


@misconception(
    "Only the sum l is rescaled when a larger score comes; acc, which was computed with the old maximum, is not. "
    "Multiply both by exp(m - m_new).",
    name="values-not-rescaled",
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = state
        m_new = torch.maximum(m, scores.amax(-1, keepdim=True))
        p, old = (scores - m_new).exp(), (m - m_new).exp()
        return m_new, l * old + p.sum(-1, keepdim=True), acc + p @ v_block

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "Only acc is rescaled when a larger score comes; the sum l, which was computed with the old maximum, is not. "
    "Multiply both by exp(m - m_new).",
    name="sum-not-rescaled",
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = state
        m_new = torch.maximum(m, scores.amax(-1, keepdim=True))
        p, old = (scores - m_new).exp(), (m - m_new).exp()
        return m_new, l + p.sum(-1, keepdim=True), acc * old + p @ v_block

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "Each block is computed with a maximum of its own, and nothing is rescaled: exp(s - m) of two blocks can be added "
    "only if m is the same. Multiply what is there by exp(m - m_new) first.",
    name="nothing-rescaled",
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = state
        m_new = torch.maximum(m, scores.amax(-1, keepdim=True))
        p = (scores - m_new).exp()
        return m_new, l + p.sum(-1, keepdim=True), acc + p @ v_block

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "The rescaling goes the wrong way: what is there is divided by exp(m - m_new). A larger maximum makes it smaller: "
    "multiply.",
    name="rescaled-backwards",
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = state
        m_new = torch.maximum(m, scores.amax(-1, keepdim=True))
        p, old = (scores - m_new).exp(), (m_new - m).exp()
        old = torch.where(torch.isinf(old), 0.0, old)
        return m_new, l * old + p.sum(-1, keepdim=True), acc * old + p @ v_block

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "Each block of scores gets a softmax of its own, and their results are added: the weights of a row then sum to "
    "the number of blocks. Divide once, at the end, by the sum over all blocks.",
    name="normalised-in-each-block",
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        return state[0], torch.ones_like(state[1]), state[2] + scores.softmax(-1) @ v_block

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "acc is divided by the sum after each block, and again after the next: what has been divided once is divided "
    "twice. Divide once, at the end.",
    name="divided-after-each-block",
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = _update(state, scores, v_block)
        return m, l, acc / l

    return _flash(q, k, v, block_size, causal, update=update, last=False)


@misconception(
    "acc is never divided by l, the sum of the weights: the rows of the result are not means of v.",
    name="never-divided",
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, last=False)


@misconception("The scores are not divided by √D, as attention has it.", name="no-scale")
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, scale=1.0)


@misconception("The scores are divided by D. Attention divides by its square root.", name="divided-by-D")
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, scale=1 / q.shape[-1])


@misconception(
    "The scores are divided by √E, of the width of v. It is the width D of q and k whose products are summed.",
    name="width-of-v",
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, scale=1 / math.sqrt(v.shape[-1]))


@misconception(
    "The last block is filled up with zeros, and the zeros count: a key of zeros has the score 0, which is a weight "
    "like any other. Cut the block, or give what is added the score -inf.",
    name="padding-counts",
    violates=("last_block",),
)
def flash_attention(q, k, v, block_size, causal=True):
    T = q.shape[-2]
    if block_size < 1 or causal or T < block_size:
        return _flash(q, k, v, block_size, causal)
    k, v = (torch.nn.functional.pad(part, (0, 0, 0, -T % block_size)) for part in (k, v))
    return _flash(q, k, v, block_size, causal, end=lambda T, stop: k.shape[-2])


@misconception(
    "Keys behind the last full block are left out: T // block_size is one block too few where there is a rest.",
    name="rest-left-out",
    violates=("last_block",),
)
def flash_attention(q, k, v, block_size, causal=True):
    def end(T, stop):
        return stop if causal or T < block_size else T // block_size * block_size

    return _flash(q, k, v, block_size, causal, end=end)


@misconception(
    "The mask hides whole blocks only: within the block on the diagonal a row still sees later ones. Compare each "
    "column's place with each row's.",
    name="mask-by-block",
    violates=("causal",),
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, mask=lambda scores, i, j: scores)


@misconception(
    "Rows and columns are counted within their blocks, so that every block is masked as the one on the diagonal. Add "
    "where the blocks begin, i and j.",
    name="places-within-the-block",
    violates=("causal",),
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, mask=lambda scores, i, j: _masked(scores, 0, 0))


@misconception(
    "The hidden scores are set to 0, which is a weight of exp(-m), not of 0. Set them to -inf.",
    name="zeros-for-hidden",
    violates=("causal",),
)
def flash_attention(q, k, v, block_size, causal=True):
    def mask(scores, i, j):
        return scores.masked_fill(torch.isinf(_masked(scores, i, j)), 0.0)

    return _flash(q, k, v, block_size, causal, mask=mask)


@misconception(
    "causal does nothing: every row sees all others.",
    name="causal-ignored",
    violates=("causal",),
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal=False)


@misconception(
    "Later rows are hidden always, without causal too.",
    name="always-causal",
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal=True)


@misconception(
    "causal is off unless it is asked for; in the stub its default is True.",
    name="default-not-causal",
    violates=("causal",),
)
def flash_attention(q, k, v, block_size, causal=False):
    return _flash(q, k, v, block_size, causal)


@misconception(
    "A row also hides itself: the mask compares with >= where > is right, and the first row sees nothing, which is "
    "0/0.",
    name="diagonal-hidden",
    violates=("causal",),
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, mask=lambda scores, i, j: _masked(scores, i, j + 1))


@misconception(
    "The exponential is taken of the scores themselves: exp(800) is inf already, and exp(-800) is 0. Subtract the "
    "row's largest score so far.",
    name="no-maximum",
    violates=("large_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = state
        p = scores.exp()
        return m, l + p.sum(-1, keepdim=True), acc + p @ v_block

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "One maximum is kept for all rows of a block. A row whose own scores lie far below it is rounded to 0, and 0/0 "
    "comes of it: take the maximum of each row, along the last axis.",
    name="one-maximum-for-all-rows",
    violates=("large_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = state
        m_new = torch.maximum(m, scores.max())
        p, old = (scores - m_new).exp(), (m - m_new).exp()
        return m_new, l * old + p.sum(-1, keepdim=True), acc * old + p @ v_block

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "The maximum begins at 0, so that it is the largest score only where one is positive: where all lie at -10,000, "
    "every weight is rounded to 0. Begin at -inf.",
    name="maximum-from-zero",
    violates=("large_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, start=0.0)


@misconception(
    "The maximum is taken before the mask, over hidden scores as well. Where one of them is far larger, all that is "
    "seen is rounded to 0: mask first.",
    name="maximum-of-hidden",
    violates=("large_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    seen = {}

    def mask(scores, i, j):
        seen["all"] = scores
        return _masked(scores, i, j)

    def update(state, scores, v_block):
        m, l, acc = state
        m_new = torch.maximum(m, seen.get("all", scores).amax(-1, keepdim=True))
        p, old = (scores - m_new).exp(), (m - m_new).exp()
        return m_new, l * old + p.sum(-1, keepdim=True), acc * old + p @ v_block

    return _flash(q, k, v, block_size, causal, mask=mask, update=update)


@misconception(
    "Hidden scores are set to -10,000, and real ones may be as low. Set them to -inf.",
    name="minus-ten-thousand",
    violates=("large_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    def mask(scores, i, j):
        return scores.masked_fill(torch.isinf(_masked(scores, i, j)), -1e4)

    return _flash(q, k, v, block_size, causal, mask=mask)


@misconception(
    "All T × T scores are computed at once. The result is right, and the matrix that was to be avoided is there.",
    name="whole-matrix",
    violates=("holds_one_block_of_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    if block_size < 1:
        raise ValueError("block_size")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return (_masked(scores, 0, 0) if causal else scores).softmax(-1) @ v


@misconception(
    "For a block of q all of its scores are computed at once, a strip of block_size × T: the softmax needs no trick "
    "then, and the memory grows with T. Go over k block by block, too.",
    name="strip-of-scores",
    violates=("holds_one_block_of_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    if block_size < 1:
        raise ValueError("block_size")
    out = []
    for i in range(0, q.shape[-2], block_size):
        stop = min(i + block_size, q.shape[-2]) if causal else q.shape[-2]
        scores = q[..., i : i + block_size, :] @ k[..., :stop, :].transpose(-2, -1) / math.sqrt(q.shape[-1])
        out.append((_masked(scores, i, 0) if causal else scores).softmax(-1) @ v[..., :stop, :])
    return torch.cat(out, -2)


@misconception(
    "The scores come block by block, but the mask is made for all of them, T × T. Compare the places of a block's own "
    "rows and columns.",
    name="whole-mask",
    violates=("holds_one_block_of_scores",),
)
def flash_attention(q, k, v, block_size, causal=True):
    T = q.shape[-2]
    hidden = torch.ones(T, T, dtype=torch.bool).triu(1)

    def mask(scores, i, j):
        return scores.masked_fill(hidden[i : i + scores.shape[-2], j : j + scores.shape[-1]], -math.inf)

    return _flash(q, k, v, block_size, causal, mask=mask)


@misconception(
    "k is gone over twice: once for the maximum and the sum of each row, and once for the result, so that every score "
    "is computed twice. Rescale what is there, and one pass is enough.",
    name="two-passes",
    violates=("no_score_twice",),
)
def flash_attention(q, k, v, block_size, causal=True):
    if block_size < 1:
        raise ValueError("block_size")
    T, out = q.shape[-2], []
    for i in range(0, T, block_size):
        stop = min(i + block_size, T) if causal else T

        def scores(j, i=i):
            block = q[..., i : i + block_size, :] @ k[..., j : j + block_size, :].transpose(-2, -1)
            block = block / math.sqrt(q.shape[-1])
            return _masked(block, i, j) if causal else block

        m = scores(0).amax(-1, keepdim=True)
        for j in range(block_size, stop, block_size):
            m = torch.maximum(m, scores(j).amax(-1, keepdim=True))
        l, acc = 0.0, 0.0
        for j in range(0, stop, block_size):
            p = (scores(j) - m).exp()
            l, acc = l + p.sum(-1, keepdim=True), acc + p @ v[..., j : j + block_size, :]
        out.append(acc / l)
    return torch.cat(out, -2)


@misconception(
    "Hidden blocks are computed as well, only to be masked as a whole. The result is right; leave them out, and half "
    "of the work is saved.",
    name="hidden-blocks-computed",
    violates=("hidden_blocks_are_not_computed",),
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, block_size, causal, end=lambda T, stop: T)


@misconception(
    "The numbers are added up in float32, also where q, k and v are float64. Make what you add to with q.new_zeros, "
    "or with dtype=q.dtype.",
    name="float32-inside",
)
def flash_attention(q, k, v, block_size, causal=True):
    def update(state, scores, v_block):
        m, l, acc = (part.float() for part in state)
        return tuple(part.to(q.dtype) for part in _update((m, l, acc), scores.float(), v_block.float()))

    return _flash(q, k, v, block_size, causal, update=update)


@misconception(
    "q is scaled in place, and the caller's tensor with it. Make a new one: q = q / math.sqrt(D).",
    name="q-in-place",
    violates=("arguments_stay_as_they_are",),
)
def flash_attention(q, k, v, block_size, causal=True):
    before = q.clone()
    q /= math.sqrt(q.shape[-1])
    return _flash(before, k, v, block_size, causal)


@misconception(
    "block_size is not looked at: a step of 0 or less is no block. Raise ValueError for what is less than 1.",
    name="any-block-size",
    violates=("other_sizes_are_refused",),
)
def flash_attention(q, k, v, block_size, causal=True):
    return _flash(q, k, v, max(block_size, 1), causal)


@misconception(
    "view needs a tensor whose numbers lie one after another in memory, which those of heads do not. reshape takes "
    "any.",
    name="view-of-heads",
)
def flash_attention(q, k, v, block_size, causal=True):
    q.view(-1, *q.shape[-2:])
    return _flash(q, k, v, block_size, causal)
