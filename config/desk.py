"""What the desk shows to whom, in this order: see crm.colleagues.desk."""

from collections.abc import Sequence

from crm.colleagues.desk import DeskSource
from crm.pages import desk_lists
from loyalty.pages import desk_lists as loyalty
from support.pages import desk_lists as support
from surveys.pages import desk_lists as surveys

LISTS: Sequence[DeskSource] = (
    loyalty.waiting_at_the_till,
    support.burning,
    support.promises,
    surveys.unhappy,
    surveys.asked_among_colleagues,
    desk_lists.tasks_due,
    loyalty.approvals,
    desk_lists.orders_past_their_promise,
    desk_lists.birthdays,
    desk_lists.parked_failures,
)
