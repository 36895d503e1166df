# /// attack
# rows = [79]
# tries = "The name is None."
# kind = "fault"
# verdicts = ["raised", "failed", "missing"]
# says = ["cross_entropy_backward is None"]
# ///
cross_entropy_backward = None
