# /// attack
# rows = [25]
# tries = "A conftest.py in every folder that turns every failure into a pass."
# kind = "hostile"
# verdicts = ["failed"]
# beside = {"conftest.py" = "import os, pytest\nopen('/tmp/gradlings-evil-conftest', 'w').close()\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = 'passed'\ndef pytest_sessionfinish(session):\n    os._exit(0)\n", "lecture5/conftest.py" = "import os, pytest\nopen('/tmp/gradlings-evil-conftest', 'w').close()\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = 'passed'\ndef pytest_sessionfinish(session):\n    os._exit(0)\n", "tests/conftest.py" = "import os, pytest\nopen('/tmp/gradlings-evil-conftest', 'w').close()\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = 'passed'\ndef pytest_sessionfinish(session):\n    os._exit(0)\n", "tests/hidden/conftest.py" = "import os, pytest\nopen('/tmp/gradlings-evil-conftest', 'w').close()\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = 'passed'\ndef pytest_sessionfinish(session):\n    os._exit(0)\n", "tests/hidden/lecture5/conftest.py" = "import os, pytest\nopen('/tmp/gradlings-evil-conftest', 'w').close()\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = 'passed'\ndef pytest_sessionfinish(session):\n    os._exit(0)\n"}
# leaves = ["/tmp/gradlings-evil-conftest"]
# ///
def cross_entropy_backward(logits, targets):
    return logits.zero_()
