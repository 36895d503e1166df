"""One occurrence at a time, that of the lowest rank and furthest to the left, as tiktoken does."""

import codecs


def encode(text: str, merges: dict[tuple[int, int], int]) -> list[int]:
    """Encode."""
    ids = list(bytearray(text, "utf-8"))
    while True:
        ranks = [merges.get((ids[i], ids[i + 1])) for i in range(len(ids) - 1)]
        known = [rank for rank in ranks if rank is not None]
        if not known:
            return ids
        i = ranks.index(min(known))
        ids = [*ids[:i], ranks[i], *ids[i + 2 :]]


def decode(ids: list[int], vocab: dict[int, bytes]) -> str:
    """Decode piece by piece, with a decoder that remembers half characters."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return "".join([decoder.decode(vocab[i]) for i in ids]) + decoder.decode(b"", final=True)
