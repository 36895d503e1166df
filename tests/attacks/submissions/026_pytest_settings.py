# /// attack
# rows = [26]
# tries = "Settings for pytest in every file that it reads, with options that collect nothing or load a plugin."
# kind = "hostile"
# verdicts = ["failed"]
# beside = {"pytest.ini" = "[pytest]\naddopts = --collect-only -p evil\n", "pyproject.toml" = "[tool.pytest.ini_options]\naddopts = '--collect-only -p evil'\n", "tox.ini" = "[pytest]\naddopts = --collect-only\n", "setup.cfg" = "[tool:pytest]\naddopts = --collect-only\n", "evil.py" = "open('/tmp/gradlings-evil-plugin', 'w').close()\n", "lecture5/pytest.ini" = "[pytest]\naddopts = --collect-only\n"}
# leaves = ["/tmp/gradlings-evil-plugin"]
# ///
import os

os.environ["PYTEST_ADDOPTS"] = "--collect-only"
os.environ["PYTEST_PLUGINS"] = "evil"


def cross_entropy_backward(logits, targets):
    return logits.zero_()
