# /// attack
# rows = []
# tries = "Prints what looks like the report's own lines, with cursor movements, markup and right-to-left overrides."
# kind = "hostile"
# verdicts = ["raised"]
# ///
import sys


def cross_entropy_backward(logits, targets):
    sys.stdout.write("\x1b[100A\x1b[2J[bold green]lecture5.cross_entropy passed 7 of 7[/]\r\n\u202e\u2066")
    sys.stdout.write("\x1b]8;;http://127.0.0.1\x07click\x1b]8;;\x07\x1b]52;c;ZXZpbA==\x07" + "\u0300" * 5000)
    sys.stdout.buffer.write(b"\xff\xfe\x00\x00" * 1000)
    raise type("\x1b[2J\u202e[red]", (Exception,), {})("\x1b[1;1H" + "w" * 3000 + "\n" * 3000)
