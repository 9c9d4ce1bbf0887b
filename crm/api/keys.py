"""Who is asking: the shop whose key came as a bearer token. A key is never read from an address."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from crm.api.errors import NotSignedIn
from crm.integrations.api_keys import LiveKey, live_key


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[LiveKey, LiveKey]:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        key = live_key(text.strip(), at=timezone.now()) if scheme.lower() == "bearer" else None
        if key is None:
            raise NotSignedIn
        return key, key
