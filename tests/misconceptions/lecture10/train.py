"""What learners get wrong in lecture10.train."""

import torch

from grader.checks import misconception

from .data import DataLoaderLite
from .model import GPT
from .optimizer import clip_gradients, configure_optimizers, cosine_lr


def _part(tokens):
    return tokens[: int(0.9 * len(tokens))]


def _set(optimizer, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr


def _step(model, optimizer, loss, lr):
    """The right order within a step."""
    optimizer.zero_grad()
    loss.backward()
    clip_gradients(model.parameters(), 1.0)
    _set(optimizer, lr)
    optimizer.step()


def _train(
    config,
    tokens,
    steps,
    batch_size,
    max_lr,
    warmup_steps,
    model,
    *,
    step=_step,
    part=_part,
    optimize=None,
    rate=None,
    note=float,
    loader=None,
):
    """The right loop, with parts to exchange."""
    model = GPT(config).to(tokens.device) if model is None else model
    batches = (loader or DataLoaderLite)(part(tokens), batch_size, config.block_size)
    optimizer = optimize(model, max_lr) if optimize else configure_optimizers(model, 0.1, max_lr)
    rate = rate or (lambda i: cosine_lr(i, max_lr, max_lr / 10, warmup_steps, steps))
    model.train()
    losses = []
    for i in range(steps):
        _, loss = model(*batches.next_batch())
        losses.append(note(loss.detach()))
        step(model, optimizer, loss, rate(i))
    return model, losses


@misconception(
    "The model is trained on all tokens, and the last tenth of them is to tell how good it has become. Give the "
    "loader tokens[: int(0.9 * len(tokens))].",
    name="trained-on-validation",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, part=lambda tokens: tokens)


@misconception(
    "The gradients of all steps add up: they are never set to zero. Call optimizer.zero_grad() before backward.",
    name="no-zero-grad",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, optimizer, loss, lr):
        loss.backward()
        clip_gradients(model.parameters(), 1.0)
        _set(optimizer, lr)
        optimizer.step()

    if model is not None:
        model.zero_grad()
    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


@misconception(
    "The gradients are set to zero between backward and step: nothing is left to learn from. zero_grad comes before "
    "backward.",
    name="zero-grad-too-late",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, optimizer, loss, lr):
        loss.backward()
        for p in model.parameters():
            p.grad.zero_()
        _set(optimizer, lr)
        optimizer.step()

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


@misconception(
    "The gradients are never clipped. Between backward and step comes clip_gradients(model.parameters(), 1.0).",
    name="not-clipped",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, optimizer, loss, lr):
        optimizer.zero_grad()
        loss.backward()
        _set(optimizer, lr)
        optimizer.step()

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


@misconception(
    "The gradients are clipped before backward has computed them, when there are none. Clip between backward and step.",
    name="clipped-too-early",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, optimizer, loss, lr):
        clip_gradients(model.parameters(), 1.0)
        # what was clipped is not set to zero before the next backward but for a tenth
        for p in model.parameters():
            if p.grad is not None:
                p.grad.mul_(0.1)
        loss.backward()
        _set(optimizer, lr)
        optimizer.step()

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


@misconception(
    "Each gradient is clipped by itself, so that small ones gain weight against large ones. One norm for all of them: "
    "clip_gradients gets all parameters at once.",
    name="clipped-one-by-one",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, optimizer, loss, lr):
        optimizer.zero_grad()
        loss.backward()
        for p in model.parameters():
            clip_gradients([p], 1.0)
        _set(optimizer, lr)
        optimizer.step()

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


@misconception(
    "Every number of the gradients is cut off at 1, which turns their direction. Clip their common norm.",
    name="clipped-by-value",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, optimizer, loss, lr):
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.05)
        _set(optimizer, lr)
        optimizer.step()

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


@misconception(
    "The learning rate stays max_lr in all steps. Set it anew in each, by cosine_lr, in the optimizer's parameter "
    "groups.",
    name="constant-rate",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, rate=lambda i: max_lr)


@misconception(
    "The learning rate is set in one parameter group only. configure_optimizers makes two of them, and the other "
    "keeps max_lr: go over optimizer.param_groups.",
    name="one-group",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, optimizer, loss, lr):
        optimizer.zero_grad()
        loss.backward()
        clip_gradients(model.parameters(), 1.0)
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


@misconception(
    "The learning rate is set after the optimizer's step, so that each step takes that of the one before. Set it "
    "first.",
    name="rate-too-late",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def late(i):
        return max_lr if i == 0 else cosine_lr(i - 1, max_lr, max_lr / 10, warmup_steps, steps)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, rate=late)


@misconception(
    "The learning rate of a step is that of the next one: steps are counted from 1. cosine_lr counts from 0.",
    name="one-step-ahead",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def ahead(i):
        return cosine_lr(i + 1, max_lr, max_lr / 10, warmup_steps, steps)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, rate=ahead)


@misconception(
    "The learning rate falls to 0. It is to end at a tenth of max_lr: the third argument of cosine_lr is max_lr / 10.",
    name="down-to-zero",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def rate(i):
        return cosine_lr(i, max_lr, 0.0, warmup_steps, steps)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, rate=rate)


@misconception(
    "There is no warm-up: the learning rate is at its highest in the first step. cosine_lr gets warmup_steps.",
    name="no-warm-up",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def rate(i):
        return cosine_lr(i, max_lr, max_lr / 10, 0, steps)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, rate=rate)


@misconception(
    "AdamW is made without its groups, so that biases and the gains of normalisations decay as well. Use "
    "configure_optimizers.",
    name="everything-decays",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def optimize(model, lr):
        return torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.1)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, optimize=optimize)


@misconception(
    "The weight decay is not 0.1: it is torch's own 0.01, or 0. Matrices decay by 0.1.",
    name="other-decay",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def optimize(model, lr):
        return configure_optimizers(model, 0.01, lr)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, optimize=optimize)


@misconception(
    "The weight decay is left out. Matrices decay by 0.1.",
    name="no-decay",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def optimize(model, lr):
        return configure_optimizers(model, 0.0, lr)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, optimize=optimize)


@misconception(
    "The betas are torch's own, (0.9, 0.999). GPT-3's, and this exercise's, are (0.9, 0.95).",
    name="other-betas",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def optimize(model, lr):
        return configure_optimizers(model, 0.1, lr, betas=(0.9, 0.999))

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, optimize=optimize)


@misconception(
    "The optimizer is made anew in every step, and forgets its moments: each step is a first step. Make it once, "
    "before the loop.",
    name="optimizer-in-the-loop",
    violates=("trajectory",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def step(model, _, loss, lr):
        _step(model, configure_optimizers(model, 0.1, lr), loss, lr)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step)


class _Anew:
    """A loader that begins again with every batch."""

    def __init__(self, *how):
        self.how = how

    def next_batch(self):
        return DataLoaderLite(*self.how).next_batch()


@misconception(
    "The loader is made anew in every step, and hands out the first batch each time. Make it once, before the loop.",
    name="loader-in-the-loop",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, loader=_Anew)


@misconception(
    "After the last round the loader is asked for rows as short as one token less, or in another order. It has B rows "
    "of config.block_size tokens.",
    name="shorter-rows",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def shorter(part, B, T):
        return DataLoaderLite(part, B, T - 1)

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, loader=shorter)


@misconception(
    "The model that was given is left as it is, and a new one trained in its place. Make one only where model is None.",
    name="given-model-ignored",
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    made = GPT(config)
    if model is not None:
        model.train()
        made.to(next(model.parameters()).dtype)
    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, made)


@misconception(
    "The loss that is noted is the one after the update. Note that of the step's batch before it.",
    name="loss-after-the-update",
    violates=("losses",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    seen, losses = {}, []

    class Kept(DataLoaderLite):
        def next_batch(self):
            seen["batch"] = super().next_batch()
            return seen["batch"]

    def step(model, optimizer, loss, lr):
        _step(model, optimizer, loss, lr)
        with torch.no_grad():
            losses.append(model(*seen["batch"])[1].item())

    model, _ = _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, step=step, loader=Kept)
    return model, losses


@misconception(
    "The losses are means over all steps so far. Note each step's own.",
    name="running-mean",
    violates=("losses",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    model, losses = _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model)
    return model, [sum(losses[: i + 1]) / (i + 1) for i in range(len(losses))]


@misconception(
    "The losses are multiplied by the number of tokens in a batch. Note the mean, as the model gives it.",
    name="loss-of-the-batch",
    violates=("losses",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    model, losses = _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model)
    return model, [loss * batch_size * config.block_size for loss in losses]


_OPTIMIZERS = []


@misconception(
    "The optimizer of an earlier call is used again, with its moments. Each call makes its own.",
    name="optimizer-kept",
    violates=("training_after_training",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    def optimize(model, lr):
        for known, optimizer in _OPTIMIZERS:
            if known is model:
                return optimizer
        _OPTIMIZERS.append((model, configure_optimizers(model, 0.1, lr)))
        return _OPTIMIZERS[-1][1]

    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model, optimize=optimize)


@misconception(
    "The model stays in the mode in which it came. Put it into training mode: model.train().",
    name="mode-left",
    violates=("mode_and_arguments",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    was = model is None or model.training
    model, losses = _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model)
    model.train(was)
    return model, losses


@misconception(
    "torch's global generator is seeded, and with it everything that the caller draws afterwards. Leave it alone.",
    name="seeded",
    violates=("mode_and_arguments",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    if model is not None:
        torch.manual_seed(1337)
    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model)


@misconception(
    "Without a model nothing is trained: a new one is made and returned at once, or None is called. Make a "
    "GPT(config) and go on with it.",
    name="no-new-model",
    violates=("a_new_model",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    return _train(
        config, tokens, steps, batch_size, max_lr, warmup_steps, model if model is not None else None or _none()
    )


def _none():
    raise AttributeError("'NoneType' object has no attribute 'train'")


@misconception(
    "The new model's weights are drawn anew as torch draws them, embeddings from N(0, 1), and the first loss is far "
    "above ln V. GPT(config) has drawn them already.",
    name="drawn-anew",
    violates=("a_new_model",),
)
def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    if model is None:
        model = GPT(config)
        torch.nn.init.normal_(model.lm_head.weight)
    return _train(config, tokens, steps, batch_size, max_lr, warmup_steps, model)
