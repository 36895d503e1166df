# /// attack
# rows = [91]
# tries = "The learner's own failing tests, conftest.py and pytest.ini lie in the folder."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# beside = {"lecture5/test_cross_entropy.py" = "def test_mine():\n    assert False\n", "conftest.py" = "raise SystemExit(3)\n", "lecture5/conftest.py" = "def pytest_collection_modifyitems(items):\n    items.clear()\n", "pytest.ini" = "[pytest]\naddopts = --no-such-option\n", "pyproject.toml" = "[tool.pytest\n", "setup.cfg" = "[tool:pytest]\naddopts = -x\n"}
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
