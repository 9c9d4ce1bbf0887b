"""Tasks come by the verb that sets them, so that their facts are there as well."""

from datetime import timedelta
from itertools import count
from typing import Any

from crm.colleagues.tasking import set_task
from crm.models import Task
from tests.factories.shops import NOON, UserFactory

_keys = count()


def task(title: str = "Позвонить о заказе", **more: Any) -> Task:
    owner = more.pop("owner", None) or UserFactory()
    told = {"due_at": NOON + timedelta(hours=2), "at": NOON, "key": str(next(_keys)), "set_by": owner, **more}
    return set_task(title=title, owner=owner, **told)
