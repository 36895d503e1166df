"""What learners get wrong in lecture10.hellaswag."""

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _logprobs(logits, tokens):
    """The log-probability of each target, (N, T - 1)."""
    return logits[:, :-1].log_softmax(-1).gather(-1, tokens[:, 1:, None]).squeeze(-1)


def _mean(logprobs, counts):
    """The mean over those that count."""
    counts = counts.bool()
    return (logprobs * counts).sum(1) / counts.sum(1)


def _right(logits, tokens, mask):
    return _mean(_logprobs(logits, tokens), mask[:, 1:])


@misconception(
    "The logits in place t are held against the token in place t, which the model has just read. They predict the "
    "next: compare logits[:, :-1] with tokens[:, 1:].",
    name="no-shift",
)
def score_completions(logits, tokens, mask):
    return _mean(logits.log_softmax(-1).gather(-1, tokens[..., None]).squeeze(-1), mask)


@misconception(
    "The mask is not shifted with the tokens: it marks the places of the logits, so that the first token of an ending "
    "is missed and the one behind its last counts. Cut it as the tokens: mask[:, 1:].",
    name="mask-not-shifted",
)
def score_completions(logits, tokens, mask):
    return _mean(_logprobs(logits, tokens), mask[:, :-1])


@misconception(
    "The log-probabilities of an ending are summed. Then a long one loses for its length: divide by the number of its "
    "tokens.",
    name="sum-for-mean",
)
def score_completions(logits, tokens, mask):
    return (_logprobs(logits, tokens) * mask[:, 1:]).sum(1)


@misconception(
    "The sum is divided by the number of all places, T - 1 of them. Divide by the number that the mask marks.",
    name="divided-by-T",
)
def score_completions(logits, tokens, mask):
    return (_logprobs(logits, tokens) * mask[:, 1:]).mean(1)


@misconception(
    "The sum is divided by the number of tokens in all endings together. Each row has a mean of its own: sum the mask "
    "along the row.",
    name="divided-by-all",
)
def score_completions(logits, tokens, mask):
    return (_logprobs(logits, tokens) * mask[:, 1:]).sum(1) / mask[:, 1:].sum()


@misconception(
    "The context counts as well. It is the same for all endings, and not what is asked for: count what the mask marks.",
    name="context-counted",
)
def score_completions(logits, tokens, mask):
    upto = mask.flip(1).cumsum(1).flip(1) > 0
    return _mean(_logprobs(logits, tokens), upto[:, 1:])


@misconception(
    "Everything counts, context and padding included. Count what the mask marks.",
    name="mask-ignored",
)
def score_completions(logits, tokens, mask):
    return _logprobs(logits, tokens).mean(1)


@misconception(
    "The padding behind an ending counts as well. Count what the mask marks.",
    name="padding-counted",
)
def score_completions(logits, tokens, mask):
    return _mean(_logprobs(logits, tokens), (mask.cumsum(1) > 0)[:, 1:])


@misconception(
    "These are mean losses: the sign is turned. A score is a mean log-probability, 0 or less.",
    name="loss-for-score",
)
def score_completions(logits, tokens, mask):
    return -_right(logits, tokens, mask)


@misconception(
    "The first token of each ending is left out. The last token of the context predicts it.",
    name="first-token-missed",
)
def score_completions(logits, tokens, mask):
    first = (mask.cumsum(1) == 1) & mask.bool()
    counts = (mask.bool() & ~first)[:, 1:]
    return (_logprobs(logits, tokens) * counts).sum(1) / counts.sum(1).clamp(min=1)


@misconception(
    "The number of an ending's tokens is one too small: the sum is right, and divided by the number less 1.",
    name="divided-by-one-less",
)
def score_completions(logits, tokens, mask):
    counts = mask[:, 1:]
    return (_logprobs(logits, tokens) * counts).sum(1) / (counts.sum(1) - 1).clamp(min=1)


@misconception(
    "Raw logits are averaged. They become log-probabilities by log_softmax over the vocabulary.",
    name="logits-for-logprobs",
)
def score_completions(logits, tokens, mask):
    return _mean(logits[:, :-1].gather(-1, tokens[:, 1:, None]).squeeze(-1), mask[:, 1:])


@misconception(
    "Probabilities are averaged. The mean is one of their logarithms.",
    name="probabilities",
)
def score_completions(logits, tokens, mask):
    return _mean(_logprobs(logits, tokens).exp(), mask[:, 1:])


@misconception(
    "The exponential of the mean is taken, a probability for each token. The score is the mean of the logarithms "
    "itself.",
    name="exponential",
)
def score_completions(logits, tokens, mask):
    return _right(logits, tokens, mask).exp()


@misconception(
    "The softmax runs over the places of the row. It runs over the vocabulary, the last axis of the logits.",
    name="softmax-over-places",
)
def score_completions(logits, tokens, mask):
    return _mean(logits[:, :-1].log_softmax(1).gather(-1, tokens[:, 1:, None]).squeeze(-1), mask[:, 1:])


@misconception(
    "The mean is taken over all rows: one number comes back. Each row has a score of its own.",
    name="one-score",
)
def score_completions(logits, tokens, mask):
    return _logprobs(logits, tokens)[mask[:, 1:].bool()].mean()


@misconception(
    "The mask is compared with something, or multiplied, as only integers can be. True and False are allowed too: "
    "mask.bool() takes both.",
    name="integers-only",
    violates=("any_mask",),
)
def score_completions(logits, tokens, mask):
    return _mean(_logprobs(logits, tokens) * (1 - (1 - mask[:, 1:])), mask[:, 1:])


@misconception(
    "The softmax rounds to 0 before the logarithm is taken, which gives -inf. log_softmax takes both steps at once.",
    name="log-of-softmax",
    violates=("large_logits",),
)
def score_completions(logits, tokens, mask):
    logprobs = logits[:, :-1].softmax(-1).log().gather(-1, tokens[:, 1:, None]).squeeze(-1)
    return torch.where(mask[:, 1:].bool(), logprobs, 0).sum(1) / mask[:, 1:].sum(1)


@misconception(
    "tokens is written into: the caller still needs it. Work on a copy, tokens.clone().",
    name="tokens-in-place",
    violates=("arguments_stay_as_they_are",),
)
def score_completions(logits, tokens, mask):
    scores = _right(logits, tokens, mask)
    tokens[~mask.bool()] = -100
    return scores


def _evaluate(examples, model, score=_right, choose=torch.argmax, share=lambda right, number: right / number):
    was, right, number = model.training, 0, 0
    model.eval()
    with torch.no_grad():
        for tokens, mask, label in examples:
            right += int(choose(score(model(tokens)[0], tokens, mask))) == label
            number += 1
    model.train(was)
    if number == 0:
        raise ValueError("no examples")
    return share(right, number)


@misconception(
    "The lowest score is chosen. It would be the lowest *loss*; of scores, which are log-probabilities, the highest "
    "wins.",
    name="lowest-score",
    violates=("choices",),
)
def evaluate(examples, model):
    return _evaluate(examples, model, choose=torch.argmin)


@misconception(
    "Sums of log-probabilities are compared, so that short endings win. Compare means, as score_completions has them.",
    name="sums-compared",
    violates=("choices",),
)
def evaluate(examples, model):
    return _evaluate(examples, model, lambda logits, tokens, mask: (_logprobs(logits, tokens) * mask[:, 1:]).sum(1))


@misconception(
    "The right choices are counted, and not divided by the number of examples.",
    name="count-for-share",
    violates=("choices",),
)
def evaluate(examples, model):
    return _evaluate(examples, model, share=lambda right, _: float(right))


@misconception(
    "The share is given in percent. It is to lie between 0 and 1.",
    name="percent",
    violates=("choices",),
)
def evaluate(examples, model):
    return _evaluate(examples, model, share=lambda right, number: 100 * right / number)


@misconception(
    "The share is a tensor. Return a Python float.",
    name="a-tensor",
    violates=("choices",),
)
def evaluate(examples, model):
    return _evaluate(examples, model, share=lambda right, number: torch.tensor(right / number))


@misconception(
    "Four endings are taken for granted. An example has as many as tokens has rows.",
    name="four-endings",
    violates=("choices",),
)
def evaluate(examples, model):
    return _evaluate(examples, model, lambda logits, tokens, mask: _right(logits, tokens, mask)[:4])


@misconception(
    "The right choices are divided by the number of all endings. Divide by the number of examples.",
    name="divided-by-endings",
    violates=("choices",),
)
def evaluate(examples, model):
    examples = list(examples)
    share = _evaluate(examples, model)
    return share * len(examples) / sum(len(tokens) for tokens, _, _ in examples)


@misconception(
    "len() is asked of the examples, which a generator does not have: count while you go over them.",
    name="len-of-examples",
    violates=("examples_from_a_generator",),
)
def evaluate(examples, model):
    if len(examples) == 0:
        raise ValueError("no examples")
    return _evaluate(examples, model)


@misconception(
    "The examples are gone over twice, and a generator has nothing the second time.",
    name="gone-over-twice",
    violates=("examples_from_a_generator",),
)
def evaluate(examples, model):
    number = sum(1 for _ in examples)
    if number == 0:
        raise ValueError("no examples")
    kept = list(examples)
    return _evaluate(kept, model, share=lambda right, _: right / number) if kept else 0.0


@misconception(
    "Without examples a division by zero comes up, or a number is made up. Raise ValueError.",
    name="nothing-is-zero",
    violates=("examples_from_a_generator",),
)
def evaluate(examples, model):
    try:
        return _evaluate(examples, model)
    except ValueError:
        return 0.0


@misconception(
    "The model stays in training mode: dropout falls into what is measured. Call model.eval() first.",
    name="training-mode",
    violates=("evaluation_mode",),
)
def evaluate(examples, model):
    right, number = 0, 0
    with torch.no_grad():
        for tokens, mask, label in examples:
            right += int(_right(model(tokens)[0], tokens, mask).argmax()) == label
            number += 1
    if number == 0:
        raise ValueError("no examples")
    return right / number


@misconception(
    "After evaluate the model is in evaluation mode, whatever it was in. Remember model.training, and put it back.",
    name="left-in-evaluation",
    violates=("evaluation_mode",),
)
def evaluate(examples, model):
    share = _evaluate(examples, model)
    model.eval()
    return share


@misconception(
    "After evaluate the model is in training mode, whatever it was in. Remember model.training, and put it back.",
    name="left-in-training",
    violates=("evaluation_mode",),
)
def evaluate(examples, model):
    share = _evaluate(examples, model)
    model.train()
    return share


@misconception(
    "Gradients are recorded for every example, and with them all that the model computes is kept. Go over the "
    "examples under torch.no_grad().",
    name="with-gradients",
    violates=("evaluation_mode",),
)
def evaluate(examples, model):
    was, right, number = model.training, 0, 0
    model.eval()
    for tokens, mask, label in examples:
        losses = F.cross_entropy(model(tokens)[0][:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")
        right += int(_mean(losses, mask[:, 1:]).argmin()) == label
        number += 1
    model.train(was)
    if number == 0:
        raise ValueError("no examples")
    return right / number
