"""Parts are joined by recursion; the class that is raised is a ValueError of its own; binascii in place of base64."""

import binascii
from pathlib import Path

import regex

GPT4 = (
    r"'(?:[sS]|[tT]|[dD]|[mM]|[lL][lL]|[vV][eE]|[rR][eE])"
    r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
)


class BrokenError(ValueError):
    pass


def split(text, pattern=GPT4):
    return regex.compile(pattern).findall(text)


def byte_shuffle(ranks):
    return dict(zip(range(256), map(ranks.__getitem__, map(bytes, zip(range(256)))), strict=True))


def _two(parts, ranks, limit):
    if len(parts) == 2:
        return parts
    ways = [(ranks.get(parts[i] + parts[i + 1], limit), i) for i in range(len(parts) - 1)]
    rank, i = min(ways)
    if rank >= limit:
        raise BrokenError(b"".join(parts))
    return _two((*parts[:i], parts[i] + parts[i + 1], *parts[i + 2 :]), ranks, limit)


def recover_merges(ranks):
    found = []
    for token, rank in ranks.items():
        if len(token) >= 2:
            left, right = _two(tuple(token[i : i + 1] for i in range(len(token))), ranks, rank)
            found.append((rank, ranks[left], ranks[right]))
    return {(left, right): rank for rank, left, right in sorted(found)}


def save(path, merges, pattern):
    known = [bytes([b]) for b in range(256)]
    known += [b""] * len(merges)
    for (a, b), c in merges.items():
        known[c] = known[a] + known[b]
    text = binascii.b2a_base64(pattern.encode())  # ends with a line break
    for idx, token in enumerate(known):
        text += binascii.b2a_base64(token, newline=False) + f" {idx}\n".encode()
    Path(path).write_bytes(text)


def _new(thing, known):
    if thing in known:
        raise ValueError(thing)


def load(path):
    lines = Path(path).read_text().splitlines()
    number, ranks, taken = 1, {}, set()
    try:
        pattern = binascii.a2b_base64(lines[0].encode(), strict_mode=True).decode()
        while number < len(lines):
            number += 1
            word, rank = lines[number - 1].split()
            token = binascii.a2b_base64(word.encode(), strict_mode=True)
            _new(token, ranks)
            _new(int(rank), taken)
            ranks[token] = int(rank)
            taken.add(int(rank))
    except ValueError:
        raise BrokenError(f"line {number}") from None
    return recover_merges(ranks), pattern
