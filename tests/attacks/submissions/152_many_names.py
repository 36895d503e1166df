# /// attack
# rows = []
# tries = "Defines 200,000 names that are nearly the one that is missing."
# kind = "hostile"
# verdicts = ["missing"]
# says = ["defines no function"]
# ///
globals().update({f"cross_entropy_backwar{n}": n for n in range(200_000)})
