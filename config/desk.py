"""What the desk shows to whom, in this order: see crm.desk."""

from collections.abc import Sequence

from crm.desk import DeskSource
from crm.pages import desk_lists

LISTS: Sequence[DeskSource] = (
    desk_lists.tasks_due,
    desk_lists.orders_past_their_promise,
    desk_lists.birthdays,
    desk_lists.parked_failures,
)
