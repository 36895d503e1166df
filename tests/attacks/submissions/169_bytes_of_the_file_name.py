# /// attack
# rows = []
# tries = "Frames from files that are not the learner's, named like the grader's own."
# kind = "hostile"
# verdicts = ["raised"]
# ///
import linecache

SOURCE = "def inner():\n    raise ValueError('from elsewhere')\n"


def cross_entropy_backward(logits, targets):
    names = {}
    exec(compile(SOURCE, __file__ if "__file__" in globals() else "grader/session/plugin.py", "exec"), names)
    linecache.cache["grader/session/plugin.py"] = (1, None, ["\x1b[2J" * 100], "")
    names["inner"]()
