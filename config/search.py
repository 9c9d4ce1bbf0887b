"""What the search box finds beside people, orders and the history, in this order: see crm.search.search_sources."""

from collections.abc import Sequence

from crm.search.search_sources import SearchSource
from support.pages import search as support

SOURCES: Sequence[SearchSource] = (support.tickets,)
