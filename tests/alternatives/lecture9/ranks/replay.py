"""The merges found so far are made, in their order, on the ranks of a token's bytes; patterns of re's older kind."""

import base64
import re as plain

import regex

GPT4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split(text, pattern=GPT4):
    return [match.group() for match in regex.finditer(pattern, text)]


def byte_shuffle(ranks):
    singles = {token[0]: rank for token, rank in ranks.items() if len(token) == 1}
    return dict(sorted(singles.items()))


def recover_merges(ranks):
    shuffle = byte_shuffle(ranks)
    merges = {}
    for rank, token in sorted((rank, token) for token, rank in ranks.items() if len(token) > 1):
        ids = [shuffle[byte] for byte in token]
        for (left, right), new in merges.items():
            i = 0
            while i < len(ids) - 1:
                if ids[i] == left and ids[i + 1] == right:
                    ids[i : i + 2] = [new]
                i += 1
        if len(ids) != 2:
            raise ValueError(f"no merges lead to {token!r}")
        merges[ids[0], ids[1]] = rank
    return merges


def save(path, merges, pattern):
    token = {byte: bytes([byte]) for byte in range(256)}
    for pair, new in merges.items():
        token[new] = b"".join(token[part] for part in pair)
    with open(path, "wb") as file:
        file.write(base64.standard_b64encode(pattern.encode()) + b"\n")
        file.writelines(base64.standard_b64encode(token[idx]) + b" %d\n" % idx for idx in token)


_LINE = plain.compile(rb"((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?) ([0-9]+)")


def load(path):
    with open(path, "rb") as file:
        first, *others = file.read().splitlines()
    if plain.fullmatch(rb"[A-Za-z0-9+/]*=*", first) is None or len(first) % 4:
        raise ValueError("line 1: no base64")
    token_of = {}
    for number, line in enumerate(others, start=2):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"line {number}: {line!r}")
        token, rank = base64.b64decode(match[1]), int(match[2])
        if rank in token_of or token in token_of.values():
            raise ValueError(f"line {number}: seen before")
        token_of[rank] = token
    return recover_merges({token: rank for rank, token in token_of.items()}), base64.b64decode(first).decode()
