"""What is to be done about a customer, on their page."""

from django.utils.translation import gettext as _

from crm.customer_page import Panel, Visit
from crm.models import Task
from crm.people import same_person

SHOWN = 5


def tasks(visit: Visit) -> Panel | None:
    if not visit.reader.has_perm("crm.view_task"):
        return None
    found = Task.objects.open().filter(customer__in=same_person.ids_of(visit.customer))
    context = {
        "tasks": found.order_by("due_at", "pk")[:SHOWN],
        "may_add": visit.reader.has_perm("crm.add_task"),
    }
    return Panel(title=_("To do"), template="crm/customer/_tasks.html", context=context)
