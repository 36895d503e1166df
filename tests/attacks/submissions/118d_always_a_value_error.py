# /// attack
# rows = []
# tries = "A ValueError, whatever is asked: it is wanted in one place."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["raised"]
# says = ["ValueError"]
# ///
def train_bpe(text, vocab_size):
    raise ValueError(vocab_size)
