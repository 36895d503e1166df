# /// attack
# rows = []
# tries = "Nothing is tried: the KeyError names the character in a sentence of its own, with text and vocabulary beside it."
# kind = "fault"
# exercise = "lecture7.tokenizer"
# verdicts = ["passed"]
# earns = "all"
# ///
class CharTokenizer:
    def __init__(self, text):
        self.chars = sorted(set(text))
        self.vocab_size = len(self.chars)
        self.stoi = {c: i for i, c in enumerate(self.chars)}

    def encode(self, s):
        for place, c in enumerate(s):
            if c not in self.stoi:
                raise KeyError(f"文字 {c!r} (U+{ord(c):04X}) at place {place} of {s!r} is none of {self.chars}")
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)
