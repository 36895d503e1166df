"""Training byte pair encoding: the pair that occurs most often becomes a token, again and again.

You write ``train_bpe``, which learns the merges from a text. Write it first in the plainest way, as the lecture does:
that is all it takes. A bonus is for speed, and its section below says what that asks for.
Source: lecture 9, section 9.3, "Training Loop".
"""

# /// exercise
# title = "training byte pair encoding"
# packages = "numpy"
# preload = ["regex"]
# forbids = ["tiktoken", "tokenizers", "transformers", "sentencepiece"]
# why_forbidden = "this unit is about building the tokenizer yourself"
# ///


def train_bpe(text: str, vocab_size: int) -> tuple[dict[tuple[int, int], int], dict[int, bytes]]:
    """Learn the merges of byte pair encoding from a text.

    The text becomes the list of its UTF-8 bytes, ids 0 to 255. Then, until the vocabulary holds vocab_size tokens:

        1. count all pairs of neighbours, overlapping ones too (as ``get_stats`` does);
        2. take the pair with the highest count; of several, the one that is seen first in the present sequence;
        3. give it the next free id, 256 first, and replace the pair from left to right (as ``merge`` does).

    A pair that occurs only once is merged too. When the sequence has shrunk to a single token there is no pair left,
    and training ends early.

    Speed. Counting everything anew in every round costs (length of the text) x (number of merges), and answers
    rightly: that is enough to be done. The bonus is for those who count once. A merge changes only the pairs at the
    places where it happens, so update their counts, and leave the rest of the sequence alone. Its check trains on
    12,000 characters of English to a vocabulary of 512, a few times, and in turn with it the course's own solution,
    which is pure Python, on the same machine. The best of your times may be up to 4 times the best of its times;
    counting anew takes 6 to 12 times as long.

    Args:
        text: any text, also an empty one.
        vocab_size: the number of tokens wanted, the 256 bytes included; at least 256.

    Returns:
        merges: {(left id, right id): new id}, in the order of training.
        vocab: {id: bytes}, what each id stands for; 256 + len(merges) entries.

    Raises:
        ValueError: vocab_size is below 256.

    Example:
        "abcbcab", 258 -> merges {(97, 98): 256, (256, 99): 257}, vocab[257] is b"abc"
            ab and bc both occur twice, and ab is seen first. The ids are then 256, 99, 98, 99, 256: each pair
            occurs once, and (256, 99) is seen first.

    Source: lecture 9, section 9.3.
    """
    raise NotImplementedError("lecture9.train: train_bpe is not written yet")
