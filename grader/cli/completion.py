"""`grade completion`: what a shell needs to complete the names of units, exercises and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete

_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
_WHERE = {
    "bash": """\
# Bash: put this line into ~/.bashrc, and open a new terminal:
#   eval "$(grade completion bash)"
""",
    "zsh": """\
# Zsh: put these lines into ~/.zshrc, and open a new terminal (the first may stand there already):
#   autoload -Uz compinit && compinit
#   eval "$(grade completion zsh)"
""",
    "fish": """\
# Fish: write this to where fish looks for it, and open a new terminal:
#   grade completion fish > ~/.config/fish/completions/grade.fish
""",
}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
def completion(shell: str) -> None:
    """Print what completes the names of units, exercises and checks in SHELL, and where to put it."""
    from grader.cli.main import COMPLETE, cli

    made = _SHELLS[shell](cli, {}, "grade", COMPLETE)
    script = made.source_template % made.source_vars()  # source() would ask for bash's version, and begin a bash for it
    click.echo(f"{_WHERE[shell]}\n{script}")
