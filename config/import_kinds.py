"""What files can bring in, in the order in which it is offered. What a kind is: see crm.importing.kinds."""

from collections.abc import Sequence

from crm.importing.kinds.base import Kind
from crm.importing.kinds.customers import Customers
from crm.importing.kinds.orders import Orders
from crm.importing.kinds.products import Products
from surveys.feedback.importing import Reviews

IMPORT_KINDS: Sequence[Kind] = (Orders(), Customers(), Products(), Reviews())
