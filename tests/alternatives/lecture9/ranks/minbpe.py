"""As minbpe does it: a function that merges with a highest rank, a loop over the tokens; the file line by line."""

import base64
import binascii

import regex as re

GPT4 = (
    r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"""
)


def split(text, pattern=GPT4):
    return re.findall(re.compile(pattern), text)


def _bpe(ranks, token, highest):
    parts = [bytes([b]) for b in token]
    while True:
        best, at = None, None
        for i in range(len(parts) - 1):
            rank = ranks.get(parts[i] + parts[i + 1])
            if rank is not None and (best is None or rank < best):
                best, at = rank, i
        if best is None or best >= highest:
            return parts
        parts = parts[:at] + [parts[at] + parts[at + 1]] + parts[at + 2 :]


def byte_shuffle(ranks):
    shuffle = {}
    for i in range(256):
        shuffle[i] = ranks[bytes([i])]
    return shuffle


def recover_merges(ranks):
    merges = {}
    for token, rank in ranks.items():
        if len(token) == 1:
            continue
        pair = tuple(_bpe(ranks, token, rank))
        if len(pair) != 2:
            raise ValueError(f"cannot make {token!r}")
        merges[(ranks[pair[0]], ranks[pair[1]])] = rank
    return dict(sorted(merges.items(), key=lambda item: item[1]))


def save(path, merges, pattern):
    tokens = [bytes([i]) for i in range(256)]
    for a, b in merges:
        tokens.append(tokens[a] + tokens[b])
    with open(path, "w") as f:
        f.write(base64.b64encode(pattern.encode("utf-8")).decode() + "\n")
        f.write("".join(f"{base64.b64encode(token).decode()} {i}\n" for i, token in enumerate(tokens)))


def load(path):
    ranks = {}
    with open(path) as f:
        lines = f.read().split("\n")
    if lines[-1] == "":
        lines.pop()
    try:
        pattern = base64.b64decode(lines[0], validate=True).decode("utf-8")
    except binascii.Error:
        raise ValueError("line 1 is no pattern") from None
    for n in range(1, len(lines)):
        parts = lines[n].split()
        if len(parts) != 2 or not parts[1].isdigit():
            raise ValueError(f"line {n + 1} is no token with its rank")
        try:
            token = base64.b64decode(parts[0], validate=True)
        except binascii.Error:
            raise ValueError(f"line {n + 1} is no base64") from None
        if token in ranks or int(parts[1]) in ranks.values():
            raise ValueError(f"line {n + 1} comes twice")
        ranks[token] = int(parts[1])
    return recover_merges(ranks), pattern
