"""What learners get wrong in deepdive.dropout."""

import torch

from grader.checks import misconception


def _refuse(p):
    if not 0 <= p <= 1:
        raise ValueError(f"p is a probability, and {p} is none")


def _keep(x, q, generator, shape=None):
    """1 where an entry is kept, with the probability q, as x's dtype."""
    uniform = torch.rand(x.shape if shape is None else shape, generator=generator, dtype=x.dtype)
    return (uniform >= 1 - q).to(x.dtype)


def _dropout(x, p, training, keep, scale=None):
    """(out, mask) once it is known how to draw what is kept; right at p = 1, in evaluation and for other p."""
    _refuse(p)
    if not training:
        return x.clone(), torch.ones_like(x)
    if p == 1:
        return torch.zeros_like(x), torch.zeros_like(x)
    mask = keep() * ((1 / (1 - p)) if scale is None else scale)
    return x * mask, mask


@misconception(
    "What is kept is not made larger, so that in training the activations are on average 1 − p of what they are in "
    "evaluation. Multiply by 1/(1 − p).",
    name="no-rescale",
    violates=("mask",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator), 1.0)


@misconception(
    "What is kept is multiplied by 1/p. It is kept with the probability 1 − p, so that 1/(1 − p) makes up for the "
    "rest.",
    name="rescale-by-p",
    violates=("mask",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator), 1 / p if p else 1.0)


@misconception(
    "What is kept is multiplied by 1 − p, which makes it smaller still. Divide by 1 − p.",
    name="times-1-minus-p",
    violates=("mask",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator), 1 - p)


@misconception(
    "p is taken for the probability of being kept, and 1/p for the factor. It is that of being dropped: kept is 1 − p.",
    name="p-keeps",
)
def dropout(x, p, training, generator):
    _refuse(p)
    if not training:
        return x.clone(), torch.ones_like(x)
    mask = _keep(x, p, generator) / p if 0 < p < 1 else torch.full_like(x, 1.0 - p)
    return x * mask, mask


@misconception(
    "Entries are kept with the probability p and dropped with 1 − p, the wrong way round: rand >= p keeps, rand < p "
    "drops.",
    name="kept-with-probability-p",
    violates=("share",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, p, generator) if p else torch.ones_like(x))


@misconception(
    "The mask is made of normal numbers, torch.randn, which are above p as often as the bell curve says. Uniform ones "
    "are wanted: torch.rand.",
    name="normal-numbers",
    violates=("share",),
)
def dropout(x, p, training, generator):
    def keep():
        normal = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        return (normal >= p).to(x.dtype) if p else torch.ones_like(x)

    return _dropout(x, p, training, keep)


@misconception(
    "The mask that is returned is that of 0 and 1, without the factor. It is what x was multiplied by: 0 or 1/(1 − p).",
    name="mask-without-factor",
    violates=("mask",),
)
def dropout(x, p, training, generator):
    out, mask = _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))
    return out, (mask != 0).to(x.dtype)


@misconception(
    "The mask that is returned is one of True and False. It is what x was multiplied by, in x's dtype: 0 or 1/(1 − p).",
    name="mask-of-booleans",
)
def dropout(x, p, training, generator):
    out, mask = _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))
    return out, mask != 0


@misconception(
    "Only out is returned. The backward pass needs the mask beside it: return out, mask.",
    name="no-mask-returned",
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))[0]


@misconception(
    "In evaluation there is no mask, but None. Nothing is dropped there, so that it is all ones.",
    name="no-mask-in-evaluation",
    violates=("evaluation",),
)
def dropout(x, p, training, generator):
    out, mask = _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))
    return out, mask if training else None


@misconception(
    "Entries are dropped in evaluation too. There out is x: look at training first.",
    name="drops-in-evaluation",
    violates=("evaluation",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, True, lambda: _keep(x, 1 - p, generator))


@misconception(
    "The mask is a tensor of float32, whatever x is. It has x's dtype: torch.rand(…, dtype=x.dtype), or .to(x.dtype).",
    name="mask-in-float32",
)
def dropout(x, p, training, generator):
    out, mask = _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))
    return out, mask.float()


@misconception(
    "In evaluation x is multiplied by 1 − p, as in the first paper. Inverted dropout has made up for it in training, "
    "and leaves x alone here.",
    name="scaled-in-evaluation",
    violates=("evaluation",),
)
def dropout(x, p, training, generator):
    if not training:
        _refuse(p)
        return x * (1 - p), torch.full_like(x, 1 - p)
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))


@misconception(
    "training is read the wrong way round: entries are dropped in evaluation and kept in training.",
    name="training-reversed",
)
def dropout(x, p, training, generator):
    return _dropout(x, p, not training, lambda: _keep(x, 1 - p, generator))


@misconception(
    "One row is drawn and serves all the others, so that whole columns are dropped. Draw a number for every entry: "
    "torch.rand(x.shape, …).",
    name="one-row-for-all",
    violates=("each_entry_by_itself",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator, x.shape[-1:]).expand(x.shape))


@misconception(
    "One number is drawn for each example, which is dropped whole or kept. Draw one for every entry: "
    "torch.rand(x.shape, …).",
    name="whole-examples",
    violates=("each_entry_by_itself",),
)
def dropout(x, p, training, generator):
    def keep():
        shape = (*x.shape[:-1], 1) if x.ndim > 1 else x.shape
        return _keep(x, 1 - p, generator, shape).expand(x.shape)

    return _dropout(x, p, training, keep)


@misconception(
    "Just p·n of the n entries are dropped, those that a permutation picks. Each entry is to be drawn by itself, "
    "whatever the others are.",
    name="a-fixed-number",
    violates=("each_entry_by_itself",),
)
def dropout(x, p, training, generator):
    def keep():
        n = x.numel()
        kept = torch.randperm(n, generator=generator) >= round(p * n)
        return kept.reshape(x.shape).to(x.dtype)

    return _dropout(x, p, training, keep)


@misconception(
    "The generator is not used: torch's global one draws. Pass it on, torch.rand(…, generator=generator).",
    name="generator-ignored",
    violates=("the_generator_decides",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, None))


@misconception(
    "A seed is set inside, so that every call draws the same mask. What is random is the caller's affair.",
    name="seeded-inside",
    violates=("the_generator_decides",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, torch.Generator().manual_seed(42)))


@misconception(
    "The generator is set back to its seed in each call, and so draws the same mask whenever it is asked. Let it "
    "advance.",
    name="generator-set-back",
    violates=("the_generator_decides",),
)
def dropout(x, p, training, generator):
    def keep():
        generator.manual_seed(generator.initial_seed())
        return _keep(x, 1 - p, generator)

    return _dropout(x, p, training, keep)


@misconception(
    "At p = 1 the mask is 0 times 1/0, which is NaN or an error. Everything is dropped there: zeros.",
    name="nan-at-1",
    violates=("nothing_and_everything",),
)
def dropout(x, p, training, generator):
    _refuse(p)
    if not training:
        return x.clone(), torch.ones_like(x)
    mask = _keep(x, 1 - p, generator) / torch.tensor(1 - p, dtype=x.dtype)
    return x * mask, mask


@misconception(
    "At p = 1 everything is kept: the case in which nothing can be divided has been taken for the one in which nothing "
    "happens. There the mask is all zeros.",
    name="identity-at-1",
    violates=("nothing_and_everything",),
)
def dropout(x, p, training, generator):
    return _dropout(x, p, training and p < 1, lambda: _keep(x, 1 - p, generator))


@misconception(
    "p = 1 is refused. It is a probability, and out is all zeros then.",
    name="refuses-1",
    violates=("nothing_and_everything",),
)
def dropout(x, p, training, generator):
    if not 0 <= p < 1:
        raise ValueError("p must lie in [0, 1)")
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))


@misconception(
    "No p is refused. Below 0 and above 1 it is no probability: raise ValueError, before anything else.",
    name="any-p",
    violates=("no_probability",),
)
def dropout(x, p, training, generator):
    _refuse(0.5)
    if not training:
        return x.clone(), torch.ones_like(x)
    if p == 1:
        return torch.zeros_like(x), torch.zeros_like(x)
    mask = _keep(x, 1 - p, generator) / (1 - p)
    return x * mask, mask


@misconception(
    "p is looked at in training only. In evaluation too, what is no probability raises ValueError.",
    name="refused-in-training-only",
    violates=("no_probability",),
)
def dropout(x, p, training, generator):
    if not training:
        return x.clone(), torch.ones_like(x)
    return _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))


@misconception(
    "x is multiplied in place (*=, or x[…] = 0), and the caller's activations are gone. Make a new tensor: x * mask.",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def dropout(x, p, training, generator):
    out, mask = _dropout(x, p, training, lambda: _keep(x, 1 - p, generator))
    x *= mask
    return out, mask


# backward


@misconception(
    "The gradient passes unchanged. Where an entry was dropped, nothing of x is in out, and where it was kept, "
    "1/(1 − p) of it: dout * mask.",
    name="gradient-without-mask",
)
def dropout_backward(dout, mask):
    return dout.clone()


@misconception(
    "The gradient stops at the dropped entries, but the others lack their factor. The mask has it: dout * mask.",
    name="gradient-without-factor",
)
def dropout_backward(dout, mask):
    return dout * (mask != 0).to(dout.dtype)


@misconception(
    "The gradient passes where entries were dropped, dout − dout·mask. It passes where they were kept: dout * mask.",
    name="gradient-of-the-others",
)
def dropout_backward(dout, mask):
    return dout - dout * mask


@misconception(
    "The gradient is divided by the mask, 0 where it was dropped. A factor of the forward pass is one of the backward "
    "pass too: dout * mask.",
    name="divided-by-the-mask",
)
def dropout_backward(dout, mask):
    return torch.where(mask != 0, dout / mask, torch.zeros_like(dout))


@misconception(
    "The gradient has the factor 1/(1 − p) twice, as if the mask were one of 0 and 1. It is in the mask already.",
    name="factor-twice",
)
def dropout_backward(dout, mask):
    return dout * mask * mask.max()


@misconception(
    "The gradient is multiplied into dout in place. Make a new tensor: dout * mask.",
    name="gradient-in-place",
    violates=("arguments_stay_as_they_are",),
)
def dropout_backward(dout, mask):
    dout *= mask
    return dout
