# /// attack
# rows = [78]
# tries = "An AttributeError of an object with 2,000 names, each as far from the missing one as difflib takes longest to see."
# kind = "hostile"
# verdicts = ["raised"]
# seconds = 5.0
# ///
import types

near = types.ModuleType("near")
for i in range(2000):
    near.__dict__["aabb" * (48 if i % 10 else 14) + "%07d" % i] = 1


def cross_entropy_backward(logits, targets):
    raise AttributeError("it has no such name", name="ab" * (99 if len(targets) % 2 else 32), obj=near)
