"""What learners get wrong in lecture7.train."""

import torch
from torch import nn

from grader.checks import misconception

from .batches import get_batch
from .gpt import GPT


def _train(
    model,
    data,
    steps,
    block_size,
    batch_size,
    lr,
    generator,
    *,
    share=0.9,
    make=torch.optim.AdamW,
    scale=1.0,
    zero=True,
    mode=True,
    clip=None,
):
    """The loop of the exercise, with one thing changed."""
    part = data[: int(share * len(data))]
    optimizer = make(model.parameters(), lr=lr)
    if mode is not None:
        model.train(mode)
    losses = []
    for _ in range(steps):
        loss = model(*get_batch(part, block_size, batch_size, generator))[1]
        if zero:
            optimizer.zero_grad()
        (loss * scale).backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
    return losses


def _mean(model, data, batches, block_size, batch_size, generator):
    """The mean loss over batches, in whatever mode the model is."""
    with torch.no_grad():
        losses = [model(*get_batch(data, block_size, batch_size, generator))[1].item() for _ in range(batches)]
    return sum(losses) / batches


# train


@misconception(
    "The gradients are never zeroed: each step adds its own to those of all steps before. Call optimizer.zero_grad() "
    "in every step, before backward().",
    name="no-zero_grad",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, lr, generator, zero=False)


@misconception(
    "The whole of data is trained on, so nothing unseen is left to measure with. Draw batches from the first nine "
    "tenths: data[: int(0.9 * len(data))].",
    name="validation-data-trained-on",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, lr, generator, share=1.0)


@misconception(
    "Only the first 80% of data are trained on. The training part is the first nine tenths: data[: int(0.9 * "
    "len(data))].",
    name="split-at-80",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, lr, generator, share=0.8)


@misconception(
    "The last nine tenths are trained on. The training part is the first nine tenths: data[: int(0.9 * len(data))].",
    name="wrong-end-held-out",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    cut = data[len(data) - int(0.9 * len(data)) :]
    return _train(model, cut, steps, block_size, batch_size, lr, generator, share=1.0)


@misconception(
    "The optimizer is Adam. Use torch.optim.AdamW, which also multiplies every parameter by 1 - 0.01 · lr in each step "
    "(weight decay).",
    name="adam",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, lr, generator, make=torch.optim.Adam)


@misconception(
    "The optimizer is plain SGD. Use torch.optim.AdamW(model.parameters(), lr=lr).",
    name="sgd",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, lr, generator, make=torch.optim.SGD)


@misconception(
    "lr is not used: the optimizer takes its own default, 0.001. Pass lr=lr.",
    name="default-lr",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, 1e-3, generator)


@misconception(
    "A new optimizer is made in every step, so AdamW forgets its running averages. Make it once, before the loop.",
    name="optimizer-in-the-loop",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    args = (block_size, batch_size, lr, generator)
    return [loss for _ in range(steps) for loss in _train(model, data, 1, *args)]


@misconception(
    "The weights never change. Either optimizer.step() is missing, or zero_grad() comes between backward() and step() "
    "and takes the gradients away.",
    name="no-step",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    model.train()
    part = data[: int(0.9 * len(data))]
    return [model(*get_batch(part, block_size, batch_size, generator))[1].item() for _ in range(steps)]


@misconception(
    "zero_grad() comes between backward() and step(), so every step sees gradients of 0. First zero, then backward, "
    "then step.",
    name="zeroed-before-the-step",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    part = data[: int(0.9 * len(data))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(steps):
        loss = model(*get_batch(part, block_size, batch_size, generator))[1]
        loss.backward()
        optimizer.zero_grad(set_to_none=False)
        optimizer.step()
        losses.append(loss.item())
    return losses


@misconception(
    "The same batch is used in every step. Draw a new one at the top of the loop.",
    name="one-batch-for-all",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    part = data[: int(0.9 * len(data))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    batch, losses = get_batch(part, block_size, batch_size, generator), []
    for _ in range(steps):
        loss = model(*batch)[1]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@misconception(
    "The loss is measured after the update. Note the one that the gradients belong to, before the step.",
    name="loss-after-update",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    part = data[: int(0.9 * len(data))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(steps):
        x, y = get_batch(part, block_size, batch_size, generator)
        optimizer.zero_grad()
        model(x, y)[1].backward()
        optimizer.step()
        losses.append(model(x, y)[1].item())
    return losses


@misconception(
    "A model that comes in evaluation mode is trained in it, without dropout. Call model.train() before the loop.",
    name="mode-not-set",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, lr, generator, mode=None)


@misconception(
    "x is its own target: the model learns to repeat, not to predict. get_batch gives y, one token later: model(x, y).",
    name="inputs-as-targets",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    class Repeats(nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, x, y):
            return self.model(x, x)

    return _train(Repeats(), data, steps, block_size, batch_size, lr, generator)


@misconception(
    "The gradients are clipped to a norm of 1. Leave that out: here the optimizer takes them as they are.",
    name="clipped",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    return _train(model, data, steps, block_size, batch_size, lr, generator, clip=1.0)


@misconception(
    "The learning rate falls during training. Here it should be the same in all steps.",
    name="lr-decays",
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    part = data[: int(0.9 * len(data))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - step / steps)
        loss = model(*get_batch(part, block_size, batch_size, generator))[1]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


class _Unmasked(nn.Module):
    """Attention that sees the future, in the place of a block's sa."""

    def __init__(self, sa):
        super().__init__()
        self.heads, self.proj, self.dropout = sa.heads, sa.proj, sa.dropout

    def forward(self, x):
        outputs = []
        for head in self.heads:
            q, k, v = head.query(x), head.key(x), head.value(x)
            outputs.append((q @ k.mT / q.shape[-1] ** 0.5).softmax(-1) @ v)
        return self.dropout(self.proj(torch.cat(outputs, -1)))


@misconception(
    "The model that is trained has no causal mask: it sees the token that it is to predict, and its loss falls far "
    "below what can be reached honestly. The mask belongs in Head.",
    name="leak",
)
class GPT(GPT):
    def __init__(self, config):
        super().__init__(config)
        for block in self.blocks:
            block.sa = _Unmasked(block.sa)


# estimate_loss


@misconception(
    "The model is left in evaluation mode: dropout is off in the training that follows. Remember model.training, and "
    "put it back.",
    name="left-in-evaluation",
    violates=("estimate_leaves_no_trace",),
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    model.eval()
    return _mean(model, data, batches, block_size, batch_size, torch.Generator().manual_seed(seed))


@misconception(
    "Afterwards the model is always in training mode, even if it came in evaluation mode. Remember model.training, and "
    "put it back.",
    name="left-in-training",
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    model.eval()
    mean = _mean(model, data, batches, block_size, batch_size, torch.Generator().manual_seed(seed))
    model.train()
    return mean


@misconception(
    "Dropout is on while the loss is measured. Call model.eval() first, and put the mode back afterwards.",
    name="measured-with-dropout",
    violates=("estimate", "estimate_leaves_no_trace"),  # what drops is drawn by the global generator
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    return _mean(model, data, batches, block_size, batch_size, torch.Generator().manual_seed(seed))


@misconception(
    "torch.manual_seed seeds the global generator. Make one of your own: torch.Generator().manual_seed(seed).",
    name="global-generator-seeded",
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    was = model.training
    model.eval()
    mean = _mean(model, data, batches, block_size, batch_size, torch.manual_seed(seed))
    model.train(was)
    return mean


@misconception(
    "Only one batch counts: either no more are drawn, or the generator is made anew for each, so that all are the "
    "same. Make it once, and draw all batches with it.",
    name="one-batch-measured",
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    was = model.training
    model.eval()
    mean = _mean(model, data, 1, block_size, batch_size, torch.Generator().manual_seed(seed))
    model.train(was)
    return mean


@misconception(
    "This is the sum of the batches' losses. Return their mean.",
    name="sum-of-batches",
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    was = model.training
    model.eval()
    mean = _mean(model, data, batches, block_size, batch_size, torch.Generator().manual_seed(seed))
    model.train(was)
    return batches * mean


@misconception(
    "Only the last part of data is measured. All of it is to be measured: it is the caller who splits.",
    name="splits-again",
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    was = model.training
    model.eval()
    part = data[int(0.5 * len(data)) :]
    mean = _mean(model, part, batches, block_size, batch_size, torch.Generator().manual_seed(seed))
    model.train(was)
    return mean


@misconception(
    "The model goes on training while it is measured. An estimate changes nothing: no backward(), no step().",
    name="trains-while-measuring",
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    was = model.training
    model.eval()
    generator, losses = torch.Generator().manual_seed(seed), []
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(batches):
        loss = model(*get_batch(data, block_size, batch_size, generator))[1]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.train(was)
    return sum(losses) / batches


@misconception(
    "The gradients are cleared: a training run that looks at its estimate between backward() and step() loses them. An "
    "estimate records no gradients, and there is nothing to clear.",
    name="gradients-cleared",
    violates=("estimate_leaves_no_trace",),
)
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    was = model.training
    model.eval()
    model.zero_grad()
    mean = _mean(model, data, batches, block_size, batch_size, torch.Generator().manual_seed(seed))
    model.train(was)
    return mean


@misconception(
    "The optimizer is kept with the model: the next call goes on with its running averages. Make it anew in each call.",
    name="optimizer-kept",
    violates=("training_after_training",),
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    def make(parameters, lr):
        if not hasattr(model, "optimizer"):
            model.optimizer = torch.optim.AdamW(parameters, lr=lr)
        return model.optimizer

    return _train(model, data, steps, block_size, batch_size, lr, generator, make=make)


@misconception(
    "The seed of torch's global generator is set in train, and whatever comes later draws the same numbers again. The "
    "batches have a generator of their own; leave the global one alone.",
    name="global-seed-in-train",
    violates=("nothing_else_changes",),
)
def train(model, data, steps, block_size, batch_size, lr, generator):
    torch.manual_seed(1337)
    part = data[: int(0.9 * len(data))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(steps):
        _, loss = model(*get_batch(part, block_size, batch_size, generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
