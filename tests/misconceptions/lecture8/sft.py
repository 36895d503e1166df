"""What learners get wrong in lecture8.sft."""

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _losses(logits, tokens):
    """Minus the log-probability of each target, (B, T - 1)."""
    return F.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")


def _between(tokens, start, end):
    """Which targets stand in the places from start to before end, (B, T - 1)."""
    places = torch.arange(1, tokens.shape[1])
    return (places >= start[:, None]) & (places < end[:, None])


def _mean(losses, counts):
    """The mean over those that count; 0 where none does."""
    return (losses * counts).sum() / counts.sum().clamp(min=1)


@misconception(
    "The logits in place t are held against the token in place t, which the model has just read. They predict the next "
    "one: compare logits[:, :-1] with tokens[:, 1:].",
    name="no-shift",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    losses = F.cross_entropy(logits.transpose(1, 2), tokens, reduction="none")
    places = torch.arange(tokens.shape[1])
    return _mean(losses, (places >= prompt_lengths[:, None]) & (places < lengths[:, None]))


@misconception(
    "The shift goes the wrong way: the logits in place t are held against the token before it. They predict the one "
    "after it: logits[:, :-1] with tokens[:, 1:].",
    name="shift-backwards",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    losses = F.cross_entropy(logits[:, 1:].transpose(1, 2), tokens[:, :-1], reduction="none")
    places = torch.arange(tokens.shape[1] - 1)
    return _mean(losses, (places >= prompt_lengths[:, None]) & (places < lengths[:, None]))


@misconception(
    "The prompt's tokens count as well, as in pre-training. An assistant is to learn what it answers, not what it is "
    "asked: count the targets from place prompt_lengths on.",
    name="prompt-counted",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, torch.ones_like(lengths), lengths))


@misconception(
    "The sum is over the answers' tokens, but it is divided by the number of all places, B · (T − 1). Divide by the "
    "number of tokens that count.",
    name="mean-over-all",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return (_losses(logits, tokens) * _between(tokens, prompt_lengths, lengths)).mean()


@misconception(
    "The sum is over the answers' tokens, but it is divided by the number of all that is not padding, the prompts "
    "included. Divide by the number of tokens that count.",
    name="divided-by-lengths",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return (_losses(logits, tokens) * _between(tokens, prompt_lengths, lengths)).sum() / lengths.sum()


@misconception("The losses of the tokens are summed. The loss is their mean.", name="sum-for-mean")
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return (_losses(logits, tokens) * _between(tokens, prompt_lengths, lengths)).sum()


@misconception(
    "The losses of each row are summed, and the mean is taken over the rows. Divide by the number of tokens in all "
    "answers together.",
    name="divided-by-rows",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return (_losses(logits, tokens) * _between(tokens, prompt_lengths, lengths)).sum(1).mean()


@misconception(
    "The mean is taken in each row and then over the rows, so that a token of a short answer weighs more than one of a "
    "long answer. All tokens of the batch's answers weigh the same: sum all, divide by the number of all.",
    name="mean-of-means",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    counts = _between(tokens, prompt_lengths, lengths)
    rows = (_losses(logits, tokens) * counts).sum(1) / counts.sum(1).clamp(min=1)
    return rows[counts.any(1)].mean()


@misconception(
    "The first token of each answer is left out. The last place of the prompt predicts it: a target counts from place "
    "prompt_lengths on, not from the one after it.",
    name="first-token-missed",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths + 1, lengths))


@misconception(
    "The mask is not shifted with the targets: it says which places of the *logits* lie in the answer, so that the "
    "first token of the answer is missed, and one token of the padding counts. Cut it as the tokens: mask[:, 1:].",
    name="mask-not-shifted",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths + 1, lengths + 1))


@misconception(
    "The last token of each prompt counts as well: counting begins one place too early. The first target that counts "
    "stands in place prompt_lengths.",
    name="last-of-prompt-counted",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths - 1, lengths))


@misconception(
    "The last token of each answer is left out. It is what tells the model when to stop: count up to place "
    "lengths − 1, this one included.",
    name="last-token-missed",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths, lengths - 1))


@misconception(
    "Padding counts: everything from the prompt to the end of the row is taken for the answer, which ends before place "
    "lengths.",
    name="padding-counted",
    violates=("padding_does_not_count",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths, torch.full_like(lengths, tokens.shape[1])))


@misconception(
    "The first token of the padding counts: the comparison is <= lengths where < lengths is right.",
    name="one-padding-counted",
    violates=("padding_does_not_count",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths, lengths + 1))


@misconception(
    "Padding is known by the id that it holds, so that tokens of this id are lost where an answer has them: often it "
    "is the very token that ends an answer. Where an answer ends, lengths says.",
    name="padding-by-id",
    violates=("padding_does_not_count",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    padded = lengths < tokens.shape[1]
    counts = _between(tokens, prompt_lengths, lengths)
    if padded.any():
        counts = counts & (tokens[:, 1:] != tokens[padded.int().argmax(), -1])
    return _mean(_losses(logits, tokens), counts)


@misconception(
    "A row without an answer makes the loss NaN: the mean over none of its tokens is 0/0. Sum over the whole batch, "
    "and divide once.",
    name="nan-without-an-answer",
    violates=("padding_does_not_count",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    counts = _between(tokens, prompt_lengths, lengths)
    losses = _losses(logits, tokens)
    shares = counts.sum(1).double() / counts.sum()
    return sum(share * row[count].mean() for share, row, count in zip(shares, losses, counts, strict=True))


@misconception(
    "The first row's prompt_lengths is used for all rows. Each prompt has a length of its own: compare with "
    "prompt_lengths[:, None].",
    name="first-prompt-for-all",
    violates=("each_row_has_its_own_prompt",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths[:1].expand(len(lengths)), lengths))


@misconception(
    "The softmax runs over the places of the row. It runs over the vocabulary, the last axis of the logits.",
    name="softmax-over-places",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    logprobs = logits[:, :-1].log_softmax(1).gather(2, tokens[:, 1:, None])[..., 0]
    return _mean(-logprobs, _between(tokens, prompt_lengths, lengths))


@misconception(
    "The minus is missing: this is the mean log-probability. The loss is minus that.",
    name="minus-missing",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return -_mean(_losses(logits, tokens), _between(tokens, prompt_lengths, lengths))


@misconception(
    "The logits of what does not count are set to 0, which makes a prediction of them: every token with probability "
    "1/V, at a loss of ln V. Leave out the losses, not the logits.",
    name="logits-masked",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    counts = _between(tokens, prompt_lengths, lengths)
    return F.cross_entropy((logits[:, :-1] * counts[..., None]).transpose(1, 2), tokens[:, 1:])


@misconception(
    "The targets that do not count are set to 0, which is a token like any other, and the model learns to say it. Give "
    "them −100, which F.cross_entropy ignores, or leave their losses out.",
    name="targets-zeroed",
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    targets = tokens[:, 1:] * _between(tokens, prompt_lengths, lengths)
    return F.cross_entropy(logits[:, :-1].transpose(1, 2), targets)


@misconception(
    "The softmax rounds to 0 before the log is taken, which gives −inf. F.cross_entropy and log_softmax take both "
    "steps at once.",
    name="log-of-softmax",
    violates=("at_the_extremes",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    logprobs = logits[:, :-1].softmax(-1).log().gather(2, tokens[:, 1:, None])[..., 0]
    return -logprobs[_between(tokens, prompt_lengths, lengths)].mean()


@misconception(
    "The loss is made a number and a tensor again, and loses its graph: nothing can be learnt from it. Return what the "
    "mean gives, without item(), detach() or torch.tensor().",
    name="detached",
    violates=("gradients",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    return _mean(_losses(logits, tokens), _between(tokens, prompt_lengths, lengths)).detach()


@misconception(
    "The prompt and the padding are overwritten in the caller's tokens, who still needs them. Work on a copy: "
    "tokens.clone().",
    name="tokens-in-place",
    violates=("the_batch_stays_as_it_is",),
)
def sft_loss(logits, tokens, prompt_lengths, lengths):
    tokens[:, 1:][~_between(tokens, prompt_lengths, lengths)] = -100
    return F.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], ignore_index=-100)
