# /// attack
# rows = [78]
# tries = "The same by an ImportError whose message says what was to be imported, and by a NameError among 2,000 names."
# kind = "hostile"
# verdicts = ["raised"]
# seconds = 5.0
# ///
import sys
import types

near = sys.modules["near"] = types.ModuleType("near")
for i in range(2000):
    near.__dict__["aabb" * 14 + "%07d" % i] = globals()["aabb" * 15 + "%04d" % i] = 1


def cross_entropy_backward(logits, targets):
    if len(logits) % 2:
        raise NameError(f"name '{'ab' * 32}' is not defined", name="ab" * 32)
    raise ImportError(f"cannot import name '{'ab' * 32}' from 'near'", name="near", path="near")
