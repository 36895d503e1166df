"""What learners get wrong in deepdive.sampling."""

import torch

from grader.checks import misconception


def _t(logits, T):
    """The right temperature."""
    if T <= 0:
        raise ValueError("T")
    return logits / T


def _k(logits, k):
    """The right top-k."""
    if k < 1:
        raise ValueError("k")
    values, places = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, -torch.inf).scatter(-1, places, values)


def _sorted(logits, p, largest_first=True):
    """(probabilities in order, order), after a look at p."""
    if not 0 < p <= 1:
        raise ValueError("p")
    return logits.softmax(-1).sort(-1, descending=largest_first)


def _put_back(logits, order, keep, fill=-torch.inf):
    """Logits where the sorted places say so."""
    return logits.masked_fill(~torch.zeros_like(logits, dtype=torch.bool).scatter(-1, order, keep), fill)


def _p(logits, p):
    """The right nucleus."""
    probs, order = _sorted(logits, p)
    before = probs.cumsum(-1) - probs
    before[..., 0] = 0.0
    return _put_back(logits, order, (before < p) | (p == 1))


def _draw(logits, generator):
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]


def _filtered(logits, temperature, top_k, top_p, order="tkp"):
    """The filters in an order."""
    for step in order:
        if step == "t":
            logits = _t(logits, temperature)
        if step == "k" and top_k is not None:
            logits = _k(logits, top_k)
        if step == "p" and top_p is not None:
            logits = _p(logits, top_p)
    return logits


# temperature


@misconception(
    "The logits are multiplied by T, so that a high temperature makes the likely likelier. Divide by it.",
    name="multiplied",
    violates=("temperature",),
)
def temperature(logits, T):
    _t(logits, T)
    return logits * T


@misconception(
    "The probabilities are divided by T, which the next softmax takes for logits. Divide the logits.",
    name="probabilities-divided",
    violates=("temperature",),
)
def temperature(logits, T):
    return _t(logits, T).softmax(-1)


@misconception(
    "The probabilities of the logits are divided by T. Divide the logits themselves, and leave the softmax for later.",
    name="softmax-first",
    violates=("temperature",),
)
def temperature(logits, T):
    return _t(logits.softmax(-1), T)


@misconception(
    "The logits are not changed at all. Divide them by T.", name="temperature-ignored", violates=("temperature",)
)
def temperature(logits, T):
    _t(logits, T)
    return logits.clone()


@misconception(
    "T is kept from going below 0.1, so that lower temperatures are not what they say. Divide by T as it comes; only 0 "
    "and less are refused.",
    name="clamped",
    violates=("temperature",),
)
def temperature(logits, T):
    _t(logits, T)
    return logits / max(T, 0.1)


@misconception(
    "T = 0 is let through, or taken for greedy. A division by 0 gives infinities and NaN: raise ValueError for T of "
    "0 or below.",
    name="zero-temperature",
    violates=("refused",),
)
def temperature(logits, T):
    return logits / T


@misconception(
    "Only T = 0 is refused. A negative temperature turns the order around: raise ValueError for it, too.",
    name="negative-temperature",
    violates=("refused",),
)
def temperature(logits, T):
    if T == 0:
        raise ValueError("T")
    return logits / T


@misconception(
    "The caller's logits are divided in place. logits / T makes new ones; logits /= T does not.",
    name="temperature-in-place",
    violates=("arguments_stay_as_they_are",),
)
def temperature(logits, T):
    if T <= 0:
        raise ValueError("T")
    logits /= T
    return logits


# top_k


@misconception(
    "The k smallest logits are kept. The largest are the likeliest.",
    name="smallest-kept",
    violates=("top_k",),
)
def top_k(logits, k):
    return -_k(-logits, k).masked_fill(_k(-logits, k) == -torch.inf, torch.inf)


@misconception(
    "One token fewer survives than k says: the threshold is the k-th largest logit, and it stays (>=, or drop < "
    "alone).",
    name="k-minus-one",
    violates=("top_k",),
)
def top_k(logits, k):
    kept = _k(logits, k)
    smallest = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return kept.masked_fill((logits <= smallest) & (logits < logits.amax(-1, keepdim=True)), -torch.inf)


@misconception(
    "One token more survives than k says. Exactly k do.",
    name="k-plus-one",
    violates=("top_k",),
)
def top_k(logits, k):
    _k(logits, k)
    return _k(logits, k + 1)


@misconception(
    "What is dropped gets the logit 0, and exp(0) = 1: it can still come, and may be likelier than before. It gets "
    "−inf.",
    name="dropped-to-zero",
    violates=("top_k",),
)
def top_k(logits, k):
    return _k(logits, k).masked_fill(_k(logits, k) == -torch.inf, 0.0)


@misconception(
    "All rows share one threshold, that of the first. Each row has its own: values[..., -1:], with its axis.",
    name="threshold-of-first-row",
    violates=("top_k",),
)
def top_k(logits, k):
    _k(logits, k)
    values = logits.topk(min(k, logits.shape[-1]), dim=-1).values
    threshold = values.reshape(-1, values.shape[-1])[0, -1]
    top = logits.amax(-1, keepdim=True)
    return logits.masked_fill((logits < threshold) & (logits < top), -torch.inf)


@misconception(
    "The k largest logits of all rows together are kept, so that some rows keep many and others few. Each row has "
    "its own k: the last axis.",
    name="k-over-the-batch",
    violates=("top_k",),
)
def top_k(logits, k):
    _k(logits, k)
    flat = _k(logits.flatten(), k).reshape(logits.shape)
    return torch.where(logits == logits.amax(-1, keepdim=True), logits, flat)


@misconception(
    "torch.topk asks for more tokens than there are, where k is above V. Take min(k, V).",
    name="k-above-V",
    violates=("top_k",),
)
def top_k(logits, k):
    _k(logits, k)
    values, places = logits.topk(k, dim=-1)
    return torch.full_like(logits, -torch.inf).scatter(-1, places, values)


@misconception(
    "The k largest logits are returned alone, without their places. Return all V, with −inf in the others' place.",
    name="values-alone",
    violates=("top_k",),
)
def top_k(logits, k):
    _k(logits, k)
    return logits.topk(min(k, logits.shape[-1]), dim=-1).values


@misconception(
    "All logits that equal the k-th largest survive, so that more than k can come. Keep by places, as torch.topk gives "
    "them, not by a threshold.",
    name="ties-all-kept",
    violates=("exactly_k_survive",),
)
def top_k(logits, k):
    _k(logits, k)
    smallest = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < smallest, -torch.inf)


@misconception(
    "k = 0 is taken for no filter. Raise ValueError where k is below 1; no filter is None, and that is for sample.",
    name="zero-k",
    violates=("refused",),
)
def top_k(logits, k):
    return _k(logits, k) if k > 0 else logits.clone()


@misconception(
    "k below 1 is taken for 1. It is a mistake of the caller's: raise ValueError.",
    name="k-raised-to-one",
    violates=("refused",),
)
def top_k(logits, k):
    return _k(logits, max(k, 1))


@misconception(
    "What top_k drops gets −10,000, and where other logits are as low it comes. −inf is below all.",
    name="k-minus-10000",
    violates=("what_is_dropped_is_minus_infinity",),
)
def top_k(logits, k):
    kept = _k(logits, k)
    return kept.masked_fill(kept == -torch.inf, -1e4)


@misconception(
    "The caller's logits are overwritten by top_k. masked_fill makes new ones; masked_fill_, and an assignment to "
    "logits[…], do not.",
    name="k-in-place",
    violates=("arguments_stay_as_they_are",),
)
def top_k(logits, k):
    kept = _k(logits, k)
    return logits.masked_fill_(kept == -torch.inf, -torch.inf)


# top_p


@misconception(
    "The token with which the sum reaches p is dropped, so that the mass stays below p. Look at the sum of those "
    "before: a token stays while cumsum − its own probability is below p.",
    name="exclusive",
    violates=("top_p",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p)
    keep = probs.cumsum(-1) <= p
    keep[..., 0] = True
    return _put_back(logits, order, keep | (p == 1))


@misconception(
    "Where the likeliest token alone has more than p, none is left, and the softmax of −inf alone is NaN. The token "
    "with which the sum reaches p stays.",
    name="none-left",
    violates=("top_p",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p)
    return _put_back(logits, order, (probs.cumsum(-1) <= p) | (p == 1))


@misconception(
    "One token more is kept than is needed: the sum has reached p before it. A token stays where the sum of those "
    "before it is below p.",
    name="one-too-many",
    violates=("top_p",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p)
    before = probs.cumsum(-1) - probs
    keep = before < p
    keep[..., 1:] = keep[..., :-1].clone()
    keep[..., :1] = True
    return _put_back(logits, order, keep | (p == 1))


@misconception(
    "The mask is in the order of the sorted tokens, and is laid on the unsorted ones. Carry it back: scatter it to the "
    "places that the sort gives.",
    name="mask-not-carried-back",
    violates=("top_p",),
)
def top_p(logits, p):
    probs, _ = _sorted(logits, p)
    return logits.masked_fill(~((probs.cumsum(-1) - probs < p) | (p == 1)), -torch.inf)


@misconception(
    "The mask is carried back the wrong way: order[i] says which token stands in sorted place i, so that gather by it "
    "sorts once more. Use scatter, or the argsort of order.",
    name="gather-for-scatter",
    violates=("top_p",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p)
    keep = ((probs.cumsum(-1) - probs) < p) | (p == 1)
    return logits.masked_fill(~keep.gather(-1, order), -torch.inf)


@misconception(
    "The probabilities are added up from the smallest, and the unlikely tokens are kept. Sort with descending=True.",
    name="ascending",
    violates=("top_p",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p, largest_first=False)
    return _put_back(logits, order, (probs.cumsum(-1) - probs < p) | (p == 1))


@misconception(
    "Every token with a probability of p or more is kept, and the likeliest one. It is the sum over the likeliest ones "
    "that must reach p.",
    name="threshold-on-each",
    violates=("top_p",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p)
    keep = probs >= p
    keep[..., 0] = True
    return _put_back(logits, order, keep | (p == 1))


@misconception(
    "The sum is over logits, not over probabilities. Take the softmax first.",
    name="cumsum-of-logits",
    violates=("top_p",),
)
def top_p(logits, p):
    _, order = _sorted(logits, p)
    ranked = logits.gather(-1, order)
    keep = (ranked.cumsum(-1) - ranked) < p
    keep[..., 0] = True
    return _put_back(logits, order, keep | (p == 1))


@misconception(
    "p is taken for the mass that is dropped: the nucleus reaches 1 − p. It is to reach p.",
    name="one-minus-p",
    violates=("top_p",),
)
def top_p(logits, p):
    _sorted(logits, p)
    return _p(logits, 1 - p) if p < 1 else logits.clone()


@misconception("top_p changes nothing, whatever p is.", name="top-p-ignored", violates=("top_p",))
def top_p(logits, p):
    _sorted(logits, p)
    return logits.clone()


@misconception(
    "Probabilities are returned, and whoever takes their softmax makes them nearly equal. Return logits.",
    name="probabilities-returned",
    violates=("top_p",),
)
def top_p(logits, p):
    return _p(logits, p).softmax(-1)


@misconception(
    "Every logit that equals the last of the nucleus is kept, so that more tokens survive than p needs. Keep by "
    "places in the order, not by a threshold.",
    name="nucleus-by-threshold",
    violates=("the_nucleus_is_the_smallest_set",),
)
def top_p(logits, p):
    kept = _p(logits, p)
    smallest = kept.masked_fill(kept == -torch.inf, torch.inf).amin(-1, keepdim=True)
    return logits.masked_fill(logits < smallest, -torch.inf)


@misconception(
    "With p = 1 unlikely tokens are dropped, since the likelier ones round to a sum of 1 together. With p = 1 return "
    "the logits as they are.",
    name="rounds-to-one",
    violates=("p_of_one_changes_nothing",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p)
    before = probs.cumsum(-1) - probs
    before[..., 0] = 0.0
    return _put_back(logits, order, before < p)


@misconception(
    "p = 0 is taken for the likeliest token, and p above 1 for all. Both are mistakes of the caller's: raise "
    "ValueError.",
    name="any-p",
    violates=("refused",),
)
def top_p(logits, p):
    return _p(logits, min(max(p, 1e-9), 1.0))


@misconception(
    "p above 1 is let through. Raise ValueError: no set of tokens has such a mass.",
    name="p-above-one",
    violates=("refused",),
)
def top_p(logits, p):
    return _p(logits, min(p, 1.0))


@misconception(
    "p = 0 is let through, and taken for something. Raise ValueError where p is not above 0.",
    name="zero-p",
    violates=("refused",),
)
def top_p(logits, p):
    return _p(logits, max(p, 1e-9))


@misconception(
    "What top_p drops gets −10,000, and where other logits are as low it comes. −inf is below all.",
    name="p-minus-10000",
    violates=("what_is_dropped_is_minus_infinity",),
)
def top_p(logits, p):
    kept = _p(logits, p)
    return kept.masked_fill(kept == -torch.inf, -1e4)


@misconception(
    "The caller's logits are overwritten by top_p. masked_fill makes new ones; masked_fill_, and an assignment to "
    "logits[…], do not.",
    name="p-in-place",
    violates=("arguments_stay_as_they_are",),
)
def top_p(logits, p):
    kept = _p(logits, p)
    return logits.masked_fill_(kept == -torch.inf, -torch.inf)


@misconception(
    "One token more than needed is kept where the sum of those before it is exactly p. That set has reached p: keep "
    "where before < p, not <= p.",
    name="exactly-p",
    violates=("the_mass_is_exactly_p",),
)
def top_p(logits, p):
    probs, order = _sorted(logits, p)
    return _put_back(logits, order, (probs.cumsum(-1) - probs <= p) | (p == 1))


# sample


@misconception(
    "The likeliest token is taken every time. Draw: torch.multinomial(probs, 1, generator=generator).",
    name="argmax",
    violates=("sample",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _filtered(logits, temperature, top_k, top_p).argmax(-1)


@misconception(
    "All allowed tokens are drawn equally often. multinomial needs their probabilities, the softmax of the logits.",
    name="uniform",
    violates=("sample",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    left = _filtered(logits, temperature, top_k, top_p) > -torch.inf
    return torch.multinomial(left.to(logits.dtype), 1, generator=generator)[:, 0]


@misconception(
    "The softmax is taken twice, which makes all tokens nearly equally likely. Once makes probabilities of logits.",
    name="softmax-twice",
    violates=("sample",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, top_p).softmax(-1), generator)


@misconception(
    "One draw of the first row stands for all rows. Each row has a distribution of its own, and a draw of its own.",
    name="first-row-for-all",
    violates=("sample",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, top_p)[:1], generator).expand(len(logits)).clone()


@misconception(
    "The tokens are returned as a column, (B, 1), as multinomial has them. Take the last axis away: (B,).",
    name="column",
    violates=("sample",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, top_p), generator)[:, None]


@misconception(
    "The temperature comes last, so that the nucleus is that at T = 1. It comes first, and the filters see what it "
    "makes.",
    name="temperature-last",
    violates=("sample_with_filters",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, top_p, "kpt"), generator)


@misconception(
    "The nucleus is taken of all tokens, before top-k. It is that of the k which survive, with the probabilities that "
    "they have among themselves.",
    name="nucleus-before-top-k",
    violates=("sample_with_filters",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, top_p, "tpk"), generator)


@misconception("top_p is not used. Filter by it where it is given.", name="no-top-p", violates=("sample_with_filters",))
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, None), generator)


@misconception("top_k is not used. Filter by it where it is given.", name="no-top-k", violates=("sample_with_filters",))
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, None, top_p), generator)


@misconception(
    "The temperature is not used. Divide by it first.", name="no-temperature", violates=("sample_with_filters",)
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, 1.0, top_k, top_p), generator)


@misconception(
    "top_p is used only where top_k is not given. Both may be given, and both filter.",
    name="either-or",
    violates=("sample_with_filters",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, None if top_k is not None else top_p), generator)


@misconception(
    "The generator is not passed on, so that torch's global one draws. torch.multinomial(…, generator=generator).",
    name="generator-ignored",
    violates=("the_generator_decides",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_filtered(logits, temperature, top_k, top_p), None)


@misconception(
    "Without a generator a new one is made, always with the same seed. None is for torch's global generator, and "
    "multinomial takes it for that.",
    name="own-seed",
    violates=("the_generator_decides",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    generator = generator or torch.Generator().manual_seed(1234)
    return _draw(_filtered(logits, temperature, top_k, top_p), generator)


@misconception(
    "The generator is seeded anew before each draw, and every draw is the first one. Use it as it comes.",
    name="seeded-anew",
    violates=("the_generator_advances",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if generator is not None:
        generator.manual_seed(generator.initial_seed())
    return _draw(_filtered(logits, temperature, top_k, top_p), generator)


@misconception(
    "The temperature is divided into the caller's logits in place. logits / T makes new ones; logits /= T does not.",
    name="sample-in-place",
    violates=("arguments_stay_as_they_are",),
)
def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    logits /= temperature
    return _draw(_filtered(logits, 1.0, top_k, top_p), generator)
