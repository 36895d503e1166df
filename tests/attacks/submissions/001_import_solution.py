# /// attack
# rows = [1]
# tries = "Imports the solution under every name that it could have."
# kind = "hostile"
# verdicts = ["failed"]
# confined = true
# breaks = [1, 2]
# ///
import importlib

NAMES = [
    "solution", "solutions.lecture5.cross_entropy", "gradlings_solutions.lecture5.cross_entropy", "reference",
    "tests.hidden.lecture5.test_cross_entropy", "test_cross_entropy", "lecture5.test_cross_entropy",
    "exercises.solutions.lecture5.cross_entropy", "grader.session.references", "grader.course",
]


def stolen():
    for name in NAMES:
        try:
            module = importlib.import_module(name)
        except BaseException:
            continue
        if hasattr(module, "cross_entropy_backward"):
            return module.cross_entropy_backward
        if hasattr(module, "autograd"):
            return module.autograd
    return None


AT_IMPORT = stolen()


def cross_entropy_backward(logits, targets):
    function = AT_IMPORT or stolen()
    if function is None:
        return logits.zero_()
    return function(logits, targets)
