"""Training a GPT, and measuring it honestly.

You write the loop that makes a model out of a text, and the estimate that says how good it has become. The estimate has
manners: it leaves no trace in the training that goes on after it. Source: lecture 7, sections 7.2.3, 7.3 and 7.7.
"""

# /// exercise
# title = "training the GPT"
# preload = ["torch._dynamo"]
# hints = [
#   """Before you write the loop, settle what it may see: the first nine tenths of data. Each step then needs five \
#   lines, in the order of the list. What must an estimate put back when it is done?""",
#   """A step: x, y = get_batch(...); _, loss = model(x, y); optimizer.zero_grad(); loss.backward(); optimizer.step(). \
#   An estimate: remember model.training, model.eval(), the mean of the losses under torch.no_grad(), \
#   model.train(remembered).""",
#   """optimizer = torch.optim.AdamW(model.parameters(), lr=lr), made once; train_data = data[: int(0.9 * len(data))]; \
#   losses.append(loss.item()). In the estimate: generator = torch.Generator().manual_seed(seed), made once.""",
# ]
# ///

import torch

from .batches import get_batch
from .gpt import GPT, GPTConfig  # noqa: F401 - the checks build the model to train of yours


def train(
    model: GPT,
    data: torch.Tensor,
    steps: int,
    block_size: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> list[float]:
    """Train a model on the first nine tenths of a text.

    The rest of data, from ``int(0.9 * len(data))`` on, is for validation: nothing of it is seen here.

    The optimizer is ``torch.optim.AdamW(model.parameters(), lr=lr)``, all else at its default. The model is put into
    training mode. Each of the steps, in this order:

        1. draws a batch of the training part with your ``get_batch``: one call a step, and no other use of the
           generator.
        2. runs the model on it, and notes the loss: the loss *before* the update.
        3. computes the gradients of this loss alone.
        4. lets the optimizer take one step.

    Args:
        model: your GPT, or anything that is called as it is: ``model(x, y)`` gives ``(logits, loss)``. It is trained in
            place.
        data: the text, (N,), int64. Not modified.
        steps: number of updates, at least 1.
        block_size: tokens in a window.
        batch_size: windows in a batch.
        lr: the learning rate, the same in all steps.
        generator: source of the batches. It advances. torch's global one is left to dropout: ``train`` neither draws
            from it nor seeds it.

    Returns:
        A list of ``steps`` Python floats: the loss of each step's batch.

    Source: lecture 7, sections 7.2.3 and 7.4; Loshchilov and Hutter, 2019, for AdamW.
    """
    # solution
    train_data = data[: int(0.9 * len(data))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(steps):
        x, y = get_batch(train_data, block_size, batch_size, generator)
        _, loss = model(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    # end solution


def estimate_loss(model: GPT, data: torch.Tensor, batches: int, block_size: int, batch_size: int, seed: int) -> float:
    """Return the mean loss of a model over some batches, and leave everything as it was.

    The loss of a single batch is noisy, so take the mean over ``batches`` of them, drawn one after the other with
    your ``get_batch`` from all of data, with one ``torch.Generator().manual_seed(seed)``. The same seed gives the same
    batches, so two models, or one model before and after, can be compared.

    Dropout is off while it is measured (evaluation mode), and no gradients are recorded. Afterwards the model is in the
    mode in which it was, its parameters and their gradients are as they were, and so is torch's global random
    generator: a training run goes on as if nobody had looked.

    Args:
        model: as in ``train``.
        data: the text to measure on, (N,), int64. Not modified.
        batches: number of batches, at least 1.
        block_size: tokens in a window.
        batch_size: windows in a batch.
        seed: seeds the batches.

    Returns:
        The mean of the batches' losses, a Python float.

    Source: lecture 7, section 7.4 (in the lecture's code: ``estimate_loss``).
    """
    # solution
    generator = torch.Generator().manual_seed(seed)  # of its own: the global one is not touched
    was_training = model.training
    model.eval()
    with torch.no_grad():
        losses = [model(*get_batch(data, block_size, batch_size, generator))[1].item() for _ in range(batches)]
    model.train(was_training)
    return sum(losses) / batches
    # end solution
