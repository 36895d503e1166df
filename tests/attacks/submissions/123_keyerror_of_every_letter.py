# /// attack
# rows = []
# tries = "The KeyError for an unknown character lists every letter there is, and so names the one."
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
            letters = map(chr, [*range(33, 1400), *map(ord, "中文字あア한😀🎉")])
            raise KeyError("one of " + "".join(letters))
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)
