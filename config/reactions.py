"""Who reacts to what: fact → functions. Adapters only; the deed itself is a verb of some app."""

from collections.abc import Sequence

from crm import figures, likeness
from crm.facts import (
    CreditGiven,
    CustomersMerged,
    CustomersSeparated,
    GoodsReturned,
    IdentityAdded,
    OrderCancelled,
    OrderPlaced,
)
from crm.models import TimelineEntry
from crm.reactions import Reaction


def keep_customer_figures(entries: Sequence[TimelineEntry]) -> None:
    figures.recount({entry.customer_id for entry in entries if entry.customer_id})


def propose_merges(entries: Sequence[TimelineEntry]) -> None:
    people = {entry.customer_id for entry in entries if entry.customer_id}
    likeness.propose(people, at=entries[-1].recorded_at)


AT_ONCE: Sequence[Reaction] = ()

AFTERWARDS: Sequence[Reaction] = (
    Reaction(
        name="crm.customer_figures",
        on=(OrderPlaced, OrderCancelled, GoodsReturned, CreditGiven, CustomersMerged, CustomersSeparated),
        do=keep_customer_figures,
        wants_history=True,
    ),
    Reaction(
        name="crm.merge_proposals",
        on=(IdentityAdded, CustomersMerged),
        do=propose_merges,
        wants_history=True,
    ),
)
