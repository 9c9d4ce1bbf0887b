from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from crm.models import User


class StaffRequest(HttpRequest):
    """A request behind the admin's door: somebody of ours has signed in, and htmx is understood."""

    user: User
    htmx: HtmxDetails
