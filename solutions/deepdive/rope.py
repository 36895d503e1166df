"""RoPE: a position is an angle, and what two tokens see of each other is how far they are apart.

Attention by itself knows no order. The first Transformers added a vector for each position to the embeddings; most
models of today turn queries and keys instead, by an angle that grows with the position. Turned by m and by n, a query
and a key meet at the angle m − n, wherever in the text they stand. Source: deep dives, "The Grand Picture", where RoPE
is among the innovations; Su et al. 2021.
"""

# /// exercise
# title = "rotary positions"
# hints = [
#   """Write it down for d = 2, where there is one pair and one angle: what does a rotation by the angle a make of \
#   (x0, x1)? Then look at the shapes: there is one angle for each position and each pair, (T, d/2).""",
#   """angle[t, i] = positions[t] * base ** (-2 i / d). With even = x[..., 0::2] and odd = x[..., 1::2], each \
#   (..., T, d/2): the new even ones are even cos − odd sin, the new odd ones even sin + odd cos. Put them back in \
#   turns, as they were.""",
#   """freqs = base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d); angle = positions[:, None] * freqs; \
#   torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2).""",
# ]
# ///

import torch


def apply_rope(x: torch.Tensor, positions: torch.Tensor, base: float = 10_000.0) -> torch.Tensor:
    """Turn each pair of neighbouring numbers of each token by an angle that grows with the token's position.

    Pair i is (x[..., t, 2 i], x[..., t, 2 i + 1]), for i from 0 to d/2 − 1. It is turned counter-clockwise by

        angle[t, i] = positions[t] * base ** (-2 i / d)

        new x[..., t, 2 i]     = x[..., t, 2 i] * cos(angle[t, i]) - x[..., t, 2 i + 1] * sin(angle[t, i])
        new x[..., t, 2 i + 1] = x[..., t, 2 i] * sin(angle[t, i]) + x[..., t, 2 i + 1] * cos(angle[t, i])

    so the first pair turns by one radian a token, and the last one hardly at all. Pairs are neighbours, as in the paper
    and in Meta's code; some libraries pair the first half with the second one, which is the same for other weights.

    Three properties to check yourself by: position 0 changes nothing; lengths stay as they are; and the product of a
    query turned by m and a key turned by n depends on m − n alone, and not on m and n.

    Args:
        x: queries or keys, (..., T, d), float32 or float64, any number of leading axes (none, batch, batch and heads);
            d is even. Not modified.
        positions: (T,) int64, of each of the T tokens. Any numbers of 0 or more: with a cache, one token alone comes
            with its position, 17 say.
        base: of the frequencies, above 1.

    Returns:
        The turned x, of its shape and dtype. Gradients flow through it.

    Raises:
        ValueError: d is odd.

    Example:
        d = 2: x = [[1., 0.]], positions = [3] -> [[cos 3, sin 3]] = [[-0.98999, 0.14112]]

    Source: Su et al. 2021, section 3.2; deep dives, "The Grand Picture".
    """
    # solution
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"numbers are turned in pairs, and {d} is odd")
    freqs = base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)  # (d/2,)
    angle = positions[:, None] * freqs  # (T, d/2)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]  # (..., T, d/2) each
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)
    # end solution
