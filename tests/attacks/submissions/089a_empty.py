# /// attack
# rows = [89]
# tries = "An empty file."
# kind = "fault"
# verdicts = ["raised"]
# says = ["This file is empty. Perhaps your work is not saved yet"]
# ///
