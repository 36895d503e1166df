"""What a learner's folder tells editors and pytest: VS Code's tasks and debugger, and where the project begins."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.course.model import Course

TASKS = ".vscode/tasks.json"
LAUNCH = ".vscode/launch.json"
PORT = 5678  # where debuggers of Python listen
PROJECT = "pyproject.toml"
# What `grade --format editor` prints: file, line, message.
PROBLEM = r"^(.+?):(\d+): (.+)$"

_PROJECT = """\
# For editors and pytest, which take the folder of this file for the project's own.
# The grader reads nothing of it: in a folder that somebody hands in, it would let them choose what they are graded by.
# Another course than the one that came with the grader is named to each command: --course PATH.

[tool.gradlings]
course = {title}

[tool.pytest.ini_options]
testpaths = ["exercises"]
"""


def tasks(option: str) -> bytes:
    """VS Code's tasks: the file that is open, its unit, everything; their failures become problems at their lines.

    Args:
        option: what commands need to find the course.
    """
    file = "${fileDirnameBasename}.${fileBasenameNoExtension}"
    listed = [
        _task("grade this file", file, option, {"kind": "build", "isDefault": True}),
        _task("grade this unit", "${fileDirnameBasename}", option, "build"),
        _task("grade all", "all", option, "build"),
    ]
    return (json.dumps({"version": "2.0.0", "tasks": listed}, indent=2) + "\n").encode()


def launch(option: str) -> bytes:
    """VS Code's ways to stop in the code of an exercise.

    The first runs ``grade debug`` on the file that is open, under the editor's debugger. The second joins a
    ``grade debug … --listen`` that was typed in a terminal. ``subProcess`` is off: the sandbox's processes are none of
    the editor's affair, and are graded without it.

    Args:
        option: what commands need to find the course.
    """
    ours = {"type": "debugpy", "justMyCode": True, "subProcess": False}
    ways = [
        {
            "name": "grade: debug this file",
            "request": "launch",
            "module": "grader",
            "args": ["debug", "${file}", *shlex.split(option)],
            "cwd": "${workspaceFolder}",
            "console": "integratedTerminal",
            **ours,
        },
        {"name": "grade: attach", "request": "attach", "connect": {"host": "127.0.0.1", "port": PORT}, **ours},
    ]
    return (json.dumps({"version": "0.2.0", "configurations": ways}, indent=2) + "\n").encode()


def project(course: Course) -> bytes:
    """The folder's pyproject.toml: it says whose exercises these are, and pytest looks at no folder above it."""
    return _PROJECT.format(title=json.dumps(course.title or course.root.name, ensure_ascii=False)).encode()


def _task(label: str, name: str, option: str, group: object) -> dict[str, Any]:
    return {
        "label": label,
        "type": "process",  # no shell takes a name apart
        "command": "${command:python.interpreterPath}",  # an environment that VS Code was not started in
        "args": ["-P", "-m", "grader", name, "--format", "editor", *shlex.split(option)],
        "options": {"cwd": "${workspaceFolder}"},
        "group": group,
        "presentation": {"clear": True, "reveal": "always", "showReuseMessage": False},
        "problemMatcher": {
            "owner": "gradlings",
            "source": "grade",
            "severity": "error",
            "fileLocation": ["autoDetect", "${workspaceFolder}"],
            "pattern": {"regexp": PROBLEM, "file": 1, "line": 2, "message": 3},
        },
    }
