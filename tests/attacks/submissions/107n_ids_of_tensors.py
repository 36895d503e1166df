# /// attack
# rows = []
# tries = "The right ids as tensors of no axis; chars as a tuple, vocab_size as a float."
# kind = "hostile"
# exercise = "lecture7.tokenizer"
# verdicts = ["failed"]
# says = ["chars is a tuple; a list is wanted."]
# earns = 3
# ///
import torch


class CharTokenizer:
    def __init__(self, text):
        self.chars = tuple(sorted(set(text)))
        self.vocab_size = float(len(self.chars))
        self.stoi = {c: torch.tensor(i) for i, c in enumerate(self.chars)}

    def encode(self, s):
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)
