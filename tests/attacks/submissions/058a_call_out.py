# /// attack
# rows = [58]
# tries = "Asks the network, other services and its neighbours for the answer."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = [2]
# ///
import glob
import socket
import urllib.request

import torch


def ask():
    got = []
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as sock:
                got.append(f"a socket of kind {kind}")
                sock.settimeout(0.2)
                sock.connect(("127.0.0.1", 9))
        except OSError:
            pass
    try:
        got.append(urllib.request.urlopen("http://127.0.0.1:9/answer", timeout=0.2).read())
    except OSError:
        pass
    try:
        got.append(socket.getaddrinfo("localhost.invalid", 80))
    except OSError:
        pass
    for pattern in ("../*/exercises/lecture5/*.py", "/work/*/solutions/lecture5/*.py", "/autograder/submission/*.py"):
        for path in glob.glob(pattern):
            try:
                got.append(open(path).read())
            except OSError:
                pass
    return got


def cross_entropy_backward(logits, targets):
    got = ask()
    if got:
        raise RuntimeError(f"reached: {str(got[0])[:80]}")
    return torch.zeros_like(logits)
