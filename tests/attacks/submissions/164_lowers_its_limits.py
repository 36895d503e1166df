# /// attack
# rows = []
# tries = "Lowers its own limits until nothing works any more."
# kind = "hostile"
# verdicts = ["raised", "crashed", "failed"]
# ///
import resource


def cross_entropy_backward(logits, targets):
    for what in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_NOFILE, resource.RLIMIT_STACK):
        resource.setrlimit(what, (1, 1))
    return logits.zero_()
