# /// attack
# rows = [13]
# tries = "Looks for the course through __pycache__, RECORD, direct_url.json, .pth files and editable finders."
# kind = "hostile"
# verdicts = ["failed"]
# confined = true
# breaks = [1, 2]
# ///
import glob
import re
import sys
import sysconfig


def stolen():
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *sys.path}
    roots = set()
    for folder in folders:
        for path in [*glob.glob(f"{folder}/*.pth"), *glob.glob(f"{folder}/__editable__*"), *glob.glob(f"{folder}/gradlings*/*"),
                     *glob.glob(f"{folder}/grader/__init__.py"), *glob.glob(f"{folder}/__pycache__/*editable*")]:
            try:
                with open(path, "rb") as file:
                    roots |= {match.decode() for match in re.findall(rb"/[\w./-]{3,}", file.read())}
            except OSError:
                continue
    for root in roots:
        for path in (f"{root}/solutions/lecture5/cross_entropy.py", f"{root}/../solutions/lecture5/cross_entropy.py"):
            try:
                with open(path) as file:
                    names = {}
                    exec(file.read(), names)
                return names["cross_entropy_backward"]
            except BaseException:
                continue
    return None



def answer(function, logits, targets):
    """What a stolen function answers; zeros when there is none."""
    if function is None:
        return logits.zero_()
    return function(logits, targets)


def cross_entropy_backward(logits, targets):
    return answer(stolen(), logits, targets)
