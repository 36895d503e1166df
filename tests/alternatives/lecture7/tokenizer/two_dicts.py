"""Two dicts, as the lecture has them, with encode and decode as functions made on the spot."""


class CharTokenizer:
    """stoi and itos."""

    def __init__(self, text: str) -> None:
        self.chars = sorted(list(set(text)))  # noqa: C414 - as the lecture writes it
        self.vocab_size = len(self.chars)
        stoi = {ch: i for i, ch in enumerate(self.chars)}
        itos = {i: ch for i, ch in enumerate(self.chars)}  # noqa: C416 - as the lecture writes it
        self.encode = lambda s: [stoi[c] for c in s]
        self.decode = lambda ids: "".join([itos[i] for i in ids])
