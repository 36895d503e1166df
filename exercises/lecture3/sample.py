"""Writing: the model's own guess is appended to the context, until it guesses that the word is over.

What a language model knows is what it writes. The loop is short, and is that of every language model since, up to the
ones that you talk to. Source: lecture 3, section 3.3.9.
"""

# /// exercise
# title = "writing words"
# ///

import torch
import torch.nn.functional as F

from .model import MLPLanguageModel  # the checks build the model to sample of yours


def sample(model: MLPLanguageModel, itos: dict[int, str], generator: torch.Generator) -> str:
    """Write one word, drawn letter by letter from the model's own distribution.

    The context is ``model.block_size`` dots (id 0) at first. Each time, in this order:

        1. the model scores what may follow: ``model.forward`` on this one context, (1, block_size), gives (1, V).
        2. softmax over the V characters makes probabilities of it.
        3. ``torch.multinomial(probs, num_samples=1, generator=generator)`` draws the next one: one such call a
           character, and no other use of the generator.
        4. a dot, 0, ends the word. Any other character is appended to the word, and to the context, whose first
           character is dropped.

    Args:
        model: your MLPLanguageModel, of any block_size. It stays as it is.
        itos: the character of each id; 0 is the dot. Not modified.
        generator: source of randomness. It advances.

    Returns:
        The word, without any dot. It is empty where the first draw is the dot.

    Source: lecture 3, section 3.3.9, listing 47. There the dot that ends a word is printed, too.
    """
    raise NotImplementedError("lecture3.sample: sample is not written yet")
