"""Lists and forms for those who work here. These classes only look; what they do is a verb."""

from crm.admin import (
    catalogue,
    channels,
    companies,
    connections,
    customers,
    developers,
    history,
    imports,
    installation,
    orders,
    segments,
    shops,
    tasks,
    users,
    worth,
)

__all__ = [
    "catalogue",
    "channels",
    "companies",
    "connections",
    "customers",
    "developers",
    "history",
    "imports",
    "installation",
    "orders",
    "segments",
    "shops",
    "tasks",
    "users",
    "worth",
]
