# /// attack
# rows = []
# tries = "Nothing is tried: the KeyError holds the set of what is unknown."
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
        unknown = set(s) - set(self.chars)
        if unknown:
            raise KeyError(ascii(unknown))
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)
