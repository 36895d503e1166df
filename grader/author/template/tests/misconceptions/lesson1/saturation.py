"""What learners answer in lesson1.saturation."""

from grader.checks import misconception

answers = misconception(
    "The answer is almost 1 there, and its slope is something else: how much does a change when z becomes 21?",
    name="far-out-steep",
)({"far_out": "steep"})

answers = misconception(
    "z grows, and the sigmoid levels off: it cannot exceed 1, so it has no room left to rise.",
    name="far-out-grows",
)({"far_out": "grows"})

answers = misconception(
    "That is the largest answer, not the largest slope.",
    name="largest-slope-one",
)({"largest_slope": 1.0})

answers = misconception(
    "That is the answer a where the slope is largest; the slope there is a (1 - a).",
    name="largest-slope-half",
)({"largest_slope": 0.5})

answers = misconception(
    "That is the slope far out, where it is smallest.",
    name="largest-slope-none",
)({"largest_slope": 0.0})
