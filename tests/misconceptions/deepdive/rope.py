"""What learners get wrong in deepdive.rope."""

import torch

from grader.checks import misconception


def _freqs(d, base):
    return base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)


def _turn(x, angle):
    """Pairs of neighbours by angles (T, d/2)."""
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


def _even(x):
    if x.shape[-1] % 2:
        raise ValueError("odd")
    return x.shape[-1]


@misconception(
    "Nothing is turned: the answer is x. Turn each pair by its angle.",
    name="identity",
    violates=("only_the_distance_counts", "position_zero"),
)
def apply_rope(x, positions, base=10_000.0):
    _even(x)
    return x.clone()


@misconception(
    "The sines and cosines are added to x, as the first Transformers did. Multiply by them: a rotation.",
    name="added",
    violates=("only_the_distance_counts", "position_zero"),
)
def apply_rope(x, positions, base=10_000.0):
    angle = positions[:, None] * _freqs(_even(x), base)
    return x + torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(-2).to(x.dtype)


@misconception(
    "x is multiplied by the cosines alone. A rotation has four terms: even·cos − odd·sin, and even·sin + odd·cos.",
    name="cosines-alone",
    violates=("only_the_distance_counts",),
)
def apply_rope(x, positions, base=10_000.0):
    angle = positions[:, None] * _freqs(_even(x), base)
    return x * angle.cos().repeat_interleave(2, -1).to(x.dtype)


@misconception(
    "Both terms with a sine have a plus. It is even·cos − odd·sin in the even places: with a plus there lengths do "
    "not stay as they are.",
    name="no-minus",
    violates=("only_the_distance_counts",),
)
def apply_rope(x, positions, base=10_000.0):
    angle = positions[:, None] * _freqs(_even(x), base)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos + odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


@misconception(
    "The new even numbers are used for the odd ones: what they were is overwritten before it is needed. Compute both "
    "from the old ones.",
    name="overwritten-too-soon",
    violates=("only_the_distance_counts",),
)
def apply_rope(x, positions, base=10_000.0):
    angle = positions[:, None] * _freqs(_even(x), base)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    even = even * cos - odd * sin
    return torch.stack([even, even * sin + odd * cos], dim=-1).flatten(-2)


@misconception(
    "The positions that are passed in are not looked at: tokens are counted from 0. With a cache, one token comes "
    "alone, with its own position.",
    name="counted-from-zero",
    violates=("position_zero",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, torch.arange(x.shape[-2])[:, None] * _freqs(_even(x), base))


@misconception(
    "Positions are counted from the first one of the call, so that a single token is never turned. They are "
    "absolute: take them as they come.",
    name="counted-from-the-first",
    violates=("position_zero",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, (positions - positions[0])[:, None] * _freqs(_even(x), base))


@misconception(
    "Positions are counted from 1: everything is turned by one token more. Take positions as they come; 0 changes "
    "nothing.",
    name="counted-from-one",
    violates=("position_zero",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, (positions[:, None] + 1) * _freqs(_even(x), base))


@misconception(
    "The first half of the numbers is paired with the second one. Here pairs are neighbours: x[..., 0::2] with "
    "x[..., 1::2].",
    name="halves",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    angle = positions[:, None] * _freqs(_even(x), base)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x.chunk(2, -1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


@misconception(
    "The turned numbers are put side by side, all even ones first. Put them back in turns: torch.stack(…, dim=-1), "
    "then flatten(-2).",
    name="not-put-back",
    violates=("position_zero",),
)
def apply_rope(x, positions, base=10_000.0):
    out = _turn(x, positions[:, None] * _freqs(_even(x), base))
    return torch.cat([out[..., 0::2], out[..., 1::2]], dim=-1)


@misconception(
    "All pairs turn at the pace of the first. Pair i has the frequency base^(−2i/d).",
    name="one-frequency",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, positions[:, None] * _freqs(_even(x), base)[:1].expand(x.shape[-1] // 2))


@misconception(
    "The exponent of the frequency is i/d, half of what it should be. Pair i has base^(−2i/d).",
    name="half-exponent",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, positions[:, None] * _freqs(_even(x), base).sqrt())


@misconception(
    "The exponent of the frequency is 4i/d, twice what it should be. arange(0, d, 2) holds 2i already: divide it by d.",
    name="double-exponent",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, positions[:, None] * _freqs(_even(x), base) ** 2)


@misconception(
    "The exponent has no minus, so that later pairs turn by thousands of radians a token. It is base^(−2i/d).",
    name="frequency-upside-down",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, positions[:, None] / _freqs(_even(x), base))


@misconception(
    "The frequencies stand in the opposite order: the first pair turns slowest. Pair 0 turns by one radian a token.",
    name="frequencies-reversed",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, positions[:, None] * _freqs(_even(x), base).flip(0))


@misconception(
    "The sum in the exponent ends one early or late: i is divided by d/2 − 1, so that the last pair reaches 1/base. "
    "It is −2i/d.",
    name="linspace",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    d = _even(x)
    exponents = torch.linspace(0, 1, d // 2, dtype=torch.float64)
    return _turn(x, positions[:, None] * base**-exponents)


@misconception(
    "The pairs are turned clockwise: the sines have the opposite signs. It is even·cos − odd·sin in the even places.",
    name="clockwise",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, -positions[:, None] * _freqs(_even(x), base))


@misconception(
    "The positions are laid on the second axis, which with heads is that of the heads. They belong to the axis "
    "before the last.",
    name="axis-of-heads",
    violates=("heads",),
)
def apply_rope(x, positions, base=10_000.0):
    angle = positions[:, None] * _freqs(_even(x), base)
    if x.dim() < 4:
        return _turn(x, angle)
    return torch.stack([_turn(x[:, h], angle[h % len(angle)][None]) for h in range(x.shape[1])], dim=1)


@misconception(
    "The base that is passed in is not used; 10,000 is built in. It is only the default.",
    name="base-ignored",
    violates=("base",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, positions[:, None] * _freqs(_even(x), 10_000.0))


@misconception(
    "A float32 x becomes float64 with the angles. Give cos and sin the dtype of x.",
    name="promoted",
    violates=("float32",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x.double(), positions[:, None] * _freqs(_even(x), base))


@misconception(
    "A float64 x comes back as float32. Return the dtype of x.",
    name="always-float32",
    violates=("rotation",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x, positions[:, None] * _freqs(_even(x), base)).float()


@misconception(
    "Where d is odd the last number is left as it is. Raise ValueError.",
    name="odd-left-over",
    violates=("odd",),
)
def apply_rope(x, positions, base=10_000.0):
    d = x.shape[-1] // 2 * 2
    out = _turn(x[..., :d], positions[:, None] * _freqs(x.shape[-1], base)[: d // 2])
    return torch.cat([out, x[..., d:]], -1)


@misconception(
    "No gradient flows through the rotation: under no_grad, or by way of NumPy, or detached. Queries and keys are "
    "trained.",
    name="detached",
    violates=("gradient",),
)
def apply_rope(x, positions, base=10_000.0):
    return _turn(x.detach(), positions[:, None] * _freqs(_even(x), base))


@misconception(
    "The caller's x is written into. Make new numbers: torch.stack, or torch.empty_like to write into.",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def apply_rope(x, positions, base=10_000.0):
    out = _turn(x, positions[:, None] * _freqs(_even(x), base))
    if x.is_contiguous() and not x.requires_grad:
        x.copy_(out)
    return out


_KEPT = {}


@misconception(
    "The sines and cosines are kept by T and d, and used again for other positions. Keep a table by position, or none.",
    name="kept-by-length",
    violates=("position_zero",),
)
def apply_rope(x, positions, base=10_000.0):
    key = (x.shape[-2], _even(x), base)
    if key not in _KEPT:
        _KEPT[key] = positions[:, None] * _freqs(x.shape[-1], base)
    return _turn(x, _KEPT[key])


@misconception(
    "The angles are computed in float32, and at position 100,000 they are off by a hundredth. It is enough to "
    "compute them in float64; cos and sin then take the dtype of x.",
    name="float32-angles",
    violates=("far_away",),
)
def apply_rope(x, positions, base=10_000.0):
    d = _even(x)
    freqs = 1.0 / (base ** (torch.arange(0, d, 2).float() / d))
    return _turn(x, torch.outer(positions.float(), freqs))
