# /// attack
# rows = []
# tries = "An exception with lone surrogates, ANSI codes, rich markup, bidi overrides and NULs everywhere."
# kind = "hostile"
# verdicts = ["raised"]
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


EVIL = "\x1b[2J\x1b[1;1H[bold green]6 passed[/] \u202e\x00\x9b31m \ufdd0 \r\n <script> ]]> &amp; "


def forge(nonce, channel):
    evil = ["s", msgspec.msgpack.Ext(1, EVIL.encode() + b"\xed\xa0\x80")]
    frames = ["l", [["t", [evil, 3, evil, evil]]]]
    error = [["type", evil], ["message", evil], ["frames", frames], ["signature", evil], ["bases", ["l", [evil]]]]
    return frame_of(pack([nonce, "err", ["d", error], None]))
