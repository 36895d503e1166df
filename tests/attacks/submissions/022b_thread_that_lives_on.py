# /// attack
# rows = [22]
# tries = "Leaves a thread behind that waits for the end of the check and then writes."
# kind = "hostile"
# verdicts = ["failed"]
# confined = true
# breaks = [3]
# leaves = ["/tmp/gradlings-evil-thread"]
# ///
import threading
import time


def later():
    for _ in range(40):
        time.sleep(0.2)
        try:
            with open("/tmp/gradlings-evil-thread", "w") as file:
                file.write("6 passed")
        except OSError:
            pass


def cross_entropy_backward(logits, targets):
    if threading.active_count() < 4:
        threading.Thread(target=later, daemon=True).start()
    return logits.zero_()
