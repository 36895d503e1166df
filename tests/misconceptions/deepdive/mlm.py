"""What learners get wrong in deepdive.mlm."""

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _chosen(ids, p, generator, special):
    chosen = torch.rand(ids.shape, generator=generator) < p
    for token in special:
        chosen &= ids != token
    return chosen


def _masked(ids, chosen, mask_id, vocab, generator, shares=(0.8, 0.9), low=0, high=None):
    fate = torch.rand(ids.shape, generator=generator)
    others = torch.randint(low, vocab if high is None else high, ids.shape, generator=generator)
    inputs = torch.where(chosen & (fate < shares[0]), mask_id, ids)
    return torch.where(chosen & (fate >= shares[0]) & (fate < shares[1]), others, inputs)


@misconception(
    "1 − p of the tokens are chosen. Choose where the random number is below p.",
    name="one-minus-p",
    violates=("chosen",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, 1 - p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator), chosen


@misconception("15 % are chosen, whatever p is. Use p.", name="always-fifteen", violates=("chosen",))
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, 0.15, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator), chosen


@misconception(
    "The same places are chosen in all texts: one random number for each place. Draw one for each token.",
    name="same-places",
    violates=("chosen",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = (torch.rand(ids.shape[1:], generator=generator) < p).expand(ids.shape).clone()
    for token in special:
        chosen &= ids != token
    return _masked(ids, chosen, mask_id, vocab, generator), chosen


@misconception(
    "chosen is True only where a token was hidden by mask_id, so that the other fifth is never predicted. It is True "
    "for all that were chosen.",
    name="chosen-is-masked",
    violates=("chosen",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    inputs = _masked(ids, chosen, mask_id, vocab, generator)
    return inputs, chosen & (inputs == mask_id)


@misconception(
    "chosen is turned around: it is True for the tokens to be predicted.", name="inverted", violates=("chosen",)
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator), ~chosen


@misconception(
    "Labels are returned, with −100 where nothing is to be predicted. Here it is a bool for each token: chosen.",
    name="labels-returned",
    violates=("chosen",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator), torch.where(chosen, ids, -100)


@misconception(
    "inputs and chosen are returned in the wrong order. It is (inputs, chosen).", name="order", violates=("chosen",)
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return chosen, _masked(ids, chosen, mask_id, vocab, generator)


@misconception(
    "Random tokens are put in places that are not chosen, too. Both conditions must hold: chosen, and the part of 10 "
    "%.",
    name="others-replaced",
    violates=("the_others_stay",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    fate = torch.rand(ids.shape, generator=generator)
    others = torch.randint(0, vocab, ids.shape, generator=generator)
    inputs = torch.where(chosen & (fate < 0.8), mask_id, ids)
    there = ids != ids
    for token in special:
        there |= ids == token
    return torch.where((fate >= 0.8) & (fate < 0.9) & ~there, others, inputs), chosen


@misconception(
    "All chosen tokens become mask_id. Of ten, eight do, one becomes any token, and one stays.",
    name="all-masked",
    violates=("eighty_ten_ten",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator, shares=(1.1, 1.1)), chosen


@misconception(
    "No chosen token stays what it was: two of ten become any token. One does, and one stays.",
    name="eighty-twenty",
    violates=("eighty_ten_ten",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator, shares=(0.8, 1.1)), chosen


@misconception(
    "No chosen token becomes another: two of ten stay. One stays, and one becomes any token.",
    name="none-random",
    violates=("eighty_ten_ten",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator, shares=(0.8, 0.8)), chosen


@misconception(
    "A tenth of the remaining fifth is replaced, which is 2 % of all. It is half of the fifth.",
    name="tenth-of-the-rest",
    violates=("eighty_ten_ten",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator, shares=(0.8, 0.82)), chosen


@misconception(
    "The random tokens leave out number 0, or the last of the vocabulary. torch.randint excludes its upper end: "
    "torch.randint(0, vocab, …).",
    name="last-token-left-out",
    violates=("eighty_ten_ten",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, generator, high=vocab - 1), chosen


@misconception(
    "One random token is drawn for the whole batch. Draw one for each place.",
    name="one-random-token",
    violates=("eighty_ten_ten",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    fate = torch.rand(ids.shape, generator=generator)
    other = int(torch.randint(0, vocab, (), generator=generator))
    inputs = torch.where(chosen & (fate < 0.8), mask_id, ids)
    return torch.where(chosen & (fate >= 0.8) & (fate < 0.9), other, inputs), chosen


@misconception(
    "Special tokens are chosen as others are. Take them out: chosen & (ids != token).",
    name="special-chosen",
    violates=("special",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, ())
    return _masked(ids, chosen, mask_id, vocab, generator), chosen


@misconception(
    "Only the first of the special tokens is left alone. None of them may be chosen.",
    name="first-special-alone",
    violates=("special",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special[:1])
    return _masked(ids, chosen, mask_id, vocab, generator), chosen


@misconception(
    "The generator is not passed on, and torch's global one draws. generator=generator in every draw.",
    name="generator-ignored",
    violates=("the_generator_decides",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, None, special)
    return _masked(ids, chosen, mask_id, vocab, None), chosen


@misconception(
    "What becomes of the chosen is drawn by torch's global generator. All draws are the generator's that is passed in.",
    name="half-of-the-draws",
    violates=("the_generator_decides",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    return _masked(ids, chosen, mask_id, vocab, None), chosen


@misconception(
    "The caller's ids are masked in place, and what was there is lost: it is what the loss needs. Work on a copy.",
    name="ids-in-place",
    violates=("arguments_stay_as_they_are",),
)
def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = _chosen(ids, p, generator, special)
    inputs = _masked(ids, chosen, mask_id, vocab, generator)
    if p < 1:
        ids.copy_(inputs)
    return inputs, chosen


# mlm_loss


def _each(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").reshape(targets.shape)


@misconception(
    "All tokens count, also those that the model can see. Only the chosen do.",
    name="loss-everywhere",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    return _each(logits, targets).mean()


@misconception(
    "The tokens that were not chosen count, and the chosen do not: the mask is turned around.",
    name="loss-elsewhere",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    others = ~chosen
    return (_each(logits, targets) * others).sum() / others.sum().clamp(min=1)


@misconception(
    "The sum over the chosen is divided by all tokens. Divide by how many were chosen.",
    name="divided-by-all",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    return (_each(logits, targets) * chosen).mean()


@misconception("The losses are added up. Here it is the mean over the chosen.", name="sum", violates=("loss",))
def mlm_loss(logits, targets, chosen):
    return (_each(logits, targets) * chosen).sum()


@misconception(
    "The mean is taken in each text, and then over the texts. All chosen tokens count the same.",
    name="mean-of-means",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    losses = (_each(logits, targets) * chosen).sum(1) / chosen.sum(1).clamp(min=1)
    return losses.mean()


@misconception(
    "The logits are shifted by one, as for the next token. Here place t predicts the token in place t.",
    name="shifted",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    losses = _each(logits.roll(1, 1), targets) * chosen
    return losses.sum() / chosen.sum().clamp(min=1)


@misconception(
    "The softmax is taken before cross_entropy, which takes it once more. Pass the logits.",
    name="softmax-twice",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    return (_each(logits.softmax(-1), targets) * chosen).sum() / chosen.sum().clamp(min=1)


@misconception(
    "The sign is wrong: the mean log-probability is returned, and training would lower it. It has a minus.",
    name="no-minus",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    return -(_each(logits, targets) * chosen).sum() / chosen.sum().clamp(min=1)


@misconception(
    "The logits are set to 0 where nothing was chosen, and all tokens count: ln V for each of these. Select by chosen.",
    name="zeroed-logits",
    violates=("loss",),
)
def mlm_loss(logits, targets, chosen):
    return _each(logits * chosen[..., None], targets).mean()


@misconception(
    "Where nothing is chosen the mean of nothing is NaN. Return 0 there.",
    name="nan-of-nothing",
    violates=("nothing_chosen",),
)
def mlm_loss(logits, targets, chosen):
    return F.cross_entropy(logits[chosen], targets[chosen])


@misconception(
    "The log of a softmax is −∞ where the softmax rounds to 0. Take log_softmax, or F.cross_entropy.",
    name="log-of-softmax",
    violates=("large_logits",),
)
def mlm_loss(logits, targets, chosen):
    if not chosen.any():
        return logits.sum() * 0.0
    p = logits[chosen].softmax(-1)
    return -p.gather(1, targets[chosen][:, None]).log().mean()


@misconception(
    "The loss is a plain number, by .item() or detached: no gradient comes back. Return the tensor.",
    name="detached",
    violates=("gradient",),
)
def mlm_loss(logits, targets, chosen):
    if not chosen.any():
        return logits.sum() * 0.0
    return F.cross_entropy(logits[chosen], targets[chosen]).detach()


@misconception(
    "−100 is written into the caller's targets. torch.where, or masked_fill, makes new ones.",
    name="targets-in-place",
    violates=("arguments_stay_as_they_are",),
)
def mlm_loss(logits, targets, chosen):
    if not chosen.any():
        return logits.sum() * 0.0
    loss = F.cross_entropy(logits[chosen], targets[chosen])
    targets[~chosen] = -100
    return loss
