# /// attack
# rows = []
# tries = "Replaces its module by an object whose attributes raise, sleep and lie."
# kind = "hostile"
# verdicts = ["missing", "failed", "not started", "raised"]
# ///
import sys
import types


class Liar(types.ModuleType):
    def __getattribute__(self, name):
        if name == "cross_entropy_backward":
            return lambda logits, targets: logits.zero_()
        raise NotImplementedError(name)


sys.modules[__name__].__class__ = Liar
