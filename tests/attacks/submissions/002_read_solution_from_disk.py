# /// attack
# rows = [2]
# tries = "Finds the course's folder and runs the solution's text."
# kind = "hostile"
# verdicts = ["failed"]
# confined = true
# breaks = [1, 2]
# ///
import contextlib
import glob
import os
import sys


def roots():
    found = []
    for process in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError):
            found.append(os.readlink(f"{process}/cwd"))
    here = [os.getcwd(), os.path.dirname(sys.prefix), *sys.path, __file__ if "__file__" in globals() else "", "/work/main"]
    for place in here:
        while place and place not in found and place != "/":
            found.append(place)
            place = os.path.dirname(place)
    return found


def stolen():
    for root in roots():
        for path in (f"{root}/solutions/lecture5/cross_entropy.py", f"{root}/tests/hidden/lecture5/test_cross_entropy.py"):
            try:
                with open(path) as file:
                    text = file.read()
                names = {}
                exec(text, names)
            except BaseException:
                continue
            return names.get("cross_entropy_backward") or names.get("autograd")
    return None



def answer(function, logits, targets):
    """What a stolen function answers; zeros when there is none."""
    if function is None:
        return logits.zero_()
    return function(logits, targets)


def cross_entropy_backward(logits, targets):
    return answer(stolen(), logits, targets)
