# /// attack
# rows = [18]
# tries = "Ends the process with exit code 0 while it is imported."
# kind = "hostile"
# verdicts = ["crashed"]
# says = ["Importing the file ended its process", "exit code 0"]
# ///
import os

os._exit(0)
