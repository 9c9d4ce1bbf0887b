"""What is counted by day, and who is of which tier: see crm.rollups."""

from collections.abc import Sequence

from crm.rollups import people, sales
from crm.rollups.rollup import Rollup
from loyalty import rollups as loyalty
from support import rollups as support

ROLLUPS: Sequence[Rollup] = (
    sales.SALES,
    sales.FIRST_AND_SECOND_DAYS,
    people.PEOPLE_BY_DAY,
    loyalty.POINTS,
    loyalty.TIER_MOVES,
    support.TICKETS,
)
# The facts after which somebody is of another tier.
DIMENSIONS = loyalty.TIERS
TIER_THEN = loyalty.TIER_THEN
