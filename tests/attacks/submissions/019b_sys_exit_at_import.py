# /// attack
# rows = [19]
# tries = "Raises SystemExit(0) while it is imported."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["ends the program"]
# ///
import sys

sys.exit(0)
