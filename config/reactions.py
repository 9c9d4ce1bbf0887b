"""Who reacts to what: fact → functions. Adapters only; the deed itself is a verb of some app."""

from collections.abc import Sequence

from crm import figures
from crm.facts import CreditGiven, GoodsReturned, OrderCancelled, OrderPlaced
from crm.models import TimelineEntry
from crm.reactions import Reaction


def keep_customer_figures(entries: Sequence[TimelineEntry]) -> None:
    figures.recount({entry.customer_id for entry in entries if entry.customer_id})


AT_ONCE: Sequence[Reaction] = ()

AFTERWARDS: Sequence[Reaction] = (
    Reaction(
        name="crm.customer_figures",
        on=(OrderPlaced, OrderCancelled, GoodsReturned, CreditGiven),
        do=keep_customer_figures,
        wants_history=True,
    ),
)
