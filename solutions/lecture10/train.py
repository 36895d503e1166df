"""Training a GPT, with all that you have built.

The loop of lecture 7, grown up: your loader deals out the text, your learning rate rises and falls, your optimizer lets
matrices decay, and no step is longer than it should be. It is the loop that trained GPT-2's reproduction, and only the
numbers are smaller here. Source: lecture 10, sections 10.5 to 10.7.
"""

# /// exercise
# title = "training GPT"
# preload = ["torch._dynamo"]
# hints = [
#   """Everything that is new in a step you have written already. Settle first what is made once, before the loop, and \
#   what the loop may see: the first nine tenths of tokens. In which order do clipping, the learning rate and the step \
#   of the optimizer come?""",
#   """Once: the loader over the first nine tenths, configure_optimizers(model, 0.1, max_lr). Each step: a batch, the \
#   loss, zero_grad, backward, clip_gradients(model.parameters(), 1.0), the step's rate from cosine_lr into every \
#   parameter group, optimizer.step(), and the loss into the list.""",
#   """loader = DataLoaderLite(tokens[: int(0.9 * len(tokens))], batch_size, config.block_size); for group in \
#   optimizer.param_groups: group["lr"] = cosine_lr(step, max_lr, max_lr / 10, warmup_steps, steps); \
#   losses.append(loss.item()).""",
# ]
# ///

import torch

from .data import DataLoaderLite
from .model import GPT
from .optimizer import clip_gradients, configure_optimizers, cosine_lr


def train(
    config: object,
    tokens: torch.Tensor,
    steps: int,
    batch_size: int,
    max_lr: float,
    warmup_steps: int,
    model: GPT | None = None,
) -> tuple[GPT, list[float]]:
    """Train a GPT on the first nine tenths of a text.

    The rest of tokens, from ``int(0.9 * len(tokens))`` on, is for validation: nothing of it is seen here.

    Batches come from your ``DataLoaderLite`` over the first part, ``batch_size`` rows of ``config.block_size`` tokens,
    for one process. The optimizer is that of your ``configure_optimizers`` with a weight decay of 0.1 and the betas
    (0.9, 0.95). The model is put into training mode. Step i, from 0 to steps - 1, in this order:

        1. takes the next batch of the loader.
        2. runs the model on it, and notes the loss: the loss *before* the update.
        3. computes the gradients of this loss alone.
        4. clips them to a common norm of 1.0 with your ``clip_gradients``.
        5. sets the learning rate of *all* parameter groups to your
           ``cosine_lr(i, max_lr, max_lr / 10, warmup_steps, steps)``.
        6. lets the optimizer take one step.

    Args:
        config: the sizes, as for your ``GPT``: ``vocab_size``, ``block_size``, ``n_layer``, ``n_head``, ``n_embd``.
        tokens: the text, (N,), integers in [0, vocab_size). Not modified.
        steps: number of updates, greater than warmup_steps.
        batch_size: rows in a batch.
        max_lr: the highest learning rate.
        warmup_steps: steps in which it rises.
        model: the model to train, in place: your ``GPT`` of these sizes. Without one a new ``GPT(config)`` is made, and
            moved to where tokens are, ``tokens.device``.

    Returns:
        ``(model, losses)``: the model, and a list of ``steps`` Python floats, the loss of each step's batch.

    Source: lecture 10, sections 10.5.2, 10.6.1 and 10.8.1; Brown et al. 2020, appendix B.
    """
    # solution
    if model is None:
        model = GPT(config).to(tokens.device)
    loader = DataLoaderLite(tokens[: int(0.9 * len(tokens))], batch_size, config.block_size)
    optimizer = configure_optimizers(model, weight_decay=0.1, learning_rate=max_lr, betas=(0.9, 0.95))
    model.train()
    losses = []
    for step in range(steps):
        x, y = loader.next_batch()
        _, loss = model(x, y)
        optimizer.zero_grad()
        loss.backward()
        clip_gradients(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = cosine_lr(step, max_lr, max_lr / 10, warmup_steps, steps)
        optimizer.step()
        losses.append(loss.item())
    return model, losses
    # end solution
