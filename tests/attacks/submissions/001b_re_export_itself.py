# /// attack
# rows = [1]
# tries = "Has no function of its own and re-exports whatever the course calls by its name."
# kind = "hostile"
# verdicts = ["missing"]
# says = ["defines no function"]
# confined = true
# breaks = [1, 2]
# ///
try:
    from solutions.lecture5.cross_entropy import *
except ImportError:
    from exercises.lecture5.cross_entropy import *
