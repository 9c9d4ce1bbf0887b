"""What shops can tell of in bulk: each as the address for one takes it. How items are done: see crm.api.bulk_items."""

from collections.abc import Mapping

from crm.api.bulk_items import Kind
from crm.api.customers import CustomerRequest, enrol_told
from crm.api.events import EventRequest, record_told
from crm.api.orders import OrderRequest, place_told
from crm.api.products import ProductRequest, list_told
from surveys.api.feedback import FeedbackRequest, hear_told
from surveys.api.invitations import InvitationRequest, invite_told

BULK_KINDS: Mapping[str, Kind] = {
    "customers": Kind(takes=CustomerRequest, tell=enrol_told),
    "events": Kind(takes=EventRequest, tell=record_told),
    "feedback": Kind(takes=FeedbackRequest, tell=hear_told),
    "invitations": Kind(takes=InvitationRequest, tell=invite_told),
    "orders": Kind(takes=OrderRequest, tell=place_told),
    "products": Kind(takes=ProductRequest, tell=list_told),
}
