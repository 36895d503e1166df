"""What learners get wrong in walk.temperature."""

import torch

from grader.checks import misconception


def _draw(p, generator):
    return int(torch.multinomial(p, 1, generator=generator))


def _scaled(logits, temperature):
    if temperature == 0:
        return torch.where(torch.arange(len(logits)) == logits.argmax(), 0.0, -torch.inf)
    return (logits.double() - logits.max()) / temperature


@misconception(
    "The logits are multiplied by the temperature, so that a high one makes the likeliest likelier still. Divide.",
    name="multiplied",
)
def sample_token(logits, temperature, generator):
    return _draw((logits * temperature).softmax(-1), generator)


@misconception(
    "The temperature changes nothing: it is left out, or subtracted, or it divides the probabilities, and a draw by "
    "weights sees none of that. Divide the logits by it, before the softmax.",
    name="no-temperature",
)
def sample_token(logits, temperature, generator):
    return _draw(logits.softmax(-1), generator)


@misconception(
    "The softmax is taken of probabilities, which makes them nearly even. It is taken of the logits, once.",
    name="softmax-twice",
)
def sample_token(logits, temperature, generator):
    return _draw((logits.softmax(-1) / temperature).softmax(-1), generator)


@misconception(
    "Always the likeliest token is taken. Draw one by the probabilities, with torch.multinomial.",
    name="argmax",
)
def sample_token(logits, temperature, generator):
    return int(logits.argmax())


@misconception(
    "The logits are weights as they are. Weights are exp(logit / T), the softmax.",
    name="no-exponential",
)
def sample_token(logits, temperature, generator):
    return _draw((logits / temperature).clamp(min=1e-9), generator)


@misconception(
    "The temperature is squared. The logits are divided by T itself.",
    name="squared",
)
def sample_token(logits, temperature, generator):
    return _draw(_scaled(_scaled(logits, temperature), temperature).softmax(-1), generator)


@misconception(
    "The logits are divided by the root of the temperature. They are divided by T itself.",
    name="root",
)
def sample_token(logits, temperature, generator):
    return _draw(_scaled(logits, temperature**0.5).softmax(-1), generator)


@misconception(
    "A temperature above 1 counts as 1. It makes the probabilities flatter: divide by it, whatever it is.",
    name="capped-at-one",
)
def sample_token(logits, temperature, generator):
    return _draw(_scaled(logits, min(temperature, 1.0)).softmax(-1), generator)


@misconception(
    "A temperature below 1 counts as 1. It makes the probabilities sharper: divide by it, whatever it is.",
    name="at-least-one",
)
def sample_token(logits, temperature, generator):
    return _draw(_scaled(logits, max(temperature, 1.0)).softmax(-1), generator)


@misconception(
    "The probabilities are those of the least likely tokens, with -logit / T. The sign is wrong.",
    name="sign",
)
def sample_token(logits, temperature, generator):
    return _draw((-_scaled(logits, temperature)).softmax(-1), generator)


@misconception(
    "Every token is as likely as any other. Weigh them by softmax(logits / T).",
    name="uniform",
)
def sample_token(logits, temperature, generator):
    return int(torch.randint(len(logits), (1,), generator=generator))


@misconception(
    "Low temperatures are cut off at 0.1, so that the likeliest token does not come for sure. Divide by T as it is.",
    name="cut-off",
)
def sample_token(logits, temperature, generator):
    return _draw(_scaled(logits, max(temperature, 0.1)).softmax(-1), generator)


@misconception(
    "High temperatures are cut off. Divide by T as it is.",
    name="cut-off-above",
)
def sample_token(logits, temperature, generator):
    return _draw(_scaled(logits, min(temperature, 10.0)).softmax(-1), generator)


@misconception(
    "exp overflows for large logits, and inf / inf is NaN. torch.softmax subtracts the largest logit first.",
    name="overflow",
)
def sample_token(logits, temperature, generator):
    if temperature < 1e-6:
        return int(logits.argmax())
    e = torch.exp(logits / temperature)
    return _draw(e / e.sum(), generator)


@misconception(
    "A little is added to every probability, so that tokens come which must not. -inf means probability 0.",
    name="never-zero",
)
def sample_token(logits, temperature, generator):
    p = _scaled(logits, temperature).softmax(-1)
    return _draw(p + 0.01 * (logits == -torch.inf), generator)


@misconception(
    "The generator is not used: the token comes from torch's global one. Pass it on, generator=generator.",
    name="global-generator",
)
def sample_token(logits, temperature, generator):
    return int(torch.multinomial(_scaled(logits, temperature).softmax(-1), 1))


@misconception(
    "The generator is seeded anew at each call, so that always the same token comes. Its seed is the caller's affair.",
    name="seeded",
)
def sample_token(logits, temperature, generator):
    generator.manual_seed(1337)
    return _draw(_scaled(logits, temperature).softmax(-1), generator)


@misconception(
    "A tensor is returned. .item() or int makes a Python int of it.",
    name="tensor",
)
def sample_token(logits, temperature, generator):
    return torch.multinomial(_scaled(logits, temperature).softmax(-1), 1, generator=generator)


@misconception(
    "The logits are changed in place: logits /= temperature writes into the caller's tensor. Write logits / T.",
    name="in-place",
)
def sample_token(logits, temperature, generator):
    if temperature == 0:
        return int(logits.argmax())
    logits -= logits.max().clone()
    logits /= temperature
    return _draw(logits.softmax(-1), generator)


@misconception(
    "Tokens are counted from 1. The first one is 0.",
    name="from-one",
)
def sample_token(logits, temperature, generator):
    return min(_draw(_scaled(logits, temperature).softmax(-1), generator) + 1, len(logits) - 1)


@misconception(
    "Only the more likely tokens are left, the others never come. Every token has its probability, but where the logit "
    "is -inf.",
    name="nucleus",
)
def sample_token(logits, temperature, generator):
    p = _scaled(logits, temperature).softmax(-1)
    return _draw(p * (p >= p.median()), generator)
