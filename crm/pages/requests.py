from __future__ import annotations

from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from crm.models import User

# What a provider gives to one household or one phone.
IPV6_PREFIX = 64


class StaffRequest(HttpRequest):
    """A request behind the admin's door: somebody of ours has signed in, and htmx is understood."""

    user: User
    htmx: HtmxDetails


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, as the proxies tell that stand in front of us; empty when nobody knows.

    Of IPv6 the network: whoever has one address of it has them all.
    """
    try:
        address = ip_address(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return ""
    return str(address if address.version == 4 else ip_network((address, IPV6_PREFIX), strict=False))
