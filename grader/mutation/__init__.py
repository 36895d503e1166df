"""Small edits of a module, made by a machine: to try whether a course's checks find them, and where a mistake is."""

from grader.mutation.conduct import Misconduct, misconducts
from grader.mutation.mutants import Mutant, mutants

__all__ = ["Misconduct", "Mutant", "misconducts", "mutants"]
