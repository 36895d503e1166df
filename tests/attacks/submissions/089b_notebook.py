# /// attack
# rows = [89]
# tries = "A notebook renamed to .py."
# kind = "fault"
# verdicts = ["raised"]
# says = ["This file is a notebook (JSON), not Python. Rename it to cross_entropy.ipynb"]
# ///
{
 "cells": [
  {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["import torch"]}
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
