# /// attack
# rows = [62]
# tries = "An answer of two million combining marks, which normalising would sort for the better part of an hour."
# kind = "hostile"
# exercise = "day3.pick_the_bug"
# verdicts = ["failed", "broke protocol"]
# says = ["none of the choices"]
# ///
answers = {f"symptom_{i}": "a" + "\u0315\u0316" * 900_000 for i in range(1, 6)}
