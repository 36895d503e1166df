"""What `grade init` writes for VS Code's debugger."""

from __future__ import annotations

from typing import Any

PORT = 5678  # where debuggers of Python listen


def launch_configuration(option: str = "") -> dict[str, Any]:
    """The content of ``.vscode/launch.json``: two ways to stop in the code of an exercise.

    The first runs ``grade debug`` on the file that is open, under the editor's debugger. The second joins a
    ``grade debug … --listen`` that was typed in a terminal. ``subProcess`` is off: the sandbox's processes are none of
    the editor's affair, and are graded without it.

    Args:
        option: what commands need to find the course, `` --course PATH``; empty for the one that came with the grader.
    """
    import shlex

    ours = {"type": "debugpy", "justMyCode": True, "subProcess": False}
    return {
        "version": "0.2.0",
        "configurations": [
            {
                "name": "grade: debug this file",
                "request": "launch",
                "module": "grader",
                "args": ["debug", "${file}", *shlex.split(option)],
                "cwd": "${workspaceFolder}",
                "console": "integratedTerminal",
                **ours,
            },
            {
                "name": "grade: attach",
                "request": "attach",
                "connect": {"host": "127.0.0.1", "port": PORT},
                **ours,
            },
        ],
    }
