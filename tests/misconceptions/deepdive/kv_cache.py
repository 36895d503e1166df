"""What learners get wrong in deepdive.kv_cache."""

import torch
from torch import nn

from grader.checks import misconception


class _Attention(nn.Module):
    """A right attention in steps; each wrong answer below replaces one of them."""

    def __init__(self, n_embd, n_head):
        super().__init__()
        self.n_head = n_head
        self.key = nn.Linear(n_embd, n_embd, bias=False)
        self.query = nn.Linear(n_embd, n_embd, bias=False)
        self.value = nn.Linear(n_embd, n_embd, bias=False)
        self.proj = nn.Linear(n_embd, n_embd, bias=False)

    def heads(self, x):
        return x.unflatten(-1, (self.n_head, -1)).transpose(1, 2)

    def join(self, cache, k, v):
        return (k, v) if cache is None else (torch.cat([cache[0], k], 2), torch.cat([cache[1], v], 2))

    def later(self, T, S):
        return torch.ones(T, S + T, dtype=torch.bool).triu(S + 1)

    def scale(self, k):
        return k.shape[-1] ** -0.5

    def attend(self, q, k, v):
        T = q.shape[2]
        scores = (q @ k.transpose(-2, -1) * self.scale(k)).masked_fill(self.later(T, k.shape[2] - T), -torch.inf)
        return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)

    def forward(self, x, cache=None):
        q, k, v = (self.heads(layer(x)) for layer in (self.query, self.key, self.value))
        k, v = self.join(cache, k, v)
        return self.proj(self.attend(q, k, v)), (k, v)


def _generate(model, idx, n, cache=True, positions=None, tokens=None, choose=None):
    """The right text, with steps to replace: which positions, which tokens, and what of the logits."""
    if idx.shape[1] + n > model.block_size:
        raise ValueError("too long")
    with torch.no_grad():
        caches, start = None, 0
        for _ in range(n):
            T = idx.shape[1]
            new = torch.arange(start, T) if positions is None else positions(start, T)
            part = idx[:, start:] if tokens is None else tokens(idx, start)
            logits, caches = model(part, new, caches)
            start, caches = (T, caches) if cache else (0, None)
            idx = torch.cat([idx, choose(logits) if choose else logits[:, -1:].argmax(-1)], dim=1)
    return idx


# CachedAttention


@misconception(
    "There is no mask: each token sees those behind it. The query of token t sees the first S + t + 1 keys.",
    name="no-mask",
    violates=("without_cache",),
)
class CachedAttention(_Attention):
    def later(self, T, S):
        return torch.zeros(T, S + T, dtype=torch.bool)


@misconception("The scores are not divided by √head_size.", name="no-scale", violates=("without_cache",))
class CachedAttention(_Attention):
    def scale(self, k):
        return 1.0


@misconception(
    "The scores are divided by √n_embd. Each head has a product of head_size numbers: √head_size.",
    name="scale-of-all-heads",
    violates=("without_cache",),
)
class CachedAttention(_Attention):
    def scale(self, k):
        return self.key.in_features**-0.5


@misconception("proj is not used. It comes behind the heads.", name="no-proj", violates=("without_cache",))
class CachedAttention(_Attention):
    def forward(self, x, cache=None):
        q, k, v = (self.heads(layer(x)) for layer in (self.query, self.key, self.value))
        k, v = self.join(cache, k, v)
        return self.attend(q, k, v), (k, v)


@misconception(
    "The heads are cut out in turns: number h, h + n_head, h + 2·n_head. Head h is the h-th part of a key: "
    "view(B, T, n_head, head_size).",
    name="heads-in-turns",
    violates=("without_cache",),
)
class CachedAttention(_Attention):
    def heads(self, x):
        return x.unflatten(-1, (-1, self.n_head)).permute(0, 3, 1, 2)

    def attend(self, q, k, v):
        out = super().attend(q, k, v).unflatten(-1, (self.n_head, -1))
        return out.transpose(-1, -2).flatten(2)


@misconception(
    "The heads are viewed as (B, n_head, T, head_size) at once, which mixes tokens. View as (B, T, n_head, "
    "head_size), and transpose then.",
    name="viewed-at-once",
    violates=("without_cache",),
)
class CachedAttention(_Attention):
    def heads(self, x):
        B, T, C = x.shape
        return x.reshape(B, self.n_head, T, C // self.n_head)


@misconception(
    "The layers have a bias. Here they have none: nn.Linear(…, bias=False).", name="bias", violates=("without_cache",)
)
class CachedAttention(_Attention):
    def __init__(self, n_embd, n_head):
        super().__init__(n_embd, n_head)
        for name in ("key", "query", "value", "proj"):
            setattr(self, name, nn.Linear(n_embd, n_embd))


@misconception(
    "The new keys stand before those of the cache. They are later: behind.",
    name="new-keys-first",
    violates=("what_is_kept",),
)
class CachedAttention(_Attention):
    def join(self, cache, k, v):
        return (k, v) if cache is None else (torch.cat([k, cache[0]], 2), torch.cat([v, cache[1]], 2))


@misconception(
    "Keys and values have changed places in the cache. It is (k, v).",
    name="values-first",
    violates=("what_is_kept",),
)
class CachedAttention(_Attention):
    def forward(self, x, cache=None):
        out, (k, v) = super().forward(x, None if cache is None else (cache[1], cache[0]))
        return out, (v, k)


@misconception(
    "Only the keys and values of the new tokens are returned, so that older ones are lost at the next call. The new "
    "cache holds them all.",
    name="cache-does-not-grow",
    violates=("what_is_kept",),
)
class CachedAttention(_Attention):
    def forward(self, x, cache=None):
        out, (k, v) = super().forward(x, cache)
        return out, (k[:, :, -x.shape[1] :], v[:, :, -x.shape[1] :])


@misconception(
    "The cache is filled and returned, but not used: new tokens see each other alone.",
    name="cache-not-used",
    violates=("token_by_token",),
)
class CachedAttention(_Attention):
    def forward(self, x, cache=None):
        q, k, v = (self.heads(layer(x)) for layer in (self.query, self.key, self.value))
        return self.proj(self.attend(q, k, v)), self.join(cache, k, v)


@misconception(
    "New tokens see the cache and not themselves: they are put into it behind the attention. Each token sees itself, "
    "too.",
    name="not-itself",
    violates=("token_by_token",),
)
class CachedAttention(_Attention):
    def forward(self, x, cache=None):
        if cache is None or x.shape[1] > 1:
            return super().forward(x, cache)
        q, k, v = (self.heads(layer(x)) for layer in (self.query, self.key, self.value))
        scores = q @ cache[0].transpose(-2, -1) * self.scale(k)
        return self.proj((scores.softmax(-1) @ cache[1]).transpose(1, 2).flatten(2)), self.join(cache, k, v)


@misconception(
    "The mask is laid from the upper left corner, as torch's is_causal does: token t of x sees the first t + 1 keys, "
    "and little of the cache. It sees S + t + 1: triu(S + 1).",
    name="mask-from-the-corner",
    violates=("token_by_token",),
)
class CachedAttention(_Attention):
    def later(self, T, S):
        return torch.ones(T, S + T, dtype=torch.bool).triu(1)


@misconception(
    "With a cache there is no mask. For one new token none is needed; several must not see each other's future.",
    name="no-mask-with-cache",
    violates=("several_at_once",),
)
class CachedAttention(_Attention):
    def later(self, T, S):
        return super().later(T, S) if S == 0 else torch.zeros(T, S + T, dtype=torch.bool)


@misconception(
    "The mask is off by one: each new token behind a cache sees the one after it, too. It sees s <= S + t: triu(S + "
    "1).",
    name="mask-off-by-one",
    violates=("several_at_once",),
)
class CachedAttention(_Attention):
    def later(self, T, S):
        return torch.ones(T, S + T, dtype=torch.bool).triu(S + 1 + (S > 0))


@misconception(
    "The module keeps keys and values itself, so that the second text goes on from the first. All that is remembered "
    "is in the cache that is passed in.",
    name="kept-in-the-module",
    violates=("nothing_is_kept_elsewhere",),
)
class CachedAttention(_Attention):
    def join(self, cache, k, v):
        if cache is not None and self.kept[0].shape == cache[0].shape:
            cache = self.kept
        self.kept = super().join(cache, k, v)
        return self.kept


@misconception(
    "The caller's cache is written into. torch.cat makes a new one.",
    name="cache-in-place",
    violates=("nothing_is_kept_elsewhere",),
)
class CachedAttention(_Attention):
    def join(self, cache, k, v):
        joined = super().join(cache, k, v)
        if cache is not None and cache[0].is_contiguous():
            with torch.no_grad():
                for part, new in zip(cache, (k, v), strict=True):
                    part[:, :, -1:] = new[:, :, -1:]
        return joined


# generate


@misconception(
    "Every new token stands at position 0. It stands behind the text: at idx.shape[1] − 1.",
    name="position-zero",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    return _generate(model, idx, n, cache, positions=lambda start, T: torch.arange(T - start))


@misconception(
    "The new token gets the position after its own. The latest of T tokens stands at T − 1.",
    name="position-one-too-far",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    late = lambda start, T: torch.arange(start, T) + (start > 0)  # noqa: E731
    return _generate(model, idx, n, cache, positions=lambda start, T: late(start, T).clamp(max=model.block_size - 1))


@misconception(
    "The position is counted up by the length of the prompt at each step. It grows by one a token.",
    name="position-in-jumps",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    first = idx.shape[1]
    jump = lambda start, T: torch.arange(T) if start == 0 else torch.tensor([first * (T - first + 1)])  # noqa: E731
    return _generate(model, idx, n, cache, positions=lambda start, T: jump(start, T).clamp(max=model.block_size - 1))


@misconception(
    "With the cache, the whole text is passed to the model again, so that its tokens are in the cache twice. Pass "
    "only the new one.",
    name="text-twice",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    return _generate(model, idx, n, cache, positions=lambda start, T: torch.arange(T), tokens=lambda idx, start: idx)


@misconception(
    "The latest token of the text is passed to the model twice: the prompt's last one is in the cache already when the "
    "first new token is to be found.",
    name="last-token-twice",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    if not cache or n == 0:
        return _generate(model, idx, n, cache)
    if idx.shape[1] + n > model.block_size:
        raise ValueError("too long")
    with torch.no_grad():
        _, caches = model(idx, torch.arange(idx.shape[1]), None)
        for _ in range(n):
            logits, caches = model(idx[:, -1:], torch.tensor([idx.shape[1] - 1]), caches)
            idx = torch.cat([idx, logits[:, -1:].argmax(-1)], dim=1)
    return idx


@misconception(
    "Only the last token of the prompt is passed to the model at first, and the rest of it is never seen. The whole "
    "prompt goes first.",
    name="no-prompt",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    if not cache:
        return _generate(model, idx, n, cache)
    return _generate(model, idx, n, cache, lambda start, T: torch.tensor([T - 1]), lambda idx, start: idx[:, -1:])


@misconception(
    "The caches that the model returns are not passed on, so that each new token is alone.",
    name="caches-dropped",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    if not cache:
        return _generate(model, idx, n, cache)
    if idx.shape[1] + n > model.block_size:
        raise ValueError("too long")
    start = 0
    with torch.no_grad():
        for _ in range(n):
            T = idx.shape[1]
            logits, _ = model(idx[:, start:], torch.arange(start, T), None)
            start, idx = T, torch.cat([idx, logits[:, -1:].argmax(-1)], dim=1)
    return idx


@misconception(
    "The first caches are passed in again at each step; what the model returns later is dropped. Each call's caches "
    "go to the next.",
    name="first-caches-kept",
    violates=("the_same_text",),
)
def generate(model, idx, n, cache=True):
    if not cache or n == 0:
        return _generate(model, idx, n, cache)
    if idx.shape[1] + n > model.block_size:
        raise ValueError("too long")
    with torch.no_grad():
        logits, caches = model(idx, torch.arange(idx.shape[1]), None)
        for _ in range(n):
            idx = torch.cat([idx, logits[:, -1:].argmax(-1)], dim=1)
            logits, _ = model(idx[:, -1:], torch.tensor([idx.shape[1] - 1]), caches)
    return idx


@misconception(
    "The likeliest token behind the first place is taken. The last place predicts the next token: logits[:, -1].",
    name="first-logits",
    violates=("generate_without_cache",),
)
def generate(model, idx, n, cache=True):
    return _generate(model, idx, n, cache, choose=lambda logits: logits[:, :1].argmax(-1))


@misconception(
    "Tokens are drawn. Here the likeliest is taken, always.",
    name="sampled",
    violates=("generate_without_cache",),
)
def generate(model, idx, n, cache=True):
    return _generate(model, idx, n, cache, choose=lambda logits: torch.multinomial(logits[:, -1].softmax(-1), 1))


@misconception(
    "The new tokens are returned without the text that they go on from. Return both, (B, T + n).",
    name="new-tokens-alone",
    violates=("generate_without_cache",),
)
def generate(model, idx, n, cache=True):
    return _generate(model, idx, n, cache)[:, idx.shape[1] :]


@misconception(
    "One token more is appended than was asked for. Append n.",
    name="one-more",
    violates=("generate_without_cache",),
)
def generate(model, idx, n, cache=True):
    _generate(model, idx, n, False)
    return _generate(model, idx, min(n + 1, model.block_size - idx.shape[1]), cache)


@misconception(
    "The cache is never used, and the whole text is computed anew for each token. Pass only the new one, with the "
    "caches.",
    name="never-cached",
    violates=("work",),
)
def generate(model, idx, n, cache=True):
    return _generate(model, idx, n, False)


@misconception(
    "The cache is used where it should not be: cache=False is not looked at. There, the whole text goes to the model "
    "for each new token.",
    name="always-cached",
    violates=("work",),
)
def generate(model, idx, n, cache=True):
    return _generate(model, idx, n, True)


@misconception(
    "Beyond block_size nothing is said: an IndexError of the embedding, or a text that has dropped its beginning. "
    "Raise ValueError.",
    name="no-limit",
    violates=("too_long",),
)
def generate(model, idx, n, cache=True):
    known = model.block_size
    model.block_size = 10**9
    try:
        return _generate(model, idx, n, cache)
    finally:
        model.block_size = known


@misconception(
    "One token too few fits: T + n may be as many as there are positions. ValueError comes beyond.",
    name="limit-off-by-one",
    violates=("too_long",),
)
def generate(model, idx, n, cache=True):
    if idx.shape[1] + n >= model.block_size and not cache:
        raise ValueError("too long")
    return _generate(model, idx, n, cache)


@misconception(
    "The new token is written over the last one of the caller's text: idx[:, -1:] is a view of it. torch.cat makes a "
    "new text.",
    name="last-token-overwritten",
    violates=("idx_stays_as_it_is",),
)
def generate(model, idx, n, cache=True):
    out = _generate(model, idx, n, cache)
    if cache and n:
        idx[:, -1:] = out[:, -1:]
    return out
