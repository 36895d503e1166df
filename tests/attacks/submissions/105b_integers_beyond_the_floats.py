# /// attack
# rows = [34]
# tries = "Integers that no float can hold, where floats are wanted and where integers are."
# kind = "hostile"
# exercise = "day3.softmax"
# verdicts = ["failed"]
# ///
def softmax(z):
    return 10**2000


def cross_entropy(*args):
    return -(10**400), 10**400


def softmax_jacobian(p):
    return [[10**400]]


def __getattr__(name):
    return lambda *args: 10**400
