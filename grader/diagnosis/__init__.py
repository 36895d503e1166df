"""Says what was misunderstood. Only what is certain is said: a wrong accusation is worse than none."""

from grader.diagnosis.engine import diagnose, matching_misconception
from grader.diagnosis.replay import UNFINISHED, KnownWrong, differs_in_form
from grader.diagnosis.suspects import Suspects

__all__ = ["UNFINISHED", "KnownWrong", "Suspects", "diagnose", "differs_in_form", "matching_misconception"]
