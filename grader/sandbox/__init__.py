"""The sandboxed run: a zygote that imports, workers that run submissions, and a wire that carries plain values.

Only the trusted side's names are re-exported lazily: the zygote imports this package too, and must stay small.
"""
