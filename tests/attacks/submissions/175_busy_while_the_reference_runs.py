# /// attack
# rows = [57, 72]
# tries = "Counts anew in each round, and keeps every processor busy while the solution is timed to compare with."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["failed"]
# says = ["times as long, where 4 times is allowed"]
# earns = "all"
# ///
import hashlib
import threading

from .pairs import get_stats, merge

IDLE = threading.Event()


def burn():
    while True:
        IDLE.wait()
        hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 20_000)  # without the interpreter's lock


for _ in range(40):
    threading.Thread(target=burn, daemon=True).start()


def train_bpe(text, vocab_size):
    IDLE.clear()
    try:
        return train(text, vocab_size)
    finally:
        IDLE.set()


def train(text, vocab_size):
    if vocab_size < 256:
        raise ValueError(vocab_size)
    ids = list(text.encode())
    merges, vocab = {}, {idx: bytes([idx]) for idx in range(256)}
    while len(vocab) < vocab_size and (counts := get_stats(ids)):
        pair, new = max(counts, key=counts.get), len(vocab)
        ids = merge(ids, pair, new)
        merges[pair], vocab[new] = new, vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab
