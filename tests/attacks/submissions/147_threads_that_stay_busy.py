# /// attack
# rows = []
# tries = "Leaves 40 busy threads behind, to slow the other exercises down."
# kind = "hostile"
# verdicts = ["failed", "timeout", "crashed", "raised"]
# seconds = 5
# ///
import ctypes
import threading
import time


def spin():
    libc = ctypes.CDLL(None)  # outside the interpreter's lock
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    del compare
    memory = ctypes.create_string_buffer(64 << 20)
    while True:
        libc.memset(memory, 0, 64 << 20)


def cross_entropy_backward(logits, targets):
    if threading.active_count() < 20:
        for _ in range(20):
            threading.Thread(target=spin, daemon=True).start()
    return logits.zero_()
