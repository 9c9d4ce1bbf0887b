"""What the desk writes to many. ⟡ One file, one notice; to add one, write its file and its line.

Their words are where whoever drafts a notice begins; what goes out is what they make of it.
"""

from collections.abc import Sequence

from crm.notices.base import Notice
from support.notices.incident import IncidentNotice
from support.notices.incident_over import IncidentOverNotice

LISTED: Sequence[Notice] = (IncidentNotice(), IncidentOverNotice())

__all__ = ["LISTED"]
