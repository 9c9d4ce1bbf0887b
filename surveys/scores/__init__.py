"""What answers come to: each score with its interval and its n, and whether two of them differ. Pure.

Read in this order: score (a figure that nobody can take for more than it is), formulas (NPS, CSAT, CES), measures (what
each is called, how it is counted, whom it parts), distributions.
Words: *counts* are answers by their value: {9: 31, 10: 12}. No answers are no score: None, never 0.
"""

from surveys.scores.distributions import Part, distribution, parts
from surveys.scores.formulas import ces, csat, mean, nps
from surveys.scores.measures import MEASURES, Group, Measure
from surveys.scores.score import FEWEST_ANONYMOUS, Counts, Score, turned

__all__ = [
    "FEWEST_ANONYMOUS",
    "MEASURES",
    "Counts",
    "Group",
    "Measure",
    "Part",
    "Score",
    "ces",
    "csat",
    "distribution",
    "mean",
    "nps",
    "parts",
    "turned",
]
