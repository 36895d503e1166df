# /// attack
# rows = []
# tries = "Every text raises a KeyError that names its characters."
# kind = "hostile"
# exercise = "lecture7.tokenizer"
# verdicts = ["raised"]
# earns = 2
# says = ["KeyError"]
# ///
class CharTokenizer:
    def __init__(self, text):
        self.chars = sorted(set(text))
        self.vocab_size = len(self.chars)
        self.stoi = {c: i for i, c in enumerate(self.chars)}

    def encode(self, s):
        raise KeyError(s[-1:])
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)
