# /// attack
# rows = []
# tries = "The KeyError quotes the whole text, in which the unknown character is to be searched for."
# kind = "hostile"
# exercise = "lecture7.tokenizer"
# verdicts = ["failed"]
# earns = 5
# says = ["The KeyError must name the character"]
# ///
class CharTokenizer:
    def __init__(self, text):
        self.chars = sorted(set(text))
        self.vocab_size = len(self.chars)
        self.stoi = {c: i for i, c in enumerate(self.chars)}

    def encode(self, s):
        if not set(s) <= set(self.chars):
            raise KeyError(f"cannot encode {s!r}")
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)
