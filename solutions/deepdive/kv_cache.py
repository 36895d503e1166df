"""The KV cache: what has been computed once for a token is kept, and a new token costs only itself.

A model that writes looks at the same tokens again and again: to find the thousandth it would compute the keys and
values of 999 others, which it has computed for each token before. You keep them, and get the same text for a fraction
of the work, which the grader counts. Source: deep dives, "The KV Cache — Why Inference Is Fast".
"""

# /// exercise
# title = "the KV cache"
# forbids = ["torch.nn.MultiheadAttention", "torch.nn.functional.multi_head_attention_forward"]
# why_forbidden = "this exercise is about writing attention yourself"
# hints = [
#   """Take five tokens of which three are in the cache. Which rows of the 5 × 5 table of scores are new? Where does \
#   the diagonal lie in them? And at which positions do the two new tokens stand?""",
#   """k = keys of the cache, then those of x; v likewise; the query of token t of x sees the first S + t + 1 of them. \
#   generate: the whole text at first, at positions 0 to T − 1; then, for each further token, only the latest one, at \
#   the position that it has in the text.""",
#   """k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2); later = torch.ones(T, S + T, \
#   dtype=torch.bool).triu(S + 1). In generate: logits, caches = model(idx[:, -1:], torch.tensor([idx.shape[1] - 1]), \
#   caches).""",
# ]
# ///

import torch
from torch import nn

Cache = tuple[torch.Tensor, torch.Tensor]


class CachedAttention(nn.Module):
    """Causal self-attention of several heads, which can go on from where it was.

    Args:
        n_embd: numbers in each token's vector; a multiple of n_head.
        n_head: how many heads; each has head_size = n_embd / n_head numbers, head h the h-th part of a key.

    Attributes:
        key, query, value, proj: ``nn.Linear`` from n_embd to n_embd, without bias; proj comes after the heads.
    """

    def __init__(self, n_embd: int, n_head: int) -> None:
        super().__init__()
        # solution
        self.n_head = n_head
        self.key = nn.Linear(n_embd, n_embd, bias=False)
        self.query = nn.Linear(n_embd, n_embd, bias=False)
        self.value = nn.Linear(n_embd, n_embd, bias=False)
        self.proj = nn.Linear(n_embd, n_embd, bias=False)
        # end solution

    def forward(self, x: torch.Tensor, cache: Cache | None = None) -> tuple[torch.Tensor, Cache]:
        """Let new tokens attend to themselves and to all that came before.

        The cache has the keys and values of the S tokens before x; None stands for S = 0. Token t of x, which is token
        S + t of the text, sees the S + t tokens before it, and itself:

            scores[t, s] = q[t] . k[s] / sqrt(head_size)    for s <= S + t, else -inf; in each head
            out          = proj(softmax of scores, times v, the heads side by side)

        All that is remembered is in the cache: the module keeps nothing, so that two texts may go on in turns.

        Args:
            x: the new tokens, (B, T, n_embd); T is 1 or more. Not modified.
            cache: None, or (k, v) as an earlier call returned them, (B, n_head, S, head_size) each. Not modified.

        Returns:
            ``(out, (k, v))``: what comes of the T new tokens, (B, T, n_embd), and a new cache that has them as well, k
            and v of (B, n_head, S + T, head_size) each.

        Source: deep dives, "The KV Cache".
        """
        # solution
        B, T, C = x.shape
        parts = (layer(x).view(B, T, self.n_head, C // self.n_head) for layer in (self.query, self.key, self.value))
        q, k, v = (part.transpose(1, 2) for part in parts)  # (B, n_head, T, head_size)
        if cache is not None:
            k = torch.cat([cache[0], k], dim=2)  # (B, n_head, S + T, head_size)
            v = torch.cat([cache[1], v], dim=2)
        S = k.shape[2] - T
        scores = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5  # (B, n_head, T, S + T)
        later = torch.ones(T, S + T, dtype=torch.bool, device=x.device).triu(S + 1)
        weights = scores.masked_fill(later, float("-inf")).softmax(-1)
        out = (weights @ v).transpose(1, 2).reshape(B, T, C)
        return self.proj(out), (k, v)
        # end solution


class Model(nn.Module):
    """A small language model of two layers of your attention. It is given.

    ``logits, caches = model(idx, positions, caches)``: idx (B, T) are the new tokens, positions (T,) says where in the
    text they stand, caches is None at first, and then what the call before returned. logits are (B, T, vocab_size).
    """

    def __init__(self, vocab_size: int, n_embd: int, n_head: int, block_size: int) -> None:
        super().__init__()
        self.block_size = block_size
        self.token_embedding_table = nn.Embedding(vocab_size, n_embd)
        self.position_embedding_table = nn.Embedding(block_size, n_embd)
        self.layers = nn.ModuleList([CachedAttention(n_embd, n_head) for _ in range(2)])
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)

    def forward(
        self, idx: torch.Tensor, positions: torch.Tensor, caches: list[Cache] | None = None
    ) -> tuple[torch.Tensor, list[Cache]]:
        """Score what may follow each of the new tokens."""
        x = self.token_embedding_table(idx) + self.position_embedding_table(positions)  # (B, T, n_embd)
        grown = []
        for layer, cache in zip(self.layers, caches or [None] * len(self.layers), strict=True):
            out, more = layer(x, cache)
            x = x + out
            grown.append(more)
        return self.lm_head(x), grown


def generate(model: Model, idx: torch.Tensor, n: int, cache: bool = True) -> torch.Tensor:
    """Append n tokens to each text, always the likeliest one.

    Without a cache the model gets the whole text for each new token. With one it gets it once, and from then on only
    the token that is new, at its position, with the caches that it returned before. The text is the same; each token
    costs the same, but for the scores, however long the text has become.

    Args:
        model: a Model, as above. It stays as it is.
        idx: (B, T) int64, the texts to go on from; T is 1 or more. Not modified.
        n: how many tokens to append, 0 or more.
        cache: whether to keep keys and values.

    Returns:
        (B, T + n) int64: the texts with the new tokens behind them.

    Raises:
        ValueError: T + n is more than model.block_size. There are no positions beyond; and to drop old tokens would
            move all others, so that nothing in the cache were right any more.

    Source: deep dives, "Autoregressive Generation" and "The KV Cache".
    """
    # solution
    if idx.shape[1] + n > model.block_size:
        raise ValueError(f"{idx.shape[1]} tokens and {n} more are beyond the {model.block_size} positions")
    with torch.no_grad():
        caches, start = None, 0  # start: the position of the first token that the model has not seen
        for _ in range(n):
            T = idx.shape[1]
            logits, caches = model(idx[:, start:], torch.arange(start, T), caches)
            if cache:
                start = T
            else:
                caches = None
            idx = torch.cat([idx, logits[:, -1:].argmax(-1)], dim=1)
    return idx
    # end solution
