"""The lecture's listing: letters from 1, then the dot at 0, then the table turned around."""


def build_vocab(words: list[str]) -> tuple[dict[str, int], dict[int, str]]:
    letters = sorted(set("".join(words)))
    s2i = {s: i + 1 for i, s in enumerate(letters)}
    s2i["."] = 0
    i2s = {i: s for s, i in s2i.items()}
    return s2i, i2s
