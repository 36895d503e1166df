# /// attack
# rows = [89]
# tries = "The notebook is handed in as such."
# kind = "fault"
# verdicts = ["missing"]
# says = ["there is a notebook. Export it as a script"]
# as = "lecture5/cross_entropy.ipynb"
# ///
{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
