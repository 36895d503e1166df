"""Batches: windows cut from one long text, each with the same window one token later as its targets.

One window of block_size tokens is block_size examples at once: every token in it has a next one, and a context of its
own length. Source: lecture 7, section 7.3.
"""

# /// exercise
# title = "batches of text"
# hints = [
#   """A window that starts at i needs the tokens i to i + block_size, both included: the last of them is a target \
#   only. What is the largest i, in a text of len(data) tokens? How many different i are there?""",
#   """x[b] = data[i : i + block_size], y[b] = data[i + 1 : i + 1 + block_size], with i from 0 to len(data) - \
#   block_size - 1. torch.randint excludes its upper end.""",
#   """ix = torch.randint(len(data) - block_size, (batch_size,), generator=generator); x = torch.stack([data[i : i + \
#   block_size] for i in ix]), and y the same with i + 1.""",
# ]
# ///

import torch


def get_batch(
    data: torch.Tensor, block_size: int, batch_size: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut windows at random places out of a text, and the tokens that follow each of theirs.

    The starts come from one call, ``torch.randint(len(data) - block_size, (batch_size,), generator=generator)``, in
    this order for the rows of the batch, and the generator is used for nothing else. Every start that leaves room for
    the last target is as likely as any other, and the same one may come twice.

        x[b, t] = data[start[b] + t]
        y[b, t] = data[start[b] + t + 1]        what follows x[b, t]

    Args:
        data: the text, (N,), integers; N is greater than block_size. Not modified.
        block_size: tokens in a window, T.
        batch_size: windows in a batch, B.
        generator: source of the starts. It advances.

    Returns:
        ``(x, y)``, each (B, T), of the dtype of data.

    Example:
        data = [5, 6, 7, 8], block_size = 3: the only start is 0, so every row is [5, 6, 7] with targets [6, 7, 8].

    Source: lecture 7, section 7.3.2.
    """
    # solution
    ix = torch.randint(len(data) - block_size, (batch_size,), generator=generator)
    x = torch.stack([data[i : i + block_size] for i in ix])  # (B, T)
    y = torch.stack([data[i + 1 : i + 1 + block_size] for i in ix])  # (B, T)
    return x, y
    # end solution
