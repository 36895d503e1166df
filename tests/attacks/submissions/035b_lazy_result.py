# /// attack
# rows = [35]
# tries = "A result that is computed only when it is compared: properties, __len__ and __iter__ that lie."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["an object of class Lazy"]
# ///
class Lazy:
    def __init__(self, like):
        self.like = like

    def __getattr__(self, name):
        return getattr(self.like, name)

    def __len__(self):
        return 10**9

    def __iter__(self):
        while True:
            yield self.like


def cross_entropy_backward(logits, targets):
    logits.zero_()
    return Lazy(logits)
