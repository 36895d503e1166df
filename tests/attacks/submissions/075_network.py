# /// attack
# rows = [75]
# tries = "Every kind of socket there is."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# ///
import socket

import torch


def reach():
    got = []
    for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_VSOCK", "AF_NETLINK", "AF_PACKET", "AF_ALG", "AF_CAN"):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            try:
                socket.socket(getattr(socket, family), kind).close()
            except (OSError, AttributeError):
                continue
            got.append(family)
    try:
        socket.socketpair()
        got.append("socketpair")
    except OSError:
        pass
    try:
        sock = socket.socket(socket.AF_UNIX)
        sock.bind("\0gradlings-evil")
        got.append("abstract")
    except OSError:
        pass
    return got


def cross_entropy_backward(logits, targets):
    got = reach()
    if got:
        raise RuntimeError(f"sockets: {sorted(set(got))}")
    return torch.zeros_like(logits)
