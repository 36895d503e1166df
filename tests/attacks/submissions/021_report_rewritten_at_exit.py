# /// attack
# rows = [21]
# tries = "Writes reports that say passed, wherever it may write, now and when the process ends."
# kind = "hostile"
# verdicts = ["failed"]
# confined = true
# breaks = [3]
# leaves = ["/tmp/gradlings-evil-report.xml", "/var/tmp/gradlings-evil-report.xml", "/dev/shm/gradlings-evil-report.xml"]
# ///
import atexit
import contextlib

JUNIT = '<testsuites><testsuite name="lecture5.cross_entropy" tests="6" failures="0"/></testsuites>'


def rewrite():
    for folder in (".", "/tmp", "/var/tmp", "/dev/shm"):
        with contextlib.suppress(OSError), open(f"{folder}/gradlings-evil-report.xml", "w") as file:
            file.write(JUNIT)
    print("========== 6 passed in 0.10s ==========")


atexit.register(rewrite)


def cross_entropy_backward(logits, targets):
    rewrite()
    return logits.zero_()
