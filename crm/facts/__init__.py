"""What can happen. A fact is a frozen, past-tense record of one thing; recording it is `crm.timeline.record`.

`base` says what a fact is; every other file here states facts of one part of the ground. Sibling apps state theirs in
their own `facts.py`, which is found on start.
"""

from crm.facts.base import FACTS, Fact, Group, UnknownFact, fact_from
from crm.facts.calls import CallEnded, CallMissed, CallPlaced, CallReceived
from crm.facts.campaigns import CampaignReached
from crm.facts.consents import ConsentGiven, ConsentWithdrawn
from crm.facts.linking import ChannelLinked, ChannelUnlinked
from crm.facts.messages import MessageNotDelivered, MessageReceived, MessageSent
from crm.facts.one_person import CustomerErased, CustomersMerged, CustomersSeparated, PersonalDataGiven
from crm.facts.orders import (
    CreditGiven,
    GoodsReturned,
    MoneyGivenBack,
    OrderAmended,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    ParcelPromised,
)
from crm.facts.people import CustomerJoined, IdentityAdded, NoteWritten
from crm.facts.segments import SegmentEntered, SegmentLeft
from crm.facts.shops import ShopEventHappened
from crm.facts.tasks import TaskCompleted, TaskHandedOver, TaskSet, TaskSnoozed

__all__ = [
    "FACTS",
    "CallEnded",
    "CallMissed",
    "CallPlaced",
    "CallReceived",
    "CampaignReached",
    "ChannelLinked",
    "ChannelUnlinked",
    "ConsentGiven",
    "ConsentWithdrawn",
    "CreditGiven",
    "CustomerErased",
    "CustomerJoined",
    "CustomersMerged",
    "CustomersSeparated",
    "Fact",
    "GoodsReturned",
    "Group",
    "IdentityAdded",
    "MessageNotDelivered",
    "MessageReceived",
    "MessageSent",
    "MoneyGivenBack",
    "NoteWritten",
    "OrderAmended",
    "OrderCancelled",
    "OrderCompleted",
    "OrderDelivered",
    "OrderPaid",
    "OrderPlaced",
    "OrderShipped",
    "ParcelPromised",
    "PersonalDataGiven",
    "SegmentEntered",
    "SegmentLeft",
    "ShopEventHappened",
    "TaskCompleted",
    "TaskHandedOver",
    "TaskSet",
    "TaskSnoozed",
    "UnknownFact",
    "fact_from",
]
