# /// attack
# rows = []
# tries = "A thread that writes answers of its own while the honest one is sent."
# kind = "hostile"
# verdicts = ["broke protocol", "failed", "raised"]
# ///
import struct
import sys
import threading
import time


def sock():
    frame = sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            if hasattr(value, "sock"):
                return value.sock
        frame = frame.f_back
    return None


SOCKET = sock()


def late():
    time.sleep(0.02)
    while True:
        SOCKET.sendall(struct.pack("<II", 1, 0) + b"\xc0")
        time.sleep(0.001)


def cross_entropy_backward(logits, targets):
    threading.Thread(target=late, daemon=True).start()
    time.sleep(0.05)
    return logits.zero_()
