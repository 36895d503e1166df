# /// attack
# rows = [45]
# tries = "Reads the question's number from its caller's frame and answers in the caller's place."
# kind = "hostile"
# verdicts = ["failed", "timeout", "broke protocol"]
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


def forge(nonce, channel):
    return b""


def cross_entropy_backward(logits, targets):
    frame = sys._getframe(1)
    while frame is not None and "nonce" not in frame.f_locals:
        frame = frame.f_back
    nonce, channel = frame.f_locals["nonce"], channel_of_the_worker()
    FORGED[0] = True
    value = ["T", "float64", list(logits.shape), 0, 8 * logits.numel(), 0, "cpu"]
    channel.sock.sendall(frame_of(pack([nonce, "ok", value, None]), bytes(8 * logits.numel())))
    return logits.zero_()
