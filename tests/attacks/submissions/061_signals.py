# /// attack
# rows = [61]
# tries = "Ignores every signal that can be ignored, catches the others, and loops."
# kind = "hostile"
# verdicts = ["timeout"]
# says = ["No answer within 0.5 s"]
# seconds = 0.5
# ///
import signal

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def cross_entropy_backward(logits, targets):
    while True:
        try:
            try:
                while True:
                    pass
            finally:
                continue
        except BaseException:
            pass
