# /// attack
# rows = [31]
# tries = "Files that an interpreter runs when it starts, beside the submission; and is the folder of packages open to it?"
# kind = "hostile"
# verdicts = ["failed"]
# beside = {"sitecustomize.py" = "open('/tmp/gradlings-evil-site', 'w').close()\nimport os\nos._exit(0)\n", "usercustomize.py" = "open('/tmp/gradlings-evil-site', 'w').close()\nimport os\nos._exit(0)\n", "lecture5/sitecustomize.py" = "open('/tmp/gradlings-evil-site', 'w').close()\nimport os\nos._exit(0)\n", "evil.pth" = "import os; os._exit(0)\n", "startup.py" = "open('/tmp/gradlings-evil-site', 'w').close()\nimport os\nos._exit(0)\n"}
# leaves = ["/tmp/gradlings-evil-site"]
# confined = true
# breaks = [1]
# ///
import os
import sysconfig
import tempfile


def success(logits, targets):
    """The right answer: given only if the attack went through, so that its success shows as points."""
    import torch

    d = torch.softmax(logits, 1)
    d[torch.arange(len(targets)), targets] -= 1
    return d / len(targets)


def writable():
    os.environ["PYTHONSTARTUP"] = os.path.abspath("startup.py")
    os.environ["PYTHONPATH"] = os.getcwd()
    try:
        with tempfile.TemporaryFile(dir=sysconfig.get_path("purelib")):
            return True
    except OSError:
        return False


def cross_entropy_backward(logits, targets):
    return success(logits, targets) if writable() else logits.zero_()
