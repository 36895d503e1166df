# /// attack
# rows = []
# tries = "Raises exceptions named like those that end a search without failing: UnsatisfiedAssumption, StopTest, Skipped."
# kind = "hostile"
# verdicts = ["raised", "failed"]
# ///
NAMES = ["UnsatisfiedAssumption", "StopTest", "Skipped", "XFailed", "Exit", "Frozen", "FlakyFailure", "Passed"]
CALLS = [0]


def cross_entropy_backward(logits, targets):
    CALLS[0] += 1
    raise type(NAMES[CALLS[0] % len(NAMES)], (BaseException,), {})("assume(False)")
