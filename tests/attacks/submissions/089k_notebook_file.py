# /// attack
# rows = [89]
# tries = "A notebook that is empty is handed in as such."
# kind = "fault"
# verdicts = ["raised"]
# says = ["no cell of code"]
# as = "lecture5/cross_entropy.ipynb"
# ///
{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
