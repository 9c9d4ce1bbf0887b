"""What the house writes by itself, in the order in which colleagues see it. What a notice is: see crm.notices."""

from collections.abc import Sequence

from crm import notices as ground
from crm.notices import Notice
from loyalty import notices as loyalty

NOTICES: Sequence[Notice] = (*ground.LISTED, *loyalty.LISTED)
