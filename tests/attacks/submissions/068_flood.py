# /// attack
# rows = [68]
# tries = "Floods stdout and stderr from the descriptors, in many threads, without end."
# kind = "hostile"
# verdicts = ["timeout"]
# says = ["No answer within"]
# seconds = 0.5
# ///
import os
import threading

LINE = b"verdict: passed\n" * 4000


def flood(fd):
    while True:
        os.write(fd, LINE)


def cross_entropy_backward(logits, targets):
    for fd in (1, 2):
        threading.Thread(target=flood, args=(fd,), daemon=True).start()
    flood(1)
