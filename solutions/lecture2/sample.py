"""Drawing new words: the table of probabilities writes, one character at a time.

Start at the dot, draw what follows it, go to that row, and so on until a dot is drawn. It is the same loop by which GPT
writes in lecture 7. Source: lecture 2, section 2.2.6.
"""

# /// exercise
# title = "drawing new words"
# hints = [
#   """Which row is the first letter drawn from? And which one the second? The loop has no fixed number of rounds: it \
#   ends when the dot is drawn.""",
#   """ix = 0; draw the next ix from the distribution probs[ix]; stop if it is 0, else note itos[ix] and go on from \
#   there. torch.multinomial draws places by their probabilities.""",
#   """while True: ix = torch.multinomial(probs[ix], num_samples=1, generator=generator).item(); if ix == 0: return \
#   "".join(letters); letters.append(itos[ix]).""",
# ]
# ///

import torch


def sample(probs: torch.Tensor, itos: dict[int, str], generator: torch.Generator) -> str:
    """Draw a new word, character by character.

    The first character is drawn from row 0 of the table, that of the dot; each further one from the row of the
    character before it. The word ends when the dot is drawn. It may be of any length: no letters at all where the
    dot follows the dot, and hundreds where dots are unlikely.

    Args:
        probs: (V, V), floats of 32 or 64 bits: row i holds the probabilities of what follows character i. They may be a
            view of another tensor.
        itos: the character of each number, 0 to V - 1; ``itos[0]`` is the dot.
        generator: the source of all that is random. It advances, so that a second call with it draws another word; in
            the same state it leads to the same word. How you draw with it is up to you.

    Returns:
        The word, without dots. ``probs`` and ``itos`` are not modified, and torch's global generator is left alone.

    Example:
        probs = [[0, 1, 0], [0, 0, 1], [1, 0, 0]], itos = {0: ".", 1: "h", 2: "i"} -> "hi", each time

    Source: lecture 2, section 2.2.6 (listing 18).
    """
    # solution
    letters = []
    ix = 0  # the dot: a word begins
    while True:
        ix = torch.multinomial(probs[ix], num_samples=1, generator=generator).item()
        if ix == 0:  # the dot again: it ends
            return "".join(letters)
        letters.append(itos[ix])
    # end solution
