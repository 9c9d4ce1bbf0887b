"""Where data about a person is kept. What it is and how it is erased: see crm.personal_data.

The order is that of erasure: traces while the person's words are still known, then the person, and what stood before
each change last.
"""

from collections.abc import Sequence

from crm.personal_data import Holding, conversations, events, people, purchases, traces
from loyalty import personal_data as loyalty
from support import personal_data as support
from surveys import personal_data as surveys

HOLDINGS: Sequence[Holding] = (
    *traces.HOLDINGS,
    *loyalty.TRACES,
    *support.HOLDINGS,
    *surveys.HOLDINGS,
    *conversations.HOLDINGS,
    people.SIGN_INS,
    people.CUSTOMERS,
    people.IDENTITIES,
    people.ADDRESSES,
    people.PREFERENCES,
    people.COMPANIES,
    purchases.ORDERS,
    purchases.LINES,
    purchases.AMENDMENTS,
    purchases.PARCELS,
    purchases.RETURNS,
    purchases.FIGURES,
    purchases.WORTH,
    purchases.LOYALTY,
    purchases.TO_VALUE,
    purchases.STAGES,
    purchases.CATEGORIES,
    *loyalty.HOLDINGS,
    events.CONSENTS,
    events.ENTRIES,
    events.TASKS,
    events.MERGES,
    events.PROPOSALS,
    events.PARKED,
    events.LOOKS,
    events.LISTS_TAKEN,
    *events.SEGMENTS,
    events.CAMPAIGNS,
    *events.CHANGES,
)
