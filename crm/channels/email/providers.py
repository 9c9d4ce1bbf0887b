"""Mail providers that django-anymail speaks with: how each proves its calls, and what it calls its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

# secret, the address that was called → what anymail's view wants
Proof: TypeAlias = Callable[[str, str], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Provider:
    """`backend`, `inbound`, `events`: dotted names in anymail; empty: anymail cannot do that with this provider."""

    backend: str
    inbound: str = ""
    events: str = ""
    proof_of_inbound: Proof
    proof_of_events: Proof
    # what the backend calls its secret
    key: str = "api_key"
    # what it calls the domain that is sent from, where it wants to know
    domain: str = ""


def by_password(secret: str, address: str) -> dict[str, Any]:
    """The secret is “user:password”, and stands in the address that the provider was given."""
    return {"webhook_secret": secret}


def by_signature(name: str) -> Proof:
    return lambda secret, address: {name: secret}


def by_signed_address(secret: str, address: str) -> dict[str, Any]:
    return {"webhook_key": secret, "webhook_url": address}


def _provider(module: str, prefix: str, *, proof: Proof, **more: Any) -> Provider:
    return Provider(
        backend=f"anymail.backends.{module}.EmailBackend",
        inbound=f"anymail.webhooks.{module}.{prefix}InboundWebhookView",
        events=f"anymail.webhooks.{module}.{prefix}TrackingWebhookView",
        **{"proof_of_inbound": proof, "proof_of_events": proof, **more},
    )


PROVIDERS: Mapping[str, Provider] = {
    "mailgun": _provider(
        "mailgun", "Mailgun", proof=by_signature("webhook_signing_key"), domain="sender_domain"
    ),
    "postmark": _provider("postmark", "Postmark", proof=by_password, key="server_token"),
    "sparkpost": _provider("sparkpost", "SparkPost", proof=by_password),
    "mailersend": _provider(
        "mailersend",
        "MailerSend",
        proof=by_signature("inbound_secret"),
        proof_of_events=by_signature("signing_secret"),
        key="api_token",
    ),
    "postal": _provider("postal", "Postal", proof=by_signature("webhook_key")),
    "mandrill": Provider(
        backend="anymail.backends.mandrill.EmailBackend",
        inbound="anymail.webhooks.mandrill.MandrillCombinedWebhookView",
        events="anymail.webhooks.mandrill.MandrillCombinedWebhookView",
        proof_of_inbound=by_signed_address,
        proof_of_events=by_signed_address,
    ),
    "unisender_go": Provider(
        backend="anymail.backends.unisender_go.EmailBackend",
        events="anymail.webhooks.unisender_go.UnisenderGoTrackingWebhookView",
        proof_of_inbound=by_password,
        proof_of_events=by_signature("api_key"),
    ),
}
